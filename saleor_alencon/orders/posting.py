"""Posting the difference between an order's books and what the ledger already holds of them."""

import datetime
from collections.abc import Mapping

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


def positions_post(
    order: Order,
    shop_orders: Mapping[str, ShopOrder],
    books: OrderBooks,
    *,
    occurred_at: datetime.datetime,
    now: datetime.datetime,
) -> None:
    """Post one transaction per position that changed; nothing when nothing did.

    A change to a position that already has a transaction names the one it corrects. The moment
    and the digest of the order's snapshot make the source id: two snapshots may be of one moment.
    """
    posted = _posted(order)
    target: dict[PositionKey, dict[PositionEntryKey, int]] = {
        (position.kind, position.subject): {
            (entry.account, entry.shop): entry.amount_cents for entry in position.entries
        }
        for position in books.positions
    }
    changed = {
        key: delta
        for key in sorted({*target, *posted})
        if (delta := diff_position(target.get(key, {}), posted.get(key, {})))
    }
    if not changed:
        return
    latest = _latest(order)
    accounts = accounts_ensure(
        [_account(entry, shop_orders) for delta in changed.values() for entry in delta],
        currency=order.currency,
    )
    posted_ids = transactions_post(
        [
            Draft(
                kind=kind,
                source_id=f"{subject}@{order.captured_at.isoformat()}#{order.digest[:16]}",
                subject=subject,
                order_id=order.pk,
                occurred_at=occurred_at,
                corrects_id=latest.get((kind, subject)),
                legs=tuple(
                    Leg(
                        accounts[_account(entry, shop_orders)],
                        cents,
                        shop_orders[entry[1]].pk if entry[1] else None,
                    )
                    for entry, cents in delta.items()
                ),
            )
            for (kind, subject), delta in changed.items()
        ],
        now=now,
    )
    assert len(posted_ids) == len(changed), f"{order}: part of its postings existed already"


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


def _posted(order: Order) -> dict[PositionKey, dict[PositionEntryKey, int]]:
    """Return what the ledger holds of each position, held and available money taken together."""
    rows = (
        Entry.objects.filter(transaction__order=order, transaction__kind__in=list(PositionKind))
        .values(
            "transaction__kind", "transaction__subject", "account__kind", "shop_order__shop__slug"
        )
        .annotate(cents=Sum("amount_cents"))
    )
    posted: dict[PositionKey, dict[PositionEntryKey, int]] = {}
    for row in rows:
        kind = AccountKind(row["account__kind"])
        if kind is AccountKind.SHOP_AVAILABLE:
            kind = AccountKind.SHOP_HOLD
        position = posted.setdefault((row["transaction__kind"], row["transaction__subject"]), {})
        key = (kind, row["shop_order__shop__slug"])
        position[key] = position.get(key, 0) + int(row["cents"])
    return posted


def _latest(order: Order) -> dict[PositionKey, int]:
    rows = (
        Transaction.objects.filter(order=order, kind__in=list(PositionKind))
        .values_list("kind", "subject")
        .annotate(latest=Max("id"))
    )
    return {(kind, subject): latest for kind, subject, latest in rows}
