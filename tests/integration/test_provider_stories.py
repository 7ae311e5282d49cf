"""The stories of tests/stories told to the real services: they keep the books of the Office in
memory, through which 10,000 more go, though they hear of everything dropped, doubled and shuffled.
"""

import random

import pytest
from django.db import connection

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.psp.reconciliation import psp_reconcile
from saleor_alencon.psp.services import news_take
from saleor_alencon.psp.transfers import run_send
from saleor_alencon.settlement.rule_models import SettlementRules
from saleor_alencon.settlement.services import run_approve
from saleor_alencon.shops.models import Association
from tests.integration.provider_town import Provider
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
)
from tests.stories.account import Account
from tests.stories.office import MemoryOffice
from tests.stories.telling import (
    AnyHow,
    InOrder,
    Story,
    differences,
    disagreements,
)

pytestmark = pytest.mark.django_db

SALES = 24
SEEDS = (1, 2, 3)

# Held and available money together: which of them it is follows from the hand-over alone.
BOOKS = """
SELECT coalesce(o.number, ''), replace(a.kind, 'shop_available', 'shop_hold'),
       coalesce(ordered.slug, s.slug), sum(e.amount_cents)::bigint
  FROM ledger_entry e
  JOIN ledger_transaction t ON t.id = e.transaction_id
  JOIN ledger_account a ON a.id = e.account_id
  LEFT JOIN shops_shop s ON s.id = a.shop_id
  LEFT JOIN orders_order o ON o.id = t.order_id
  LEFT JOIN orders_shoporder so ON so.id = e.shop_order_id
  LEFT JOIN shops_shop ordered ON ordered.id = so.shop_id
 GROUP BY 1, 2, 3 HAVING sum(e.amount_cents) <> 0
"""


class RealOffice:
    """The services, on PostgreSQL."""

    def __init__(self, gateway):
        self.gateway = gateway

    def ingest(self, text):
        document = document_store(text, source="file")
        assert document_ingest(document_id=document.pk, now=NOW) in ("done", "stale")

    def read(self, _account):
        news_take(gateway=self.gateway, now=NOW)

    def books(self):
        found = {}
        with connection.cursor() as cursor:
            cursor.execute(BOOKS)
            for number, account, shop, cents in cursor.fetchall():
                found.setdefault(number, {})[(account, shop)] = cents
        return found

    def reconciliation(self):
        return psp_reconcile()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_services_keep_the_books_of_the_office_in_memory(db, seed, say):
    open_town()
    with Provider.in_settings() as provider:
        account = Account(provider.server.engine)
        story = Story(seed, account, SALES)
        Association.objects.update(**story.rules)
        in_order = InOrder(MemoryOffice(story.rules))
        any_how = AnyHow(RealOffice(provider.gateway()), random.Random(f"anyhow {seed}"))
        story.tell(in_order, any_how)
        assert differences(in_order.office, any_how.office) == []
        assert disagreements(any_how.office, account) == []
        assert find_problems() == []
        pay_all(provider, any_how)
        assert find_problems() == []
    say(
        f"{SALES} of such sequences through the services and PostgreSQL (story {seed}): "
        f"{any_how.counts['messages']} messages, {any_how.counts['snapshots']} snapshots, "
        f"{any_how.counts['readings']} readings, then a run of transfers with one taken back"
    )


def pay_all(provider, any_how):
    """Hand everything over and pay the shops by transfers; one is taken back at Stripe."""
    provider.connect()
    for saleor in any_how.saleors.values():
        saleor.basket.hand_over()
        any_how.office.ingest(saleor.snapshot())
    provider.server.advance(days=14)
    # One that is not handed over: enough to pay with, whatever went to the bank before.
    large = Basket("large", [Line("mercerie", 50_000_000)], [Tender(50_000_000)])
    provider.pay(large)
    large.deliver()
    provider.server.advance(days=14)
    SettlementRules.objects.create(id=1, dispute_hold_cents=None)  # else the stories' hold all
    run = draft()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    sending = run_send(run_id=run.pk, executed_by=operator(), gateway=provider.gateway(), now=NOW)
    assert (sending.refused, sending.waiting, sending.problem) == (0, 0, "")
    assert sending.sent == run.payouts.count() >= 1
    payout = run.payouts.first()
    provider.news()
    provider.stripe.transfers.reversals.create(payout.transfers.get().provider_id, {})
    provider.news()
    payout.refresh_from_db()
    assert payout.state == "returned"
    assert provider.agrees()
