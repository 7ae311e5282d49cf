"""Sales reports: what shoppers bought, by shop, activity, category, month, day, delivery, hour.

A sale belongs to the moment when its order was placed, in the town's time. Its amounts are those
of the newest snapshot: what was paid, what went back since, what is kept. They are the ledger's:
for any set of orders, goods kept is what charges and refunds left on the shops' accounts.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection

from saleor_alencon.books.chart import Chart


class SalesBy(StrEnum):
    """What the rows of a sales report are."""

    SHOP = "shop"
    KIND = "kind"
    CATEGORY = "category"
    MONTH = "month"
    DAY = "day"
    DELIVERY = "delivery"
    HOUR = "hour"


# What a row is, from the line l, its order o, shop order so and shop s. All are constants.
GROUPS = {
    SalesBy.SHOP: "s.id::text",
    SalesBy.KIND: "s.kind",
    SalesBy.CATEGORY: "l.category",
    SalesBy.MONTH: "to_char(o.created_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM')",
    SalesBy.DAY: "to_char(o.created_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD')",
    SalesBy.DELIVERY: "so.delivery_choice",
    SalesBy.HOUR: "to_char(o.created_at AT TIME ZONE 'Europe/Paris', 'HH24')",
}

SALES = """
SELECT {group} AS name, count(DISTINCT o.id), sum(l.quantity)::bigint,
       sum(l.paid_cents)::bigint, sum(l.refunded_cents)::bigint,
       sum(l.commission_cents)::bigint, sum(l.commission_vat_cents)::bigint
  FROM orders_shoporderline l
  JOIN orders_shoporder so ON so.id = l.shop_order_id
  JOIN orders_order o ON o.id = so.order_id
  JOIN shops_shop s ON s.id = so.shop_id
 WHERE l.paid_cents > 0
   AND (o.created_at AT TIME ZONE 'Europe/Paris')::date BETWEEN %(start)s AND %(end)s
   AND (%(shop)s::bigint IS NULL OR so.shop_id = %(shop)s)
 GROUP BY 1
"""

LEDGER_SALES = """
SELECT coalesce(-sum(b.amount_cents), 0)::bigint
  FROM books_entry b JOIN orders_order o ON o.id = b.order_id
 WHERE b.kind IN ('charge', 'refund') AND b.account_kind IN ('shop_hold', 'shop_available')
   AND (o.created_at AT TIME ZONE 'Europe/Paris')::date BETWEEN %s AND %s
"""


@dataclass(frozen=True, slots=True)
class SalesRow:
    """Sales of goods of one group, VAT included, delivery left out, in cents.

    ``name`` is a shop's name, its activity, the slug of a product category in Saleor at the sale, a
    month (2026-09), a day, a delivery choice or an hour (00 to 23). An order of several shops
    counts once in each of their rows.
    """

    name: str
    orders: int
    pieces: int
    paid_cents: int
    refunded_cents: int
    commission_cents: int
    commission_vat_cents: int

    @property
    def kept_cents(self) -> int:
        return self.paid_cents - self.refunded_cents


def sales_report(
    by: SalesBy,
    chart: Chart,
    *,
    start: datetime.date,
    end: datetime.date,
    shop_id: int | None = None,
) -> list[SalesRow]:
    """Return the sales of orders placed between two days, both included.

    Shops, activities and categories come by what they sold, the most first; months, days and
    hours in their order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            SALES.format(group=GROUPS[by]), {"start": start, "end": end, "shop": shop_id}
        )
        rows = [SalesRow(*row) for row in cursor.fetchall()]
    if by is SalesBy.SHOP:
        rows = [SalesRow(chart.shops[int(row.name)].label, *_figures(row)) for row in rows]
    if by in (SalesBy.MONTH, SalesBy.DAY, SalesBy.HOUR):
        return sorted(rows, key=lambda row: row.name)
    return sorted(rows, key=lambda row: (-row.kept_cents, row.name))


def _figures(row: SalesRow) -> tuple[int, ...]:
    return (row.orders, row.pieces, row.paid_cents, row.refunded_cents, row.commission_cents,
            row.commission_vat_cents)  # fmt: skip


def order_count(*, start: datetime.date, end: datetime.date, shop_id: int | None = None) -> int:
    """Return how many orders had something paid, each once whatever its shops."""
    with connection.cursor() as cursor:
        cursor.execute(SALES.format(group="''"), {"start": start, "end": end, "shop": shop_id})
        row = cursor.fetchone()
    return int(row[1]) if row else 0


def ledger_sales_cents(*, start: datetime.date, end: datetime.date) -> int:
    """Return what the ledger holds of the goods of orders placed between two days."""
    with connection.cursor() as cursor:
        cursor.execute(LEDGER_SALES, [start, end])
        return int(cursor.fetchone()[0])
