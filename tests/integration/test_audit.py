"""``alencon check`` finds each kind of broken books: every invariant is broken here once."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from saleor_alencon.audit.invariants import INVARIANTS, find_problems
from saleor_alencon.dac7.services import report_freeze
from saleor_alencon.dues.models import DuesRate
from saleor_alencon.dues.services import payment_record
from saleor_alencon.invoicing.services import commission_invoices_issue, dues_bill_issue
from saleor_alencon.local.embedded_postgres import url
from saleor_alencon.settlement.adjustments import adjustment_approve, adjustment_draft
from saleor_alencon.settlement.demands import demand_call, demand_pay
from saleor_alencon.settlement.models import ShopTerms
from saleor_alencon.settlement.services import payout_return
from saleor_alencon.shops.models import Association, Shop
from tests.conftest import connected_to
from tests.integration.cheque_town import accept, paid_by, redeem, sell
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
    pay,
)

NEXT_YEAR = datetime.datetime(2027, 1, 10, 9, tzinfo=datetime.UTC)
TAMPERINGS = {
    "every transaction balances, with two or more entries": """
        DELETE FROM ledger_entry WHERE id = (SELECT max(id) FROM ledger_entry)""",
    "the trial balance is zero": """
        UPDATE ledger_entry SET amount_cents = amount_cents + 1
         WHERE id = (SELECT min(id) FROM ledger_entry)""",
    "shares of a tender and the shopper's credit sum to the order's tenders": """
        UPDATE orders_order SET shopper_credit_cents = 1""",
    "a shop order's paid and refunded amounts are those of its lines and delivery": """
        UPDATE orders_shoporder SET paid_cents = paid_cents + 1""",
    "refunds do not exceed what was paid": """
        UPDATE orders_shoporder SET refunded_cents = paid_cents + 1""",
    "held, available and stated money of a shop order is its net": """
        UPDATE orders_shoporder SET net_cents = net_cents - 1""",
    "a released shop order's money is all available, one that is not all held": """
        UPDATE orders_shoporder SET released_at = NULL""",
    "a shop order's gross is commission, VAT and net": """
        UPDATE orders_shoporderline SET paid_cents = paid_cents + 1""",
    "a line's commission is what its frozen terms say": """
        UPDATE orders_shoporderline SET commission_rate_bps = commission_rate_bps + 1000""",
    "a statement's lines sum to its net": """
        UPDATE settlement_statement SET net_cents = net_cents + 1, carried_cents = carried_cents + 1
         WHERE id = (SELECT max(id) FROM settlement_statement)""",
    "a statement claims what it explains": """
        DELETE FROM settlement_claim WHERE id = (SELECT max(id) FROM settlement_claim)""",
    "payouts of an approved run are in the ledger": """
        UPDATE settlement_payout SET state = 'draft'""",
    "what each tender charged and gave back is on its account": """
        UPDATE orders_tender SET charged_cents = charged_cents + 1""",
    "a statement opens with what the one before carried": """
        UPDATE settlement_statement SET opening_cents = 1, carried_cents = carried_cents + 1
         WHERE id = (SELECT max(id) FROM settlement_statement)""",
    "a statement line's items and tenders sum to it": """
        UPDATE settlement_statementtender SET amount_cents = amount_cents + 1""",
    "a shop order is sold on one statement line": """
        UPDATE settlement_statementline SET kind = 'sale'""",
    "a payout pays what its statement says": """
        UPDATE settlement_payout SET amount_cents = amount_cents + 1""",
    "an automatic payout of the provider's is made of its movements": """
        WITH payout AS (
          INSERT INTO psp_providerpayout (provider_id, amount_cents, status, automatic, created_at,
                                          arrival_on, failure, composed)
          VALUES ('po_1', 100, 'paid', true, now(), now(), '', true) RETURNING id)
        INSERT INTO psp_balancetransaction (provider_id, kind, amount_cents, fee_cents, currency,
          created_at, source, related, payment_intent, saleor_transaction, payout_reference,
          provider_payout_id, counted_digest)
        SELECT 'txn_1', 'payout', -100, 0, 'EUR', now(), 'po_1', '', '', '', 'po_1', id, ''
          FROM payout""",
    "payouts declared executed or returned are in the ledger": """
        UPDATE settlement_payout SET state = 'executed' WHERE state = 'returned'""",
    "dues called and not paid are on the shops' receivable accounts": """
        UPDATE dues_duesbill SET base_cents = base_cents + 1, total_cents = total_cents + 1""",
    "demands not paid are on the shops' receivable accounts": """
        UPDATE settlement_demand SET amount_cents = amount_cents + 1""",
    "no demand is paid beyond what was asked": """
        UPDATE settlement_demandpayment SET amount_cents = 1000000""",
    "what is put by of each shop is on its reserve account": """
        UPDATE settlement_reserve SET amount_cents = amount_cents + 1""",
    "no reserve gives back more than was put by": """
        INSERT INTO settlement_reserverelease (reserve_id, amount_cents, covers, released_at)
        SELECT id, amount_cents + 1, false, now() FROM settlement_reserve""",
    "an approved adjustment is in the ledger, no other is": """
        UPDATE settlement_adjustment SET shop_cents = shop_cents + 1""",
    "an approved statement's document is the one that was sealed": """
        UPDATE settlement_statementseal SET sha256 = 'x' WHERE kind = 'document'""",
    "no dues are paid beyond what was called": """
        UPDATE dues_duespayment SET amount_cents = 1000000""",
    "each call for dues has its invoice, a cancelled one its credit note": """
        UPDATE dues_duesbill SET cancelled_at = now()""",
    "invoices are numbered without a gap": """
        UPDATE invoicing_invoice SET sequence = sequence + 1
         WHERE id = (SELECT max(id) FROM invoicing_invoice)""",
    "a statement's invoice has its commission": """
        UPDATE invoicing_invoice SET net_cents = net_cents + 1, total_cents = total_cents + 1
         WHERE statement_id IS NOT NULL""",
    "gift cheques issued, less what was used, expired and refunded, are the ledger's liability": """
        UPDATE cheques_cheque SET face_cents = face_cents + 1""",
    "what a gift card that the Office did not sell paid is a charge": """
        DELETE FROM cheques_chequeuse""",
    "what is left of a cheque is its face value less what was taken of it": """
        UPDATE cheques_cheque SET remaining_cents = remaining_cents + 1""",
    "no cheque paid more than its face value": """
        UPDATE cheques_chequeuse SET charged_cents = charged_cents + 1000000""",
    "what a cheque paid online is what its tender says": """
        UPDATE cheques_chequeuse SET charged_cents = charged_cents - 1""",
    "what was taken of a cheque outside web orders is posted once, to its shop": """
        UPDATE cheques_chequemovement SET shop_id = (SELECT id FROM shops_shop
         WHERE slug = 'fromagerie')""",
    "a frozen DAC7 declaration is what the ledger credited": """
        UPDATE dac7_reportedseller SET total_cents = total_cents + 1""",
    "a bank file's control sum is that of its run's payouts": """
        UPDATE settlement_settlementrun SET payment_file = 'x' WHERE payment_file IS NOT NULL""",
    "PSP clearing is what the provider says it holds": """
        INSERT INTO psp_fetchstate (id, page_after, complete_at) VALUES (1, '', now())""",
}


@pytest.fixture
def settled_town(own_database, embedded_socket):
    """Sales, a payout that came back, a refund after it, dues and invoices; seen by who may break
    everything.
    """
    open_town()
    Association.objects.update(siret="81234567800014", vat_number="FR45812345678")
    DuesRate.objects.create(year=2026, base_cents=6000, surcharge_cents=0)
    lines = [Line("librairie", 5000), Line("fromagerie", 5001)]
    accept("librairie", "fromagerie")
    online, counter = sell(5000, 2)
    redeem(counter, "librairie", 1500)
    basket = Basket("1", lines, [paid_by(online, 4000), Tender(6001)])
    basket.hand_over()
    basket.deliver()
    mercer = Shop.objects.get(slug="mercerie")
    ShopTerms.objects.create(shop=Shop.objects.get(slug="fromagerie"), reserve_rate_bps=1000)
    made = adjustment_draft(
        shop=mercer, kind="goodwill", amount_cents=-2000, bearer="shop", reason="Échange",
        drafted_by=operator(), now=NOW,
    )  # fmt: skip
    adjustment_approve(adjustment_id=made.pk, approved_by=approver(), now=NOW)
    demand = demand_call(shop_id=mercer.pk, reason="Fin des ventes", called_by=operator(), now=NOW)
    demand_pay(
        demand_id=demand.pk, amount_cents=500, paid_on=NOW.date(), method="cheque",
        recorded_by=operator(), now=NOW,
    )  # fmt: skip
    first = pay(draft())
    payout = first.payouts.get(shop__slug="librairie")
    payout_return(payout_id=payout.pk, returned_by=operator(), reason="AC04", now=NOW)
    basket.refund(1000, lines={0: 1}, tender=1)
    basket.deliver()
    pay(draft())
    commission_invoices_issue(now=NOW)
    shop = Shop.objects.get(slug="librairie")
    dues_bill_issue(shop_id=shop.pk, year=2026, billed_by=operator(), now=NOW)
    payment_record(
        bill_id=shop.dues_bills.get().pk, amount_cents=1000, paid_on=NOW.date(), method="cheque",
        recorded_by=operator(), now=NOW,
    )  # fmt: skip
    report_freeze(year=2026, frozen_by=operator(), now=NEXT_YEAR)
    with connected_to(url(embedded_socket, "postgres", own_database)):
        yield


def test_every_invariant_is_seen_when_it_is_broken(settled_town):
    assert list(TAMPERINGS) == list(INVARIANTS)
    assert find_problems() == []
    for invariant, statement in TAMPERINGS.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(statement)
            found = {problem.split(": ")[0] for problem in find_problems()}
            assert invariant in found
            transaction.set_rollback(True)
    assert find_problems() == []


def test_the_command_lists_what_is_broken_and_fails(settled_town, capsys):
    call_command("check")
    assert f"0 problems ({len(INVARIANTS)} invariants checked)" in capsys.readouterr().out
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET shopper_credit_cents = 1")
        with pytest.raises(CommandError) as failure:
            call_command("check")
        transaction.set_rollback(True)
    assert failure.value.returncode == 1
    name = "shares of a tender and the shopper's credit sum to the order's tenders"
    assert f"{name}: order 1\n1 problems" in capsys.readouterr().out
