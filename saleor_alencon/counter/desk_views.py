"""The counter: today's pickups, one pickup, and what is done with it."""

import datetime
import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from saleor_alencon.counter.desk import Desk, at_desk
from saleor_alencon.counter.pickup_cards import (
    Card,
    cards,
    day_context,
    pickup_context,
    preparation_context,
)
from saleor_alencon.desk.models import ActionKind
from saleor_alencon.desk.services import ActionMalformed, Asked, action_run
from saleor_alencon.orders.models import Pickup
from saleor_alencon.pickups.errors import PickupError
from saleor_alencon.pickups.finding import pickups_search
from saleor_alencon.pickups.services import pickup_find

DONE, REFUSED, MALFORMED, ANOTHER_PERSON = 200, 409, 422, 423
LONGEST_REASON = 200


@require_safe
@at_desk
def today(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show today's pickups by slot."""
    context = day_context(desk.shop, timezone.localdate())
    return render(request, "counter/today.html", {"desk": desk, **context})


@require_safe
@at_desk
def today_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Answer the list alone, for the page that asks again every half minute."""
    context = day_context(desk.shop, timezone.localdate())
    return render(request, "counter/today_list.html", {"desk": desk, **context})


@require_safe
@at_desk
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Answer the pickups that a text finds: code, number or name."""
    text = request.GET.get("q", "")
    found: list[Card] = cards(pickups_search(shop_id=desk.shop.pk, text=text))
    context = {"desk": desk, "found": found, "text": text.strip()}
    page = "counter/found.html" if request.headers.get("HX-Request") else "counter/search.html"
    return render(request, page, context)


@require_safe
@at_desk
def by_code(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lead to the pickup of a code; show the camera and the field when there is none."""
    code = request.GET.get("code", "").strip()
    error = ""
    if code:
        try:
            pickup = pickup_find(shop_id=desk.shop.pk, code=code)
        except PickupError as refusal:
            error = str(refusal)
        else:
            page = reverse("counter:pickup", args=(pickup.pk,))
            return HttpResponseRedirect(f"{page}?code={pickup.code}")
    context = {"desk": desk, "code": code[:40], "error": error, "key": uuid.uuid4()}
    return render(request, "counter/code.html", context, status=404 if error else 200)


@require_safe
@at_desk
def pickup_page(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Show one pickup, and what may be done with it."""
    rows = Pickup.objects.select_related("shop_order__order", "shop")
    pickup = get_object_or_404(rows, pk=pk, shop=desk.shop)
    shown = request.GET.get("code", "") == pickup.code
    context = {"desk": desk, "code_shown": shown, **pickup_context(pickup)}
    return render(request, "counter/pickup.html", context)


@require_safe
@at_desk
def preparation(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what is to be prepared, to be printed."""
    context = preparation_context(desk.shop, timezone.localdate())
    return render(request, "counter/preparation.html", {"desk": desk, **context})


@require_safe
@at_desk
def me(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Tell the page's script who acts, and the token with which it may send."""
    return JsonResponse(
        {"csrf": get_token(request), "actor": desk.acting.pk, "name": str(desk.acting)}
    )


@require_POST
@at_desk
def act(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Do what a device asks: a form of a page without script, or an entry of its queue (JSON)."""
    queued = request.content_type == "application/json"
    back = reverse("counter:today")
    try:
        data = json.loads(request.body) if queued else request.POST.dict()
        if not isinstance(data, dict):
            raise ActionMalformed(_("La demande n'est pas lisible : rechargez la page."))
        if queued and str(data.get("actor")) != str(desk.acting.pk):
            text = _("Cette action est d'une autre personne : qu'elle reprenne cet appareil.")
            return JsonResponse({"done": False, "text": text}, status=ANOTHER_PERSON)
        action = action_run(
            key=read_key(data), asked=read_asked(data), shop_id=desk.shop.pk,
            done_by=desk.acting, signed_in=desk.signed_in, made_at=read_moment(data),
            now=timezone.now(),
        )  # fmt: skip
        done, text, order = action.done, action.answer, action.shop_order_id
    except (ActionMalformed, ValueError, TypeError) as error:
        text = str(error) if isinstance(error, ActionMalformed) else malformed()
        if queued:
            return JsonResponse({"done": False, "text": text}, status=MALFORMED)
        messages.error(request, text)
        return HttpResponseRedirect(back)
    if queued:
        return JsonResponse({"done": done, "text": text}, status=DONE if done else REFUSED)
    (messages.success if done else messages.error)(request, text)
    pickup = Pickup.objects.filter(shop_order=order).first() if order else None
    if pickup is not None and data.get("stay"):
        back = reverse("counter:pickup", args=(pickup.pk,))
    return HttpResponseRedirect(back)


def malformed() -> str:
    return _("La demande n'est pas lisible : rechargez la page.")


def read_key(data: dict[str, Any]) -> uuid.UUID:
    """Return the key that the device made."""
    return uuid.UUID(str(data.get("key", "")))


def read_moment(data: dict[str, Any]) -> datetime.datetime:
    """Return when it was tapped; a form says nothing, and is sent at once."""
    moment = parse_datetime(str(data.get("made_at", "")))
    return moment if moment is not None and moment.tzinfo is not None else timezone.now()


def read_asked(data: dict[str, Any]) -> Asked:
    """Return what is asked for.

    :raises ActionMalformed, ValueError: it is not said as it must be.
    """
    kind = str(data.get("kind", ""))
    if kind not in ActionKind.values:
        raise ActionMalformed(malformed())
    pieces = {
        name.removeprefix("pieces-"): int(str(value))
        for name, value in data.items()
        if name.startswith("pieces-") and str(value).strip() not in ("", "0")
    }
    return Asked(
        kind=ActionKind(kind),
        pickup_id=int(str(data["pickup"])) if data.get("pickup") else None,
        code=str(data.get("code", ""))[:40].strip(),
        without_code=bool(data.get("without_code")),
        quantities=pieces,
        restock=bool(data.get("restock")),
        reason=str(data.get("reason", ""))[:LONGEST_REASON],
    )
