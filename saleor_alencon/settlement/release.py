"""Releasing held money: when the goods were handed over and the days of holding have passed."""

import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.ledger.models import SHOP_COSTS, Entry, Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.settlement.models import StatementLine
from saleor_alencon.shops.models import Association

CAME_TO_NOTHING = Q(state=ShopOrderState.CANCELLED, net_cents=0)
"""A shop order that was given back whole: nothing of it will ever be due to the shop."""


def release_due(*, cutoff: datetime.datetime, now: datetime.datetime) -> int:
    """Move to "available" what is due at ``cutoff``; put back under hold what no longer is.

    Returns how many shop orders were released. Called inside a database transaction.
    """
    orders = _orders_lock(cutoff)
    _hold_again(orders, now)
    due = list(_due(cutoff).filter(order__in=orders).select_for_update().order_by("id"))
    _move(due, TransactionKind.RELEASE, AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE, now)
    ShopOrder.objects.filter(pk__in=[item.pk for item in due]).update(released_at=now)
    return len(due)


def _orders_lock(cutoff: datetime.datetime) -> list[int]:
    """Lock the orders of what is to be moved, and return their ids.

    Ingest locks an order before its shop orders, and an entry's foreign key locks the order too:
    whoever takes the shop orders first can wait for an ingest that waits for it.
    """
    moved = {
        *_due(cutoff).values_list("order_id", flat=True),
        *_taken_back().values_list("order_id", flat=True),
    }
    orders = Order.objects.select_for_update().filter(pk__in=moved).order_by("id")
    return list(orders.values_list("pk", flat=True))


def due_by_shop(*, cutoff: datetime.datetime) -> dict[int, int]:
    """Return by shop id what is due at ``cutoff`` and still held: nobody released it yet."""
    if not Association.objects.exists():
        return {}
    rows = _due(cutoff).values_list("shop").annotate(cents=Sum("net_cents"))
    return {shop_id: int(cents) for shop_id, cents in rows}


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


def _taken_back() -> QuerySet[ShopOrder]:
    """Return what was released, and not settled yet, though its hand-over was taken back."""
    return (
        ShopOrder.objects.filter(released_at__isnull=False)
        .exclude(state=ShopOrderState.HANDED_OVER)
        .exclude(CAME_TO_NOTHING)
        .exclude(pk__in=StatementLine.objects.filter(shop_order__isnull=False).values("shop_order"))
    )


def _hold_again(orders: list[int], now: datetime.datetime) -> None:
    """Hold again what was taken back."""
    taken_back = _taken_back().filter(order__in=orders)
    back = list(taken_back.select_for_update(of=("self",)).order_by("id"))
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
