"""Saleor's process killed with SIGKILL around every call to Stripe and every write of its own.

Whatever the point, the shopper who tries again and the watch leave one charge and one refund.
"""

from collections.abc import Callable
from decimal import Decimal

from tests.figures import Killed
from tests.live.card_shopper import GATEWAY, INITIALIZE, PROCESS, CardShopper, Started
from tests.live.killable_saleor import KillableSaleor
from tests.live.shopping import REQUEST_REFUND
from tests.live.test_payment_watch import outcome
from tests.live.test_payments import BOOK


def kill_everywhere(round_of: Callable[[int], bool], least: int) -> int:
    """Repeat a round, killed one step later each time, until it is not killed."""
    steps = 0
    while round_of(steps):
        steps += 1
    assert steps >= least
    return steps


def charges_of(shopper: CardShopper, checkout_total: Decimal, paid: Started) -> None:
    """Assert that one charge over the total is all there is."""
    charges = shopper.list_at_stripe("charges", payment_intent=paid.intent)
    assert [charge["amount"] for charge in charges] == [int(checkout_total * 100)]


def test_a_payment_killed_while_it_begins_is_made_once(
    shopper: CardShopper, saleor: KillableSaleor, killed: Killed
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

    points = kill_everywhere(one_round, least=6)
    killed("plugin: transactionInitialize", points)


def test_a_payment_killed_while_it_is_told_to_saleor_is_counted_once(
    shopper: CardShopper, saleor: KillableSaleor, killed: Killed
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

    points = kill_everywhere(one_round, least=6)
    killed("plugin: transactionProcess", points)


def test_a_message_killed_while_it_is_processed_is_processed_by_the_watch(
    shopper: CardShopper, saleor: KillableSaleor, killed: Killed
) -> None:
    def one_round(steps: int) -> bool:
        checkout = shopper.town.start_checkout({BOOK: 1})
        started = shopper.pay(checkout)
        shopper.town.complete(checkout)
        refund = shopper.stripe.refund(shopper.charge(started), 500)
        name = f"evt_killed_{steps}"
        shopper.live.admin.execute(
            "INSERT INTO alencon_payments_providerevent (event_id, type, object_id, intent_id,"
            " created_at, received_at, state, not_before, failed_attempts, last_error)"
            " VALUES (%s, 'refund.created', %s, %s, now(), now(), 'pending', now(), 0, '')",
            [name, refund["id"], started.intent],
        )
        was_killed = saleor.do("message", steps, event_id=name)
        saleor.do("watch")
        found = shopper.transaction(started)
        assert found["refundedAmount"]["amount"] == 5.0, f"killed after {steps} steps"
        assert found["chargedAmount"]["amount"] == 16.9
        assert shopper.events(started).count(("REFUND_SUCCESS", refund["id"])) == 1
        state = shopper.live.admin.execute(
            "SELECT state FROM alencon_payments_providerevent WHERE event_id = %s", [name]
        ).fetchone()
        assert state == ("done",)
        return was_killed

    points = kill_everywhere(one_round, least=6)
    killed("plugin: a message", points)


def test_a_refund_killed_anywhere_is_made_once(
    shopper: CardShopper, saleor: KillableSaleor, killed: Killed
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

    points = kill_everywhere(one_round, least=8)
    killed("plugin: a granted refund", points)


def test_the_watch_killed_while_it_gives_a_basket_back_gives_it_back_once(
    shopper: CardShopper, saleor: KillableSaleor, killed: Killed
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
    points = kill_everywhere(one_round, least=10)
    killed("plugin: the watch's refund", points)
