"""From the mirror to the ledger: each movement is posted once, by the rules then in force.

Charges, refunds and transfers are in the books already, from orders and runs: of them only the fee
is posted. A movement whose order is not known yet waits, and the reconciliation shows it.
"""

import datetime

from django.db import transaction
from django.db.models import F, Q

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.bearing import (
    CostKind,
    CostShares,
    fee_after_refunds,
    share_cost,
    share_like,
)
from saleor_alencon.ledger.models import SHOP_FEES, Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.locks import order_lock
from saleor_alencon.orders.models import Tender
from saleor_alencon.psp.costs import (
    charged_by_shop,
    cost_legs,
    kept_by_shop,
    posted_shares,
    refunded_by_shop,
    shop_orders_lock,
)
from saleor_alencon.psp.models import BalanceTransaction, Dispute
from saleor_alencon.shops.models import Association

CHARGES = ("charge", "payment")
REFUNDS = ("refund", "payment_refund", "refund_failure", "payment_failure_refund")
TRANSFERS = ("transfer",)
REVERSALS = ("transfer_refund", "transfer_cancel", "transfer_failure")
PAYOUTS = ("payout", "payout_failure", "payout_cancel")
FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost")
DISPUTE_PREFIXES = ("dp_", "du_")
OFFICE_ACCOUNT = {
    TransactionKind.PSP_FEE: AccountKind.PSP_FEES,
    TransactionKind.PSP_FEE_MOVED: AccountKind.PSP_FEES,
    TransactionKind.DISPUTE_FEE: AccountKind.PSP_FEES,
    TransactionKind.DISPUTE_OPENED: AccountKind.DISPUTES_PENDING,
    TransactionKind.DISPUTE_WON: AccountKind.DISPUTES_PENDING,
}
CURRENCY = "EUR"


def movements_post(*, now: datetime.datetime) -> int:
    """Post every movement that can be; return how many. What cannot waits for its order."""
    waiting = BalanceTransaction.objects.filter(posted_at=None, currency=CURRENCY)
    ids = list(waiting.order_by("created_at", "id").values_list("id", flat=True))
    posted = sum(movement_post(movement_id=each, now=now) for each in ids)
    fees_move(now=now)
    losses_post(now=now)
    return posted


def movement_post(*, movement_id: int, now: datetime.datetime) -> bool:
    """Post one movement; say whether it is done. A second call changes nothing."""
    with transaction.atomic():
        movement = BalanceTransaction.objects.select_for_update().get(pk=movement_id)
        if movement.posted_at is not None:
            return False
        drafts = _drafts(movement)
        if drafts is None:
            return False
        transactions_post(drafts, now=now)
        movement.posted_at = now
        movement.save()
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
    tender = found.select_related("order").order_by("id").first()
    if tender is None:
        return None
    order_lock(tender.order.saleor_id)
    return Tender.objects.select_related("order").get(pk=tender.pk)


def _drafts(movement: BalanceTransaction) -> list[Draft] | None:
    """Return what to post of a movement, possibly nothing; None when it cannot be told yet."""
    if movement.kind in CHARGES:
        return _charge(movement)
    if movement.kind in REFUNDS:
        return _refund(movement)
    if movement.kind in PAYOUTS:
        return _payout(movement)
    if movement.kind in (*TRANSFERS, *REVERSALS):
        return _office_fee(movement)
    if movement.kind in FEES:
        # A fee that is charged by itself has its amount negative, and no fee of its own.
        return [_plain(movement, TransactionKind.PSP_FEE, AccountKind.PSP_FEES)]
    if movement.source.startswith(DISPUTE_PREFIXES):
        return _dispute(movement)
    return None


def _charge(movement: BalanceTransaction) -> list[Draft] | None:
    tender = tender_of(movement)
    if tender is None:
        return None
    office = Association.objects.get()
    movement.tender = tender
    movement.fee_shop_bps = office.shop_bps(CostKind.CHARGE_FEE)
    movement.refund_fee_shop_bps = office.shop_bps(CostKind.REFUND_FEE)
    return _fee(movement, tender, movement.fee_shop_bps)


def _refund(movement: BalanceTransaction) -> list[Draft] | None:
    """Of a refund only a fee of its own is posted, where the provider takes one."""
    tender = tender_of(movement)
    if tender is None:
        return None
    movement.tender = tender
    return _fee(movement, tender, Association.objects.get().shop_bps(CostKind.REFUND_FEE))


def _fee(movement: BalanceTransaction, tender: Tender, shop_bps: int) -> list[Draft]:
    """Post a movement's own fee, if any, to the Office and the basket's shops."""
    if not movement.fee_cents:
        return []
    shares = share_cost(movement.fee_cents, shop_bps, charged_by_shop(tender))
    return [_cost(movement, TransactionKind.PSP_FEE, shares, tender, subject=movement.provider_id)]


def _dispute(movement: BalanceTransaction) -> list[Draft] | None:
    """Withhold what a dispute takes from who bears it, and give back what a won one returns."""
    tender = tender_of(movement)
    if tender is None:
        return None
    movement.tender = tender
    Dispute.objects.filter(provider_id=movement.source).update(order=tender.order)
    office, subject = Association.objects.get(), movement.source
    weights = kept_by_shop(tender)
    taken = -movement.amount_cents
    drafts = []
    if taken > 0:
        shares = share_cost(taken, office.shop_bps(CostKind.DISPUTE), weights)
        drafts.append(_cost(movement, TransactionKind.DISPUTE_OPENED, shares, tender, subject))
    elif taken < 0:
        first = _borne(subject, TransactionKind.DISPUTE_OPENED)
        if not first.total_cents:
            return None  # Its opening comes first.
        shares = share_like(taken, first)
        drafts.append(_cost(movement, TransactionKind.DISPUTE_WON, shares, tender, subject))
    if movement.fee_cents > 0:
        bps = office.shop_bps(CostKind.DISPUTE_FEE)
        shares = share_cost(movement.fee_cents, bps, weights)
        drafts.append(_cost(movement, TransactionKind.DISPUTE_FEE, shares, tender, subject))
    elif movement.fee_cents < 0:
        first = _borne(subject, TransactionKind.DISPUTE_FEE)
        if not first.total_cents:
            return None
        shares = share_like(movement.fee_cents, first)
        drafts.append(_cost(movement, TransactionKind.DISPUTE_FEE, shares, tender, subject))
    return drafts


def _borne(subject: str, *kinds: TransactionKind) -> CostShares:
    return posted_shares(kinds=kinds, subject=subject, office=OFFICE_ACCOUNT[kinds[0]])


def _cost(
    movement: BalanceTransaction,
    kind: TransactionKind,
    shares: CostShares,
    tender: Tender,
    subject: str,
) -> Draft:
    return Draft(
        kind=kind,
        source_id=movement.provider_id,
        subject=subject,
        order_id=tender.order_id,
        occurred_at=movement.created_at,
        legs=cost_legs(
            shares,
            office=OFFICE_ACCOUNT[kind],
            against=AccountKind.PSP_CLEARING,
            shop_orders=shop_orders_lock(tender.order),
        ),
    )


def _payout(movement: BalanceTransaction) -> list[Draft]:
    is_out = movement.amount_cents < 0
    kind = TransactionKind.PSP_PAYOUT if is_out else TransactionKind.PSP_PAYOUT_BACK
    return [_plain(movement, kind, AccountKind.BANK), *_office_fee(movement)]


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


def fees_move(*, now: datetime.datetime) -> int:
    """Let the rule for refunds take effect on the fees of what was refunded since; return how many.

    What each shop should bear is computed anew from its order's newest state, and the difference
    with what is posted is posted: the order in which refunds became known does not matter.
    """
    due = BalanceTransaction.objects.filter(kind__in=CHARGES, posted_at__isnull=False)
    due = due.exclude(fee_shop_bps=F("refund_fee_shop_bps")).exclude(
        tender__refunded_cents=F("refunds_counted_cents")
    )
    return sum(_fee_move(pk, now) for pk in list(due.values_list("pk", flat=True)))


def _fee_move(movement_id: int, now: datetime.datetime) -> bool:
    with transaction.atomic():
        movement = BalanceTransaction.objects.select_for_update().get(pk=movement_id)
        tender = tender_of(movement)
        assert tender is not None
        assert movement.fee_shop_bps is not None
        assert movement.refund_fee_shop_bps is not None
        shop_orders = shop_orders_lock(tender.order)
        wanted = fee_after_refunds(
            movement.fee_cents,
            charge_bps=movement.fee_shop_bps,
            refund_bps=movement.refund_fee_shop_bps,
            charged=charged_by_shop(tender),
            refunded=refunded_by_shop(tender),
        )
        subject = movement.provider_id
        borne = posted_shares(kinds=SHOP_FEES, subject=subject, office=AccountKind.PSP_FEES)
        shops = {*wanted, *borne.shop_cents}
        change = {
            shop: wanted.get(shop, 0) - borne.shop_cents.get(shop, 0) for shop in sorted(shops)
        }
        movement.refunds_counted_cents = tender.refunded_cents
        movement.save(update_fields=["refunds_counted_cents"])
        if not any(change.values()):
            return False
        earlier = Transaction.objects.filter(
            kind=TransactionKind.PSP_FEE_MOVED, subject=subject
        ).count()
        shares = CostShares(-sum(change.values()), change)
        draft = Draft(
            kind=TransactionKind.PSP_FEE_MOVED,
            source_id=f"{subject}#{earlier + 1}",
            subject=subject,
            order_id=tender.order_id,
            occurred_at=now,
            legs=cost_legs(
                shares,
                office=AccountKind.PSP_FEES,
                against=AccountKind.PSP_CLEARING,
                shop_orders=shop_orders,
            ),
        )
        transactions_post([draft], now=now)
        return True


def losses_post(*, now: datetime.datetime) -> int:
    """Make the Office's part of disputes that are lost a loss; return how many."""
    lost = Dispute.objects.filter(status="lost", lost_posted_at=None, order__isnull=False)
    return sum(_loss_post(pk, now) for pk in list(lost.values_list("pk", flat=True)))


def _loss_post(dispute_id: int, now: datetime.datetime) -> bool:
    with transaction.atomic():
        dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
        if dispute.lost_posted_at is not None:
            return False
        kinds = (TransactionKind.DISPUTE_OPENED, TransactionKind.DISPUTE_WON)
        pending = _borne(dispute.provider_id, *kinds).office_cents
        dispute.lost_posted_at = now
        dispute.save(update_fields=["lost_posted_at"])
        if not pending:
            return False
        losses, open_ = (AccountKind.DISPUTE_LOSSES, None), (AccountKind.DISPUTES_PENDING, None)
        accounts = accounts_ensure({losses, open_})
        draft = Draft(
            kind=TransactionKind.DISPUTE_LOST,
            source_id=dispute.provider_id,
            subject=dispute.provider_id,
            order_id=dispute.order_id,
            occurred_at=now,
            legs=(Leg(accounts[losses], pending), Leg(accounts[open_], -pending)),
        )
        transactions_post([draft], now=now)
        return True
