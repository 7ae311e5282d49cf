"""Releasing held money: when the goods were handed over and the days of holding have passed."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.ledger.models import SHOP_COSTS, Entry, TransactionKind
from saleor_alencon.ledger.services import shop_orders_move
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
    due = _keys(_due(cutoff).filter(order__in=_any(orders)).select_for_update())
    shop_orders_move(
        due,
        kind=TransactionKind.RELEASE,
        source=AccountKind.SHOP_HOLD,
        destination=AccountKind.SHOP_AVAILABLE,
        now=now,
    )
    _released_set(due, now)
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
    return _keys(Order.objects.select_for_update().filter(pk__in=_any(sorted(moved))))


def _keys(rows: QuerySet[Any]) -> list[int]:
    """Return the keys of the rows, and lock these in the order of their keys."""
    return list(rows.order_by("id").values_list("pk", flat=True))


def _any(keys: Sequence[int]) -> RawSQL:
    """Return many keys as one value: PostgreSQL reads it as a table, not as so many constants."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])


def _released_set(shop_orders: Sequence[int], released_at: datetime.datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE orders_shoporder SET released_at = %s
                 FROM unnest(%s::bigint[]) AS w(id) WHERE orders_shoporder.id = w.id""",
            [released_at, list(shop_orders)],
        )


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
    taken_back = _taken_back().filter(order__in=_any(orders))
    back = _keys(taken_back.select_for_update(of=("self",)))
    shop_orders_move(
        back,
        kind=TransactionKind.HOLD_AGAIN,
        source=AccountKind.SHOP_AVAILABLE,
        destination=AccountKind.SHOP_HOLD,
        now=now,
    )
    _released_set(back, None)
