"""``alencon check`` finds each kind of broken books: every invariant is broken here once."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from saleor_alencon.audit.invariants import INVARIANTS, find_problems
from saleor_alencon.local.embedded_postgres import url
from saleor_alencon.settlement.services import payout_return
from tests.conftest import connected_to
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    draft,
    open_town,
    operator,
    pay,
)

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
    "payouts declared executed or returned are in the ledger": """
        UPDATE settlement_payout SET state = 'executed' WHERE state = 'returned'""",
    "a bank file's control sum is that of its run's payouts": """
        UPDATE settlement_settlementrun SET payment_file = 'x' WHERE payment_file IS NOT NULL""",
    "PSP clearing is what the provider says it holds": """
        INSERT INTO psp_fetchstate (id, page_after, complete_at) VALUES (1, '', now())""",
}


@pytest.fixture
def settled_town(own_database, embedded_socket):
    """Sales, a payout that came back, a refund after it; seen by who may break everything."""
    open_town()
    lines = [Line("librairie", 5000), Line("fromagerie", 5001)]
    basket = Basket("1", lines, [Tender(4000, gift=True), Tender(6001)])
    basket.hand_over()
    basket.deliver()
    first = pay(draft())
    payout = first.payouts.get(shop__slug="librairie")
    payout_return(payout_id=payout.pk, returned_by=operator(), reason="AC04", now=NOW)
    basket.refund(1000, lines={0: 1}, tender=1)
    basket.deliver()
    pay(draft())
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
