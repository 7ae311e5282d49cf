"""The page « Comptoir » inside Saleor's Dashboard: today's pickups and the next payout."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from saleor_alencon.counter.frame import Who, speaks_for_shops, spoken_for
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.localized import amount_text
from saleor_alencon.orders.models import PICKUP_STATES
from saleor_alencon.pickups.today import DayPickups, counts_by_shop, pickups_of_day
from saleor_alencon.settlement.holds import holds_of
from saleor_alencon.settlement.models import PayoutState
from saleor_alencon.settlement.outlook import Outlook, payout_outlook
from saleor_alencon.shops.models import Shop

SHOWN_STATES = (
    PickupState.TO_PREPARE,
    PickupState.READY,
    PickupState.HANDED_OVER,
    PickupState.UNCOLLECTED,
)


@require_safe
@spoken_for
def frame_today(request: HttpRequest, who: Who) -> HttpResponse:
    """Answer the day's pickups of whoever the token speaks for."""
    return render(request, "counter/frame_today.html", today(who))


@dataclass(frozen=True)
class ShopDay:
    """One shop's part of the page."""

    shop: Shop
    read_only: bool
    day: DayPickups
    counts: list[tuple[str, int]]
    outlook: Outlook
    money: dict[str, Any]
    holds: list[str]


def shops_spoken_for(who: Who) -> dict[str, Any]:
    """Return what pages of shops show of whose they are: ``shops``, those unknown, and the look."""
    slugs = {each["slug"] for each in who["shops"]}
    shops = list(Shop.objects.filter(slug__in=slugs).order_by("name"))
    look = who["look"]
    return {
        "shops": shops,
        "unknown": sorted(slugs - {shop.slug for shop in shops}),
        "look": look and {"shop": look["shop"], "until": parse_datetime(look["until"])},
        "merchant": speaks_for_shops(who),
    }


def today(who: Who) -> dict[str, Any]:
    """Return what the page shows: each shop of a merchant, or all shops' counts to the Office."""
    day = timezone.localdate()
    read_only = {each["slug"]: each["read_only"] for each in who["shops"]}
    found = shops_spoken_for(who)
    return {
        **found,
        "day": day,
        "days": [shop_day(shop, read_only[shop.slug], day) for shop in found["shops"]],
        "states": [label for _state, label in shown_states()],
        "rows": office_rows(day) if who["sees_orders"] else [],
        "sees_orders": who["sees_orders"],
        "office_url": settings.OFFICE_URL,
    }


def shown_states() -> list[tuple[str, Any]]:
    """Return the states that are counted, with their words."""
    return [(state, label) for state, label in PICKUP_STATES if state in SHOWN_STATES]


def shop_day(shop: Shop, read_only: bool, date: Any) -> ShopDay:
    """Return what the page shows of one shop."""
    day = pickups_of_day(shop_id=shop.pk, day=date)
    outlook = payout_outlook(shop_id=shop.pk)
    counts = [(str(label), day.counts[PickupState(state)]) for state, label in shown_states()]
    holds = [each.text for each in holds_of([shop.pk], now=timezone.now()).get(shop.pk, ())]
    return ShopDay(shop, read_only, day, counts, outlook, money(outlook), holds)


def money(outlook: Outlook) -> dict[str, Any]:
    """Return the amounts as the page writes them."""
    under_way, last = outlook.under_way, outlook.last
    parts = [(each.payable_on, amount_text(each.cents)) for each in outlook.held]
    return {
        "held": amount_text(outlook.held_cents),
        "available": amount_text(outlook.available_cents),
        "minimum": amount_text(outlook.minimum_cents),
        "under_way": under_way and amount_text(under_way.amount_cents),
        "approved": under_way is not None and under_way.state == PayoutState.APPROVED,
        "last": last and amount_text(last.amount_cents),
        "first": next((part for part in parts if part[0]), None),
        "parts": parts,
    }


def office_rows(date: Any) -> list[tuple[Shop, list[int]]]:
    """Return each shop that has pickups on the day, with its counts."""
    counts = counts_by_shop(day=date)
    shops = Shop.objects.filter(pk__in=counts).order_by("name")
    return [
        (shop, [counts[shop.pk][PickupState(state)] for state, _label in shown_states()])
        for shop in shops
    ]
