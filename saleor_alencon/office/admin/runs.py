"""Settlement runs: drafted by one person, approved by another, executed by the bank."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Count, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
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
from saleor_alencon.office.admin.run_delivery import RunDelivery, delivery_text, with_delivery
from saleor_alencon.office.admin.run_preview import RunPreview
from saleor_alencon.office.admin.run_sending import RunSending
from saleor_alencon.outputs.french_text import masked_iban_text
from saleor_alencon.settlement.models import Payout, RunState, SettlementRun, Statement
from saleor_alencon.settlement.notices import statement_key
from saleor_alencon.shops.models import PayoutRail

# Which actions a run offers in which state; who may is asked by each action.
OFFERED = {
    "approve": {RunState.DRAFT},
    "cancel": {RunState.DRAFT},
    "payment_file": {RunState.APPROVED, RunState.EXECUTED},
    "execute": {RunState.APPROVED},
    "send": {RunState.APPROVED},
    "send_statements": {RunState.EXECUTED},
}
# What belongs to one way of paying only.
RAILS = {
    "payment_file": PayoutRail.SEPA,
    "execute": PayoutRail.SEPA,
    "send": PayoutRail.CONNECT,
}
STATE_COLOURS = {
    RunState.DRAFT: "warning",
    RunState.APPROVED: "info",
    RunState.EXECUTED: "success",
    RunState.CANCELLED: "danger",
}


def today() -> datetime.date:
    return timezone.localdate()


class RunForm(forms.Form):
    last_day = day_field(
        gettext_lazy("Dernier jour compris"),
        initial=today,
        help_text=gettext_lazy("Les sommes disponibles à la fin de ce jour sont versées."),
    )

    everybody = forms.BooleanField(
        label=gettext_lazy("Toutes les boutiques, aussi celles dont le jour n'est pas venu"),
        required=False,
    )

    def clean_last_day(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["last_day"]
        if day > today():
            raise ValidationError(_("Ce jour n'est pas encore venu."))
        return day

    def cutoff(self, now: datetime.datetime) -> datetime.datetime:
        """Return the first instant after the last day, but never one yet to come."""
        following = self.cleaned_data["last_day"] + datetime.timedelta(days=1)
        midnight = datetime.datetime.combine(
            following, datetime.time(), timezone.get_default_timezone()
        )
        return min(now, midnight)


class StatementInline(ReadOnlyInline):
    model = Statement
    per_page = 150
    fields = readonly_fields = (
        "page",
        "shop",
        amount("opening_cents", gettext_lazy("report précédent")),
        amount("net_cents", gettext_lazy("net des lignes")),
        amount("payable_cents", gettext_lazy("versé")),
        amount("carried_cents", gettext_lazy("reporté")),
        "carried_reason",
        "delivery",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        statements = super().get_queryset(request).select_related("shop", "run")
        return with_delivery(statements, statement_key)

    @display(description=gettext_lazy("envoi par courriel"))
    def delivery(self, statement: Any) -> str:
        return delivery_text(statement)

    @display(description=gettext_lazy("relevé"))
    def page(self, statement: Statement) -> str:
        return link(change_url(statement), statement.number)


class PayoutInline(ReadOnlyInline):
    model = Payout
    per_page = 150
    fields = readonly_fields = (
        "page",
        "payee_name",
        amount("amount_cents", gettext_lazy("montant")),
        "account",
        "state",
    )

    @display(description=gettext_lazy("virement"))
    def page(self, payout: Payout) -> str:
        return link(change_url(payout), payout.end_to_end_id)

    @display(description=gettext_lazy("compte"))
    def account(self, payout: Payout) -> str:
        return payout.connected_account or masked_iban_text(payout.iban)


@admin.register(SettlementRun)
class SettlementRunAdmin(RunPreview, RunSending, RunDelivery, ReadOnlyAdmin):
    list_display = ("number", "cutoff", "state_label", "payout_count", "total", "rail")
    list_filter = ("state", "rail")
    list_select_related = ("created_by",)
    search_fields = ("number",)
    inlines = (StatementInline, PayoutInline)
    actions_list = ("draft", "preview")
    actions_detail = ("approve", "payment_file", "execute", "send", "send_statements", "cancel")
    fields = (
        "number",
        "state",
        "rail",
        "cutoff",
        "total",
        ("created_by", "created_at"),
        ("approved_by", "approved_at"),
        ("executed_by", "executed_at"),
        "execution_date",
        "deliveries",
    )
    readonly_fields = ("total", "deliveries")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettlementRun]:
        total = Cast(Coalesce(Sum("payouts__amount_cents"), 0), BigIntegerField())
        runs = super().get_queryset(request).defer("payment_file")
        return runs.annotate(total_cents=total, payouts_count=Count("payouts"))

    def has_draft_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.create_run"))

    def has_approve_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.approve_run"))

    def has_cancel_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.cancel_run"))

    def has_execute_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("settlement.execute_run"))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        run = SettlementRun.objects.filter(pk=object_id).values_list("state", "rail").first()
        state, rail = run or ("", "")
        offered = {
            name
            for name, states in OFFERED.items()
            if state in states and RAILS.get(name, rail) == rail
        }
        names = {f"settlement_settlementrun_{name}" for name in offered}
        allowed = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name in names]

    @display(description=gettext_lazy("état"), ordering="state", label=STATE_COLOURS)
    def state_label(self, run: SettlementRun) -> tuple[str, str]:
        return run.state, run.get_state_display()

    @display(description=gettext_lazy("virements"), ordering="payouts_count")
    def payout_count(self, run: Any) -> int:
        return int(run.payouts_count)

    @display(description=gettext_lazy("total versé"), ordering="total_cents")
    def total(self, run: Any) -> str:
        return format_html("<strong>{}</strong>", amount_text(run.total_cents))

    @action(
        description=gettext_lazy("Préparer un reversement"),
        permissions=["draft"],
        url_path="preparer",
        icon="add",
    )
    def draft(self, request: HttpRequest) -> HttpResponse:
        from saleor_alencon.settlement.services import run_create

        def command(form: Any) -> str | None:
            now = timezone.now()
            run = attempt(
                request,
                lambda: run_create(
                    created_by=user_of(request),
                    cutoff=form.cutoff(now),
                    now=now,
                    due_only=not form.cleaned_data["everybody"],
                ),
                _("Le reversement est préparé. Une seconde personne doit l'approuver."),
            )
            return change_url(run) if isinstance(run, SettlementRun) else None

        return confirm(
            self,
            request,
            title=_("Préparer un reversement"),
            text=_(
                "Un relevé est établi pour chaque boutique échue. Rien n'est versé avant qu'une "
                "seconde personne n'approuve. Le calcul peut prendre une minute."
            ),
            button=_("Préparer"),
            command=command,
            back=list_url(SettlementRun),
            form_class=RunForm,
        )

    @action(
        description=gettext_lazy("Approuver"),
        permissions=["approve"],
        url_path="approuver",
        icon="check_circle",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        from saleor_alencon.settlement.services import run_approve

        return self.ask(
            request,
            object_id,
            title=_("Approuver le reversement %(number)s ?"),
            text=_(
                "Virements : %(count)s. Total : %(total)s. Les montants et les comptes bancaires "
                "ne changeront plus."
            ),
            button=_("Approuver"),
            done=_("Le reversement est approuvé."),
            command=lambda pk, now: run_approve(run_id=pk, approved_by=user_of(request), now=now),
        )

    @action(
        description=gettext_lazy("Abandonner"),
        permissions=["cancel"],
        url_path="abandonner",
        icon="cancel",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        from saleor_alencon.settlement.services import run_cancel

        return self.ask(
            request,
            object_id,
            title=_("Abandonner le reversement %(number)s ?"),
            text=_(
                "Virements : %(count)s. Total : %(total)s. Rien ne partira ; les sommes restent "
                "disponibles pour le prochain reversement."
            ),
            button=_("Abandonner"),
            done=_("Le reversement est abandonné."),
            command=lambda pk, now: run_cancel(run_id=pk, cancelled_by=user_of(request), now=now),
            danger=True,
        )

    @action(
        description=gettext_lazy("Déclarer exécuté"),
        permissions=["execute"],
        url_path="execute",
        icon="done_all",
    )
    def execute(self, request: HttpRequest, object_id: str) -> HttpResponse:
        from saleor_alencon.settlement.services import run_execute

        return self.ask(
            request,
            object_id,
            title=_("Déclarer le reversement %(number)s exécuté ?"),
            text=_("Virements : %(count)s. Total débité par la banque : %(total)s."),
            button=_("Déclarer exécuté"),
            done=_("Le reversement est déclaré exécuté."),
            command=lambda pk, now: run_execute(run_id=pk, executed_by=user_of(request), now=now),
        )

    @action(
        description=gettext_lazy("Télécharger le fichier SEPA"),
        permissions=["execute"],
        url_path="sepa",
        icon="download",
    )
    def payment_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = get_object_or_404(SettlementRun, pk=object_id)
        if not run.payment_file:
            messages.error(
                request,
                _(
                    "Ce reversement n'a pas de fichier SEPA : il n'est pas approuvé, ne contient "
                    "aucun virement, ou les virements SEPA ne sont pas activés."
                ),
            )
            return HttpResponseRedirect(change_url(run))
        return download(bytes(run.payment_file), f"{run.number}.xml", "application/xml")

    def ask(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        title: str,
        text: str,
        button: str,
        done: str,
        command: Callable[[int, datetime.datetime], Any],
        danger: bool = False,
    ) -> HttpResponse:
        """Confirm a command on one run, with its number and amounts in the question."""
        run: Any = get_object_or_404(self.get_queryset(request), pk=object_id)
        words = {
            "number": run.number,
            "count": run.payouts_count,
            "total": amount_text(run.total_cents),
        }

        return ask(
            self,
            request,
            title=title % words,
            text=text % words,
            button=button,
            do=partial(command, run.pk, timezone.now()),
            done=done,
            back=change_url(run),
            danger=danger,
        )
