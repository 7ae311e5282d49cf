"""Plays the plans against a running Saleor, in simulated time."""

import datetime
import heapq
import itertools
from collections.abc import Callable
from decimal import Decimal

from tests.live.payment_app import PaymentApp
from tests.live.recording.clock import SimulatedClock
from tests.live.recording.plans import EXTRA_PAID, LAST_MOMENT, PARTIAL_SHARE, Plan, Step
from tests.live.shopping import PlacedOrder, Town

CENT = Decimal("0.01")


class Player:
    """Executes what is due, in order of time, and has every change captured."""

    def __init__(
        self,
        town: Town,
        clock: SimulatedClock,
        payment_app: PaymentApp,
        capture_changes: Callable[[], None],
    ) -> None:
        self.town = town
        self.clock = clock
        self.payment_app = payment_app
        self.capture_changes = capture_changes
        self.refunds: dict[str, tuple[str, str, Decimal]] = {}

    def play(self, plans: list[Plan], tell: Callable[[str], None]) -> None:
        """Place all orders and let everything happen to them that is due before the end."""
        counter = itertools.count()
        agenda: list[tuple[datetime.datetime, int, Callable[[], None]]] = []

        def place(plan: Plan, number: int) -> None:
            order = self.place(plan, number)
            tell(f"{self.clock.now:%d/%m %H:%M} n° {order.number}: {plan.title}")
            for step in plan.steps:
                moment = plan.placed_at + datetime.timedelta(hours=step.hours)
                if moment <= LAST_MOMENT:
                    heapq.heappush(
                        agenda,
                        (moment, next(counter), lambda step=step: self.act(order.id, step)),
                    )

        for number, plan in enumerate(plans, start=1):
            entry = (plan.placed_at, next(counter), lambda p=plan, n=number: place(p, n))
            heapq.heappush(agenda, entry)
        while agenda:
            moment, _, action = heapq.heappop(agenda)
            self.clock.advance_to(moment)
            action()
            self.capture_changes()

    def place(self, plan: Plan, number: int) -> PlacedOrder:
        """Fill the basket, pay as planned, and place the order."""
        town = self.town
        checkout = town.start_checkout(
            plan.basket,
            customer=f"Cliente Démo {number}",
            phone=f"+332619100{number % 100:02}",
            **plan.checkout,
        )
        total = town.total(checkout)
        part = (total * PARTIAL_SHARE).quantize(CENT)
        if plan.payment == "card":
            town.pay(checkout, total)
        elif plan.payment == "gift":
            town.pay_by_gift_card(checkout, town.make_gift_card(total), total)
        elif plan.payment == "mixed":
            town.pay_by_gift_card(checkout, town.make_gift_card(part), part)
            town.pay(checkout, total - part)
        elif plan.payment == "two-gifts":
            for gift in (part, Decimal("3.07")):
                town.pay_by_gift_card(checkout, town.make_gift_card(gift + 10), gift)
            town.pay(checkout, total - part - Decimal("3.07"))
        unpaid = plan.payment in ("none", "partial", "over")
        if unpaid:
            town.allow_unpaid_orders(True)
        order = town.complete(checkout)
        if unpaid:
            town.allow_unpaid_orders(False)
        if plan.payment == "partial":
            town.pay(order.id, part)
        elif plan.payment == "over":
            town.pay(order.id, total + EXTRA_PAID)
        return order

    def act(self, order_id: str, step: Step) -> None:
        """Do one step to an order."""
        getattr(self, "do_" + step.action.replace("-", "_"))(order_id, step.details)

    def do_fulfil(self, order_id: str, details: dict) -> None:
        """Hand over everything, one shop's lines, the first lines, or one piece of each."""
        lines = self.town.order(order_id)["lines"]
        skus = {line["productSku"] for line in lines}
        if "shop" in details:
            skus = {sku for sku in skus if sku.rsplit("-", 1)[0] == details["shop"]}
        if "first" in details:
            skus = {line["productSku"] for line in lines[: details["first"]]}
        self.town.fulfil(order_id, skus, details.get("quantity"))

    def do_unfulfil(self, order_id: str, _details: dict) -> None:
        """Take the first fulfilment back into the stock it came from."""
        order = self.town.order(order_id)
        fulfilment = order["fulfillments"][0]
        self.town.cancel_fulfilment(fulfilment["id"], fulfilment["warehouse"]["id"])

    def do_track(self, order_id: str, _details: dict) -> None:
        """Note a carrier's number."""
        fulfilment = self.town.order(order_id)["fulfillments"][0]
        self.town.set_tracking(fulfilment["id"], "DEMO-61000-0001")

    def do_cancel(self, order_id: str, _details: dict) -> None:
        """Cancel the order."""
        self.town.cancel(order_id)

    def do_pay(self, order_id: str, _details: dict) -> None:
        """Pay what is missing, by card."""
        order = self.town.order(order_id)
        total = Decimal(str(order["total"]["gross"]["amount"]))
        paid = sum(
            (Decimal(str(item["chargedAmount"]["amount"])) for item in order["transactions"]),
            Decimal(0),
        )
        self.town.pay(order_id, total - paid)

    def do_refund(self, order_id: str, details: dict) -> None:
        """Grant a refund and ask for its money."""
        order = self.town.order(order_id)
        transaction = order["transactions"][details.get("tender", 0)]
        lines = order["lines"][: details.get("lines", 0)]
        amount = details.get("amount")
        if details.get("all"):
            amount = str(transaction["chargedAmount"]["amount"])
        refund_id, granted = self.town.grant_refund(
            order_id,
            transaction["id"],
            skus={line["productSku"]: 1 for line in lines},
            amount=Decimal(amount) if amount else None,
            shipping=bool(details.get("shipping")),
        )
        self.refunds[order_id] = (transaction["id"], refund_id, granted)
        self.payment_app.mode = details.get("mode", "success")
        self.capture_changes()
        self.town.request_refund(transaction["id"], refund_id)

    def do_refund_again(self, order_id: str, _details: dict) -> None:
        """Ask again for the money of the last refund."""
        transaction_id, refund_id, _ = self.refunds[order_id]
        self.payment_app.mode = "success"
        self.town.request_refund(transaction_id, refund_id)

    def do_refund_done(self, order_id: str, _details: dict) -> None:
        """Report that the pending refund of the last request has been paid."""
        transaction_id, _, amount = self.refunds[order_id]
        self.town.report(transaction_id, "REFUND_SUCCESS", amount, self.payment_app.last_reference)
