"""The home page: what needs attention, what is held, available and paid."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Sum
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.inbox.models import InboxDocument, InboxState
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.invoicing.services import statements_to_invoice
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import change_url, list_url
from saleor_alencon.office.chart import Week, chart
from saleor_alencon.office.history import weeks
from saleor_alencon.orders.models import ShopOrder, Tender
from saleor_alencon.pickups.models import CommandState, SaleorCommand
from saleor_alencon.psp.models import Dispute, FetchState
from saleor_alencon.psp.reconciliation import overdue, psp_reconcile
from saleor_alencon.settlement.holds import account_changes
from saleor_alencon.settlement.models import (
    Adjustment,
    AdjustmentState,
    CarriedReason,
    Demand,
    Payout,
    PayoutState,
    RunState,
    SettlementRun,
    Statement,
    StatementLine,
)
from saleor_alencon.settlement.periods import late_run
from saleor_alencon.shops.models import Shop

HOURS_IN_INBOX = 1
HOURS_TO_INVOICE = 3
DAYS_TO_EXECUTE = 3
HOURS_UNREAD = 26
TRIES_BEFORE_NOTICE = 3


@dataclass(frozen=True)
class Attention:
    """One thing for a person to do, and where."""

    text: str
    url: str
    grave: bool = False


@dataclass(frozen=True)
class Figure:
    label: str
    amount: str
    note: str
    colour: str


def dashboard(_request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the home page (unfold's ``DASHBOARD_CALLBACK``)."""
    from saleor_alencon.ledger.balances import balances_by_kind

    now = timezone.now()
    balances = balances_by_kind()
    held = -balances.get(AccountKind.SHOP_HOLD, 0)
    available = -balances.get(AccountKind.SHOP_AVAILABLE, 0)
    history: list[Week] = weeks(held, available, now)
    return {
        **context,
        "title": _("Accueil"),
        "attention": attention(now),
        "figures": figures(held, available),
        "chart": chart(history),
        "weeks": history,
    }


def figures(held: int, available: int) -> list[Figure]:
    return [
        Figure(
            _("Fonds détenus"),
            amount_text(held),
            _("encaissés, pas encore versables"),
            "held",
        ),
        Figure(
            _("Solde disponible"),
            amount_text(available),
            _("à verser au prochain reversement"),
            "available",
        ),
        Figure(
            _("Versé aux boutiques"),
            amount_text(paid_total()),
            _("virements déclarés exécutés"),
            "paid",
        ),
    ]


def paid_total() -> int:
    executed = Payout.objects.filter(state=PayoutState.EXECUTED)
    total = executed.aggregate(total=Cast(Sum("amount_cents"), BigIntegerField()))["total"]
    return int(total or 0)


def attention(now: datetime.datetime) -> list[Attention]:
    """List what a person has to look at, the gravest first."""
    found = [
        *rejected_documents(),
        *stuck_commands(),
        *waiting_documents(now),
        *returned_payouts(),
        *runs_waiting(now),
        *missing_ibans(),
        *missing_accounts(),
        *not_invoiced(now),
        *unpaid_orders(),
        *open_disputes(),
        *disagreement(),
        *provider_unread(now),
        *missing_run(now),
        *held_shops(now),
        *adjustments_waiting(),
        *demands_to_remind(now),
    ]
    return sorted(found, key=lambda each: not each.grave)


def rejected_documents() -> list[Attention]:
    count = InboxDocument.objects.filter(state=InboxState.REJECTED).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d document mis de côté : sa commande n'est pas à jour dans les comptes.",
        "%(count)d documents mis de côté : leurs commandes ne sont pas à jour dans les comptes.",
        count,
    )
    query = f"state__exact={InboxState.REJECTED}"
    return [Attention(text % {"count": count}, list_url(InboxDocument, query), grave=True)]


def waiting_documents(now: datetime.datetime) -> list[Attention]:
    """Notice that nobody processes the inbox: without worker or scheduler it only fills."""
    since = now - datetime.timedelta(hours=HOURS_IN_INBOX)
    waiting = InboxDocument.objects.filter(state=InboxState.PENDING, received_at__lt=since)
    count = waiting.exclude(not_before__gt=since).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d document attend depuis plus d'une heure : le traitement automatique ne tourne "
        "pas.",
        "%(count)d documents attendent depuis plus d'une heure : le traitement automatique ne "
        "tourne pas.",
        count,
    )
    query = f"state__exact={InboxState.PENDING}"
    return [Attention(text % {"count": count}, list_url(InboxDocument, query), grave=True)]


def stuck_commands() -> list[Attention]:
    """Find what Saleor was told in vain."""
    count = SaleorCommand.objects.filter(
        state=CommandState.PENDING, failed_attempts__gte=TRIES_BEFORE_NOTICE
    ).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d demande que Saleor n'accepte pas : une remise ou un refus attend.",
        "%(count)d demandes que Saleor n'accepte pas : des remises ou des refus attendent.",
        count,
    )
    query = f"state__exact={CommandState.PENDING}"
    return [Attention(text % {"count": count}, list_url(SaleorCommand, query), grave=True)]


def returned_payouts() -> list[Attention]:
    """Find the returned payouts that no later statement has taken up again."""
    taken_up = StatementLine.objects.filter(payout=OuterRef("pk")).exclude(
        statement__run__state=RunState.CANCELLED
    )
    returned = Payout.objects.filter(~Exists(taken_up), state=PayoutState.RETURNED)
    found = []
    if count := returned.count():
        text = ngettext(
            "%(count)d virement retourné par la banque : vérifiez l'IBAN de la boutique.",
            "%(count)d virements retournés par la banque : vérifiez les IBAN des boutiques.",
            count,
        )
        query = f"state__exact={PayoutState.RETURNED}"
        found.append(Attention(text % {"count": count}, list_url(Payout, query), grave=True))
    refused = Payout.objects.filter(~Exists(taken_up), state=PayoutState.FAILED)
    if count := refused.count():
        text = ngettext(
            "%(count)d transfert refusé par Stripe : voyez le motif sur le virement.",
            "%(count)d transferts refusés par Stripe : voyez les motifs sur les virements.",
            count,
        )
        query = f"state__exact={PayoutState.FAILED}"
        found.append(Attention(text % {"count": count}, list_url(Payout, query), grave=True))
    return found


def runs_waiting(now: datetime.datetime) -> list[Attention]:
    """Find the run to approve, and those approved long ago and not declared executed."""
    runs = SettlementRun.objects.defer("payment_file")
    found = [
        Attention(
            _("Le reversement %(number)s attend l'approbation d'une seconde personne.")
            % {"number": run.number},
            change_url(run),
        )
        for run in runs.filter(state=RunState.DRAFT)
    ]
    since = now - datetime.timedelta(days=DAYS_TO_EXECUTE)
    found += [
        Attention(
            _("Le reversement %(number)s est approuvé mais pas encore déclaré exécuté.")
            % {"number": run.number},
            change_url(run),
        )
        for run in runs.filter(state=RunState.APPROVED, approved_at__lt=since)
    ]
    return found


def missing_accounts() -> list[Attention]:
    """Find what the latest run carried because a shop's account is not ready."""
    latest = SettlementRun.objects.exclude(state=RunState.CANCELLED).order_by("-id")
    run_id = latest.values_list("pk", flat=True).first()
    carried = Statement.objects.filter(run_id=run_id, carried_reason=CarriedReason.MISSING_ACCOUNT)
    count = carried.exclude(shop__connected_account__ready=True).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d relevé reporté : le compte Stripe de la boutique n'est pas prêt.",
        "%(count)d relevés reportés : les comptes Stripe des boutiques ne sont pas prêts.",
        count,
    )
    query = f"carried_reason__exact={CarriedReason.MISSING_ACCOUNT}&run__id__exact={run_id}"
    return [Attention(text % {"count": count}, list_url(Statement, query))]


def not_invoiced(now: datetime.datetime) -> list[Attention]:
    """Find the commissions that could not be invoiced: a mention is missing somewhere."""
    since = now - datetime.timedelta(hours=HOURS_TO_INVOICE)
    count = statements_to_invoice().filter(run__approved_at__lt=since).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d relevé approuvé n'est pas facturé : facturez-le pour lire ce qui manque.",
        "%(count)d relevés approuvés ne sont pas facturés : facturez-les pour lire ce qui manque.",
        count,
    )
    return [Attention(text % {"count": count}, list_url(Invoice))]


def unpaid_orders() -> list[Attention]:
    """Find the orders whose money is neither there nor under way: a bank refused it."""
    under_way = Tender.objects.filter(order=OuterRef("order"), pending_cents__gt=0)
    unpaid = ShopOrder.objects.filter(~Exists(under_way), state=ShopOrderState.AWAITING_PAYMENT)
    count = unpaid.values("order").distinct().count()
    if not count:
        return []
    text = ngettext(
        "%(count)d commande n'est pas payée, et rien n'est en cours : annulez-la dans Saleor, ou "
        "demandez un autre paiement.",
        "%(count)d commandes ne sont pas payées, et rien n'est en cours : annulez-les dans Saleor, "
        "ou demandez un autre paiement.",
        count,
    )
    query = f"state__exact={ShopOrderState.AWAITING_PAYMENT}"
    return [Attention(text % {"count": count}, list_url(ShopOrder, query))]


def open_disputes() -> list[Attention]:
    """Find the disputes that wait for the Office's answer."""
    count = Dispute.objects.filter(status="needs_response").count()
    if not count:
        return []
    text = ngettext(
        "%(count)d paiement contesté attend une réponse chez Stripe.",
        "%(count)d paiements contestés attendent une réponse chez Stripe.",
        count,
    )
    url = list_url(Dispute, "status__exact=needs_response")
    return [Attention(text % {"count": count}, url, grave=True)]


def disagreement() -> list[Attention]:
    """Find what the books and the provider say differently, once both had the time to know."""
    count = len(overdue(psp_reconcile())) if FetchState.objects.exists() else 0
    if not count:
        return []
    text = ngettext(
        "%(count)d mouvement n'est pas le même chez Stripe et dans les comptes.",
        "%(count)d mouvements ne sont pas les mêmes chez Stripe et dans les comptes.",
        count,
    )
    url = reverse("admin:psp_balancetransaction_agreement")
    return [Attention(text % {"count": count}, url, grave=True)]


def provider_unread(now: datetime.datetime) -> list[Attention]:
    """Notice that nobody reads the provider any more: no scheduler, or a key that is refused."""
    since = now - datetime.timedelta(hours=HOURS_UNREAD)
    if not FetchState.objects.filter(complete_at__lt=since).exists():
        return []
    url = reverse("admin:psp_balancetransaction_agreement")
    return [Attention(_("Stripe n'a pas été lu depuis plus d'un jour."), url, grave=True)]


def missing_ibans() -> list[Attention]:
    """Find what the latest run carried for want of an IBAN that is still missing."""
    latest = SettlementRun.objects.exclude(state=RunState.CANCELLED).order_by("-id")
    run_id = latest.values_list("pk", flat=True).first()
    carried = Statement.objects.filter(run_id=run_id, carried_reason=CarriedReason.MISSING_IBAN)
    missing = carried.filter(shop__iban="") | carried.filter(shop__bic="")
    count = missing.count()
    if not count:
        return []
    text = ngettext(
        "%(count)d relevé reporté : l'IBAN ou le BIC de la boutique manque.",
        "%(count)d relevés reportés : l'IBAN ou le BIC de la boutique manque.",
        count,
    )
    query = f"carried_reason__exact={CarriedReason.MISSING_IBAN}&run__id__exact={run_id}"
    return [Attention(text % {"count": count}, list_url(Statement, query))]


def missing_run(now: datetime.datetime) -> list[Attention]:
    """Notice money that waits for a run whose day has passed, by each shop's own days."""
    found = late_run(now=now)
    return [] if found is None else [Attention(found.text(), list_url(SettlementRun), grave=True)]


def adjustments_waiting() -> list[Attention]:
    """Find the corrections that wait for a second person."""
    count = Adjustment.objects.filter(state=AdjustmentState.DRAFT).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d régularisation attend l'approbation d'une seconde personne.",
        "%(count)d régularisations attendent l'approbation d'une seconde personne.",
        count,
    )
    query = f"state__exact={AdjustmentState.DRAFT}"
    return [Attention(text % {"count": count}, list_url(Adjustment, query))]


def demands_to_remind(now: datetime.datetime) -> list[Attention]:
    """Find what shops were asked for and did not pay by its day."""
    count = Demand.objects.owed().filter(remind_on__lte=timezone.localdate(now)).count()
    if not count:
        return []
    text = ngettext(
        "%(count)d appel de règlement n'est pas payé : relancez la boutique.",
        "%(count)d appels de règlement ne sont pas payés : relancez les boutiques.",
        count,
    )
    return [Attention(text % {"count": count}, list_url(Demand))]


def held_shops(now: datetime.datetime) -> list[Attention]:
    """Notice a bank account that a second person should confirm."""
    count = len(account_changes(Shop.objects.values_list("pk", flat=True), now=now))
    if not count:
        return []
    text = ngettext(
        "%(count)d compte bancaire changé : une seconde personne doit le confirmer.",
        "%(count)d comptes bancaires changés : une seconde personne doit les confirmer.",
        count,
    )
    return [Attention(text % {"count": count}, reverse("admin:settlement_shophold_held"))]
