"""What corrects itself: the example of docs/settlement.md, before and after a payout."""

import pytest

from saleor_alencon.audit.invariants import find_problems
from tests.documents import cents, tables
from tests.integration.small_town import Basket, Line, Tender, draft, open_town, pay

ROWS = tables("settlement.md", "change")
PIECES = {"refund of one of the articles": {0: 1}, "refund of both articles": {0: 2}}
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
    if row["change"] == REFUSAL:
        basket.refund(5000, lines={0: 2})
    elif amount := cents(row["of"]):
        basket.refund(amount, lines=PIECES.get(row["change"], {}))
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
