"""What a shop has to hand over on one day."""

import datetime
from collections import Counter
from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet, Sum

from saleor_alencon.domain.pickup_slots import instant
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.orders.models import Pickup

EXPECTED = (PickupState.TO_PREPARE, PickupState.READY)
LONGEST_LIST = 100


@dataclass
class SlotPickups:
    """The pickups of one slot."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime | None
    pickups: list[Pickup] = field(default_factory=list)


@dataclass
class DayPickups:
    """The pickups of one day by slot, and those that still wait from before or have no slot.

    ``counts`` has every state that there is. Of ``waiting`` the oldest are listed, and
    ``more_waiting`` says how many are not. A pickup has ``pieces``, what is to be handed over.
    """

    slots: list[SlotPickups]
    waiting: list[Pickup]
    more_waiting: int
    counts: Counter[PickupState]


def pickups_of_day(*, shop_id: int, day: datetime.date) -> DayPickups:
    """Return what the shop hands over on a day of the town's calendar.

    Unpaid and cancelled ones are not among them.
    """
    starts, ends = day_bounds(day)
    rows = expected(starts, ends).filter(shop_id=shop_id)
    slots: list[SlotPickups] = []
    waiting: list[Pickup] = []
    counts: Counter[PickupState] = Counter()
    for pickup in rows:
        counts[PickupState(pickup.state)] += 1
        if pickup.slot_starts_at is None or pickup.slot_starts_at < starts:
            waiting.append(pickup)
            continue
        times = (pickup.slot_starts_at, pickup.slot_ends_at)
        if not slots or (slots[-1].starts_at, slots[-1].ends_at) != times:
            slots.append(SlotPickups(*times))
        slots[-1].pickups.append(pickup)
    more = max(0, len(waiting) - LONGEST_LIST)
    return DayPickups(slots, waiting[:LONGEST_LIST], more, counts)


def counts_by_shop(*, day: datetime.date) -> dict[int, Counter[PickupState]]:
    """Return, by shop id, how many pickups of a day are in each state."""
    counts: dict[int, Counter[PickupState]] = {}
    rows = expected(*day_bounds(day)).order_by().values_list("shop_id", "state", "id")
    for shop_id, state, _number in rows:
        counts.setdefault(shop_id, Counter())[PickupState(state)] += 1
    return counts


def expected(starts: datetime.datetime, ends: datetime.datetime) -> QuerySet[Pickup]:
    """Return the pickups with a slot between two moments, and those that wait from before."""
    on_the_day = Q(slot_starts_at__gte=starts, slot_starts_at__lt=ends)
    before = Q(slot_starts_at__isnull=True) | Q(slot_starts_at__lt=starts)
    rows = Pickup.objects.filter(on_the_day | (before & Q(state__in=EXPECTED)))
    rows = rows.exclude(state=PickupState.CANCELLED)
    rows = rows.exclude(shop_order__state=ShopOrderState.AWAITING_PAYMENT)
    left = F("shop_order__lines__quantity") - F("shop_order__lines__quantity_returned")
    return (
        rows.select_related("shop_order__order")
        .annotate(pieces=Sum(left))
        .order_by(F("slot_starts_at").asc(nulls_first=True), "slot_ends_at", "id")
    )


def day_bounds(day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """Return when a day of the town begins, and when the next one does."""
    return instant(day, 0), instant(day + datetime.timedelta(days=1), 0)
