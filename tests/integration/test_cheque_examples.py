"""The worked examples of docs/gift-cheques.md, each row run."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.cheques.models import ChequeRules
from saleor_alencon.cheques.movements import expiries_reserve, refund_reserve
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.domain.accounts import PLAN, AccountKind
from saleor_alencon.domain.cheques import redemption_of
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.orders.models import TenderShare
from tests.integration.cheque_town import SOLD, accept, clock, paid_by, redeem, sell
from tests.integration.small_town import NOW, Basket, Line, Tender, open_town, operator

PAGE = (Path(__file__).parents[2] / "docs/gift-cheques.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """Return the rows of the page's first table after a heading."""
    rows = re.search(rf"^## {heading}\n.*?\n((?:\|[^\n]*\n)+)", PAGE, re.DOTALL | re.MULTILINE)
    assert rows
    return [
        [cell.strip() for cell in row.strip("|").split("|")] for row in rows[1].splitlines()[2:]
    ]


def cents(text: str) -> int:
    return int(Decimal(text or "0") * 100)


def bps(text: str) -> int:
    return cents(text.removesuffix(" %"))


def balances() -> dict[str, int]:
    return {PLAN[kind].number: amount for kind, amount in balances_by_kind().items() if amount}


@pytest.mark.django_db
@pytest.mark.parametrize("row", table("Selling, printing"), ids=lambda row: row[0])
def test_what_is_sold_is_owed(row):
    open_town()
    sell(cents(row[1]), int(row[2]))
    owed = cents(row[3])
    assert balances() == {"419700": -owed, "512100": owed}
    assert (row[4], row[5]) == ("0.00", "0.00")


@pytest.mark.parametrize("row", table("At a counter"), ids=lambda row: " ".join(row[:3]))
def test_what_a_counter_gets(row):
    rate, vat, amount, fee, on_it, gets, falls = row
    found = redemption_of(cents(amount), fee_rate_bps=bps(rate), vat_rate_bps=bps(vat))
    assert (found.fee_cents, found.fee_vat_cents) == (cents(fee), cents(on_it))
    assert (found.net_cents, found.amount_cents) == (cents(gets), cents(falls))


def parts(text: str) -> dict[str, int]:
    """Read "librairie 30.00, mercerie 20.00"; bold makes no difference."""
    words = (each.replace("*", "").split() for each in text.split(", "))
    return {shop: cents(amount) for shop, amount in words}


@pytest.mark.django_db
@pytest.mark.parametrize("row", table("Online"), ids=lambda row: f"{row[0]} / {row[1]}")
def test_what_a_cheque_pays_of_a_mixed_basket(row):
    basket, cheque_text, card_text, by_cheque, by_card = row
    open_town()
    accept(*re.findall(r"\*\*(\w+)\*\*", basket))
    (cheque,) = sell(cents(cheque_text))
    lines = [Line(shop, amount) for shop, amount in parts(basket).items()]
    Basket("1", lines, [Tender(cents(card_text)), paid_by(cheque, cents(cheque_text))]).deliver()
    found = {"gift_cheque": {}, "card": {}}
    for share in TenderShare.objects.select_related("tender", "shop_order__shop"):
        found[share.tender.kind][share.shop_order.shop.slug] = share.charged_cents
    assert found == {"gift_cheque": parts(by_cheque), "card": parts(by_card)}


@pytest.mark.django_db
def test_the_accounts_of_each_event():
    open_town()
    accept("librairie")
    ChequeRules.objects.create(valid_from=SOLD.date(), write_off_after_days=30)
    late = NOW.replace(year=2028)
    kept: dict = {}

    def selling():
        (kept["cheque"],) = sell(5000)

    def taking():
        redeem(kept["cheque"], "librairie", 2000)

    def expiring():
        (movement,) = expiries_reserve(now=late)
        movement_settle(movement_id=movement.pk, clock=lambda: late)

    def paying_back():
        (cheque,) = sell(5000, key="another")
        kept["before"] = balances()
        movement = refund_reserve(
            cheque_id=cheque.pk, reason="Erreur", asked_by=operator(), now=NOW
        )
        movement_settle(movement_id=movement.pk, clock=clock)

    numbers = ("419700", "512100", "467200", "758100")
    rows = table("Blocked, repaid, expired")
    for (name, *amounts), event in zip(rows, (selling, taking, expiring, paying_back), strict=True):
        kept["before"] = balances()
        event()
        after = balances()
        moved = [after.get(each, 0) - kept["before"].get(each, 0) for each in numbers]
        assert moved == [cents(amount) for amount in amounts], name
    assert AccountKind.GIFT_CHEQUES_EXPIRED in balances_by_kind()


@pytest.mark.django_db
def test_a_card_that_the_office_gave_away_is_a_charge_when_it_pays():
    open_town()
    made = Basket("1", [Line("fromagerie", 2000)], [Tender(2000, gift=True, card="ZZZZ")])

    def refunding():
        made.refund(500)
        made.deliver()

    numbers = ("419700", "658200", "467100", "706100", "445710")
    rows = table("Cards that the Office gave away")
    for (name, *amounts), event in zip(rows, (made.deliver, refunding), strict=True):
        before = balances()
        event()
        after = balances()
        moved = [after.get(each, 0) - before.get(each, 0) for each in numbers]
        assert moved == [cents(amount) for amount in amounts], name
    assert find_problems() == []


@pytest.mark.django_db
def test_a_card_that_was_sold_is_a_debt_and_no_charge():
    open_town()
    (cheque,) = sell(5000)
    Basket("1", [Line("fromagerie", 2000)], [paid_by(cheque, 2000)]).deliver()
    assert (balances()["419700"], balances().get("658200")) == (-3000, None)
    assert find_problems() == []
