"""The members' dues: what a year costs, called with an invoice each, and collected."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from saleor_alencon.dues.models import (
    DuesBill,
    DuesPayment,
    DuesRate,
    OffsetConsent,
    PaymentMethod,
)
from saleor_alencon.dues.services import payment_record, shops_to_bill
from saleor_alencon.invoicing.services import dues_bill_cancel, dues_call
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    ask,
    attempt,
    change_url,
    confirm,
    link,
    list_url,
    user_of,
)
from saleor_alencon.office.admin.form_fields import CentsField, day_field, reason_field
from saleor_alencon.office.admin.invoices import tell
from saleor_alencon.office.admin.shops import KeptAdmin


@display(description=gettext_lazy("année"), ordering="year")
def year_text(obj: Any) -> str:
    """Show a year as it is said: "2026", not "2 026"."""
    return str(obj.year)


PAID_BY_HAND = [each for each in PaymentMethod.choices if each[0] != PaymentMethod.OFFSET]


@admin.register(DuesRate)
class DuesRateAdmin(KeptAdmin):
    list_display = (
        year_text,
        amount("base_cents", gettext_lazy("cotisation")),
        amount("surcharge_cents", gettext_lazy("supplément des boutiques en ligne, HT")),
        "days_to_pay",
        "hold_after_days",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep an amount once a member was asked for it."""
        called = obj is not None and DuesBill.objects.filter(year=obj.year).exists()
        return super().has_change_permission(request, obj) and not called


@admin.register(OffsetConsent)
class OffsetConsentAdmin(KeptAdmin):
    list_display = ("shop", "given_on", "withdrawn_on")
    list_select_related = ("shop",)
    autocomplete_fields = ("shop",)
    search_fields = ("shop__name",)


class CallForm(forms.Form):
    year = forms.IntegerField(
        label=gettext_lazy("Année"),
        min_value=2000,
        max_value=2100,
        initial=lambda: timezone.localdate().year,
        widget=forms.NumberInput(attrs={"class": " ".join(INPUT_CLASSES)}),
    )


class PaymentForm(forms.Form):
    amount_cents = CentsField(label=gettext_lazy("Montant reçu (€)"))
    paid_on = day_field(
        gettext_lazy("Payé le"),
        initial=timezone.localdate,
    )
    method = forms.ChoiceField(
        label=gettext_lazy("Moyen"), choices=PAID_BY_HAND, widget=UnfoldAdminSelectWidget
    )
    reference = forms.CharField(
        label=gettext_lazy("Référence"),
        required=False,
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
    )


def ask_payment(
    model_admin: ReadOnlyAdmin,
    request: HttpRequest,
    debt: Any,
    owed: str,
    record: Callable[..., Any],
) -> HttpResponse:
    """Ask what a shop has paid of a debt (GET), then note it by ``record`` (POST)."""
    return ask(
        model_admin,
        request,
        title=_("Noter un paiement de %(shop)s") % {"shop": debt.shop},
        text=_("Reste à payer : %(owed)s.") % {"owed": owed},
        button=_("Noter"),
        do=partial(record, recorded_by=user_of(request), now=timezone.now()),
        done=_("Le paiement est noté."),
        back=change_url(debt),
        form_class=PaymentForm,
    )


class CancelForm(forms.Form):
    reason = reason_field(gettext_lazy("Motif, tel qu'il figurera sur l'avoir"))


class DuesPaymentInline(ReadOnlyInline):
    model = DuesPayment
    fields = readonly_fields = (
        "paid_on",
        amount("amount_cents", gettext_lazy("montant")),
        "method",
        "reference",
        "recorded_by",
    )


@admin.register(DuesBill)
class DuesBillAdmin(ReadOnlyAdmin):
    list_display = (
        "shop",
        year_text,
        amount("total_cents", gettext_lazy("total TTC")),
        "owed",
        "due_on",
        "state_label",
    )
    list_filter = ("year", "shop")
    list_select_related = ("shop",)
    search_fields = ("shop__name", "invoices__number")
    inlines = (DuesPaymentInline,)
    actions_list = ("call",)
    actions_detail = ("pay", "cancel")
    fields = (
        "shop",
        year_text,
        amount("base_cents", gettext_lazy("cotisation")),
        amount("surcharge_cents", gettext_lazy("supplément HT")),
        amount("surcharge_vat_cents", gettext_lazy("TVA du supplément")),
        amount("total_cents", gettext_lazy("total TTC")),
        "owed",
        "documents",
        "due_on",
        "billed_at",
        "billed_by",
        "cancelled_at",
        "cancelled_by",
        "cancel_reason",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[DuesBill]:
        bills: QuerySet[DuesBill] = super().get_queryset(request)
        return bills.with_paid()  # type: ignore[attr-defined,no-any-return]

    def has_collect_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("dues.collect"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        allowed = super().get_actions_detail(request, object_id)
        owed = DuesBill.objects.owed().filter(pk=object_id)
        offered = {f"dues_duesbill_{name}" for name in self._offered(owed.first())}
        return [each for each in allowed if each.action_name in offered]

    def _offered(self, bill: Any) -> Iterable[str]:
        if bill is None:
            return ()
        return ("pay",) if bill.paid_cents else ("pay", "cancel")

    @display(description=gettext_lazy("reste à payer"))
    def owed(self, bill: Any) -> str:
        return amount_text(0 if bill.cancelled_at else bill.total_cents - bill.paid_cents)

    @display(description=gettext_lazy("factures"))
    def documents(self, bill: DuesBill) -> Any:
        links = ((link(change_url(each), each),) for each in bill.invoices.order_by("id"))
        return format_html_join(", ", "{}", links) or "—"

    @display(
        description=gettext_lazy("état"),
        label={"paid": "success", "owed": "info", "late": "danger", "cancelled": "warning"},
    )
    def state_label(self, bill: Any) -> tuple[str, str]:
        if bill.cancelled_at:
            return "cancelled", _("annulée")
        if bill.paid_cents == bill.total_cents:
            return "paid", _("payée")
        if bill.due_on < timezone.localdate():
            return "late", _("en retard")
        return "owed", _("à payer")

    @action(
        description=gettext_lazy("Appeler les cotisations"),
        permissions=["collect"],
        url_path="appeler",
        icon="campaign",
    )
    def call(self, request: HttpRequest) -> HttpResponse:
        def command(form: forms.Form) -> None:
            tell(
                request,
                attempt(
                    request,
                    lambda: dues_call(
                        year=form.cleaned_data["year"],
                        billed_by=user_of(request),
                        now=timezone.now(),
                    ),
                    _("Les cotisations sont appelées."),
                ),
            )

        year = timezone.localdate().year
        return confirm(
            self,
            request,
            title=_("Appeler les cotisations"),
            text=_(
                "Chaque membre qui n'a ni payé ni reçu d'appel pour l'année reçoit une facture. "
                "Pour %(year)s, ils sont %(count)s."
            )
            % {"year": year, "count": len(shops_to_bill(year))},
            button=_("Appeler"),
            command=command,
            back=list_url(DuesBill),
            form_class=CallForm,
        )

    @action(
        description=gettext_lazy("Noter un paiement"),
        permissions=["collect"],
        url_path="payer",
        icon="euro",
    )
    def pay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        bill: Any = get_object_or_404(self.get_queryset(request), pk=object_id)
        return ask_payment(
            self, request, bill, self.owed(bill), partial(payment_record, bill_id=bill.pk)
        )

    @action(
        description=gettext_lazy("Annuler par un avoir"),
        permissions=["collect"],
        url_path="annuler",
        icon="undo",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        bill = get_object_or_404(DuesBill, pk=object_id)

        def command(form: forms.Form) -> None:
            attempt(
                request,
                partial(
                    dues_bill_cancel,
                    bill_id=bill.pk,
                    cancelled_by=user_of(request),
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                ),
                _("L'appel est annulé ; l'avoir est établi."),
            )

        return confirm(
            self,
            request,
            title=_("Annuler la cotisation %(bill)s ?") % {"bill": bill},
            text=_("Un avoir est établi : la facture garde son numéro, rien n'est plus à payer."),
            button=_("Annuler la cotisation"),
            command=command,
            back=change_url(bill),
            form_class=CancelForm,
            danger=True,
        )
