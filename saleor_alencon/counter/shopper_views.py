"""The shopper's pages: one order by its signed link, without an account."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from saleor_alencon.counter.shopper_guard import (
    place_of,
    private,
    shopper_page,
    with_order,
    wrong_link,
)
from saleor_alencon.counter.shopper_page import order_page
from saleor_alencon.domain.opening_hours import HoursError
from saleor_alencon.domain.pickup_slots import Slot
from saleor_alencon.domain.shop_orders import DeliveryChoice
from saleor_alencon.errors import AlenconError
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.letters import write_letter
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.outputs.calendar_file import CalendarEntry, render_calendar
from saleor_alencon.shopper import withdrawals
from saleor_alencon.shopper.models import Withdrawal
from saleor_alencon.shopper.notices import withdrawal_facts
from saleor_alencon.shopper.services import lines_cancel, link_ask, slot_change
from saleor_alencon.shopper.throttle import count_up

ASKED_AT_MOST = 10
LINE = "line_"


@require_GET
@with_order
def order_pickups(request: HttpRequest, order: Order, token: str) -> HttpResponse:
    """Show all pickups of the order."""
    context = order_page(order, now=timezone.now())
    return shopper_page(request, "shopper/order.html", {**context, "token": token})


@require_POST
@with_order
def slot_view(request: HttpRequest, order: Order, token: str, pk: int) -> HttpResponse:
    """Move one pickup to another slot."""
    pickup = Pickup.objects.filter(pk=pk, shop_order__order=order).first()
    if pickup is None:
        return wrong_link(request)
    try:
        slot = Slot.from_text(request.POST.get("slot", ""))
        slot_change(pickup_id=pickup.pk, slot=slot, now=timezone.now())
    except HoursError:
        messages.error(request, _("Choisissez un créneau de la liste."))
    except AlenconError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Votre créneau est noté, la boutique le voit."))
    return _back(token)


@require_POST
@with_order
def cancel_view(request: HttpRequest, order: Order, token: str, pk: int) -> HttpResponse:
    """Cancel pieces of one shop's part."""
    shop_order = ShopOrder.objects.filter(pk=pk, order=order).first()
    if shop_order is None:
        return wrong_link(request)
    try:
        lines_cancel(
            shop_order_id=shop_order.pk,
            quantities=quantities_of(request),
            key=key_of(request),
            now=timezone.now(),
        )
    except AlenconError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("C'est annulé. Le remboursement part sur vos moyens de paiement, au centime."),
        )
    return _back(token)


@require_GET
@with_order
def calendar_view(request: HttpRequest, order: Order, token: str, pk: int) -> HttpResponse:
    """Download a pickup's slot for a calendar."""
    pickup = Pickup.objects.filter(pk=pk, shop_order__order=order).select_related("shop").first()
    if pickup is None or pickup.slot_starts_at is None or pickup.slot_ends_at is None:
        return wrong_link(request)
    shop = pickup.shop
    content = render_calendar(
        CalendarEntry(
            uid=f"pickup-{pickup.pk}@saleor-alencon",
            starts_at=pickup.slot_starts_at,
            ends_at=pickup.slot_ends_at,
            title=_("Retrait chez %(shop)s") % {"shop": shop.name},
            place=f"{shop.name}, {shop.address_line}, {shop.postal_code} {shop.city}",
            description=_("Commande n° %(number)s, code %(code)s")
            % {"number": order.number, "code": pickup.code},
            changed_at=timezone.now(),
        )
    )
    name = f"retrait-{order.number}-{shop.slug}.ics"
    return _file(content, name, "text/calendar; charset=utf-8")


@require_http_methods(["GET", "POST"])
@with_order
def withdrawal_view(request: HttpRequest, order: Order, token: str, pk: int) -> HttpResponse:
    """Declare a withdrawal from goods of one shop."""
    found = ShopOrder.objects.filter(pk=pk, order=order).select_related("shop", "order")
    shop_order = found.first()
    if shop_order is None:
        return wrong_link(request)
    if request.method == "POST":
        try:
            withdrawals.withdrawal_declare(
                shop_order_id=shop_order.pk,
                quantities=quantities_of(request),
                message=request.POST.get("message", ""),
                language=translation.get_language() or "fr",
                key=key_of(request),
                now=timezone.now(),
            )
        except AlenconError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        messages.success(
            request,
            _("Votre rétractation est reçue. L'accusé de réception vous est envoyé par courriel."),
        )
        return _back(token)
    return shopper_page(request, "shopper/withdrawal.html", _form(shop_order, token))


def _form(shop_order: ShopOrder, token: str) -> dict[str, Any]:
    lines = list(shop_order.lines.order_by("position"))
    left, excepted = withdrawals.pieces_to_withdraw(shop_order), withdrawals.exceptions(lines)
    last_day = withdrawals.last_day(shop_order)
    return {
        "order": shop_order.order,
        "shop": shop_order.shop,
        "token": token,
        "key": uuid.uuid4(),
        "delivered": shop_order.delivery_choice == DeliveryChoice.HOME,
        "last_day": last_day,
        "can_choose": any(left[line.pk] and line.pk not in excepted for line in lines),
        "open": withdrawals.is_open(shop_order, today=timezone.localdate()),
        "lines": [
            {
                "line": line,
                "choices": range(left[line.pk] + 1),
                "ground": excepted.get(line.pk, ""),
            }
            for line in lines
            if left[line.pk]
        ],
    }


@require_GET
@with_order
def acknowledgement_view(request: HttpRequest, order: Order, token: str, pk: int) -> HttpResponse:
    """Download the acknowledgement of a withdrawal, to keep."""
    found = Withdrawal.objects.filter(pk=pk, shop_order__order=order)
    withdrawal = found.select_related("shop_order__order", "shop_order__shop").first()
    if withdrawal is None:
        return wrong_link(request)
    letter = write_letter(
        Kind.WITHDRAWAL,
        withdrawal_facts(withdrawal),
        language=withdrawal.language,
        recipient=order.customer_email,
    )
    name = f"retractation-{order.number}-{withdrawal.pk}.txt"
    return _file(letter.text.encode(), name, "text/plain; charset=utf-8")


@require_http_methods(["GET", "POST"])
@private
def ask_link(request: HttpRequest) -> HttpResponse:
    """Ask for a link anew. The answer is the same whether the order exists or not."""
    if request.method != "POST":
        return shopper_page(request, "shopper/ask.html", {"asked": False})
    now = timezone.now()
    if count_up(what="ask", place=place_of(request), now=now) <= ASKED_AT_MOST:
        link_ask(
            number=request.POST.get("number", ""),
            email=request.POST.get("email", ""),
            language=translation.get_language() or "fr",
            now=now,
        )
    return shopper_page(request, "shopper/ask.html", {"asked": True})


def quantities_of(request: HttpRequest) -> dict[int, int]:
    """Return the pieces asked for by line id; what is no number counts as none."""
    return {
        int(name.removeprefix(LINE)): int(str(value))
        for name, value in request.POST.items()
        if name.startswith(LINE)
        and name.removeprefix(LINE).isdecimal()
        and str(value).isdecimal()
        and len(name) < 30
        and len(str(value)) < 6
    }


def key_of(request: HttpRequest) -> uuid.UUID:
    """Return the form's key; one that was tampered with is a new one."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _back(token: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("counter:order-pickups", args=(token,)))


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
