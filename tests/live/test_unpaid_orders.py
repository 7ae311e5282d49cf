"""An order whose money is under way: no shop prepares it or hands it over before it is paid."""

import pytest

from saleor_alencon.local.saleor_stack import run_office
from tests.live.card_shopper import CardShopper, Started
from tests.live.merchants import BOOKSHOP, Shops
from tests.live.shopping import PlacedOrder
from tests.live.test_merchant_scope import FULFIL, own_line
from tests.live.test_payments import BOOK, eventually

UNDER_WAY = "FR3020041010050500013M02609"
NOT_PAID = "La commande n'est pas payée : elle ne peut pas être remise."


@pytest.fixture(autouse=True)
def office(shopper: CardShopper) -> None:
    run_office(shopper.live.stack, "seed")


def buy_by_debit(shopper: CardShopper) -> tuple[PlacedOrder, Started]:
    """Order a book; the bank takes days to say whether it pays."""
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    shopper.confirm(started, shopper.debit_method(UNDER_WAY))
    assert shopper.process(started)["transactionEvent"]["type"] == "CHARGE_REQUEST"
    return shopper.town.complete(checkout), started


def states(shopper: CardShopper, order: PlacedOrder) -> tuple[str, str]:
    """Return the states of the shop order and of its pickup, as the Office has them."""
    run_office(shopper.live.stack, "ingest")
    row = shopper.live.admin.execute(
        "SELECT part.state, pickup.state FROM alencon.orders_shoporder part"
        " JOIN alencon.orders_pickup pickup ON pickup.shop_order_id = part.id"
        " JOIN alencon.orders_order saleor ON saleor.id = part.order_id WHERE saleor.number = %s",
        [order.number],
    ).fetchone()
    return row or ("", "")


def handing_over(shops: Shops, order: PlacedOrder) -> dict[str, object]:
    """Return what the bookshop's merchant sends from Saleor's Dashboard."""
    stocks = [{"warehouse": shops.warehouse(BOOKSHOP), "quantity": 1}]
    line = own_line(shops, order.id, BOOK)
    return {"id": order.id, "input": {"lines": [{"orderLineId": line, "stocks": stocks}]}}


def test_an_order_is_prepared_once_its_direct_debit_has_come(
    shopper: CardShopper, shops: Shops
) -> None:
    order, started = buy_by_debit(shopper)

    eventually(lambda: states(shopper, order), ("awaiting_payment", "awaiting_payment"))
    assert shops.a.refused(FULFIL, **handing_over(shops, order)) == NOT_PAID
    shopper.stripe.settle(shopper.charge(started))
    shopper.stripe.pause_deliveries(False)

    eventually(lambda: states(shopper, order), ("to_prepare", "to_prepare"))
    shops.a.do(FULFIL, **handing_over(shops, order))
    eventually(lambda: states(shopper, order), ("handed_over", "handed_over"))


def test_an_order_whose_direct_debit_the_bank_refuses_is_never_prepared(
    shopper: CardShopper, shops: Shops
) -> None:
    order, started = buy_by_debit(shopper)

    shopper.stripe.settle(shopper.charge(started), "fail")
    shopper.stripe.pause_deliveries(False)
    eventually(lambda: shopper.events(started)[-1], ("CHARGE_FAILURE", started.intent))

    eventually(lambda: states(shopper, order), ("awaiting_payment", "awaiting_payment"))
    assert shops.a.refused(FULFIL, **handing_over(shops, order)) == NOT_PAID
    assert shopper.town.order(order.id)["status"] == "UNFULFILLED"

    # The Office gives it up in Saleor, and the book can be sold again.
    shopper.town.cancel(order.id)
    eventually(lambda: states(shopper, order), ("cancelled", "cancelled"))
    (allocation,) = shopper.town.order(order.id)["lines"][0]["allocations"]
    assert allocation["quantity"] == 0


def test_the_rest_of_an_order_is_handed_over_after_a_refund_of_a_part(
    shopper: CardShopper, shops: Shops
) -> None:
    checkout = shopper.town.start_checkout({BOOK: 2})
    started = shopper.pay(checkout)
    order = shopper.town.complete(checkout)
    refund, _amount = shopper.town.grant_refund(order.id, started.transaction, skus={BOOK: 1})
    shopper.town.request_refund(started.transaction, refund)

    shops.a.do(FULFIL, **handing_over(shops, order))
