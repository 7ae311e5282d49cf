"""Pickups at the counter: their code, their steps and what was done."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.domain.pickup_steps import PickupStep, next_state
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    ask,
    change_url,
    link,
    user_of,
)
from saleor_alencon.orders.models import Pickup, ShopOrder
from saleor_alencon.outputs.qr import qr_svg
from saleor_alencon.pickups import services
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand

PICKUP_COLOURS = {
    PickupState.AWAITING_PAYMENT: "warning",
    PickupState.TO_PREPARE: "info",
    PickupState.READY: "warning",
    PickupState.HANDED_OVER: "success",
    PickupState.UNCOLLECTED: "danger",
}
ACTIONS = {
    "ready": PickupStep.READY,
    "unready": PickupStep.UNREADY,
    "hand_over": PickupStep.HAND_OVER,
    "uncollected": PickupStep.UNCOLLECTED,
}
"""The actions that a pickup offers, by the step that must be possible."""


class PickupEventInline(ReadOnlyInline):
    model = PickupEvent
    fields = readonly_fields = ("done_at", "step", "done_by", "detail")


class SaleorCommandInline(ReadOnlyInline):
    model = SaleorCommand
    show_change_link = True
    fields = readonly_fields = ("kind", "state", "created_at", "done_at", "reason")


@admin.register(Pickup)
class PickupAdmin(ReadOnlyAdmin):
    list_display = ("code", "shop", "number", "customer", "slot", "state_label")
    list_filter = ("state", "place", "shop")
    date_hierarchy = "slot_starts_at"
    list_select_related = ("shop", "shop_order__order")
    search_fields = ("code", "shop_order__order__number", "shop_order__order__customer_name")
    fields = readonly_fields = (
        "code",
        "qr_code",
        "shop",
        "its_order",
        "customer",
        "place",
        "slot",
        "slot_asked",
        "state",
        "handing_over_since",
        "history",
    )
    actions_detail = ("ready", "hand_over", "uncollected", "unready")

    def has_work_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("pickups.work"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        pickup = Pickup.objects.filter(pk=object_id).first()
        offered = {
            f"orders_pickup_{name}"
            for name, step in ACTIONS.items()
            if pickup and next_state(PickupState(pickup.state), step)
        }
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name in offered]

    @display(description=gettext_lazy("commande"), ordering="shop_order__order__number")
    def number(self, pickup: Pickup) -> str:
        return pickup.shop_order.order.number

    @display(description=gettext_lazy("commande"))
    def its_order(self, pickup: Pickup) -> str:
        return link(change_url(pickup.shop_order), pickup.shop_order)

    @display(description=gettext_lazy("client"))
    def customer(self, pickup: Pickup) -> str:
        return pickup.shop_order.order.customer_name

    @display(description=gettext_lazy("état"), ordering="state", label=PICKUP_COLOURS)
    def state_label(self, pickup: Pickup) -> tuple[str, str]:
        return pickup.state, pickup.get_state_display()

    @display(description=gettext_lazy("créneau"), ordering="slot_starts_at")
    def slot(self, pickup: Pickup) -> str:
        if pickup.slot_starts_at is None or pickup.slot_ends_at is None:
            return "—"
        starts, ends = (
            timezone.localtime(at) for at in (pickup.slot_starts_at, pickup.slot_ends_at)
        )
        day = date_format(starts, "SHORT_DATE_FORMAT")
        return f"{day} {date_format(starts, 'TIME_FORMAT')} – {date_format(ends, 'TIME_FORMAT')}"

    @display(description=gettext_lazy("QR"))
    def qr_code(self, pickup: Pickup) -> str:
        return mark_safe(qr_svg(pickup.qr_text))  # noqa: S308 - drawn here, of letters and digits

    @display(description=gettext_lazy("historique"))
    def history(self, pickup: Pickup) -> str:
        return history(pickup.shop_order)

    @action(
        description=gettext_lazy("Prêt"), permissions=["work"], url_path="pret", icon="inventory"
    )
    def ready(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(
            request, object_id, services.pickup_ready,
            _("Marquer le retrait %(code)s comme prêt ?"),
            _("Les articles attendent le client au comptoir."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Remettre"),
        permissions=["work"],
        url_path="remettre",
        icon="shopping_bag",
    )
    def hand_over(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(
            request, object_id, services.pickup_hand_over,
            _("Remettre le retrait %(code)s ?"),
            _("Tout ce qui reste est remis au client ; Saleor l'apprend aussitôt."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Non retiré"),
        permissions=["work"],
        url_path="non-retire",
        icon="event_busy",
    )
    def uncollected(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(
            request, object_id, services.pickup_uncollected,
            _("Le retrait %(code)s n'a pas été retiré ?"),
            _("Il peut encore être remis, ou ses articles refusés et remboursés."),
        )  # fmt: skip

    @action(
        description=gettext_lazy("Remettre en préparation"),
        permissions=["work"],
        url_path="en-preparation",
        icon="undo",
    )
    def unready(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self.ask(
            request, object_id, services.pickup_unready,
            _("Remettre le retrait %(code)s en préparation ?"),
            _("Il n'est plus annoncé comme prêt."),
        )  # fmt: skip

    def ask(
        self,
        request: HttpRequest,
        object_id: str,
        service: Callable[..., Pickup],
        title: str,
        text: str,
    ) -> HttpResponse:
        """Confirm one step of one pickup."""
        pickup = get_object_or_404(Pickup, pk=object_id)

        return ask(
            self,
            request,
            title=title % {"code": pickup.code},
            text=text,
            button=_("Confirmer"),
            do=partial(service, pickup_id=pickup.pk, done_by=user_of(request), now=timezone.now()),
            done=_("C'est noté."),
            back=change_url(pickup),
        )


def history(shop_order: ShopOrder) -> str:
    """Return what was done for a shop order, as a list."""
    events = shop_order.pickup_events.select_related("done_by")
    rows = [
        format_html(
            "<li>{} · {} · {} {}</li>",
            date_format(timezone.localtime(event.done_at), "SHORT_DATETIME_FORMAT"),
            event.get_step_display(),
            event.who,
            event.detail,
        )
        for event in events
    ]
    return format_html("<ul>{}</ul>", mark_safe("".join(rows))) if rows else "—"  # noqa: S308
