"""Saleor's process killed with SIGKILL around every call to Stripe and every write of its own.

Whatever the point, the shopper who tries again and the watch leave one charge and one refund.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.figures import Killed
from tests.live.card_shopper import GATEWAY, INITIALIZE, PROCESS, CardShopper, Started
from tests.live.killable_saleor import KillableSaleor
from tests.live.points import points_of
from tests.live.shopping import REQUEST_REFUND
from tests.live.test_payment_refunds import REQUEST_ACTION
from tests.live.test_payment_watch import outcome
from tests.live.test_payments import BOOK

KillEverywhere = Callable[[str, Callable[[int], bool], int], None]


@pytest.fixture
def kill_everywhere(saleor: KillableSaleor, killed: Killed) -> KillEverywhere:
    """Give a function that repeats a round, killed one step later each time, until it is not.

    The last one has run all that the action is named for in points.py.
    """

    def kill(action: str, round_of: Callable[[int], bool], least: int) -> None:
        saleor.ran = set()
        steps = 0
        while round_of(steps):
            steps += 1
        assert steps >= least
        assert points_of(action) - saleor.ran == set()
        killed(f"plugin: {action}", steps)

    return kill


def charges_of(shopper: CardShopper, checkout_total: Decimal, paid: Started) -> None:
    """Assert that one charge over the total is all there is."""
    charges = shopper.list_at_stripe("charges", payment_intent=paid.intent)
    assert [charge["amount"] for charge in charges] == [int(checkout_total * 100)]


def test_a_payment_killed_while_it_begins_is_made_once(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 1})
        variables = {"id": checkout, "amount": "21.90", "gateway": {"id": GATEWAY}}
        was_killed = saleor.do("mutate", steps, document=INITIALIZE, variables=variables)
        paid = shopper.pay(checkout)
        order = shopper.town.complete(checkout)
        saleor.do("watch")
        charges_of(shopper, Decimal("21.90"), paid)
        assert outcome(shopper, paid) == ("closed", "ordered")
        source = shopper.live.admin.execute(
            "SELECT source_token FROM alencon_payments_intent WHERE intent_id = %s", [paid.intent]
        ).fetchone()
        states = shopper.live.admin.execute(
            "SELECT DISTINCT state FROM alencon_payments_intent WHERE source_token = %s", source
        ).fetchall()
        assert states == [("closed",)], f"killed after {steps} steps"
        assert shopper.refunds(paid) == []
        assert shopper.transaction(paid)["order"] == {"id": order.id}
        return was_killed

    kill_everywhere("transactionInitialize", one_round, 6)


def test_a_payment_killed_while_it_is_told_to_saleor_is_counted_once(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 1})
        started = shopper.start(checkout)
        shopper.confirm(started)
        variables = {"id": started.transaction}
        was_killed = saleor.do("mutate", steps, document=PROCESS, variables=variables)
        saleor.do("watch")
        assert shopper.checkout(checkout) == {"authorizeStatus": "FULL", "chargeStatus": "FULL"}
        saleor.do("watch", order_minutes=0)
        assert shopper.events(started).count(("CHARGE_SUCCESS", started.intent)) == 1
        assert shopper.transaction(started)["chargedAmount"]["amount"] == 21.9
        assert outcome(shopper, started) == ("closed", "ordered"), f"killed after {steps} steps"
        charges_of(shopper, Decimal("21.90"), started)
        return was_killed

    kill_everywhere("transactionProcess", one_round, 6)


def test_a_message_killed_while_it_is_taken_is_processed_when_it_comes_again_or_by_the_watch(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 1})
        started = shopper.pay(checkout)
        shopper.town.complete(checkout)
        refund = shopper.stripe.refund(shopper.charge(started), 500)
        message = {
            "id": f"evt_killed_{steps}",
            "type": "refund.created",
            "created": 1_790_000_000,
            "data": {"object": {**refund, "payment_intent": started.intent}},
        }
        was_killed = saleor.do("receive", steps, message=message)
        saleor.do("watch")
        kept = shopper.live.admin.execute(
            "SELECT state FROM alencon_payments_providerevent WHERE event_id = %s", [message["id"]]
        ).fetchone()
        if kept is None:  # Stripe had no answer, and sends it again.
            saleor.do("receive", message=message)
        found = shopper.transaction(started)
        assert found["refundedAmount"]["amount"] == 5.0, f"killed after {steps} steps"
        assert found["chargedAmount"]["amount"] == 16.9
        assert shopper.events(started).count(("REFUND_SUCCESS", refund["id"])) == 1
        state = shopper.live.admin.execute(
            "SELECT state FROM alencon_payments_providerevent WHERE event_id = %s", [message["id"]]
        ).fetchone()
        assert state == ("done",)
        return was_killed

    kill_everywhere("a message", one_round, 6)


def test_a_refund_killed_anywhere_is_made_once(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 2})
        started = shopper.pay(checkout)
        order = shopper.town.complete(checkout)
        refund, _ = shopper.town.grant_refund(order.id, started.transaction, skus={BOOK: 1})
        was_killed = saleor.do(
            "mutate",
            steps,
            document=REQUEST_REFUND,
            variables={"id": started.transaction, "refund": refund},
            app_identifier="alencon.test.staff",
        )
        saleor.do("watch")
        if shopper.refunds(started) == []:
            # Killed before Saleor kept the request: nobody asked for anything yet.
            assert shopper.town.order(order.id)["grantedRefunds"][0]["status"] == "NONE"
            shopper.town.request_refund(started.transaction, refund)
        assert shopper.refunds(started) == [2190], f"killed after {steps} steps"
        found = shopper.transaction(started)
        assert found["refundedAmount"]["amount"] == 21.9, f"killed after {steps} steps"
        assert found["chargedAmount"]["amount"] == 21.9
        assert shopper.town.order(order.id)["grantedRefunds"][0]["status"] == "SUCCESS"
        return was_killed

    kill_everywhere("a granted refund", one_round, 8)


def test_the_watch_killed_while_it_gives_a_basket_back_gives_it_back_once(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 1})
        started = shopper.start(checkout, Decimal("10.00"))
        shopper.confirm(started)
        was_killed = saleor.do("watch", steps, order_minutes=0)
        saleor.do("watch", order_minutes=0)
        saleor.do("watch", order_minutes=0)
        assert shopper.refunds(started) == [1000], f"killed after {steps} steps"
        found = shopper.transaction(started)
        assert found["refundedAmount"]["amount"] == 10.0, f"killed after {steps} steps"
        assert found["chargedAmount"]["amount"] == 0.0
        assert outcome(shopper, started) == ("closed", "no_order")
        return was_killed

    saleor.do("watch", order_minutes=0)
    kill_everywhere("the watch's refund", one_round, 10)


def test_a_second_payment_killed_while_it_takes_the_first_s_place_leaves_one_to_pay(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 1})
        first = shopper.start(checkout)
        variables = {"id": checkout, "amount": "21.90", "gateway": {"id": GATEWAY}}
        was_killed = saleor.do("mutate", steps, document=INITIALIZE, variables=variables)
        paid = shopper.pay(checkout)
        shopper.town.complete(checkout)
        assert shopper.intent(first)["status"] == "canceled", f"killed after {steps} steps"
        assert "error" in shopper.confirm(first)
        charges_of(shopper, Decimal("21.90"), paid)
        saleor.do("watch")
        assert outcome(shopper, first) == ("closed", "canceled")
        assert outcome(shopper, paid) == ("closed", "ordered")
        return was_killed

    kill_everywhere("a second transactionInitialize", one_round, 6)


def test_a_cancel_that_is_killed_is_made_by_a_second_one(
    shopper: CardShopper, saleor: KillableSaleor, kill_everywhere: KillEverywhere
) -> None:
    def one_round(steps: int) -> bool:
        started = shopper.start(shopper.town.start_checkout({BOOK: 1}))
        request = {
            "document": REQUEST_ACTION,
            "variables": {"id": started.transaction, "action": "CANCEL", "amount": "21.90"},
            "app_identifier": "alencon.test.staff",
        }
        was_killed = saleor.do("mutate", steps, **request)
        saleor.do("mutate", **request)
        assert shopper.intent(started)["status"] == "canceled", f"killed after {steps} steps"
        saleor.do("watch")
        assert outcome(shopper, started) == ("closed", "canceled")
        found = shopper.transaction(started)
        assert (found["chargedAmount"]["amount"], found["order"]) == (0.0, None)
        return was_killed

    kill_everywhere("a cancel", one_round, 4)
