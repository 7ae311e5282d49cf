"""Releasing held money: when the goods were handed over and the days of holding have passed."""

import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.ledger.models import SHOP_COSTS, Entry, Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.models import StatementLine
from saleor_alencon.shops.models import Association

CAME_TO_NOTHING = Q(state=ShopOrderState.CANCELLED, net_cents=0)
"""A shop order that was given back whole: nothing of it will ever be due to the shop."""


def release_due(*, cutoff: datetime.datetime, now: datetime.datetime) -> int:
    """Move to "available" what is due at ``cutoff``; put back under hold what no longer is.

    Returns how many shop orders were released. Called inside a database transaction.
    """
    _hold_again(now)
    due = list(_due(cutoff).select_for_update().order_by("id"))
    _move(due, TransactionKind.RELEASE, AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE, now)
    ShopOrder.objects.filter(pk__in=[item.pk for item in due]).update(released_at=now)
    return len(due)


def due_cents(*, cutoff: datetime.datetime) -> int:
    """Return what is due at ``cutoff`` and still held, because nobody released it yet."""
    if not Association.objects.exists():
        return 0
    total = _due(cutoff).aggregate(cents=Sum("net_cents"))["cents"]
    return int(total or 0)


def _due(cutoff: datetime.datetime) -> QuerySet[ShopOrder]:
    days = datetime.timedelta(days=Association.objects.get().hold_days)
    held_costs = Entry.objects.filter(
        shop_order=OuterRef("pk"),
        account__kind=AccountKind.SHOP_HOLD,
        transaction__kind__in=SHOP_COSTS,
    )
    # Of a sale that came to nothing, what the provider took may be left for the shop to bear.
    return ShopOrder.objects.filter(released_at=None).filter(
        Q(handed_over_at__lte=cutoff - days) | (CAME_TO_NOTHING & Exists(held_costs))
    )


def _hold_again(now: datetime.datetime) -> None:
    """A hand-over that was taken back after the release, and not settled yet, is held again."""
    back = list(
        ShopOrder.objects.select_for_update(of=("self",))
        .filter(released_at__isnull=False)
        .exclude(state=ShopOrderState.HANDED_OVER)
        .exclude(CAME_TO_NOTHING)
        .exclude(pk__in=StatementLine.objects.filter(shop_order__isnull=False).values("shop_order"))
        .order_by("id")
    )
    _move(back, TransactionKind.HOLD_AGAIN, AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_HOLD, now)
    ShopOrder.objects.filter(pk__in=[item.pk for item in back]).update(released_at=None)


def _move(
    shop_orders: list[ShopOrder],
    kind: TransactionKind,
    source: AccountKind,
    destination: AccountKind,
    now: datetime.datetime,
) -> None:
    """Post the whole balance of each shop order from one of its shop's accounts to the other."""
    ids = [item.pk for item in shop_orders]
    balances = dict(
        Entry.objects.filter(shop_order__in=ids, account__kind=source)
        .values_list("shop_order")
        .annotate(cents=Sum("amount_cents"))
    )
    earlier = dict(
        Transaction.objects.filter(kind=kind, entries__shop_order__in=ids)
        .values_list("entries__shop_order")
        .annotate(times=Count("id", distinct=True))
    )
    moved = [item for item in shop_orders if balances.get(item.pk)]
    accounts = accounts_ensure(
        (side, item.shop_id) for item in moved for side in (source, destination)
    )
    transactions_post(
        [
            Draft(
                kind=kind,
                source_id=f"{item.pk}#{earlier.get(item.pk, 0) + 1}",
                order_id=item.order_id,
                occurred_at=now,
                legs=(
                    Leg(accounts[(source, item.shop_id)], -int(balances[item.pk]), item.pk),
                    Leg(accounts[(destination, item.shop_id)], int(balances[item.pk]), item.pk),
                ),
            )
            for item in moved
        ],
        now=now,
    )
