"""What the provider takes of a payment: brought to what the order's newest state says of it.

The domain derives who bears what; here the difference with the ledger is posted, whenever a
movement or a snapshot has brought something new.
"""

import datetime
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F, Q, Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.bearing import CostKind, CostShares
from saleor_alencon.domain.order_books import TenderShare
from saleor_alencon.domain.provider_costs import (
    CostKey,
    CostPosition,
    MovementFact,
    MovementRole,
    PaymentFact,
    derive_costs,
    diff_costs,
)
from saleor_alencon.ledger.models import Entry, Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.locks import order_lock
from saleor_alencon.orders.models import ShopOrder, Tender
from saleor_alencon.psp.kinds import CHARGES, REFUNDS
from saleor_alencon.psp.models import BalanceTransaction, Dispute
from saleor_alencon.shops.models import Association

SHOP_MONEY = (AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE)
OFFICE_ACCOUNT = {
    CostPosition.FEE: AccountKind.PSP_FEES,
    CostPosition.DISPUTE_FEE: AccountKind.PSP_FEES,
    CostPosition.DISPUTE_OPENED: AccountKind.DISPUTES_PENDING,
    CostPosition.DISPUTE_WON: AccountKind.DISPUTES_PENDING,
}
POSITION_OF: dict[str, CostPosition] = {
    TransactionKind.PSP_FEE_MOVED: CostPosition.FEE,
    **{position.value: position for position in CostPosition},
}
FEE_RULES = {
    MovementRole.CHARGE: CostKind.CHARGE_FEE,
    MovementRole.REFUND: CostKind.REFUND_FEE,
    MovementRole.DISPUTE: CostKind.DISPUTE_FEE,
}
MAY_MOVE = Q(fee_shop_bps__gt=0) | Q(refund_fee_shop_bps__gt=0) | Q(taken_shop_bps__gt=0)
NOTHING = CostShares(0, {})


def movement_role(kind: str) -> MovementRole:
    """Say what a movement of a payment is; what is no charge and no refund is a dispute's."""
    if kind in CHARGES:
        return MovementRole.CHARGE
    return MovementRole.REFUND if kind in REFUNDS else MovementRole.DISPUTE


def rules_freeze(movement: BalanceTransaction, office: Association) -> None:
    """Write the rules now in force on a movement of a payment."""
    role = movement_role(movement.kind)
    movement.fee_shop_bps = office.shop_bps(FEE_RULES[role])
    if role is MovementRole.CHARGE:
        movement.refund_fee_shop_bps = office.shop_bps(CostKind.REFUND_FEE)
    if role is MovementRole.DISPUTE:
        movement.taken_shop_bps = office.shop_bps(CostKind.DISPUTE)


def movement_fact(movement: BalanceTransaction) -> MovementFact:
    """Return a movement with its frozen rules as the domain reasons on it."""
    role = movement_role(movement.kind)
    return MovementFact(
        id=movement.provider_id,
        role=role,
        subject=movement.source,
        taken_cents=-movement.amount_cents if role is MovementRole.DISPUTE else 0,
        fee_cents=movement.fee_cents,
        taken_shop_bps=movement.taken_shop_bps or 0,
        fee_shop_bps=movement.fee_shop_bps or 0,
        refund_fee_shop_bps=movement.refund_fee_shop_bps or 0,
    )


def payment_fact(tender: Tender) -> PaymentFact:
    """Return what a tender charged for each shop and gave back, goods and delivery."""
    rows = tender.shares.values_list("shop_order__shop__slug", "charged_cents", "refunded_cents")
    return PaymentFact.of({shop: TenderShare(*cents) for shop, *cents in rows})


def costs_post(
    tender: Tender, new: BalanceTransaction | None = None, *, now: datetime.datetime
) -> bool:
    """Post what the ledger lacks of a tender's costs; say whether it lacked anything.

    The caller holds the order's lock. ``new`` is a movement that is not posted yet, its rules
    frozen. Whatever is not of its amount only moves between those who bear it.

    :raises OpeningUnknown: the new movement gives back what is not known to have been taken.
    """
    known = BalanceTransaction.objects.filter(tender=tender, posted_at__isnull=False)
    rows = [*known, *filter(None, [new])]
    wanted = derive_costs(map(movement_fact, rows), payment_fact(tender))
    posted = _posted({name for row in rows for name in (row.provider_id, row.source)})
    changes = {
        key: diff_costs(wanted.get(key, NOTHING), posted.get(key, NOTHING))
        for key in sorted({*wanted, *posted})
    }
    changes = {key: change for key, change in changes.items() if change != NOTHING}
    fact = movement_fact(new) if new else None
    assert sum(change.total_cents for change in changes.values()) == (
        fact.taken_cents + fact.fee_cents if fact else 0
    ), f"{tender}: what is new is not what {new} took"
    if changes:
        _changes_post(tender, changes, new, now)
    known.update(counted_digest=tender.order.digest)
    if new:
        new.counted_digest = tender.order.digest
    return bool(changes)


def _changes_post(
    tender: Tender,
    changes: Mapping[CostKey, CostShares],
    new: BalanceTransaction | None,
    now: datetime.datetime,
) -> None:
    """Post one transaction a change: under the new movement's id when it is of its amount."""
    shop_orders = _shop_orders_lock(tender)
    drafts = []
    for (position, subject), change in changes.items():
        kind = TransactionKind(position.value)
        if change.total_cents:
            assert new is not None
            source_id, occurred_at = new.provider_id, new.created_at
        else:
            kind = TransactionKind.PSP_FEE_MOVED if position is CostPosition.FEE else kind
            earlier = Transaction.objects.filter(kind=kind, subject=subject).count()
            source_id, occurred_at = f"{subject}#{earlier + 1}", now
        draft = Draft(
            kind=kind,
            source_id=source_id,
            subject=subject,
            order_id=tender.order_id,
            occurred_at=occurred_at,
            legs=_legs(change, OFFICE_ACCOUNT[position], shop_orders),
        )
        drafts.append(draft)
    assert len(transactions_post(drafts, now=now)) == len(drafts), f"{tender}: posted already"
    moved = {subject for (position, subject), change in changes.items() if change.office_cents}
    Dispute.objects.filter(provider_id__in=moved, status="lost").update(lost_posted_at=None)


def _shop_orders_lock(tender: Tender) -> dict[str, ShopOrder]:
    """Return the shop orders of a tender's order by shop, which nobody releases meanwhile."""
    rows = ShopOrder.objects.select_for_update(of=("self",)).filter(order=tender.order_id)
    return {row.shop.slug: row for row in rows.select_related("shop").order_by("id")}


def _legs(
    shares: CostShares, office: AccountKind, shop_orders: Mapping[str, ShopOrder]
) -> tuple[Leg, ...]:
    """Return the legs of a cost: its bearers on one side, PSP clearing on the other.

    A shop's part is taken from held money, or from available money once that was released.
    """
    clearing = (AccountKind.PSP_CLEARING, None)
    accounts = accounts_ensure(
        {(office, None), clearing} | {_shop_account(row) for row in shop_orders.values()}
    )
    legs = [
        Leg(accounts[(office, None)], shares.office_cents),
        *(
            Leg(accounts[_shop_account(shop_orders[shop])], cents, shop_orders[shop].pk)
            for shop, cents in sorted(shares.shop_cents.items())
        ),
        Leg(accounts[clearing], -shares.total_cents),
    ]
    return tuple(leg for leg in legs if leg.amount_cents)


def _shop_account(row: ShopOrder) -> tuple[AccountKind, int | None]:
    kind = AccountKind.SHOP_HOLD if row.released_at is None else AccountKind.SHOP_AVAILABLE
    return kind, row.shop_id


def _posted(subjects: Iterable[str]) -> dict[CostKey, CostShares]:
    """Return who bears, by the ledger, what it says of these subjects."""
    names = [name for name in subjects if name]
    rows = (
        Entry.objects.filter(transaction__kind__in=POSITION_OF, transaction__subject__in=names)
        .exclude(account__kind=AccountKind.PSP_CLEARING)
        .values_list("transaction__kind", "transaction__subject", "shop_order__shop__slug")
        .annotate(cents=Sum("amount_cents"))
    )
    posted: dict[CostKey, CostShares] = {}
    for kind, subject, shop, cents in rows:
        key = (POSITION_OF[kind], subject)
        part = CostShares(0, {shop: int(cents)}) if shop else CostShares(int(cents), {})
        posted[key] = part.plus(posted.get(key, NOTHING))
    return posted


def costs_follow(*, now: datetime.datetime) -> int:
    """Let newer states of orders take effect on costs that are posted; return of how many tenders.

    A refund that became known moves fees and disputed money between those who bear them.
    """
    due = BalanceTransaction.objects.filter(MAY_MOVE, posted_at__isnull=False)
    due = due.filter(tender__isnull=False).exclude(counted_digest=F("tender__order__digest"))
    tenders = due.order_by("tender").values_list("tender", flat=True).distinct()
    return sum(_costs_follow(tender_id, now) for tender_id in list(tenders))


def _costs_follow(tender_id: int, now: datetime.datetime) -> bool:
    with transaction.atomic():
        return costs_post(tender_lock(tender_id), now=now)


def tender_lock(tender_id: int) -> Tender:
    """Return a tender with its order, whose books nobody changes meanwhile."""
    tender = Tender.objects.select_related("order").get(pk=tender_id)
    order_lock(tender.order.saleor_id)
    return Tender.objects.select_related("order").get(pk=tender_id)


def losses_post(*, now: datetime.datetime) -> int:
    """Make the Office's part of disputes that are lost a loss; return how many changed.

    One that is won after all is a loss no more.
    """
    changed = Q(status="lost", lost_posted_at=None) | (
        ~Q(status="lost") & Q(lost_posted_at__isnull=False)
    )
    due = Dispute.objects.filter(changed, order__isnull=False)
    return sum(_loss_post(pk, now) for pk in list(due.values_list("pk", flat=True)))


def _loss_post(dispute_id: int, now: datetime.datetime) -> bool:
    with transaction.atomic():
        dispute = Dispute.objects.select_for_update().get(pk=dispute_id)
        is_lost, subject = dispute.status == "lost", dispute.provider_id
        posted = _posted([subject])
        disputed = (CostPosition.DISPUTE_OPENED, CostPosition.DISPUTE_WON)
        borne = sum(posted.get((each, subject), NOTHING).office_cents for each in disputed)
        earlier = Transaction.objects.filter(kind=TransactionKind.DISPUTE_LOST, subject=subject)
        losses = Entry.objects.filter(
            transaction__in=earlier, account__kind=AccountKind.DISPUTE_LOSSES
        )
        known = int(losses.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
        dispute.lost_posted_at = now if is_lost else None
        dispute.save(update_fields=["lost_posted_at"])
        change = (borne if is_lost else 0) - known
        if not change:
            return False
        loss, waiting = (AccountKind.DISPUTE_LOSSES, None), (AccountKind.DISPUTES_PENDING, None)
        accounts = accounts_ensure({loss, waiting})
        number = earlier.count()
        draft = Draft(
            kind=TransactionKind.DISPUTE_LOST,
            source_id=f"{subject}#{number + 1}" if number else subject,
            subject=subject,
            order_id=dispute.order_id,
            occurred_at=now,
            legs=(Leg(accounts[loss], change), Leg(accounts[waiting], -change)),
        )
        transactions_post([draft], now=now)
        return True
