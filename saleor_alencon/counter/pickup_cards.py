"""What the counter's pages show of pickups."""

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from saleor_alencon.counter.frame_views import shown_states
from saleor_alencon.domain.pickup_steps import PickupStep, next_state
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.localized import amount_text
from saleor_alencon.orders.models import Pickup, ShopOrderLine
from saleor_alencon.pickups.finding import accepted_ids
from saleor_alencon.pickups.models import CommandKind
from saleor_alencon.pickups.refunding import pieces_left, waiting_payloads
from saleor_alencon.pickups.returning import pieces_returnable
from saleor_alencon.pickups.services import REFUSABLE
from saleor_alencon.pickups.today import pickups_of_day
from saleor_alencon.shops.models import Shop


@dataclass(frozen=True)
class Card:
    """One pickup in a list. The key is that of the one action which its button asks for."""

    pickup: Pickup
    accepted: bool
    key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def is_new(self) -> bool:
        """Whether nobody of the shop has looked at it yet."""
        return self.pickup.state == PickupState.TO_PREPARE and not self.accepted

    @property
    def next_step(self) -> str:
        """Return what comes next: accept, ready, hand_over, or "" when nothing does."""
        if self.is_new:
            return "accept"
        following = {
            PickupState.TO_PREPARE: "ready",
            PickupState.READY: "hand_over",
            PickupState.UNCOLLECTED: "hand_over",
        }
        return following.get(PickupState(self.pickup.state), "")


@dataclass(frozen=True)
class Slot:
    """The cards of one time to collect in."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime | None
    cards: list[Card]


def cards(pickups: list[Pickup]) -> list[Card]:
    """Return each pickup as a card."""
    accepted = accepted_ids(pickups)
    return [Card(pickup, pickup.pk in accepted) for pickup in pickups]


def day_context(shop: Shop, date: datetime.date) -> dict[str, Any]:
    """Return a day's pickups by state and slot, and the newest that nobody accepted yet."""
    day = pickups_of_day(shop_id=shop.pk, day=date)
    shown = {card.pickup.pk: card for card in cards(
        [*day.waiting, *(pickup for slot in day.slots for pickup in slot.pickups)]
    )}  # fmt: skip
    new = [card.pickup.pk for card in shown.values() if card.is_new]
    return {
        "day": date,
        "counts": [
            (state, label, day.counts[PickupState(state)]) for state, label in shown_states()
        ],
        "waiting": [shown[pickup.pk] for pickup in day.waiting],
        "more_waiting": day.more_waiting,
        "slots": [
            Slot(slot.starts_at, slot.ends_at, [shown[pickup.pk] for pickup in slot.pickups])
            for slot in day.slots
        ],
        "new_count": len(new),
        "newest": max(new, default=0),
    }


@dataclass(frozen=True)
class LineShown:
    """A line of the shop order, with how many pieces may still be refused, or taken back."""

    line: ShopOrderLine
    amount: str
    left: int
    returnable: int


def lines_shown(pickup: Pickup) -> list[LineShown]:
    """Return the lines of a pickup in the order of the basket."""
    waiting = waiting_payloads(pickup.shop_order)
    returning = waiting_payloads(pickup.shop_order, (CommandKind.RETURN,))
    return [
        LineShown(
            line,
            amount_text(line.gross_cents),
            pieces_left(line, waiting),
            pieces_returnable(line, returning),
        )
        for line in pickup.shop_order.lines.order_by("position")
    ]


def pickup_context(pickup: Pickup) -> dict[str, Any]:
    """Return what a pickup's page shows and offers."""
    state = PickupState(pickup.state)
    lines = lines_shown(pickup)
    [card] = cards([pickup])
    possible = {step.value for step in PickupStep if _possible(state, step)}
    if card.accepted:
        possible.discard(PickupStep.ACCEPT)
    order = pickup.shop_order
    refusable = order.state in REFUSABLE and pickup.handing_over_since is None
    return {
        "pickup": pickup,
        "card": card,
        "order": order.order,
        "lines": lines,
        "possible": possible,
        "keys": {kind: uuid.uuid4() for kind in (
            "accept", "ready", "unready", "hand_over", "uncollected", "refuse", "return"
        )},
        "refusable": refusable and any(each.left for each in lines),
        "returnable": order.state in (ShopOrderState.HANDED_OVER, ShopOrderState.PARTLY_HANDED_OVER)
        and any(each.returnable for each in lines),
        "paid": amount_text(order.paid_cents),
        "refunded": amount_text(order.refunded_cents) if order.refunded_cents else "",
        "events": order.pickup_events.select_related("done_by").order_by("-done_at", "-id"),
    }  # fmt: skip


def _possible(state: PickupState, step: PickupStep) -> bool:
    try:
        return next_state(state, step) is not None
    except KeyError:
        return False


def preparation_context(shop: Shop, date: datetime.date) -> dict[str, Any]:
    """Return what is to be prepared: by article over all pickups, then each pickup's lines."""
    day = pickups_of_day(shop_id=shop.pk, day=date)
    pickups = [
        pickup
        for pickup in [*day.waiting, *(each for slot in day.slots for each in slot.pickups)]
        if pickup.state == PickupState.TO_PREPARE
    ]
    lines: dict[int, list[tuple[ShopOrderLine, int]]] = {}
    articles: Counter[tuple[str, str]] = Counter()
    rows = ShopOrderLine.objects.filter(shop_order__in=[pickup.shop_order_id for pickup in pickups])
    for line in rows.order_by("shop_order", "position"):
        left = line.quantity - line.quantity_handed_over - line.quantity_returned
        if left > 0:
            lines.setdefault(line.shop_order_id, []).append((line, left))
            articles[(line.name, line.sku)] += left
    return {
        "day": date,
        "more_waiting": day.more_waiting,
        "articles": sorted((name, sku, count) for (name, sku), count in articles.items()),
        "sheets": [(pickup, lines.get(pickup.shop_order_id, [])) for pickup in pickups],
    }
