"""What the shopper's page shows of one order: each shop's part, and the walk to them."""

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from saleor_alencon.domain.pickup_slots import Slot, openings
from saleor_alencon.domain.shop_orders import (
    DeliveryChoice,
    PickupPlace,
    PickupState,
    ShopOrderState,
)
from saleor_alencon.domain.walking import Visit, walking_order
from saleor_alencon.localized import amount_text, date_text, is_english
from saleor_alencon.orders.models import Order, Pickup, ShopOrder, ShopOrderLine
from saleor_alencon.outputs.qr import qr_svg
from saleor_alencon.pickups.services import pieces_to_refuse
from saleor_alencon.rounds.words import DeliveryWord, delivery_word
from saleor_alencon.shopper import withdrawals
from saleor_alencon.shopper.models import ShopperRules, ShopPlace, Withdrawal
from saleor_alencon.shopper.services import can_cancel, slots_offered
from saleor_alencon.shops.hours_text import hours_lines
from saleor_alencon.shops.models import Association, Shop

MAP = "https://www.openstreetmap.org/"
WITH_CODE = (PickupState.TO_PREPARE, PickupState.READY, PickupState.UNCOLLECTED)
TO_FETCH = (PickupState.TO_PREPARE, PickupState.READY, PickupState.UNCOLLECTED)
TONES = {
    PickupState.AWAITING_PAYMENT: "warning",
    PickupState.TO_PREPARE: "primary",
    PickupState.READY: "success",
    PickupState.HANDED_OVER: "muted",
    PickupState.UNCOLLECTED: "warning",
    PickupState.CANCELLED: "muted",
}


@dataclass
class Line:
    """One article of a shop: what is left of it, and how many pieces may be cancelled."""

    line: ShopOrderLine
    pieces: int
    back: int
    amount: str
    cancellable: range


@dataclass
class Part:
    """One shop's part of the order."""

    shop_order: ShopOrder
    shop: Shop
    place_name: str
    address: str
    map_url: str
    open_text: str
    hours: list[str]
    state: str
    tone: str
    lines: list[Line]
    pickup: Pickup | None = None
    slot: str = ""
    slot_is_over: bool = False
    qr: str = ""
    shows_code: bool = False
    slot_days: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    can_cancel: bool = False
    can_withdraw: bool = False
    withdraw_until: str = ""
    withdrawals: list[Withdrawal] = field(default_factory=list)
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    delivery: DeliveryWord | None = None


def order_page(order: Order, *, now: datetime.datetime) -> dict[str, Any]:
    """Return what the template needs; nothing in it is of another order."""
    rows = (
        ShopOrder.objects.filter(order=order)
        .select_related("order", "shop__place", "pickup")
        .prefetch_related(
            Prefetch("lines", ShopOrderLine.objects.order_by("position")),
            Prefetch("withdrawals", Withdrawal.objects.order_by("id")),
        )
        .order_by("shop__name")
    )
    rules, association = ShopperRules.in_force(), Association.objects.first()
    parts = {str(each.shop_id): _part(each, rules, association, now) for each in rows}
    waiting = {key: part for key, part in parts.items() if _is_to_fetch(part)}
    order_of_walk = walking_order([_visit(key, part, now) for key, part in waiting.items()], now)
    ready = [key for key in waiting if _state_of(parts[key]) is PickupState.READY]
    in_order = [*order_of_walk, *(key for key in parts if key not in waiting)]
    at_shops = [parts[key] for key in order_of_walk if parts[key].place_name == ""]
    return {
        "order": order,
        "parts": [parts[key] for key in in_order],
        "walk": at_shops if len(at_shops) > 1 else [],
        "all_ready": bool(waiting) and len(ready) == len(waiting),
        "ready_count": len(ready),
        "waiting_count": len(waiting),
        "total": amount_text(order.total_gross_cents, order.currency),
        "placed_on": date_text(timezone.localdate(order.created_at)),
        "association": association,
    }


def pickup_of(shop_order: ShopOrder) -> Pickup | None:
    """Return the pickup of a shop order, None when it is delivered."""
    try:
        return shop_order.pickup
    except Pickup.DoesNotExist:
        return None


def _is_to_fetch(part: Part) -> bool:
    return part.pickup is not None and part.pickup.state in TO_FETCH


def _state_of(part: Part) -> PickupState | None:
    return PickupState(part.pickup.state) if part.pickup else None


def _part(
    shop_order: ShopOrder,
    rules: ShopperRules,
    association: Association | None,
    now: datetime.datetime,
) -> Part:
    shop = shop_order.shop
    collected = shop_order.delivery_choice == DeliveryChoice.COLLECT
    pickup = pickup_of(shop_order) if collected else None
    cancels = can_cancel(shop_order, rules=rules, now=now)
    left = pieces_to_refuse(shop_order) if cancels else {}
    central = pickup is not None and pickup.place == PickupPlace.CENTRAL
    last_day = withdrawals.last_day(shop_order)
    part = Part(
        shop_order=shop_order,
        shop=shop,
        place_name=_("Point de retrait central") if central else "",
        address=_address(association if central and association else shop),
        map_url=_map_url(shop, association if central else None),
        open_text="" if central else open_text(shop, now),
        hours=[] if central else hours_lines(shop, timezone.localdate(now)),
        state=str(shop_order.get_state_display()),
        tone="muted" if shop_order.state == ShopOrderState.HANDED_OVER else "primary",
        lines=[_line(line, left.get(line.pk, 0)) for line in shop_order.lines.all()],
        can_cancel=any(left.values()),
        can_withdraw=withdrawals.is_open(shop_order, today=timezone.localdate(now))
        and any(withdrawals.pieces_to_withdraw(shop_order).values()),
        withdraw_until=date_text(last_day) if last_day else "",
        withdrawals=list(shop_order.withdrawals.all()),
    )
    if pickup is not None:
        _add_pickup(part, pickup, now)
    elif shop_order.delivery_choice == DeliveryChoice.HOME:
        part.delivery = delivery_word(shop_order)
    return part


def _add_pickup(part: Part, pickup: Pickup, now: datetime.datetime) -> None:
    part.pickup = pickup
    part.state = str(pickup.get_state_display())
    part.tone = TONES[PickupState(pickup.state)]
    part.shows_code = pickup.state in WITH_CODE
    if part.shows_code:
        part.qr = qr_svg(pickup.qr_text)
    if pickup.slot_starts_at is not None and pickup.slot_ends_at is not None:
        part.slot = slot_words(Slot(pickup.slot_starts_at, pickup.slot_ends_at))
        part.slot_is_over = pickup.slot_ends_at <= now
    part.slot_days = _slot_days(slots_offered(pickup, now=now))


def _line(line: ShopOrderLine, cancellable: int) -> Line:
    return Line(
        line=line,
        pieces=line.quantity - line.quantity_returned,
        back=line.quantity_returned,
        amount=amount_text(line.gross_cents, line.shop_order.order.currency),
        cancellable=range(cancellable + 1) if cancellable else range(0),
    )


def _slot_days(slots: list[Slot]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the slots by day, each as its value and what a person reads."""
    days: dict[datetime.date, list[tuple[str, str]]] = {}
    for slot in slots:
        times = f"{_time(slot.starts_at)} – {_time(slot.ends_at)}"
        days.setdefault(slot.starts_at.date(), []).append((slot.to_text(), times))
    return [(_day(day), rows) for day, rows in days.items()]


def slot_words(slot: Slot) -> str:
    """Return "vendredi 25 décembre, 14:00 – 15:00"."""
    return f"{_day(slot.starts_at.date())}, {_time(slot.starts_at)} – {_time(slot.ends_at)}"


def _day(day: datetime.date) -> str:
    # French says "premier" of the first day only.
    first = day.day == 1 and not is_english()
    return date_format(day, "l 1\\e\\r F" if first else "l j F")


def _time(moment: datetime.datetime) -> str:
    return f"{moment:%H:%M}"


def open_text(shop: Shop, now: datetime.datetime) -> str:
    """Say whether the shop is open, and until or from when; nothing when it gave no hours."""
    for opens, closes in openings(shop.opening_hours, timezone.localdate(now)):
        if closes <= now:
            continue
        if opens <= now:
            return _("Ouvert, ferme à %(time)s") % {"time": _time(closes)}
        words = {"day": _day(opens.date()), "time": _time(opens)}
        if opens.date() == timezone.localdate(now):
            return _("Fermé, ouvre aujourd'hui à %(time)s") % words
        return _("Fermé, ouvre %(day)s à %(time)s") % words
    return ""


def _visit(key: str, part: Part, now: datetime.datetime) -> Visit:
    place = _place_of(part.shop)
    day = timezone.localdate(now)
    today = []
    for opens, closes in openings(part.shop.opening_hours, day):
        if opens.date() > day:
            break
        today.append((opens, closes))
    return Visit(
        key,
        place.point if place else None,
        place.street_order if place else None,
        tuple(today),
    )


def _place_of(shop: Shop) -> ShopPlace | None:
    try:
        return shop.place
    except ShopPlace.DoesNotExist:
        return None


def _address(where: Shop | Association) -> str:
    town = f"{where.postal_code} {where.city}".strip()
    return ", ".join(filter(None, (where.address_line, town)))


def _map_url(shop: Shop, association: Association | None) -> str:
    """Return a plain link to OpenStreetMap: nothing of it is loaded with the page."""
    place = None if association else _place_of(shop)
    if place is not None and place.point is not None:
        at = f"{place.latitude:.6f}/{place.longitude:.6f}"
        query = urlencode({"mlat": f"{place.latitude:.6f}", "mlon": f"{place.longitude:.6f}"})
        return f"{MAP}?{query}#map=18/{at}"
    address = _address(association or shop)
    return f"{MAP}search?{urlencode({'query': address})}" if address else ""
