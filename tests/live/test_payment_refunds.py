"""Money given back through Saleor: once at Stripe, once in Saleor, whatever the network does."""

from decimal import Decimal
from typing import Any

import pytest

from tests.live.card_shopper import CardShopper, Started
from tests.live.test_payments import BOOK, BREAD, CIDER, eventually

REQUEST_ACTION = """
mutation($id: ID!, $action: TransactionActionEnum!, $amount: PositiveDecimal) {
  transactionRequestAction(id: $id, actionType: $action, amount: $amount) {
    errors { field code message }
  }
}"""


def buy(shopper: CardShopper, card: str = "pm_card_visa") -> tuple[str, Started]:
    """Buy two books, a cider and a bread; return the order's id and the payment."""
    checkout = shopper.town.start_checkout({BOOK: 2, CIDER: 1, BREAD: 1})
    started = shopper.pay(checkout, card)
    return shopper.town.complete(checkout).id, started


def granted_status(shopper: CardShopper, order: str) -> list[str]:
    return [refund["status"] for refund in shopper.town.order(order)["grantedRefunds"]]


def refund_book(shopper: CardShopper, order: str, started: Started) -> None:
    """Grant one book back and ask for its money."""
    refund, amount = shopper.town.grant_refund(order, started.transaction, skus={BOOK: 1})
    assert amount == Decimal("21.90")
    shopper.town.request_refund(started.transaction, refund)


def request(shopper: CardShopper, started: Started, action: str, amount: str) -> Any:
    return shopper.town.staff.mutate(
        REQUEST_ACTION, id=started.transaction, action=action, amount=amount
    )


def test_a_refund_by_lines_is_made_once_and_leaves_no_failure(shopper: CardShopper) -> None:
    order, started = buy(shopper)

    refund_book(shopper, order, started)

    assert shopper.refunds(started) == [2190]
    assert granted_status(shopper, order) == ["SUCCESS"]
    events = [kind for kind, _reference in shopper.events(started)]
    assert "REFUND_FAILURE" not in events
    assert events.count("REFUND_SUCCESS") == 1
    reference = shopper.events(started)[-1][1]
    assert reference is not None
    assert reference.startswith("re_")
    assert shopper.transaction(started)["refundedAmount"]["amount"] == 21.9


def test_the_message_about_a_refund_that_saleor_made_changes_nothing(shopper: CardShopper) -> None:
    order, started = buy(shopper)
    refund_book(shopper, order, started)
    before = shopper.events(started)

    shopper.stripe.pause_deliveries(False)
    shopper.stripe.deliver_due()
    shopper.watch()

    assert shopper.events(started) == before
    assert granted_status(shopper, order) == ["SUCCESS"]


def test_two_refunds_by_amount_are_two_refunds(shopper: CardShopper) -> None:
    _order, started = buy(shopper)

    request(shopper, started, "REFUND", "5.00")
    request(shopper, started, "REFUND", "5.00")

    assert shopper.refunds(started) == [500, 500]
    assert shopper.transaction(started)["refundedAmount"]["amount"] == 10.0


def test_a_pending_refund_is_finished_by_its_message(shopper: CardShopper) -> None:
    order, started = buy(shopper, "pm_card_pendingRefund")

    refund_book(shopper, order, started)
    assert granted_status(shopper, order) == ["PENDING"]
    assert shopper.transaction(started)["refundPendingAmount"]["amount"] == 21.9
    shopper.stripe.advance(days=10)
    shopper.stripe.pause_deliveries(False)

    eventually(lambda: granted_status(shopper, order), ["SUCCESS"])
    assert shopper.transaction(started)["refundedAmount"]["amount"] == 21.9


def test_a_refund_that_fails_later_takes_the_money_back_into_the_books(
    shopper: CardShopper,
) -> None:
    order, started = buy(shopper, "pm_card_refundFail")
    refund_book(shopper, order, started)
    shopper.stripe.advance(days=10)
    shopper.stripe.pause_deliveries(False)

    eventually(lambda: granted_status(shopper, order), ["FAILURE"])
    found = shopper.transaction(started)
    assert found["refundedAmount"]["amount"] == 0.0
    assert found["chargedAmount"]["amount"] == 53.95


def test_a_refund_that_stripe_refuses_says_why(shopper: CardShopper) -> None:
    order, started = buy(shopper)
    shopper.stripe.refund(shopper.charge(started))

    refund_book(shopper, order, started)

    assert granted_status(shopper, order) == ["FAILURE"]
    event = shopper.transaction(started)["events"][0]
    assert event["type"] == "REFUND_FAILURE"
    assert event["message"].startswith("Stripe refuses the refund (")


@pytest.mark.parametrize("fault", ["drop_answer", "drop_request", "rate_limit"])
def test_one_fault_while_a_refund_is_made_leaves_one_refund(
    shopper: CardShopper, fault: str
) -> None:
    order, started = buy(shopper)
    shopper.stripe.fault(fault, "/v1/refunds")

    refund_book(shopper, order, started)

    assert shopper.refunds(started) == [2190]
    assert granted_status(shopper, order) == ["SUCCESS"]


@pytest.mark.parametrize("fault", ["drop_request", "error"])
def test_a_refund_without_an_answer_is_made_by_the_watch(shopper: CardShopper, fault: str) -> None:
    order, started = buy(shopper)
    shopper.stripe.fault(fault, "/v1/refunds", times=2 if fault == "drop_request" else 1)

    refund_book(shopper, order, started)
    assert shopper.refunds(started) == []
    assert granted_status(shopper, order) == ["PENDING"]
    shopper.watch()

    assert shopper.refunds(started) == [2190]
    assert granted_status(shopper, order) == ["SUCCESS"]


def test_a_capture_is_answered_by_what_is_charged(shopper: CardShopper) -> None:
    _order, started = buy(shopper)
    before = shopper.transaction(started)["chargedAmount"]

    request(shopper, started, "CHARGE", "1.00")

    assert shopper.transaction(started)["chargedAmount"] == before
    assert len(shopper.list_at_stripe("charges", payment_intent=started.intent)) == 1


def test_a_cancel_ends_a_payment_that_is_not_made(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)

    request(shopper, started, "CANCEL", "21.90")

    assert shopper.intent(started)["status"] == "canceled"
    assert shopper.events(started)[-1] == ("CANCEL_SUCCESS", started.intent)


def test_a_cancel_of_a_payment_that_is_made_is_refused(shopper: CardShopper) -> None:
    _order, started = buy(shopper)

    request(shopper, started, "CANCEL", "1.00")

    assert shopper.intent(started)["status"] == "succeeded"
    assert shopper.events(started)[-1][0] == "CANCEL_FAILURE"
