"""What the payment provider says: movements, payouts, disputes, and whether the books agree."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from saleor_alencon.domain.reconciliation import Match, MatchStatus, Reconciliation
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    amount,
    ask,
    change_url,
    link,
    list_url,
    words_filter,
)
from saleor_alencon.office.provider_words import (
    DISPUTES,
    MOVEMENTS,
    PAYOUTS,
    REASONS,
    movement_word,
    word,
)
from saleor_alencon.orders.models import Tender
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.kinds import REFUNDS
from saleor_alencon.psp.models import (
    BalanceTransaction,
    Dispute,
    FetchState,
    ProviderPayout,
    Transfer,
    TransferState,
)
from saleor_alencon.psp.reconciliation import other_currencies, psp_reconcile
from saleor_alencon.psp.services import news_take
from saleor_alencon.settlement.models import Payout

PER_PAGE = 50
CHOSEN = "etat"
STATUS_LABELS: dict[MatchStatus, str | Promise] = {
    MatchStatus.MISSING_HERE: gettext_lazy("absent des comptes"),
    MatchStatus.MISSING_THERE: gettext_lazy("absent chez Stripe"),
    MatchStatus.AMOUNT_DIFFERS: gettext_lazy("montants différents"),
    MatchStatus.MATCHED: gettext_lazy("rapproché"),
}
# A state without a colour would be shown by Stripe's own name.
DISPUTE_COLOURS = dict.fromkeys(DISPUTES, "warning") | {
    "won": "success",
    "prevented": "success",
    "lost": "danger",
    "warning_closed": "info",
}
PAYOUT_COLOURS = dict.fromkeys(PAYOUTS, "info") | {"paid": "success", "failed": "danger"}


@dataclass(frozen=True)
class Row:
    """One line of the reconciliation as the page shows it."""

    status: str
    label: str
    there: str
    there_name: str
    there_url: str
    here: str
    here_url: str
    there_amount: str
    here_amount: str
    difference: str


@display(description=gettext_lazy("nature"), ordering="kind")
def movement_kind(movement: BalanceTransaction) -> str:
    return movement_word(movement.kind, movement.source, movement.amount_cents)


@admin.register(BalanceTransaction)
class BalanceTransactionAdmin(ReadOnlyAdmin):
    list_display = (
        "provider_id",
        "created_at",
        movement_kind,
        amount("amount_cents", gettext_lazy("montant")),
        amount("fee_cents", gettext_lazy("frais")),
        amount("net_cents", gettext_lazy("net")),
        "its_order",
        "is_posted",
    )
    list_filter = (words_filter("kind", gettext_lazy("nature"), MOVEMENTS),)
    list_select_related = ("tender__order", "provider_payout")
    search_fields = ("provider_id", "source", "payment_intent", "tender__order__number")
    actions_list = ("reconciliation", "fetch")
    fields = readonly_fields = (
        *list_display[:6],
        "source",
        "payment_intent",
        "its_order",
        "provider_payout",
        "available_at",
        "posted_at",
    )

    def has_fetch_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("psp.fetch"))

    def get_urls(self) -> list[Any]:
        page = path(
            "rapprochement/",
            self.admin_site.admin_view(self.reconciliation_page),
            name="psp_balancetransaction_agreement",
        )
        return [page, *super().get_urls()]

    @display(description=gettext_lazy("commande"))
    def its_order(self, movement: BalanceTransaction) -> str:
        tender = movement.tender
        return link(change_url(tender.order), tender.order) if tender else "—"

    @display(description=gettext_lazy("inscrit"), boolean=True)
    def is_posted(self, movement: BalanceTransaction) -> bool:
        return movement.posted_at is not None

    @action(
        description=gettext_lazy("Rapprochement"),
        permissions=["view"],
        url_path="vers-le-rapprochement",
        icon="balance",
    )
    def reconciliation(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(agreement_url())

    @action(
        description=gettext_lazy("Lire Stripe maintenant"),
        permissions=["fetch"],
        url_path="lire",
        icon="sync",
    )
    def fetch(self, request: HttpRequest) -> HttpResponse:
        """Read what is new now instead of waiting for the scheduler."""

        return ask(
            self,
            request,
            title=_("Lire Stripe maintenant ?"),
            text=_("Ce qui est nouveau est lu et comptabilisé, comme toutes les cinq minutes."),
            button=_("Lire"),
            do=partial(news_take, gateway=Gateway.from_settings(), now=timezone.now()),
            done=_("Les mouvements de Stripe sont lus."),
            back=agreement_url(),
        )

    def reconciliation_page(self, request: HttpRequest) -> HttpResponse:
        """Show what the books and the provider say, what does not agree first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = psp_reconcile()
        state = FetchState.objects.filter(pk=1).first()
        chosen = request.GET.get(CHOSEN, "")
        matches = chosen_matches(found, chosen)
        page = Paginator(matches, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Rapprochement avec Stripe"),
            "opts": self.opts,
            "state": state,
            "figures": figures(found, state),
            "agrees": not found.residual_cents and not chosen_matches(found, "wrong"),
            "others": ", ".join(other_currencies()),
            "unexplained": found.unexplained_cents and amount_text(found.unexplained_cents),
            "choices": choices(found, chosen),
            "rows": rows(page),
            "page": page,
            "chosen": chosen,
            "may_fetch": self.has_fetch_permission(request),
            "fetch_url": reverse("admin:psp_balancetransaction_fetch"),
            "movements_url": list_url(BalanceTransaction),
        }
        return TemplateResponse(request, "office/reconciliation.html", context)


def agreement_url() -> str:
    return reverse("admin:psp_balancetransaction_agreement")


def chosen_matches(found: Reconciliation, chosen: str) -> list[Match]:
    """Return the matches of a status; those that do not agree for ``wrong``; else all of them."""
    wrong = [status for status in STATUS_LABELS if status is not MatchStatus.MATCHED]
    if chosen in STATUS_LABELS:
        return found.of(MatchStatus(chosen))
    last = [] if chosen == "wrong" else found.of(MatchStatus.MATCHED)
    return [*found.of(*wrong), *reversed(last)]


def figures(found: Reconciliation, state: FetchState | None) -> list[tuple[str, str, str]]:
    """Return the balances on both sides and the residual, each with what it is."""
    balance = state.balance_cents if state else None
    unread = "" if balance is None else amount_text(balance - found.there_cents)
    return [
        (_("Dans les comptes"), amount_text(found.here_cents), _("compte 517100")),
        (
            _("Chez Stripe"),
            amount_text(found.there_cents),
            _("pas encore lu : %(amount)s") % {"amount": unread} if unread else _("jamais lu"),
        ),
        (_("Écart"), amount_text(found.residual_cents), _("expliqué par les lignes ci-dessous")),
    ]


def choices(found: Reconciliation, chosen: str) -> list[dict[str, Any]]:
    """Count the matches by status; each narrows the list to its own."""
    return [
        {
            "text": label,
            "count": found.count(status),
            "url": "?" if chosen == status else f"?{CHOSEN}={status.value}",
            "chosen": chosen == status,
        }
        for status, label in STATUS_LABELS.items()
    ]


def rows(page: Page[Match]) -> list[Row]:
    """Return the lines of one page, with links to both sides."""
    matches = list(page)
    there = BalanceTransaction.objects.in_bulk(
        [match.provided.key for match in matches if match.provided], field_name="provider_id"
    )
    names = [match.booked.key.split(" ", 2)[1] for match in matches if match.booked]
    tenders = {
        tender.saleor_id: tender
        for tender in Tender.objects.filter(saleor_id__in=names).select_related("order")
    }
    payouts = {each.end_to_end_id: each for each in Payout.objects.filter(end_to_end_id__in=names)}
    return [row(match, there, tenders, payouts) for match in matches]


def row(
    match: Match,
    there: dict[str, BalanceTransaction],
    tenders: dict[str, Tender],
    payouts: dict[str, Payout],
) -> Row:
    name = match.booked.key.split(" ", 2)[1] if match.booked else ""
    movement = there[match.provided.key] if match.provided else None
    here, here_url = "", ""
    if name in tenders:
        order = tenders[name].order
        here, here_url = str(order), change_url(order)
    elif name in payouts:
        here, here_url = name, change_url(payouts[name])
    elif movement and movement.posted_at and match.here_cents:
        here = _("comptabilisé")
    return Row(
        status=match.status,
        label=str(STATUS_LABELS[match.status]),
        there=_row_word(match, movement) if movement else "",
        there_name=(movement.source or movement.provider_id) if movement else "",
        there_url=change_url(movement) if movement else "",
        here=here,
        here_url=here_url,
        there_amount=amount_text(match.there_cents) if match.provided else "—",
        here_amount=amount_text(match.here_cents) if match.here_cents or match.booked else "—",
        difference=amount_text(match.difference_cents) if match.difference_cents else "",
    )


def _row_word(match: Match, movement: BalanceTransaction) -> str:
    """Return what a line is: a refund that came back is one line, of two movements."""
    came_back = movement.kind in REFUNDS and not match.there_cents
    return word(MOVEMENTS, "refund_failure") if came_back else movement_kind(movement)


class MovementInline(ReadOnlyInline):
    model = BalanceTransaction
    per_page = 50
    fields = readonly_fields = (
        "provider_id",
        "created_at",
        movement_kind,
        amount("amount_cents", gettext_lazy("montant")),
        amount("fee_cents", gettext_lazy("frais")),
    )


@admin.register(ProviderPayout)
class ProviderPayoutAdmin(ReadOnlyAdmin):
    list_display = (
        "provider_id",
        "created_at",
        amount("amount_cents", gettext_lazy("montant")),
        "state_label",
        "arrival_on",
        "automatic",
        "failure",
    )
    search_fields = ("provider_id",)
    inlines = (MovementInline,)
    fields = readonly_fields = list_display

    @display(
        description=gettext_lazy("état"),
        ordering="status",
        label=PAYOUT_COLOURS,
    )
    def state_label(self, payout: ProviderPayout) -> tuple[str, Any]:
        return payout.status, word(PAYOUTS, payout.status)


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = (
        "provider_id",
        "its_order",
        amount("amount_cents", gettext_lazy("montant")),
        "state_label",
        "reason_word",
        "created_at",
        "answer_by",
    )
    list_filter = (words_filter("status", gettext_lazy("état"), DISPUTES),)
    list_select_related = ("order",)
    search_fields = ("provider_id", "order__number", "payment_intent")
    fields = readonly_fields = (*list_display, "payment_intent", "lost_posted_at")

    @display(description=gettext_lazy("commande"))
    def its_order(self, dispute: Dispute) -> str:
        return link(change_url(dispute.order), dispute.order) if dispute.order else "—"

    @display(description=gettext_lazy("motif"), ordering="reason")
    def reason_word(self, dispute: Dispute) -> str:
        return word(REASONS, dispute.reason)

    @display(description=gettext_lazy("état"), ordering="status", label=DISPUTE_COLOURS)
    def state_label(self, dispute: Dispute) -> tuple[str, Any]:
        return dispute.status, word(DISPUTES, dispute.status)


class TransferInline(ReadOnlyInline):
    """The attempts to pay a payout by the provider."""

    model = Transfer
    fields = readonly_fields = (
        "attempt",
        "state_label",
        "provider_id",
        "prepared_at",
        "answered_at",
        "refusal",
    )

    @display(
        description=gettext_lazy("état"),
        label={
            TransferState.PREPARED: "warning",
            TransferState.SENT: "success",
            TransferState.REFUSED: "danger",
            TransferState.REVERSED: "danger",
        },
    )
    def state_label(self, transfer: Transfer) -> tuple[str, str]:
        return transfer.state, transfer.get_state_display()
