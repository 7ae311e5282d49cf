"""Delivery rounds in the back-office: planned from what stands packed, followed to their end."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role, role_allows
from saleor_alencon.domain.delivery_rounds import RoundState
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    ask,
    attempt,
    change_url,
    confirm,
    download,
    link,
    list_url,
    user_of,
)
from saleor_alencon.office.admin.form_fields import day_field
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.outputs.round_sheets import render_collection_pdf, render_route_pdf
from saleor_alencon.rounds.models import PLACES, DeliveryRound, Parcel, RoundEvent, Stop
from saleor_alencon.rounds.planning import (
    parcel_prepare,
    ready_to_deliver,
    round_cancel,
    round_plan,
)
from saleor_alencon.rounds.sheets import round_sheet

ROUND_COLOURS = {
    RoundState.PLANNED: "info",
    RoundState.UNDER_WAY: "warning",
    RoundState.FINISHED: "success",
    RoundState.CANCELLED: "danger",
}
CAPACITY = 30
NUMBER = {"class": " ".join(INPUT_CLASSES)}


def couriers() -> Any:
    """Return who may drive a round."""
    roles = [role for role in Role.values if role_allows(role, "rounds.drive")]
    return User.objects.filter(is_active=True, role__in=roles)


def codes_waiting() -> str:
    """Return the postal codes that parcels wait for, the most first: "61000 (4), 61250 (1)"."""
    rows = (
        ShopOrder.objects.filter(pk__in=ready_to_deliver().order_by().values("pk"))
        .values_list("order__delivery_postal_code")
        .annotate(waiting=Count("pk"))
        .order_by("-waiting", "order__delivery_postal_code")
    )
    return ", ".join(f"{code} ({waiting})" for code, waiting in rows)


class PlanForm(forms.Form):
    day = day_field(gettext_lazy("Jour"), initial=timezone.localdate)
    postal_codes = forms.CharField(
        label=gettext_lazy("Codes postaux"),
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Séparés par des virgules ; 61000:61099 est une plage."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Cartons au plus"),
        min_value=1,
        max_value=500,
        initial=CAPACITY,
        widget=forms.NumberInput(attrs=NUMBER),
    )
    courier = forms.ModelChoiceField(
        label=gettext_lazy("Livreur"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("à désigner"),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["courier"].queryset = couriers()  # type: ignore[attr-defined]


class PackedForm(forms.Form):
    boxes = forms.IntegerField(
        label=gettext_lazy("Cartons"),
        min_value=1,
        max_value=99,
        initial=1,
        widget=forms.NumberInput(attrs=NUMBER),
    )
    place = forms.ChoiceField(
        label=gettext_lazy("Lieu"), choices=PLACES, widget=UnfoldAdminSelectWidget
    )


class StopInline(ReadOnlyInline):
    model = Stop
    fields = readonly_fields = (
        "position", "order", "recipient", "what", "state", "detail", "ended_at", "ended_by",
    )  # fmt: skip

    @display(description=gettext_lazy("client"))
    def recipient(self, stop: Stop) -> str:
        address = stop.address
        return f"{address.get('name', '')}, {address.get('line1', '')}".strip(", ")

    @display(description=gettext_lazy("colis"))
    def what(self, stop: Stop) -> str:
        rows = Parcel.objects.filter(stop=stop).select_related("shop_order__shop")
        return ", ".join(f"{row.shop_order.shop} ({row.get_state_display()})" for row in rows)


class RoundEventInline(ReadOnlyInline):
    model = RoundEvent
    fields = readonly_fields = ("done_at", "kind", "stop", "done_by", "detail")


@admin.register(DeliveryRound)
class DeliveryRoundAdmin(ReadOnlyAdmin):
    list_display = ("number", "day", "courier", "stop_count", "state_label")
    list_filter = ("state", "courier")
    list_select_related = ("courier",)
    date_hierarchy = "day"
    search_fields = ("number", "stops__order__number")
    inlines = (StopInline, RoundEventInline)
    actions_list = ("plan",)
    actions_detail = ("collection", "route", "give_up")
    fields = readonly_fields = (
        "number",
        "day",
        "codes",
        "capacity",
        "courier",
        "state",
        "couriers_page",
        "planned_by",
        "planned_at",
        "started_at",
        "ended_at",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(stop_count=Count("stops", distinct=True))

    def has_plan_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("rounds.plan"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        found = super().get_actions_detail(request, object_id)
        if DeliveryRound.objects.filter(pk=object_id, state=RoundState.PLANNED).exists():
            return found
        return [each for each in found if not each.action_name.endswith("_give_up")]

    @display(description=gettext_lazy("arrêts"), ordering="stop_count")
    def stop_count(self, found: Any) -> int:
        return int(found.stop_count)

    @display(description=gettext_lazy("état"), ordering="state", label=ROUND_COLOURS)
    def state_label(self, found: DeliveryRound) -> tuple[str, str]:
        return found.state, found.get_state_display()

    @display(description=gettext_lazy("codes postaux"))
    def codes(self, found: DeliveryRound) -> str:
        return ", ".join(found.postal_codes)

    @display(description=gettext_lazy("page du livreur"))
    def couriers_page(self, found: DeliveryRound) -> str:
        return link(reverse("counter:round", args=(found.pk,)), _("Ouvrir la page du livreur"))

    @action(
        description=gettext_lazy("Planifier une tournée"), permissions=["plan"],
        url_path="planifier", icon="local_shipping",
    )  # fmt: skip
    def plan(self, request: HttpRequest) -> HttpResponse:
        waiting = codes_waiting()

        def command(form: forms.Form) -> str | None:
            data = form.cleaned_data
            found = attempt(
                request,
                lambda: round_plan(
                    day=data["day"],
                    postal_codes=data["postal_codes"].replace(";", ",").split(","),
                    capacity=data["capacity"],
                    courier=data["courier"],
                    planned_by=user_of(request),
                    now=timezone.now(),
                ),
                _("La tournée est planifiée."),
            )
            return change_url(found) if found else None

        return confirm(
            self,
            request,
            title=_("Planifier une tournée"),
            text=_("Colis prêts, par code postal : %(codes)s.") % {"codes": waiting}
            if waiting
            else _("Aucun colis n'est prêt : les boutiques emballent sur leur page Livraisons."),
            button=_("Planifier"),
            command=command,
            back=list_url(DeliveryRound),
            form_class=PlanForm,
        )

    @action(
        description=gettext_lazy("Liste de collecte (PDF)"), url_path="collecte", icon="checklist"
    )
    def collection(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(DeliveryRound, pk=object_id)
        name = f"liste-de-collecte-{found.number}.pdf"
        return download(render_collection_pdf(round_sheet(found)), name, "application/pdf")

    @action(description=gettext_lazy("Feuille de route (PDF)"), url_path="route", icon="route")
    def route(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(DeliveryRound, pk=object_id)
        name = f"feuille-de-route-{found.number}.pdf"
        return download(render_route_pdf(round_sheet(found)), name, "application/pdf")

    @action(
        description=gettext_lazy("Abandonner"), permissions=["plan"], url_path="abandonner",
        icon="cancel",
    )  # fmt: skip
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        found = get_object_or_404(DeliveryRound, pk=object_id)

        return ask(
            self,
            request,
            title=_("Abandonner la tournée %(number)s ?") % {"number": found.number},
            text=_("Ses colis redeviennent libres."),
            button=_("Abandonner"),
            do=partial(
                round_cancel, round_id=found.pk, done_by=user_of(request), now=timezone.now()
            ),
            done=_("La tournée est abandonnée, ses colis attendent une autre."),
            back=change_url(found),
            danger=True,
        )


def packed(admin_page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Say of a shop order that it stands packed, at its shop or at the central point."""
    shop_order = get_object_or_404(ShopOrder, pk=object_id)

    def command(form: forms.Form) -> None:
        attempt(
            request,
            lambda: parcel_prepare(
                shop_order_id=shop_order.pk,
                boxes=form.cleaned_data["boxes"],
                place=PickupPlace(form.cleaned_data["place"]),
                done_by=user_of(request),
                now=timezone.now(),
            ),
            _("C'est noté."),
        )

    return confirm(
        admin_page,
        request,
        title=_("%(shop_order)s est emballée ?") % {"shop_order": shop_order},
        text=_("Elle attend alors une tournée."),
        button=_("Confirmer"),
        command=command,
        back=change_url(shop_order),
        form_class=PackedForm,
    )
