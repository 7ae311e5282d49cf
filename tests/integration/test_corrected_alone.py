"""What corrects itself: the example of docs/settlement.md, before and after a payout."""

import pytest

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.settlement.services import SettlementError
from tests.documents import cents, tables
from tests.integration.provider_town import Provider
from tests.integration.small_town import Basket, Line, Tender, draft, open_town, pay

ROWS = tables("settlement.md", "change")
DISPUTES = tables("settlement.md", "dispute")
PIECES = {"one of the articles": 1, "both articles": 2}
REFUSAL = "refusal of the bookshop's part"


def stated_lines(run):
    """Return the bookshop's lines of a run as the page writes them: "sale 45.20"."""
    found = run.statements.filter(shop__slug="librairie").first()
    lines = found.document["lines"] if found else []
    return ", ".join(f"{line['kind']} {line['net_cents'] / 100:.2f}" for line in lines)


def sold():
    goods = [Line("librairie", 5000, pieces=2), Line("mercerie", 5000)]
    return Basket("1", goods, [Tender(10_000)])


def change(basket, row):
    """Let the row's change happen in Saleor."""
    what, _, of = row["change"].partition(" of ")
    pieces = 2 if row["change"] == REFUSAL else PIECES.get(of, 0)
    if what == "return":
        basket.bring_back(0, pieces)
    if amount := cents(row["of"]):
        basket.refund(amount, lines={0: pieces} if pieces else {})
    basket.deliver()


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["change"])
def test_what_comes_before_the_payout_changes_the_sale(row):
    open_town()
    basket = sold()
    basket.hand_over("mercerie") if row["change"] == REFUSAL else basket.hand_over()
    change(basket, row)
    assert stated_lines(pay(draft())) == row["before the payout"]
    assert find_problems() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["after the payout"]], ids=lambda row: row["change"]
)
def test_what_comes_after_the_payout_is_a_line_of_the_next_statement(row):
    open_town()
    basket = sold()
    basket.hand_over()
    basket.deliver()
    assert stated_lines(pay(draft())) == "sale 45.20"
    change(basket, row)
    assert stated_lines(pay(draft())) == row["after the payout"]
    assert find_problems() == []


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["before the payout", "after the payout"])
@pytest.mark.parametrize("row", DISPUTES, ids=lambda row: row["dispute"])
def test_a_dispute_is_a_line_and_its_end_corrects_it(row, moment):
    open_town()
    with Provider.open() as provider:
        basket = sold()
        provider.pay(basket)
        basket.hand_over()
        basket.deliver()
        if moment == "after the payout":
            assert stated_lines(pay(draft())) == "sale 45.20"
        dispute = provider.dispute(basket, cents(row["of"]))
        told(provider, basket)
        assert stated_lines(pay(draft())) == row[moment]
        provider.end_dispute(basket, dispute, won=row["dispute"].endswith("won"))
        told(provider, basket)
        assert stated_lines_of_next_run() == row["once it has ended"]
        assert find_problems() == []


def told(provider, basket):
    """Let the Office hear of it from both sides."""
    basket.deliver()
    provider.news()


def stated_lines_of_next_run():
    """Return what the bookshop's next statement says; nothing when there is nothing to pay."""
    try:
        return stated_lines(pay(draft()))
    except SettlementError:
        return ""
