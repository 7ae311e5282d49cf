"""Statements to download, payouts to follow."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    attempt,
    change_url,
    confirm,
    download,
    link,
    user_of,
)
from saleor_alencon.office.admin.form_fields import reason_field
from saleor_alencon.office.admin.provider import TransferInline
from saleor_alencon.outputs.french_text import masked_iban_text
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.transfers import transfer_reverse
from saleor_alencon.settlement.models import (
    CarriedReason,
    Payout,
    PayoutState,
    Statement,
    StatementLine,
)
from saleor_alencon.shops.models import PayoutRail

PAYOUT_COLOURS = {
    PayoutState.DRAFT: "warning",
    PayoutState.APPROVED: "info",
    PayoutState.EXECUTED: "success",
    PayoutState.RETURNED: "danger",
    PayoutState.FAILED: "danger",
}


class ReturnForm(forms.Form):
    reason = reason_field(gettext_lazy("Motif donné par la banque"))


class TakeBackForm(forms.Form):
    reason = reason_field(gettext_lazy("Motif, tel qu'il figurera sur le relevé"))


class StatementLineInline(ReadOnlyInline):
    model = StatementLine
    fields = readonly_fields = (
        "kind",
        "sold",
        amount("gross_cents", gettext_lazy("ventes")),
        amount("commission_cents", gettext_lazy("commission")),
        amount("commission_vat_cents", gettext_lazy("TVA sur commission")),
        amount("fees_cents", gettext_lazy("frais")),
        amount("net_cents", gettext_lazy("net")),
    )
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        related = ("shop_order__order", "shop_order__shop")
        return super().get_queryset(request).select_related(*related)

    @display(description=gettext_lazy("commande boutique"))
    def sold(self, line: StatementLine) -> str:
        return str(line.shop_order) if line.shop_order else "—"


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "shop",
        "run",
        amount("opening_cents", gettext_lazy("report précédent")),
        amount("net_cents", gettext_lazy("net des lignes")),
        amount("payable_cents", gettext_lazy("versé")),
        amount("carried_cents", gettext_lazy("reporté")),
        "reason_label",
    )
    list_filter = ("carried_reason", "run", "shop")
    list_select_related = ("shop", "run")
    search_fields = ("number", "shop__name", "run__number")
    inlines = (StatementLineInline,)
    actions_detail = ("pdf", "csv")
    actions_row = ("pdf", "csv")
    fields = (
        "number",
        "shop",
        "its_run",
        *list_display[3:7],
        "carried_reason",
    )
    readonly_fields = fields

    @display(
        description=gettext_lazy("motif du report"),
        ordering="carried_reason",
        label={
            CarriedReason.NEGATIVE: "warning",
            CarriedReason.BELOW_MINIMUM: "info",
            CarriedReason.MISSING_IBAN: "danger",
            CarriedReason.MISSING_ACCOUNT: "danger",
            CarriedReason.DUES_UNPAID: "danger",
            CarriedReason.MISSING_IDENTITY: "danger",
        },
    )
    def reason_label(self, statement: Statement) -> tuple[str, Any] | str:
        if not statement.carried_reason:
            return ""
        return statement.carried_reason, statement.get_carried_reason_display()

    @display(description=gettext_lazy("reversement"))
    def its_run(self, statement: Statement) -> str:
        return link(change_url(statement.run), statement.run)

    @action(
        description=gettext_lazy("Relevé PDF"),
        permissions=["view"],
        url_path="pdf",
        icon="picture_as_pdf",
    )
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        from saleor_alencon.settlement.documents import statement_pdf

        statement = get_object_or_404(self.get_queryset(request), pk=object_id)
        return download(statement_pdf(statement), f"{statement.number}.pdf", "application/pdf")

    @action(
        description=gettext_lazy("Relevé CSV"), permissions=["view"], url_path="csv", icon="table"
    )
    def csv(self, request: HttpRequest, object_id: str) -> HttpResponse:
        from saleor_alencon.settlement.documents import statement_csv

        statement = get_object_or_404(self.get_queryset(request), pk=object_id)
        content = statement_csv(statement)
        return download(content, f"{statement.number}.csv", "text/csv; charset=utf-8")


@admin.register(Payout)
class PayoutAdmin(ReadOnlyAdmin):
    list_display = (
        "end_to_end_id",
        "shop",
        "run",
        amount("amount_cents", gettext_lazy("montant")),
        "account",
        "state_label",
    )
    list_filter = ("state", "run", "shop")
    list_select_related = ("shop", "run")
    search_fields = ("end_to_end_id", "shop__name", "payee_name", "run__number")
    actions_detail = ("declare_returned", "take_back")
    inlines = (TransferInline,)
    fields = (
        "end_to_end_id",
        "shop",
        "its_run",
        "its_statement",
        list_display[3],
        "payee_name",
        "iban",
        "bic",
        "connected_account",
        "state",
        "executed_at",
        "returned_at",
        "return_reason",
    )
    readonly_fields = fields

    def has_return_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.return_payout"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        sent = Payout.objects.filter(pk=object_id, state=PayoutState.EXECUTED)
        rail = sent.values_list("run__rail", flat=True).first()
        offered = {PayoutRail.SEPA.value: "declare_returned", PayoutRail.CONNECT.value: "take_back"}
        name = f"settlement_payout_{offered[rail]}" if rail else ""
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name == name]

    @display(description=gettext_lazy("compte"))
    def account(self, payout: Payout) -> str:
        return payout.connected_account or masked_iban_text(payout.iban)

    @display(description=gettext_lazy("état"), ordering="state", label=PAYOUT_COLOURS)
    def state_label(self, payout: Payout) -> tuple[str, str]:
        return payout.state, payout.get_state_display()

    @display(description=gettext_lazy("reversement"))
    def its_run(self, payout: Payout) -> str:
        return link(change_url(payout.run), payout.run)

    @display(description=gettext_lazy("relevé"))
    def its_statement(self, payout: Payout) -> str:
        return link(change_url(payout.statement), payout.statement)

    @action(
        description=gettext_lazy("Déclarer retourné"),
        permissions=["return"],
        url_path="retourne",
        icon="undo",
    )
    def declare_returned(self, request: HttpRequest, object_id: str) -> HttpResponse:
        from saleor_alencon.settlement.services import payout_return

        return self.ask_reason(
            request,
            object_id,
            title=_("Déclarer le virement retourné ?"),
            text=_(
                "%(amount)s à %(payee)s : la banque a rendu la somme. Elle redevient due à la "
                "boutique et figurera sur son prochain relevé. Corrigez d'abord son IBAN s'il "
                "est en cause."
            ),
            button=_("Déclarer retourné"),
            done=_("Le virement est déclaré retourné ; la somme redevient disponible."),
            form_class=ReturnForm,
            command=partial(payout_return, returned_by=user_of(request)),
        )

    @action(
        description=gettext_lazy("Reprendre le transfert"),
        permissions=["return"],
        url_path="reprendre",
        icon="undo",
    )
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a transfer back from the shop's account at the provider."""
        return self.ask_reason(
            request,
            object_id,
            title=_("Reprendre le transfert ?"),
            text=_(
                "%(amount)s de %(payee)s reviennent chez Stripe. La somme redevient due à la "
                "boutique et figurera sur son prochain relevé."
            ),
            button=_("Reprendre"),
            done=_("Le transfert est repris ; la somme redevient disponible."),
            form_class=TakeBackForm,
            command=lambda **given: transfer_reverse(
                returned_by=user_of(request), gateway=Gateway.from_settings(), **given
            ),
        )

    def ask_reason(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        text: str,
        button: str,
        done: str,
        form_class: type[forms.Form],
        command: Callable[..., Any],
    ) -> HttpResponse:
        """Ask why a payout comes back, then do it; its amount and payee are in the question."""
        payout = get_object_or_404(self.get_queryset(request), pk=object_id)

        def run_command(form: forms.Form) -> None:
            reason = form.cleaned_data["reason"]
            attempt(
                request,
                lambda: command(payout_id=payout.pk, reason=reason, now=timezone.now()),
                done,
            )

        return confirm(
            self,
            request,
            title=title,
            text=text % {"amount": amount_text(payout.amount_cents), "payee": payout.payee_name},
            button=button,
            command=run_command,
            back=change_url(payout),
            form_class=form_class,
            danger=True,
        )
