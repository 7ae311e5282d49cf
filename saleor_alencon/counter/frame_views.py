"""The page inside Saleor's Dashboard: today's pickups and the next payout.

The page itself holds no data and no cookie. The Dashboard gives it a token by message; with it the
page asks for what is shown, and Saleor says for whom the token speaks.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import amount_text
from saleor_alencon.orders.models import PICKUP_STATES
from saleor_alencon.pickups.today import DayPickups, counts_by_shop, pickups_of_day
from saleor_alencon.saleor_api.merchants import ScopeRefused, who_speaks
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
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors {dashboard}"
)
PREFIX = "Bearer "


def dashboard_origin() -> str:
    """Return scheme, host and port of the Dashboard.

    :raises Http404: the settings name none, and the page can be in no frame.
    """
    if settings.DASHBOARD_URL is None:
        raise Http404(_("DASHBOARD_URL n'est pas défini : voir docs/settings.md."))
    parts = urlsplit(settings.DASHBOARD_URL)
    return f"{parts.scheme}://{parts.netloc}"


@xframe_options_exempt
@require_safe
def frame_page(request: HttpRequest) -> HttpResponse:
    """Answer the page, which any address may ask for and only the Dashboard may frame."""
    origin = dashboard_origin()
    answer = render(request, "counter/frame.html", {"dashboard": origin})
    answer["Content-Security-Policy"] = POLICY.format(dashboard=origin)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@vary_on_headers("Authorization", "Accept-Language")
def frame_today(request: HttpRequest) -> HttpResponse:
    """Answer what the page shows to whoever its token speaks for."""
    dashboard_origin()
    header = request.headers.get("Authorization", "")
    token = header.removeprefix(PREFIX) if header.startswith(PREFIX) else ""
    try:
        if not token:
            raise ScopeRefused("There is no token.", status=401)
        who = who_speaks(token)
    except ScopeRefused as error:
        text = _("Votre session dans le tableau de bord n'est plus valable : rechargez la page.")
        return message(request, text, error.status)
    except AlenconError as error:
        return message(request, str(error), 503)
    answer = render(request, "counter/frame_today.html", today(who))
    answer["Cache-Control"] = "private, no-store"
    return answer


def message(request: HttpRequest, text: str, status: int) -> HttpResponse:
    """Answer with a sentence in place of the day."""
    context = {"message": text}
    answer = render(request, "counter/frame_today.html", context, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer


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


def today(who: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows: each shop of a merchant, or all shops' counts to the Office."""
    day = timezone.localdate()
    slugs = {each["slug"]: each["read_only"] for each in who["shops"]}
    shops = list(Shop.objects.filter(slug__in=slugs).order_by("name"))
    look = who["look"]
    return {
        "day": day,
        "look": look and {"shop": look["shop"], "until": parse_datetime(look["until"])},
        "days": [shop_day(shop, slugs[shop.slug], day) for shop in shops],
        "unknown": sorted(set(slugs) - {shop.slug for shop in shops}),
        "merchant": who["merchant"] or look is not None,
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
