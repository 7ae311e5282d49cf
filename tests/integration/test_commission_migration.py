"""Rates of an older release become plans, and the terms of its shop orders those of their lines."""

import pytest
from django.core.management import call_command

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.commission.models import CommissionRule, Plan
from saleor_alencon.orders.models import ShopOrderLine
from saleor_alencon.shops.models import VatStatus
from tests.integration.older_release import older_release

BEFORE = (
    ("accounts", None), ("inbox", None), ("ledger", None),
    ("shops", "0005_rails_bearers_accounts"), ("orders", "0006_refunds_of_tenders"),
)  # fmt: skip
OLD_ROWS = """
INSERT INTO shops_association (id, name, legal_name, siret, vat_number, address_line, postal_code,
    city, email, iban, bic, commission_vat_rate_bps, hold_days, minimum_payout_cents,
    collect_within_days, launch_goal, payout_rail, charge_fee_bearer, charge_fee_shared_bps,
    refund_fee_bearer, refund_fee_shared_bps, dispute_bearer, dispute_shared_bps,
    dispute_fee_bearer, dispute_fee_shared_bps)
VALUES (1, 'Office', 'Office', '', '', '', '', '', 'office@alencon.example', '', '', 2000, 14, 500,
    14, 40, 'sepa', 'office', 0, 'office', 0, 'office', 0, 'office', 0);
INSERT INTO shops_shop (id, slug, name, legal_name, kind, description, logo, state, siret,
    vat_number, iban, bic, contact_name, email, phone, website, address_line, postal_code, city,
    pickup_note, created_at)
SELECT id, slug, slug, '', '', '', '', 'live', '', '', '', '', '', '', '', '', '', '', '', '', now()
  FROM (VALUES (1, 'librairie'), (2, 'fromagerie'), (3, 'mercerie')) AS shop (id, slug);
INSERT INTO shops_commissionrate (shop_id, rate_bps, valid_from) VALUES
    (1, 800, '2026-01-01+01'), (2, 800, '2026-01-01+01'), (3, 1000, '2026-01-01+01'),
    (2, 550, '2026-06-01+02');
INSERT INTO orders_order (id, saleor_id, number, created_at, saleor_status, channel, currency,
    customer_name, customer_email, customer_phone, delivery_choice, total_gross_cents,
    shipping_gross_cents, shopper_credit_cents, captured_at, digest)
SELECT id, 'order-' || id, id::text, '2026-05-01+02', 'FULFILLED', 'a', 'EUR', '', '', '',
    'collect', 1999, 0, 0, '2026-05-02+02', 'x' FROM generate_series(1, 2) id;
INSERT INTO orders_shoporder (id, order_id, shop_id, state, delivery_choice, goods_gross_cents,
    shipping_share_cents, paid_cents, refunded_cents, commission_rate_bps, commission_vat_rate_bps,
    commission_cents, commission_vat_cents, net_cents)
VALUES (1, 1, 1, 'to_prepare', 'home', 1999, 0, 1999, 0, 800, 2000, 160, 32, 1807),
       (2, 2, 1, 'awaiting_payment', 'collect', 1999, 0, 0, 0, 800, 2000, 0, 0, 0);
INSERT INTO orders_shoporderline (shop_order_id, saleor_id, position, name, sku, quantity,
    quantity_handed_over, quantity_returned, gross_cents, net_cents, vat_rate_bps, paid_cents,
    refunded_cents, commission_cents, commission_vat_cents)
VALUES (1, 'line-1', 0, 'Roman', '', 1, 0, 0, 1999, 1895, 550, 1999, 0, 160, 32),
       (2, 'line-2', 0, 'Roman', '', 1, 0, 0, 1999, 1895, 550, 0, 0, 0, 0);
INSERT INTO orders_tender (order_id, saleor_id, kind, label, psp_reference, created_at,
    charged_cents, refunded_cents, pending_cents)
VALUES (1, 'tender-1', 'gift_cheque', '', '', '2026-05-01+02', 1999, 0, 0);
INSERT INTO inbox_document (order_id, version, captured_at, payload, digest, source, state)
VALUES ('order-1', 1, '2026-05-02+02', '{"order": {"lines": [{"id": "line-1", "variant": {"product":
    {"category": {"slug": "livres"}, "productType": {"slug": "livre"}}}}]}}', 'x', 'hook', 'done'),
       ('order-1', 1, '2026-05-03+02', 'no JSON', 'y', 'hook', 'rejected');
"""


@pytest.fixture
def rates_of_shops(embedded_socket, django_db_setup, django_db_blocker):
    """The tables of the release before plans, with three shops and two orders."""
    with older_release(embedded_socket, django_db_blocker, before=BEFORE, rows=OLD_ROWS):
        yield


def test_an_older_release_is_brought_along(rates_of_shops):
    call_command("migrate", verbosity=0)

    first, second = Plan.objects.order_by("valid_from")
    assert [plan.name for plan in (first, second)] == [
        "Taux au 01/01/2026 00:00", "Taux au 01/06/2026 00:00",
    ]  # fmt: skip
    assert not first.is_draft
    rules = CommissionRule.objects.order_by("plan__valid_from", "rank")
    assert list(rules.values_list("plan", "rank", "name", "shops", "rate_bps")) == [
        (first.pk, 1, "Commission 8 %", ["fromagerie", "librairie"], 800),
        (first.pk, 2, "Commission 10 %", ["mercerie"], 1000),
        (second.pk, 1, "Commission 5,5 %", ["fromagerie"], 550),
        (second.pk, 2, "Commission 8 %", ["librairie"], 800),
        (second.pk, 3, "Commission 10 %", ["mercerie"], 1000),
    ]
    status = VatStatus.objects.get()
    assert (status.valid_from.isoformat(), status.regime, status.rate_bps) == (
        "2000-01-01", "liable", 2000,
    )  # fmt: skip
    fields = (
        "commission_rule_name", "commission_rate_bps", "commission_vat_rate_bps", "sold_cents",
        "category", "product_type", "sold_delivery", "sold_tender",
    )  # fmt: skip
    paid, unpaid = ShopOrderLine.objects.order_by("saleor_id").values_list("sold_at", *fields)
    assert paid[0].isoformat() == "2026-04-30T22:00:00+00:00"
    assert paid[1:] == (
        "Taux de la boutique", 800, 2000, 1999, "livres", "livre", "home", "gift_cheque",
    )  # fmt: skip
    assert unpaid == (None, "", 0, 0, 0, "", "", "", "")
    wrong = [problem for problem in find_problems() if problem.startswith("a line's commission")]
    assert wrong == []
