"""Holding the books against the mirror: what each side has, handed to the domain to be matched."""

import datetime
from collections.abc import Mapping, Sequence

from django.db.models import Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.domain.reconciliation import (
    Booked,
    Match,
    MatchStatus,
    MovementKind,
    Provided,
    Reconciliation,
    reconcile,
)
from saleor_alencon.ledger.models import Entry, TransactionKind
from saleor_alencon.orders.models import Tender, TenderRefund
from saleor_alencon.psp.kinds import CHARGES, CURRENCY, REFUNDS, REVERSALS, TRANSFERS
from saleor_alencon.psp.models import BalanceTransaction, FetchState

GRACE = datetime.timedelta(hours=1)
"""How long one side may know of a movement before the other without anything being wrong."""

KINDS = {
    **dict.fromkeys(CHARGES, MovementKind.CHARGE),
    **dict.fromkeys(REFUNDS, MovementKind.REFUND),
    **dict.fromkeys(TRANSFERS, MovementKind.TRANSFER),
    **dict.fromkeys(REVERSALS, MovementKind.REVERSAL),
}


def psp_reconcile() -> Reconciliation:
    """Match all that the books say of PSP clearing with all that was read at the provider."""
    clearing = Entry.objects.filter(account__kind=AccountKind.PSP_CLEARING)
    here_cents = int(clearing.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
    return reconcile([*_booked_tenders(), *_booked_payouts()], _provided(), here_cents=here_cents)


def other_currencies() -> list[str]:
    """Return the movements that are in no euros: the books have no rule for them."""
    others = BalanceTransaction.objects.exclude(currency=CURRENCY).order_by("created_at", "id")
    return [f"{row.provider_id} {row.currency}" for row in others]


def overdue(found: Reconciliation) -> list[Match]:
    """Return what does not match and had the time to: both sides know of everything older.

    Nothing is overdue before the provider was read once.
    """
    state = FetchState.objects.filter(pk=1).first()
    if state is None or state.complete_at is None:
        return []
    limit = state.complete_at - GRACE
    wrong = found.of(
        MatchStatus.MISSING_HERE, MatchStatus.MISSING_THERE, MatchStatus.AMOUNT_DIFFERS
    )
    moments = _moments(wrong)
    return [match for match in wrong if moments[match] < limit]


def _moments(matches: list[Match]) -> dict[Match, datetime.datetime]:
    """Return when each movement happened: by the provider, else by the books."""
    there = {match: match.provided.key for match in matches if match.provided}
    here = {match: match.booked.key for match in matches if not match.provided and match.booked}
    dated: dict[str, datetime.datetime] = dict(
        BalanceTransaction.objects.filter(provider_id__in=there.values()).values_list(
            "provider_id", "created_at"
        )
    )
    tenders = {key.split(" ", 2)[1] for key in here.values()}
    booked = dict(
        Tender.objects.filter(saleor_id__in=tenders).values_list("saleor_id", "created_at")
    )
    posted = dict(
        Entry.objects.filter(transaction__source_id__in=tenders).values_list(
            "transaction__source_id", "transaction__occurred_at"
        )
    )
    found = {match: dated[key] for match, key in there.items()}
    for match, key in here.items():
        name = key.split(" ", 2)[1]
        found[match] = booked.get(name) or posted[name]
    return found


def _booked_tenders() -> list[Booked]:
    """Card payments and their refunds, as the orders say them."""
    cards = Tender.objects.filter(kind=TenderKind.CARD).order_by("created_at", "id")
    charges = cards.exclude(charged_cents=0).values_list(
        "saleor_id", "psp_reference", "charged_cents"
    )
    refunds = TenderRefund.objects.filter(tender__kind=TenderKind.CARD).order_by("id")
    # Orders that were ingested before refunds were kept one by one.
    whole = cards.exclude(refunded_cents=0).filter(refunds=None)
    return [
        *(booked_charge(*charge) for charge in charges),
        *(
            booked_refund(*refund)
            for refund in refunds.values_list("tender__saleor_id", "reference", "amount_cents")
        ),
        *(
            booked_refund(saleor_id, "", cents)
            for saleor_id, cents in whole.values_list("saleor_id", "refunded_cents")
        ),
    ]


def booked_charge(saleor_id: str, reference: str, cents: int) -> Booked:
    """Return a tender's charge; ``reference`` is its payment's id at the provider."""
    references = frozenset(filter(None, (saleor_id, reference)))
    return Booked(f"charge {saleor_id}", MovementKind.CHARGE, cents, references, saleor_id)


def booked_refund(saleor_id: str, reference: str, cents: int) -> Booked:
    """Return money that a tender gave back; ``reference`` is the refund's id, or empty."""
    key = f"refund {saleor_id} {reference}".rstrip()
    references = frozenset(filter(None, (reference,)))
    return Booked(key, MovementKind.REFUND, -cents, references, saleor_id)


def _booked_payouts() -> list[Booked]:
    """Payouts to shops that went by the provider, and those that came back."""
    entries = Entry.objects.filter(
        account__kind=AccountKind.PSP_CLEARING,
        transaction__kind__in=(TransactionKind.PAYOUT_EXECUTED, TransactionKind.PAYOUT_RETURNED),
    ).order_by("id")
    return [
        Booked(
            f"{kind} {reference}",
            MovementKind.TRANSFER
            if kind == TransactionKind.PAYOUT_EXECUTED
            else MovementKind.REVERSAL,
            cents,
            frozenset((reference,)),
        )
        for kind, reference, cents in entries.values_list(
            "transaction__kind", "transaction__source_id", "amount_cents"
        )
    ]


def _provided() -> list[Provided]:
    """Return the mirror, with what was posted of each row."""
    rows = list(BalanceTransaction.objects.filter(currency=CURRENCY).order_by("created_at", "id"))
    intents = {row.payment_intent for row in rows if row.payment_intent}
    known = Tender.objects.filter(psp_reference__in=intents)
    posted = dict(
        Entry.objects.filter(
            account__kind=AccountKind.PSP_CLEARING,
            transaction__source_id__in=BalanceTransaction.objects.values("provider_id"),
        )
        .values_list("transaction__source_id")
        .annotate(cents=Sum("amount_cents"))
        .order_by()
    )
    return provided_movements(rows, posted, dict(known.values_list("psp_reference", "saleor_id")))


def provided_movements(
    rows: Sequence[BalanceTransaction], posted: Mapping[str, int], tenders: Mapping[str, str]
) -> list[Provided]:
    """Return rows of the mirror, oldest first, as they are matched.

    A refund that failed counts as none, the parts in which a transfer was taken back as one.

    ``posted`` is what each row's own postings moved of PSP clearing, ``tenders`` the tender of each
    payment that the orders know; the mirror knows more.
    """
    named = {row.payment_intent: row.saleor_transaction for row in rows if row.kind in CHARGES}
    groups = {name: tender for name, tender in named.items() if tender} | dict(tenders)
    payouts = {row.source: row.payout_reference for row in rows if row.kind in TRANSFERS}
    merged: dict[str, list[BalanceTransaction]] = {}
    for row in rows:
        merged.setdefault(_merged_by(row), []).append(row)
    return [
        Provided(
            key=group[0].provider_id,
            kind=KINDS.get(group[0].kind, MovementKind.OTHER),
            amount_cents=sum(row.amount_cents for row in group),
            fee_cents=sum(row.fee_cents for row in group),
            posted_cents=int(sum(posted.get(row.provider_id, 0) for row in group)),
            references=_references(group[0], payouts),
            group=groups.get(group[0].payment_intent, ""),
        )
        for group in merged.values()
    ]


def _merged_by(row: BalanceTransaction) -> str:
    if row.kind in REVERSALS:
        return f"back {row.related}" if row.related else row.provider_id
    return row.source if row.kind in REFUNDS and row.source else row.provider_id


def _references(row: BalanceTransaction, payouts: dict[str, str]) -> frozenset[str]:
    if row.kind in TRANSFERS:
        names = [row.payout_reference]
    elif row.kind in REVERSALS:
        names = [payouts.get(row.related, "")]
    elif row.kind in CHARGES:
        names = [row.payment_intent, row.saleor_transaction, row.source]
    else:
        names = [row.source]
    return frozenset(filter(None, names))
