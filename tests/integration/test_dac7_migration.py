"""What an older release had sent to sellers by itself becomes messages of the outbox."""

import datetime

import pytest
from django.core.management import call_command

from saleor_alencon.dac7.models import IdentityRequest
from saleor_alencon.messaging.models import Message
from tests.integration.older_release import older_release

BEFORE = (
    ("accounts", None), ("shops", None), ("ledger", None), ("inbox", None), ("orders", None),
    ("messaging", "0002_one_outbox"), ("dac7", "0002_kept"),
)  # fmt: skip
OLD_ROWS = """
INSERT INTO accounts_user (id, email, name, password, role, is_active, created_at)
VALUES (1, 't@alencon.example', '', '', 'treasurer', true, now());
INSERT INTO shops_shop (id, slug, name, legal_name, kind, description, logo, state, siret,
    vat_number, iban, bic, contact_name, email, phone, website, address_line, postal_code, city,
    pickup_note, created_at)
SELECT id, slug, slug, '', '', '', '', 'live', '', '', '', '', '', '', '', '', '', '', '', '', now()
  FROM (VALUES (1, 'librairie'), (2, 'fromagerie'), (3, 'mercerie')) AS shop (id, slug);
INSERT INTO dac7_identityrequest (shop_id, number, channel, address, missing, asked_at, sent_at)
VALUES (1, 1, 'email', 'librairie@alencon.example', '["iban"]', '2026-10-01+02', '2026-10-01+02'),
       (2, 1, 'email', 'fromagerie@alencon.example', '["iban"]', '2026-10-01+02', NULL),
       (3, 1, 'letter', '', '["iban"]', '2026-10-02+02', '2026-10-02+02');
INSERT INTO dac7_yearreport (id, year, version, frozen_at, frozen_by_id, reason,
    last_transaction_id, operator)
VALUES (1, 2025, 1, '2026-01-10+01', 1, '', 0, '{}');
INSERT INTO dac7_reportedseller (id, report_id, shop_id, status, revision, identity, missing,
    consideration_cents, fees_cents, sales, total_cents)
SELECT id, 1, id, 'declared', 1, '{}', '[]', '[0,0,0,0]', '[0,0,0,0]', '[0,0,0,0]', 0
  FROM generate_series(1, 2) id;
INSERT INTO dac7_sellernotice (seller_id, address, queued_at, sent_at)
VALUES (1, 'librairie@alencon.example', '2026-01-11+01', '2026-01-11+01'),
       (2, 'fromagerie@alencon.example', '2026-01-11+01', NULL);
"""


@pytest.fixture
def sent_by_itself(embedded_socket, django_db_setup, django_db_blocker):
    """The tables of the release before, with requests and notices that left or did not."""
    with older_release(embedded_socket, django_db_blocker, before=BEFORE, rows=OLD_ROWS):
        yield


def test_what_left_is_a_message_and_what_did_not_is_asked_again(sent_by_itself):
    call_command("migrate", verbosity=0)

    by_email, by_letter = IdentityRequest.objects.order_by("shop")
    assert by_email.sent_at == datetime.datetime(2026, 9, 30, 22, tzinfo=datetime.UTC)
    assert (by_email.message.recipient, by_email.message.state) == (
        "librairie@alencon.example", "sent",
    )  # fmt: skip
    assert by_letter.message is None
    assert by_letter.sent_at == datetime.datetime(2026, 10, 1, 22, tzinfo=datetime.UTC)
    notices = Message.objects.filter(kind="dac7_notice")
    assert list(notices.values_list("key", "about", "shop__slug")) == [
        ("dac7-notice:1", "dac7:1", "librairie")
    ]
