"""What a step of a pickup tells the shopper: messages written with the step."""

import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.domain.shop_orders import PickupPlace, PickupState
from saleor_alencon.messaging.kinds import RULES, Kind
from saleor_alencon.messaging.models import Channel
from saleor_alencon.messaging.services import Draft, messages_queue, messages_void
from saleor_alencon.messaging.sms import mobile_number, sms_enabled
from saleor_alencon.orders.models import Order, Pickup
from saleor_alencon.orders.notices import shopper_draft
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.pickups.models import PickupEvent
from saleor_alencon.shops.models import Association

WAITS_NO_MORE = (PickupState.CANCELLED, PickupState.HANDED_OVER, PickupState.UNCOLLECTED)


def step_tell(pickup: Pickup, event: PickupEvent, *, now: datetime.datetime) -> None:
    """Write to the shopper what a step means, and take back what is no longer true."""
    if event.step != PickupStep.READY:
        _take_back(pickup, now)
    if event.step == PickupStep.READY:
        _tell(_ready_draft(pickup, event, now), pickup.shop_order.order, now)
    elif event.step == PickupStep.UNCOLLECTED:
        order = pickup.shop_order.order
        facts = _place_facts(pickup)
        _tell(shopper_draft(order, f"uncollected:{event.pk}", Kind.UNCOLLECTED, facts), order, now)


def pickups_remind(*, now: datetime.datetime) -> int:
    """Remind the shoppers of what waits for half the time that it may; return how many.

    Once for each time that a pickup became ready.
    """
    days = _collect_days()
    half = datetime.timedelta(days=days) / 2
    events = PickupEvent.objects.filter(
        shop_order=OuterRef("shop_order"), step=PickupStep.READY
    ).order_by("-done_at", "-id")
    waiting = (
        Pickup.objects.filter(state=PickupState.READY)
        .annotate(
            ready_id=Subquery(events.values("pk")[:1]),
            ready_at=Subquery(events.values("done_at")[:1]),
        )
        .filter(ready_at__lt=now - half, ready_at__gte=now - datetime.timedelta(days=days))
        .select_related("shop_order__order", "shop")
    )
    count = 0
    for pickup in waiting:
        order = pickup.shop_order.order
        facts = _waiting_facts(pickup, pickup.ready_at, days)
        draft = shopper_draft(order, f"reminder:{pickup.ready_id}", Kind.REMINDER, facts)
        count += _tell(draft, order, now)
    return count


def _tell(draft: Draft, order: Order, now: datetime.datetime) -> int:
    """Queue an e-mail, and the same by SMS where that is open and the number is a mobile one."""
    drafts = [draft]
    number = mobile_number(order.customer_phone)
    if sms_enabled() and number and RULES[draft.kind].by_sms:
        drafts.append(
            Draft(
                key=f"{draft.key}:sms",
                kind=draft.kind,
                recipient=number,
                recipient_name=draft.recipient_name,
                language=draft.language,
                channel=Channel.SMS,
                order_id=draft.order_id,
                facts=draft.facts,
            )
        )
    return messages_queue(drafts, now=now)


def _ready_draft(pickup: Pickup, event: PickupEvent, now: datetime.datetime) -> Draft:
    """Return "ready", or "all is ready" when this was the last of several that wait."""
    order = pickup.shop_order.order
    days = _collect_days()
    others = Pickup.objects.filter(shop_order__order=order).exclude(pk=pickup.pk)
    waiting = others.exclude(state__in=WAITS_NO_MORE).select_related("shop")
    if waiting and all(each.state == PickupState.READY for each in waiting):
        parts = [_place_facts(each) for each in (*waiting, pickup)]
        until = _until(now, days)
        facts = {"parts": sorted(parts, key=lambda part: part["shop"]), "until": until}
        return shopper_draft(order, f"ready:{event.pk}", Kind.ALL_READY, facts)
    facts = _waiting_facts(pickup, now, days)
    return shopper_draft(order, f"ready:{event.pk}", Kind.READY, facts)


def _take_back(pickup: Pickup, now: datetime.datetime) -> None:
    events = PickupEvent.objects.filter(shop_order=pickup.shop_order_id, step=PickupStep.READY)
    names = [f"{name}:{pk}" for pk in events.values_list("pk", flat=True)
             for name in ("ready", "reminder")]  # fmt: skip
    messages_void(keys=[*names, *(f"{name}:sms" for name in names)], now=now)


def _waiting_facts(pickup: Pickup, ready_at: datetime.datetime, days: int) -> dict[str, Any]:
    shop = pickup.shop
    in_shop = pickup.place == PickupPlace.SHOP
    return {
        **_place_facts(pickup),
        "until": _until(ready_at, days),
        "hours": shop.hours if in_shop else None,
        "note": shop.pickup_note if in_shop else "",
    }


def _place_facts(pickup: Pickup) -> dict[str, Any]:
    shop = pickup.shop
    return {
        "shop": shop.name,
        "address": ", ".join(
            filter(None, (shop.address_line, f"{shop.postal_code} {shop.city}".strip()))
        ),
        "central": pickup.place == PickupPlace.CENTRAL,
        "phone": shop.phone,
        "code": pickup.code,
    }


def _collect_days() -> int:
    """Return how many days the association lets a pickup wait."""
    association = Association.objects.first() or Association()
    return int(association.collect_within_days)


def _until(ready_at: datetime.datetime, days: int) -> str:
    last = (ready_at + datetime.timedelta(days=days)).astimezone(TOWN_TIME).date()
    return last.isoformat()
