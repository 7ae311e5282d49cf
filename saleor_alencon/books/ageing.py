"""The aged balances: since when the association owes its shops, and they owe it.

On a shop's hold account each shop order is open by itself, on its receivable account each call for
dues and each demand. On its other accounts the oldest amounts are taken to be settled first, as on
a current account.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from saleor_alencon.books.chart import Chart
from saleor_alencon.domain.accounts import AccountKind, PlanEntry

LAST_DAYS = (30, 60, 90)
"""The last day of each age but the last, in days; what is older is in the last one."""
AGES = len(LAST_DAYS) + 1

# What of each entry is still open: of those on the balance's side the newest make the balance up.
OPEN = """
WITH side AS (
  SELECT b.account_kind, b.shop_id, b.booked_on, b.id, b.amount_cents,
         CASE b.account_kind WHEN 'shop_hold' THEN b.shop_order_id::text
                             WHEN 'shop_receivable' THEN b.subject END AS item,
         sum(b.amount_cents) OVER item AS balance
    FROM books_entry b
   WHERE b.shop_id IS NOT NULL AND b.account_kind = ANY(%(kinds)s) AND b.booked_on <= %(day)s
  WINDOW item AS (PARTITION BY b.account_id,
                  CASE b.account_kind WHEN 'shop_hold' THEN b.shop_order_id::text
                                      WHEN 'shop_receivable' THEN b.subject END)
), newer AS (
  SELECT *, coalesce(sum(abs(amount_cents)) OVER (
              PARTITION BY account_kind, shop_id, item ORDER BY booked_on DESC, id DESC
              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS newer_cents
    FROM side WHERE sign(amount_cents) = sign(balance)
), open AS (
  SELECT account_kind, shop_id, balance > 0 AS is_debit, %(day)s - booked_on AS days,
         least(abs(amount_cents), greatest(abs(balance) - newer_cents, 0)) AS cents
    FROM newer
)
SELECT shop_id, is_debit, account_kind, width_bucket(days, %(starts)s) AS age, sum(cents)::bigint
  FROM open WHERE cents > 0 GROUP BY 1, 2, 3, 4
"""

KINDS = (
    AccountKind.SHOP_HOLD,
    AccountKind.SHOP_AVAILABLE,
    AccountKind.SHOP_RECEIVABLE,
    AccountKind.SHOP_RESERVE,
)


class Side(StrEnum):
    OWED_TO_SHOPS = "owed_to_shops"
    OWED_BY_SHOPS = "owed_by_shops"


@dataclass(frozen=True)
class AgedBalance:
    """What is open between the association and one shop on one account, in cents.

    ``cents`` has one amount per age: 0 to 30 days, 31 to 60, 61 to 90, more.
    """

    side: Side
    shop: PlanEntry
    account: PlanEntry
    cents: tuple[int, ...]

    @property
    def total_cents(self) -> int:
        return sum(self.cents)


def aged_balances(chart: Chart, *, day: datetime.date) -> list[AgedBalance]:
    """Return the open amounts at the end of ``day``, what is owed to shops first, by shop.

    What is owed to shops less what they owe is the balance of their accounts in the ledger.
    """
    found: dict[tuple[bool, int, str], list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            OPEN,
            {
                "kinds": [str(kind) for kind in KINDS],
                "day": day,
                "starts": [last + 1 for last in LAST_DAYS],
            },
        )
        for shop_id, is_debit, kind, age, cents in cursor.fetchall():
            found.setdefault((is_debit, shop_id, kind), [0] * AGES)[age] = cents
    rows = [
        AgedBalance(
            Side.OWED_BY_SHOPS if is_debit else Side.OWED_TO_SHOPS,
            chart.shops[shop_id],
            chart.plan[kind],
            tuple(cents),
        )
        for (is_debit, shop_id, kind), cents in found.items()
    ]
    return sorted(rows, key=lambda row: (row.side == Side.OWED_BY_SHOPS, row.shop.label.casefold(),
                                         row.shop.number, row.account.number))  # fmt: skip
