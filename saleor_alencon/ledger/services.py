"""Posting to the ledger: one function, one SQL statement, nothing posted twice."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.models import Account


@dataclass(frozen=True)
class Leg:
    """An amount in signed cents (debit positive) on an account, for a shop order or none."""

    account_id: int
    amount_cents: int
    shop_order_id: int | None = None


@dataclass(frozen=True)
class Draft:
    """A transaction to post. ``(kind, source_id)`` is its identity."""

    kind: str
    source_id: str
    occurred_at: datetime.datetime
    legs: tuple[Leg, ...]
    subject: str = ""
    order_id: int | None = None
    corrects_id: int | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        assert len(self.legs) >= 2, self
        assert sum(leg.amount_cents for leg in self.legs) == 0, self


POST = """
WITH draft AS (
  SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[],
                       %s::bigint[], %s::text[]) WITH ORDINALITY
    AS d(kind, source_id, subject, order_id, occurred_at, corrects_id, reason, number)
), posted AS (
  INSERT INTO ledger_transaction
    (kind, source_id, subject, order_id, occurred_at, posted_at, corrects_id, reason)
  SELECT kind, source_id, subject, order_id, occurred_at, %s, corrects_id, reason FROM draft
   ORDER BY number
  ON CONFLICT (kind, source_id) DO NOTHING
  RETURNING id, kind, source_id
), numbered AS (
  SELECT posted.id, draft.number FROM posted JOIN draft USING (kind, source_id)
), added AS (
  INSERT INTO ledger_entry (transaction_id, account_id, amount_cents, shop_order_id)
  SELECT numbered.id, leg.account_id, leg.amount_cents, leg.shop_order_id
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
      AS leg(number, account_id, amount_cents, shop_order_id)
    JOIN numbered USING (number)
)
SELECT id, kind, source_id FROM posted
"""

# What a shop order has on an account of its shop's, and how often it was moved already. OFFSET
# makes it one look-up by key for each: the planner knows nothing of what this run has posted.
BALANCES = """
SELECT w.id, so.order_id, so.shop_id,
       (sum(e.amount_cents) FILTER (WHERE e.account_kind = %s))::bigint,
       count(DISTINCT e.transaction_id) FILTER (WHERE e.transaction_kind = %s)
  FROM unnest(%s::bigint[]) AS w(id)
  JOIN orders_shoporder so ON so.id = w.id
 CROSS JOIN LATERAL (
   SELECT e.transaction_id, e.amount_cents, a.kind AS account_kind, t.kind AS transaction_kind
     FROM ledger_entry e
     JOIN ledger_account a ON a.id = e.account_id
     JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE e.shop_order_id = w.id
   OFFSET 0) e
 GROUP BY w.id, so.order_id, so.shop_id
HAVING sum(e.amount_cents) FILTER (WHERE e.account_kind = %s) <> 0
 ORDER BY w.id
"""
MOVED_AT_ONCE = 5_000


def transactions_post(
    drafts: Sequence[Draft], *, now: datetime.datetime
) -> dict[tuple[str, str], int]:
    """Post balanced transactions; those already posted are left as they are.

    Returns the ids of the newly posted ones by ``(kind, source_id)``. PostgreSQL refuses, with
    ``LEDGER_...`` in the message, whatever does not balance.
    """
    if not drafts:
        return {}
    legs = [(number, leg) for number, draft in enumerate(drafts, 1) for leg in draft.legs]
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            [
                [draft.kind for draft in drafts],
                [draft.source_id for draft in drafts],
                [draft.subject for draft in drafts],
                [draft.order_id for draft in drafts],
                [draft.occurred_at for draft in drafts],
                [draft.corrects_id for draft in drafts],
                [draft.reason for draft in drafts],
                now,
                [number for number, _ in legs],
                [leg.account_id for _, leg in legs],
                [leg.amount_cents for _, leg in legs],
                [leg.shop_order_id for _, leg in legs],
            ],
        )
        return {(kind, source_id): pk for pk, kind, source_id in cursor.fetchall()}


def shop_orders_move(
    shop_orders: Sequence[int],
    *,
    kind: str,
    source: AccountKind,
    destination: AccountKind,
    now: datetime.datetime,
) -> int:
    """Post the whole balance of each shop order from one of its shop's accounts to the other.

    One transaction per shop order that has a balance, numbered by how often this was done to it;
    returns how many. The caller has locked the shop orders.
    """
    count = 0
    for start in range(0, len(shop_orders), MOVED_AT_ONCE):
        with connection.cursor() as cursor:
            some = list(shop_orders[start : start + MOVED_AT_ONCE])
            cursor.execute(BALANCES, [source, kind, some, source])
            moved = cursor.fetchall()
        accounts = accounts_ensure(
            (side, shop) for _, _, shop, _, _ in moved for side in (source, destination)
        )
        posted = transactions_post(
            [
                Draft(
                    kind=kind,
                    source_id=f"{key}#{earlier + 1}",
                    order_id=order,
                    occurred_at=now,
                    legs=(
                        Leg(accounts[(source, shop)], -cents, key),
                        Leg(accounts[(destination, shop)], cents, key),
                    ),
                )
                for key, order, shop, cents, earlier in moved
            ],
            now=now,
        )
        count += len(posted)
    return count


def accounts_ensure(
    wanted: Iterable[tuple[AccountKind, int | None]], *, currency: str = "EUR"
) -> dict[tuple[AccountKind, int | None], int]:
    """Return account ids by ``(kind, shop id)``, creating those that do not exist yet."""
    keys = set(wanted)
    if not keys:
        return {}
    found = _accounts_find(keys, currency)
    if missing := keys - found.keys():
        # In one order everywhere: two processes that create the same accounts never deadlock.
        ordered = sorted(missing, key=lambda key: (key[0], key[1] or 0))
        Account.objects.bulk_create(
            [Account(kind=kind, shop_id=shop, currency=currency) for kind, shop in ordered],
            ignore_conflicts=True,
        )
        found = _accounts_find(keys, currency)
    return found


def _accounts_find(
    keys: set[tuple[AccountKind, int | None]], currency: str
) -> dict[tuple[AccountKind, int | None], int]:
    rows = Account.objects.filter(
        currency=currency, kind__in={kind for kind, _ in keys}
    ).values_list("kind", "shop_id", "id")
    return {
        (AccountKind(kind), shop): pk
        for kind, shop, pk in rows
        if (AccountKind(kind), shop) in keys
    }
