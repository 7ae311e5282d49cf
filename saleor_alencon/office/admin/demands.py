"""Negative balances that are asked for: called, paid, reminded, cancelled."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from saleor_alencon.localized import amount_text
from saleor_alencon.messaging.models import Message, MessageState
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    ask,
    attempt,
    change_url,
    confirm,
    download,
    list_url,
    user_of,
)
from saleor_alencon.office.admin.dues import ask_payment
from saleor_alencon.office.admin.form_fields import reason_field
from saleor_alencon.office.admin.run_delivery import messages_text
from saleor_alencon.settlement.demand_notices import about_demand, demand_pdf
from saleor_alencon.settlement.demands import (
    demand_call,
    demand_cancel,
    demand_pay,
    demand_remind,
    demand_send,
)
from saleor_alencon.settlement.models import Demand, DemandPayment
from saleor_alencon.shops.models import Shop


class CallForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=gettext_lazy("Boutique"), queryset=Shop.objects.all(), widget=UnfoldAdminSelectWidget
    )
    reason = reason_field(gettext_lazy("Motif, tel que la boutique le lira"))


class CancelForm(forms.Form):
    reason = reason_field(gettext_lazy("Motif de l'annulation"))


class DemandPaymentInline(ReadOnlyInline):
    model = DemandPayment
    fields = readonly_fields = (
        "paid_on",
        amount("amount_cents", gettext_lazy("montant")),
        "method",
        "reference",
        "recorded_by",
    )


@admin.register(Demand)
class DemandAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "shop",
        amount("amount_cents", gettext_lazy("montant")),
        "owed",
        "due_on",
        "remind_on",
        "state_label",
    )
    list_filter = ("shop", "year")
    list_select_related = ("shop",)
    search_fields = ("number", "shop__name")
    inlines = (DemandPaymentInline,)
    actions_list = ("call",)
    actions_detail = ("pdf", "pay", "remind", "send", "cancel")
    fields = (
        "number",
        "shop",
        amount("amount_cents", gettext_lazy("montant")),
        "owed",
        "reason",
        ("called_at", "called_by"),
        "due_on",
        ("remind_on", "reminders"),
        "deliveries",
        ("cancelled_at", "cancelled_by"),
        "cancel_reason",
    )
    readonly_fields = ("owed", "deliveries")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Demand]:
        demands: Any = super().get_queryset(request)
        return demands.with_paid()  # type: ignore[no-any-return]

    def has_collect_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.collect_demand"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed = super().get_actions_detail(request, object_id)
        open_too = Demand.objects.owed().filter(pk=object_id).exists()
        unsent = Message.objects.filter(
            about=about_demand(int(object_id)), state=MessageState.NO_ADDRESS
        ).exists()
        return [
            each
            for each in allowed
            if each.action_name.endswith("_pdf")
            or (open_too and (unsent or not each.action_name.endswith("_send")))
        ]

    @display(description=gettext_lazy("par courriel"))
    def deliveries(self, demand: Demand) -> str:
        """Return each message about the demand, with its state and the server's answer."""
        return messages_text(about_demand(demand.pk))

    @display(description=gettext_lazy("reste à payer"))
    def owed(self, demand: Any) -> str:
        return amount_text(0 if demand.cancelled_at else demand.amount_cents - demand.paid_cents)

    @display(
        description=gettext_lazy("état"),
        label={"paid": "success", "owed": "info", "late": "danger", "cancelled": "warning"},
    )
    def state_label(self, demand: Any) -> tuple[str, str]:
        if demand.cancelled_at:
            return "cancelled", _("annulé")
        if demand.paid_cents == demand.amount_cents:
            return "paid", _("payé")
        if demand.due_on < timezone.localdate():
            return "late", _("en retard")
        return "owed", _("à payer")

    @action(
        description=gettext_lazy("Appeler un solde négatif"),
        permissions=["collect"],
        url_path="appeler",
        icon="campaign",
    )
    def call(self, request: HttpRequest) -> HttpResponse:
        def command(form: forms.Form) -> str | None:
            made = attempt(
                request,
                lambda: demand_call(
                    shop_id=form.cleaned_data["shop"].pk,
                    reason=form.cleaned_data["reason"],
                    called_by=user_of(request),
                    now=timezone.now(),
                ),
                _("Le solde est appelé. La boutique reçoit l'appel de règlement par courriel."),
            )
            return change_url(made) if isinstance(made, Demand) else None

        return confirm(
            self,
            request,
            title=_("Appeler un solde négatif"),
            text=_(
                "Le solde négatif devient une somme à recouvrer : il n'est plus déduit des "
                "prochains versements, sauf accord de retenue de la boutique."
            ),
            button=_("Appeler"),
            command=command,
            back=list_url(Demand),
            form_class=CallForm,
        )

    @action(
        description=gettext_lazy("Appel de règlement PDF"),
        permissions=["view"],
        url_path="pdf",
        icon="picture_as_pdf",
    )
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        demand = get_object_or_404(Demand, pk=object_id)
        return download(demand_pdf(demand), f"{demand.number}.pdf", "application/pdf")

    @action(
        description=gettext_lazy("Noter un paiement"),
        permissions=["collect"],
        url_path="payer",
        icon="euro",
    )
    def pay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        demand: Any = get_object_or_404(self.get_queryset(request), pk=object_id)
        return ask_payment(
            self, request, demand, self.owed(demand), partial(demand_pay, demand_id=demand.pk)
        )

    @action(
        description=gettext_lazy("Relancer par courriel"),
        permissions=["collect"],
        url_path="relancer",
        icon="notifications",
    )
    def remind(self, request: HttpRequest, object_id: str) -> HttpResponse:
        demand: Any = get_object_or_404(self.get_queryset(request), pk=object_id)

        return ask(
            self,
            request,
            title=_("Relancer %(shop)s ?") % {"shop": demand.shop},
            text=_("La boutique reçoit l'appel de règlement avec ce qui reste à payer : %(owed)s.")
            % {"owed": self.owed(demand)},
            button=_("Relancer"),
            do=partial(demand_remind, demand_id=demand.pk, now=timezone.now()),
            done=_("La relance est en route."),
            back=change_url(demand),
        )

    @action(
        description=gettext_lazy("Envoyer par courriel"),
        permissions=["collect"],
        url_path="envoyer",
        icon="outgoing_mail",
    )
    def send(self, request: HttpRequest, object_id: str) -> HttpResponse:
        demand = get_object_or_404(Demand, pk=object_id)

        return ask(
            self,
            request,
            title=_("Envoyer l'appel de règlement %(demand)s ?") % {"demand": demand},
            text=_("Il n'était pas parti, faute d'adresse. Il part à %(email)s.")
            % {"email": demand.shop.email or "—"},
            button=_("Envoyer"),
            do=partial(demand_send, demand_id=demand.pk, now=timezone.now()),
            done=_("L'appel de règlement est en route."),
            back=change_url(demand),
        )

    @action(
        description=gettext_lazy("Annuler le reste"),
        permissions=["collect"],
        url_path="annuler",
        icon="undo",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        demand: Any = get_object_or_404(self.get_queryset(request), pk=object_id)

        return ask(
            self,
            request,
            title=_("Annuler ce qui reste de %(demand)s ?") % {"demand": demand},
            text=_(
                "Ce qui est payé le reste. Le solde de la boutique redevient négatif de ce qui "
                "n'est pas payé, et ses ventes le couvrent."
            ),
            button=_("Annuler le reste"),
            do=partial(
                demand_cancel,
                demand_id=demand.pk,
                cancelled_by=user_of(request),
                now=timezone.now(),
            ),
            done=_("Le reste est annulé : le solde de la boutique est de nouveau négatif."),
            back=change_url(demand),
            form_class=CancelForm,
            danger=True,
        )
