"""From the mirror to the ledger: each movement is posted once, by the rules then in force.

Charges, refunds and transfers are in the books already, from orders and runs: of them only the fee
is posted. A movement whose order is not known yet waits, and the reconciliation shows it.
"""

import datetime

from django.db import transaction
from django.db.models import Q

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.provider_costs import MovementRole, OpeningUnknown
from saleor_alencon.ledger.models import TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.models import Tender
from saleor_alencon.psp.costs import (
    costs_follow,
    costs_post,
    losses_post,
    movement_role,
    rules_freeze,
    tender_lock,
)
from saleor_alencon.psp.kinds import (
    CHARGES,
    CURRENCY,
    DISPUTE_PREFIXES,
    FEES,
    PAYOUTS,
    REFUNDS,
    REVERSALS,
    TRANSFERS,
)
from saleor_alencon.psp.models import BalanceTransaction, Dispute
from saleor_alencon.shops.models import Association


def movements_post(*, now: datetime.datetime) -> int:
    """Post every movement that can be; return how many. What cannot waits for its order."""
    waiting = BalanceTransaction.objects.filter(posted_at=None, currency=CURRENCY)
    ids = list(waiting.order_by("created_at", "id").values_list("id", flat=True))
    posted = sum(movement_post(movement_id=each, now=now) for each in ids)
    costs_follow(now=now)
    losses_post(now=now)
    return posted


def movement_post(*, movement_id: int, now: datetime.datetime) -> bool:
    """Post one movement; say whether it is done. A second call changes nothing."""
    with transaction.atomic():
        movement = BalanceTransaction.objects.select_for_update().get(pk=movement_id)
        if movement.posted_at is not None or not _post(movement, now):
            return False
        movement.posted_at = now
        movement.save()
        return True


def _post(movement: BalanceTransaction, now: datetime.datetime) -> bool:
    """Post what a movement brings, possibly nothing; say whether that can be told yet."""
    kind = movement.kind
    if kind in (*CHARGES, *REFUNDS) or movement.source.startswith(DISPUTE_PREFIXES):
        return _of_a_payment(movement, now)
    if kind in PAYOUTS:
        is_out = movement.amount_cents < 0
        name = TransactionKind.PSP_PAYOUT if is_out else TransactionKind.PSP_PAYOUT_BACK
        drafts = [_plain(movement, name, AccountKind.BANK), *_office_fee(movement)]
    elif kind in (*TRANSFERS, *REVERSALS):
        drafts = _office_fee(movement)
    elif kind in FEES:
        # A fee that is charged by itself has its amount negative, and no fee of its own.
        drafts = [_plain(movement, TransactionKind.PSP_FEE, AccountKind.PSP_FEES)]
    else:
        return False
    transactions_post(drafts, now=now)
    return True


def _of_a_payment(movement: BalanceTransaction, now: datetime.datetime) -> bool:
    """Post the fee of a charge or refund, or what a dispute takes or gives back."""
    tender = tender_of(movement)
    if tender is None:
        return False
    movement.tender = tender
    rules_freeze(movement, Association.objects.get())
    try:
        costs_post(tender, movement, now=now)
    except OpeningUnknown:
        return False
    if movement_role(movement.kind) is MovementRole.DISPUTE:
        Dispute.objects.filter(provider_id=movement.source).update(order=tender.order)
    return True


def tender_of(movement: BalanceTransaction) -> Tender | None:
    """Return the tender that a movement's payment is, by either of its names, its books locked."""
    intent = movement.payment_intent
    names = {movement.saleor_transaction}
    if intent:
        same = BalanceTransaction.objects.filter(payment_intent=intent, kind__in=CHARGES)
        names |= set(same.values_list("saleor_transaction", flat=True))
    names.discard("")
    by_name = Q(saleor_id__in=names)
    found = Tender.objects.filter(by_name | Q(psp_reference=intent) if intent else by_name)
    tender_id = found.order_by("id").values_list("id", flat=True).first()
    return None if tender_id is None else tender_lock(tender_id)


def _office_fee(movement: BalanceTransaction) -> list[Draft]:
    """Return the fee of a movement that no shop has to do with."""
    if not movement.fee_cents:
        return []
    legs = _legs(AccountKind.PSP_FEES, movement.fee_cents)
    return [_draft(movement, TransactionKind.PSP_FEE, legs)]


def _plain(movement: BalanceTransaction, kind: TransactionKind, account: AccountKind) -> Draft:
    """Return what moves between PSP clearing and another account of the association's."""
    return _draft(movement, kind, _legs(account, -movement.amount_cents))


def _legs(account: AccountKind, cents: int) -> tuple[Leg, ...]:
    accounts = accounts_ensure({(account, None), (AccountKind.PSP_CLEARING, None)})
    return (
        Leg(accounts[(account, None)], cents),
        Leg(accounts[(AccountKind.PSP_CLEARING, None)], -cents),
    )


def _draft(movement: BalanceTransaction, kind: TransactionKind, legs: tuple[Leg, ...]) -> Draft:
    return Draft(
        kind=kind,
        source_id=movement.provider_id,
        subject=movement.source,
        occurred_at=movement.created_at,
        legs=legs,
    )
