"""What the ledger credited to each seller, quarter by quarter.

*Consideration* is money at the seller's disposal, net of what the association keeps: what the
releases, and all that came after them, left on 467200 (solde disponible). Payouts, their returns
and withheld dues only use it. *Fees* are commission with its VAT and the provider's costs that the
seller bears, of the same sales, from the moment their money is credited.
"""

import datetime
from dataclasses import dataclass, field

from django.db import connection

from saleor_alencon.domain.dac7 import QUARTERS, YearFigures, quarter_starts
from saleor_alencon.ledger.models import SHOP_FEES, TransactionKind
from saleor_alencon.outputs.french_text import TOWN_TIME

USES = (
    TransactionKind.PAYOUT,
    TransactionKind.PAYOUT_EXECUTED,
    TransactionKind.PAYOUT_RETURNED,
    TransactionKind.DUES_WITHHELD,
)
"""What only uses money that was credited already."""
FEES = (TransactionKind.COMMISSION, *SHOP_FEES, TransactionKind.DISPUTE_FEE)

# Sums up to each of the year's five bounds: a quarter is the difference of two. Money of a shop
# order is either all held or all available; its fees count while it is available.
FIGURES = """
WITH bound AS (
  SELECT * FROM unnest(%(bounds)s::timestamptz[]) WITH ORDINALITY AS b(at, place)
), entry AS (
  SELECT coalesce(e.shop_order_id, 0) AS shop_order_id, a.shop_id, a.kind AS account_kind, t.kind,
         t.occurred_at, e.amount_cents
    FROM ledger_entry e
    JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('shop_hold', 'shop_available')
    JOIN ledger_transaction t ON t.id = e.transaction_id
   WHERE t.occurred_at < %(end)s AND t.id <= %(last)s AND t.kind <> ALL(%(uses)s)
     AND (%(shop)s::bigint IS NULL OR a.shop_id = %(shop)s)
), touched AS (
  SELECT DISTINCT shop_order_id, shop_id FROM entry
   WHERE occurred_at >= %(start)s AND account_kind = 'shop_available'
), per_order AS (
  SELECT entry.shop_id, entry.shop_order_id, bound.place,
         -coalesce(sum(amount_cents) FILTER (WHERE account_kind = 'shop_available'), 0)::bigint
           AS credited,
         coalesce(sum(amount_cents) FILTER (WHERE kind = ANY(%(fees)s)), 0)::bigint AS fees,
         coalesce(sum(amount_cents) FILTER (WHERE account_kind = 'shop_hold'), 0) = 0
           AND bool_or(account_kind = 'shop_available') AS is_available
    FROM touched JOIN entry USING (shop_order_id, shop_id)
    JOIN bound ON entry.occurred_at < bound.at
   GROUP BY entry.shop_id, entry.shop_order_id, bound.place
), counted AS (
  SELECT *, shop_order_id <> 0 AND credited > 0 AND NOT coalesce(
           bool_or(credited > 0) OVER (PARTITION BY shop_id, shop_order_id ORDER BY place
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false)
           AS is_new
    FROM per_order
)
SELECT shop_id, place, sum(credited)::bigint,
       coalesce(sum(fees) FILTER (WHERE is_available), 0)::bigint,
       count(*) FILTER (WHERE is_new)
  FROM counted GROUP BY shop_id, place ORDER BY shop_id, place
"""

CREDITED = """
SELECT -coalesce(sum(e.amount_cents), 0)::bigint
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'shop_available'
  JOIN ledger_transaction t ON t.id = e.transaction_id AND t.kind <> ALL(%(uses)s)
 WHERE t.occurred_at >= %(start)s AND t.occurred_at < %(end)s AND t.id <= %(last)s
"""

LAST_TRANSACTION = 2**63 - 1
"""For figures of the whole ledger, whatever is posted meanwhile."""


@dataclass
class _Sums:
    """Cumulated sums at the five bounds; a bound without entries keeps the sums before it."""

    credited: dict[int, int] = field(default_factory=dict)
    fees: dict[int, int] = field(default_factory=dict)
    sales: dict[int, int] = field(default_factory=dict)


def bounds(year: int) -> list[datetime.datetime]:
    """Return the beginnings of the year's quarters and of the next year, by the town's clocks."""
    return [
        datetime.datetime.combine(day, datetime.time(), TOWN_TIME) for day in quarter_starts(year)
    ]


def year_figures(
    year: int, *, shop_id: int | None = None, last_transaction_id: int = LAST_TRANSACTION
) -> dict[int, YearFigures]:
    """Return by shop id what was credited in a year, of the ledger up to a transaction."""
    at = bounds(year)
    sums: dict[int, _Sums] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            FIGURES,
            {"bounds": at, "start": at[0], "end": at[-1], "last": last_transaction_id,
             "uses": list(USES), "fees": list(FEES), "shop": shop_id},
        )  # fmt: skip
        for shop, place, credited, fees, sales in cursor.fetchall():
            found = sums.setdefault(shop, _Sums())
            found.credited[place - 1] = credited
            found.fees[place - 1] = fees
            found.sales[place - 1] = sales
    return {shop: _figures(found) for shop, found in sums.items()}


def _figures(sums: _Sums) -> YearFigures:
    return YearFigures(
        consideration_cents=_differences(sums.credited),
        fees_cents=_differences(sums.fees),
        sales=tuple(sums.sales.get(quarter + 1, 0) for quarter in range(QUARTERS)),
    )


def _differences(cumulated: dict[int, int]) -> tuple[int, ...]:
    """Return each quarter's part of sums at its two bounds."""
    # Every bound after an order's first entry has a row: only the beginning can be missing.
    return tuple(
        cumulated.get(quarter + 1, 0) - cumulated.get(quarter, 0) for quarter in range(QUARTERS)
    )


def credited_cents(year: int, *, last_transaction_id: int = LAST_TRANSACTION) -> int:
    """Return what the ledger credited to all sellers in a year: the sum of their quarters."""
    at = bounds(year)
    with connection.cursor() as cursor:
        cursor.execute(
            CREDITED,
            {"start": at[0], "end": at[-1], "last": last_transaction_id, "uses": list(USES)},
        )
        return int(cursor.fetchone()[0])
