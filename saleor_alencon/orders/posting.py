"""Posting the difference between orders' books and what the ledger already holds of them."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max, Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.order_books import (
    OrderBooks,
    PositionEntryKey,
    PositionKind,
    diff_position,
)
from saleor_alencon.ledger.models import Entry, Transaction
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.orders.models import Order, ShopOrder

PositionKey = tuple[str, str]
"""Kind and subject: what the ledger holds one running balance of per order."""


OrderPosition = tuple[int, str, str]
"""An order's key, and kind and subject of its position."""


@dataclass(frozen=True)
class OrderPosting:
    """An order, its shop orders by slug, and what the ledger is to hold of it."""

    order: Order
    shop_orders: Mapping[str, ShopOrder]
    books: OrderBooks
    occurred_at: datetime.datetime


def positions_post(
    order: Order,
    shop_orders: Mapping[str, ShopOrder],
    books: OrderBooks,
    *,
    occurred_at: datetime.datetime,
    now: datetime.datetime,
) -> None:
    """Post one transaction per position of an order that changed; nothing when nothing did."""
    orders_post([OrderPosting(order, shop_orders, books, occurred_at)], now=now)


def orders_post(postings: Sequence[OrderPosting], *, now: datetime.datetime) -> int:
    """Post one transaction per position that changed, of many orders at once; return how many.

    A change to a position that already has a transaction names the one it corrects. The moment
    and the digest of the order's snapshot make the source id: two snapshots may be of one moment.
    The caller holds the lock of each order; all are in one currency.
    """
    order_ids = [posting.order.pk for posting in postings]
    posted, latest = _posted(order_ids), _latest(order_ids)
    changed = [
        (posting, key, delta)
        for posting in postings
        for key, delta in _changed(posting, posted.get(posting.order.pk, {}))
    ]
    if not changed:
        return 0
    accounts = accounts_ensure(
        {_account(entry, posting.shop_orders) for posting, _, delta in changed for entry in delta},
        currency=_currency(postings),
    )
    posted_ids = transactions_post(
        [
            Draft(
                kind=kind,
                source_id=_source_id(posting.order, subject),
                subject=subject,
                order_id=posting.order.pk,
                occurred_at=posting.occurred_at,
                corrects_id=latest.get((posting.order.pk, kind, subject)),
                legs=tuple(
                    Leg(
                        accounts[_account(entry, posting.shop_orders)],
                        cents,
                        posting.shop_orders[entry[1]].pk if entry[1] else None,
                    )
                    for entry, cents in delta.items()
                ),
            )
            for posting, (kind, subject), delta in changed
        ],
        now=now,
    )
    assert len(posted_ids) == len(changed), (
        f"orders {[posting.order.number for posting in postings][:5]}: part of their postings "
        "existed already"
    )
    return len(posted_ids)


def _changed(
    posting: OrderPosting, posted: Mapping[PositionKey, Mapping[PositionEntryKey, int]]
) -> list[tuple[PositionKey, dict[PositionEntryKey, int]]]:
    target: dict[PositionKey, dict[PositionEntryKey, int]] = {
        (position.kind, position.subject): {
            (entry.account, entry.shop): entry.amount_cents for entry in position.entries
        }
        for position in posting.books.positions
    }
    return [
        (key, delta)
        for key in sorted({*target, *posted})
        if (delta := diff_position(target.get(key, {}), posted.get(key, {})))
    ]


def _source_id(order: Order, subject: str) -> str:
    return f"{subject}@{order.captured_at.isoformat()}#{order.digest[:16]}"


def _currency(postings: Sequence[OrderPosting]) -> str:
    (currency,) = {posting.order.currency for posting in postings}
    return currency


def _account(
    entry: PositionEntryKey, shop_orders: Mapping[str, ShopOrder]
) -> tuple[AccountKind, int | None]:
    """Return the account a leg is written to: the shop's money is held until it is released."""
    kind, slug = entry
    if kind is not AccountKind.SHOP_HOLD or slug is None:
        return kind, None
    shop_order = shop_orders[slug]
    released = shop_order.released_at is not None
    return (AccountKind.SHOP_AVAILABLE if released else kind), shop_order.shop_id


def _posted(
    order_ids: Sequence[int],
) -> dict[int, dict[PositionKey, dict[PositionEntryKey, int]]]:
    """Return what the ledger holds of each position, held and available money taken together."""
    rows = (
        Entry.objects.filter(
            transaction__order__in=order_ids, transaction__kind__in=list(PositionKind)
        )
        .values_list(
            "transaction__order", "transaction__kind", "transaction__subject", "account__kind",
            "shop_order__shop__slug",
        )
        .annotate(cents=Sum("amount_cents"))
    )  # fmt: skip
    posted: dict[int, dict[PositionKey, dict[PositionEntryKey, int]]] = {}
    for order_id, kind, subject, account, slug, cents in rows:
        account_kind = AccountKind(account)
        if account_kind is AccountKind.SHOP_AVAILABLE:
            account_kind = AccountKind.SHOP_HOLD
        position = posted.setdefault(order_id, {}).setdefault((kind, subject), {})
        key = (account_kind, slug)
        position[key] = position.get(key, 0) + int(cents)
    return posted


def _latest(order_ids: Sequence[int]) -> dict[OrderPosition, int]:
    rows = (
        Transaction.objects.filter(order__in=order_ids, kind__in=list(PositionKind))
        .values_list("order", "kind", "subject")
        .annotate(latest=Max("id"))
    )
    return {(order, kind, subject): latest for order, kind, subject, latest in rows}
