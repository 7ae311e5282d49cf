"""No basket stays paid without an order or its money back."""

import json
from decimal import Decimal

import pytest

from saleor_alencon.saleor_api.client import SaleorRefused
from tests.live.card_shopper import CardShopper, Started
from tests.live.test_delivery import SET_METADATA
from tests.live.test_payments import BOOK, CIDER

LEAVE_STOCK = """
UPDATE warehouse_stock SET quantity = %s
 WHERE product_variant_id = (SELECT id FROM product_productvariant WHERE sku = %s)"""


def outcome(shopper: CardShopper, started: Started) -> tuple[str, str]:
    """Return state and outcome of a payment."""
    row = shopper.live.admin.execute(
        "SELECT state, outcome FROM alencon_payments_intent WHERE intent_id = %s", [started.intent]
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def pay_and_leave(shopper: CardShopper, checkout: str) -> Started:
    """Pay, and never come back."""
    started = shopper.start(checkout)
    assert shopper.confirm(started)["status"] == "succeeded"
    return started


def test_a_paid_basket_that_nobody_told_saleor_of_becomes_an_order(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = pay_and_leave(shopper, checkout)

    shopper.watch(order_minutes=60)
    assert outcome(shopper, started) == ("charged", "")
    assert shopper.checkout(checkout) == {"authorizeStatus": "FULL", "chargeStatus": "FULL"}
    shopper.watch(order_minutes=0)

    assert outcome(shopper, started) == ("closed", "ordered")
    order = shopper.transaction(started)["order"]["id"]
    shopper.live.sweep()  # the watch's process may end before its hook has captured
    shopper.live.wait_for(order, lambda row: row.order["isPaid"])
    assert shopper.refunds(started) == []


def test_a_paid_basket_without_stock_is_refunded(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({CIDER: 2})
    started = shopper.pay(checkout)
    shopper.live.admin.execute(LEAVE_STOCK, [1, CIDER])
    with pytest.raises(SaleorRefused, match="INSUFFICIENT_STOCK"):
        shopper.town.complete(checkout)

    shopper.watch(order_minutes=60)
    assert shopper.refunds(started) == []
    shopper.watch(order_minutes=0)
    shopper.watch(order_minutes=0)

    assert outcome(shopper, started) == ("closed", "no_order")
    assert shopper.refunds(started) == [1190]
    assert shopper.events(started)[-1][0] == "REFUND_SUCCESS"
    assert shopper.checkout(checkout) == {"authorizeStatus": "NONE", "chargeStatus": "NONE"}


def test_a_paid_basket_whose_delivery_is_refused_is_refunded(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    choice = {"version": 1, "shops": {"cave-notre-dame": {"choice": "collect"}}}
    shopper.town.public.mutate(
        SET_METADATA,
        id=checkout,
        input=[{"key": "alencon.delivery", "value": json.dumps(choice)}],
    )
    started = shopper.pay(checkout)
    with pytest.raises(SaleorRefused, match="metadata"):
        shopper.town.complete(checkout)

    shopper.watch(order_minutes=0)

    assert outcome(shopper, started) == ("closed", "no_order")
    assert shopper.refunds(started) == [2190]


def test_a_part_that_was_paid_of_a_basket_left_behind_is_refunded(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout, Decimal("10.00"))
    shopper.confirm(started)
    shopper.process(started)

    shopper.watch(order_minutes=0)

    assert outcome(shopper, started) == ("closed", "no_order")
    assert shopper.refunds(started) == [1000]


def test_a_refund_of_the_watch_without_an_answer_is_made_by_the_next(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout, Decimal("10.00"))
    shopper.confirm(started)
    shopper.stripe.fault("drop_answer", "/v1/refunds")
    shopper.stripe.fault("drop_request", "/v1/refunds", method="GET", times=3)

    shopper.watch(order_minutes=0)
    for _round in range(3):
        shopper.watch(order_minutes=0)

    assert shopper.refunds(started) == [1000]
    assert [kind for kind, _ in shopper.events(started)].count("REFUND_SUCCESS") == 1


def test_a_payment_that_nobody_makes_is_given_up_after_a_day(shopper: CardShopper) -> None:
    started = shopper.start(shopper.town.start_checkout({BOOK: 1}))
    shopper.watch()
    assert outcome(shopper, started) == ("open", "")
    shopper.live.admin.execute(
        "UPDATE alencon_payments_intent SET created_at = now() - interval '25 hours'"
        " WHERE intent_id = %s",
        [started.intent],
    )

    shopper.watch()

    assert outcome(shopper, started) == ("closed", "canceled")
    assert shopper.intent(started)["status"] == "canceled"


def test_a_settled_payment_is_looked_at_again_when_a_person_asks(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.pay(checkout)
    shopper.town.complete(checkout)
    shopper.watch()
    assert outcome(shopper, started) == ("closed", "ordered")
    refund = shopper.stripe.refund(shopper.charge(started), 300)

    shopper.run("look", started.intent)

    assert shopper.events(started)[-1] == ("REFUND_SUCCESS", refund["id"])
