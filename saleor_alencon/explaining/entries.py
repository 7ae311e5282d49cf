"""The ledger's part of an explanation: what happened to a shop order's money, and its postings."""

from collections.abc import Iterable

from django.db.models import QuerySet, Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.explaining.story import Ref, Section, Step, Subject
from saleor_alencon.ledger.models import SHOP_COSTS, Entry, Transaction, TransactionKind
from saleor_alencon.localized import amount_text, date_text, rate_text
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.psp.models import BalanceTransaction

SHOPS_MONEY = (AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE)
SHOWN = 200


def kind_text(kind: str) -> str:
    """Return in plain words what a transaction of a kind does."""
    return {
        TransactionKind.CHARGE: _("Le client a payé : l'argent est détenu pour la boutique."),
        TransactionKind.REFUND: _("De l'argent est rendu au client."),
        TransactionKind.COMMISSION: _("La commission de l'association et sa TVA sont retenues."),
        TransactionKind.RELEASE: _("Le délai de garde est passé : la somme devient versable."),
        TransactionKind.HOLD_AGAIN: _("La remise au client est annulée : la somme est gardée."),
        TransactionKind.PAYOUT: _("Un virement est approuvé : la somme quitte le solde."),
        TransactionKind.PAYOUT_EXECUTED: _("Le virement est parti."),
        TransactionKind.PAYOUT_RETURNED: _("Le virement est revenu : la somme est due à nouveau."),
        TransactionKind.PSP_FEE: _("Le prestataire de paiement prend ses frais."),
        TransactionKind.PSP_FEE_MOVED: _("Les frais sont répartis à nouveau après un retour."),
        TransactionKind.DISPUTE_OPENED: _("Le client conteste son paiement : il est retenu."),
        TransactionKind.DISPUTE_FEE: _("Le prestataire prend des frais pour le litige."),
        TransactionKind.DISPUTE_WON: _("Le litige est gagné : la somme est rendue."),
        TransactionKind.DISPUTE_LOST: _("Le litige est perdu : la part de l'Office est une perte."),
        TransactionKind.PSP_PAYOUT: _("Le prestataire verse son solde à la banque."),
        TransactionKind.PSP_PAYOUT_BACK: _("Un versement du prestataire est revenu."),
        TransactionKind.DUES: _("La cotisation est appelée : la boutique la doit."),
        TransactionKind.DUES_PAID: _("La cotisation est payée à la banque."),
        TransactionKind.DUES_WITHHELD: _("La cotisation est retenue, la boutique y consent."),
        TransactionKind.DUES_CANCELLED: _("L'appel de cotisation est annulé."),
    }.get(TransactionKind(kind), "")


def own_entries(shop_order: ShopOrder) -> QuerySet[Entry]:
    """Return the entries of a shop order on its shop's accounts, the oldest first."""
    return (
        Entry.objects.filter(shop_order=shop_order, account__kind__in=SHOPS_MONEY)
        .select_related("transaction", "account__shop")
        .order_by("transaction__occurred_at", "id")
    )


def ledger_section(entries: Iterable[Entry], *, title: str, intro: str) -> Section:
    """Return entries on a shop's accounts, from the shop's side: what is owed to it is positive."""
    rows = list(entries)
    steps = [
        Step(
            label=f"{date_text(localtime(each.transaction.occurred_at).date())} · "
            f"{each.transaction.get_kind_display()}",
            amount_cents=-each.amount_cents,
            text=_entry_text(each),
            ref=transaction_ref(each.transaction),
        )
        for each in rows
    ]
    total = -sum(each.amount_cents for each in rows)
    steps.append(Step(_("Somme des écritures"), total, role="total"))
    return Section(title, steps, intro=intro, adds_up=True)


def _entry_text(entry: Entry) -> str:
    posted = entry.transaction
    parts = [kind_text(posted.kind)]
    if posted.corrects_id:
        parts.append(_("Elle corrige l'écriture n° %(number)s.") % {"number": posted.corrects_id})
    if posted.reason:
        parts.append(posted.reason)
    return " ".join(parts)


def transaction_ref(posted: Transaction) -> Ref:
    """Return the way to a transaction's page."""
    text = _("écriture n° %(number)s") % {"number": posted.pk}
    return Ref(Subject.TRANSACTION, posted.pk, text)


def refunds_section(shop_order: ShopOrder) -> Section | None:
    """Return what was given back to the shopper, when, by which means; None when nothing was."""
    entries = own_entries(shop_order).filter(transaction__kind=TransactionKind.REFUND)
    if not entries:
        return None
    names = {
        tender.saleor_id: str(tender.get_kind_display())
        for tender in shop_order.order.tenders.all()
    }
    steps = [
        Step(
            label=date_text(localtime(each.transaction.occurred_at).date()),
            amount_cents=-each.amount_cents,
            text=_("rendu par %(tender)s")
            % {"tender": names.get(each.transaction.subject, _("autre moyen de paiement"))},
            ref=transaction_ref(each.transaction),
        )
        for each in entries
    ]
    total = -sum(each.amount_cents for each in entries)
    steps.append(Step(_("Rendu en tout sur les articles"), total, role="total"))
    return Section(_("Remboursements"), steps, adds_up=True)


def costs_section(shop_order: ShopOrder) -> Section | None:
    """Return the provider's fees and disputes that the shop bears; None when there are none."""
    entries = own_entries(shop_order).filter(transaction__kind__in=SHOP_COSTS)
    if not entries:
        return None
    sources = {each.transaction.source_id for each in entries}
    movements = {
        each.provider_id: each
        for each in BalanceTransaction.objects.filter(provider_id__in=sources)
    }
    steps = [
        Step(
            label=f"{date_text(localtime(each.transaction.occurred_at).date())} · "
            f"{each.transaction.get_kind_display()}",
            amount_cents=-each.amount_cents,
            text=_movement_text(movements.get(each.transaction.source_id)),
            ref=transaction_ref(each.transaction),
        )
        for each in entries
    ]
    total = -sum(each.amount_cents for each in entries)
    steps.append(Step(_("Frais et litiges à la charge de la boutique"), total, role="total"))
    intro = _(
        "Ce que le prestataire de paiement prend est partagé selon le règlement de l'association, "
        "puis entre les boutiques du panier selon ce que la carte y a payé."
    )
    return Section(_("Frais et litiges"), steps, intro=intro, adds_up=True)


def _movement_text(movement: BalanceTransaction | None) -> str:
    if movement is None:
        return ""
    words = {
        "id": movement.provider_id,
        "fee": amount_text(movement.fee_cents),
        "amount": amount_text(abs(movement.amount_cents)),
    }
    text = _("Mouvement %(id)s : %(fee)s de frais sur %(amount)s.") % words
    if movement.fee_shop_bps is not None and movement.fee_cents:
        text += " " + _("Part des boutiques : %(rate)s.") % {
            "rate": rate_text(movement.fee_shop_bps)
        }
    return text


def account_cents(shop_id: int, kind: AccountKind) -> int:
    """Return what an account of a shop owes it."""
    total = Entry.objects.filter(account__shop_id=shop_id, account__kind=kind).aggregate(
        cents=Sum("amount_cents")
    )["cents"]
    return -int(total or 0)
