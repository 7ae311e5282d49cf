"""Splitting the raw orders of ``alencon bench settlement``: the domain's function, many at a time.

What ingest writes of an order when its snapshot comes is written here for a thousand orders at
once, because a bench has no time for 400,000 snapshots. The split and the posting are ingest's.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.domain.order_books import (
    SHIPPING,
    LineFact,
    OrderBooks,
    OrderFacts,
    TenderFact,
    TenderKind,
    derive_order_books,
)
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.orders.posting import OrderPosting

LINES = """
SELECT so.order_id, l.id, s.slug, l.gross_cents, l.commission_rule_name, l.commission_rate_bps,
       l.commission_vat_rate_bps
  FROM orders_shoporderline l JOIN orders_shoporder so ON so.id = l.shop_order_id
  JOIN shops_shop s ON s.id = so.shop_id
 WHERE so.order_id = ANY(%s) ORDER BY so.order_id, l.position"""
TENDERS = """
SELECT order_id, id, saleor_id, kind, charged_cents, refunded_cents FROM orders_tender
 WHERE order_id = ANY(%s) ORDER BY order_id, created_at, id"""
WRITE_LINES = """
UPDATE orders_shoporderline l SET paid_cents = w.paid, refunded_cents = w.refunded,
       commission_cents = w.commission, commission_vat_cents = w.vat
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
    AS w(id, paid, refunded, commission, vat) WHERE l.id = w.id"""
WRITE_SHOP_ORDERS = """
UPDATE orders_shoporder so SET shipping_share_cents = w.shipping, paid_cents = w.paid,
       refunded_cents = w.refunded, commission_cents = w.commission, commission_vat_cents = w.vat,
       net_cents = w.net
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::bigint[]) AS w(id, shipping, paid, refunded, commission, vat, net)
 WHERE so.id = w.id"""
WRITE_SHARES = """
INSERT INTO orders_tendershare (tender_id, shop_order_id, charged_cents, refunded_cents)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"""

Row = tuple[int, ...]


def orders_split(orders: Sequence[Order]) -> list[OrderPosting]:
    """Split the money of raw orders, write what each line and shop gets, return what to post."""
    keys = [order.pk for order in orders]
    shop_orders: dict[int, dict[str, ShopOrder]] = defaultdict(dict)
    for shop_order in ShopOrder.objects.filter(order__in=keys).select_related("shop"):
        shop_orders[shop_order.order_id][shop_order.shop.slug] = shop_order
    lines: dict[int, list[LineFact]] = defaultdict(list)
    terms: dict[int, dict[str, CommissionTerms]] = defaultdict(dict)
    for order_id, line, slug, gross, name, rate_bps, vat_rate_bps in _rows(LINES, keys):
        lines[order_id].append(LineFact(str(line), slug, gross))
        terms[order_id][str(line)] = CommissionTerms(name, rate_bps, vat_rate_bps)
    tenders: dict[int, list[TenderFact]] = defaultdict(list)
    tender_keys: dict[str, int] = {}
    for order_id, key, saleor_id, kind, charged, refunded in _rows(TENDERS, keys):
        tender = TenderKind(kind)
        # Nobody sold the gift cheques of this town.
        is_offered = tender is TenderKind.GIFT_CHEQUE
        fact = TenderFact(saleor_id, tender, charged, refunded, is_offered=is_offered)
        tenders[order_id].append(fact)
        tender_keys[saleor_id] = key
    postings = []
    for order in orders:
        facts = OrderFacts(
            order.saleor_id,
            tuple(lines[order.pk]),
            order.shipping_gross_cents,
            tuple(tenders[order.pk]),
        )
        books = derive_order_books(facts, terms[order.pk])
        postings.append(OrderPosting(order, shop_orders[order.pk], books, order.created_at))
    _write(postings, tender_keys)
    return postings


def _write(postings: Sequence[OrderPosting], tender_keys: dict[str, int]) -> None:
    lines: list[Row] = []
    shop_orders: list[Row] = []
    shares: list[Row] = []
    for posting in postings:
        books = posting.books
        lines += [
            (int(key), part.charged_cents, part.refunded_cents, part.commission_cents,
             part.commission_vat_cents)
            for key, part in books.parts.items() if not key.startswith(SHIPPING)
        ]  # fmt: skip
        shop_orders += [
            _shop_order(shop_order, slug, books) for slug, shop_order in posting.shop_orders.items()
        ]
        shares += [
            (tender_keys[tender], posting.shop_orders[slug].pk, share.charged_cents,
             share.refunded_cents)
            for (tender, slug), share in books.tender_shares.items()
        ]  # fmt: skip
    with connection.cursor() as cursor:
        for query, rows in (
            (WRITE_LINES, lines),
            (WRITE_SHOP_ORDERS, shop_orders),
            (WRITE_SHARES, shares),
        ):
            cursor.execute(query, [list(column) for column in zip(*rows, strict=True)])


def _shop_order(shop_order: ShopOrder, slug: str, books: OrderBooks) -> Row:
    parts = {key: part for key, part in books.parts.items() if part.shop == slug}
    goods = [part for key, part in parts.items() if not key.startswith(SHIPPING)]
    return (
        shop_order.pk,
        sum(part.gross_cents for key, part in parts.items() if key.startswith(SHIPPING)),
        sum(part.charged_cents for part in parts.values()),
        sum(part.refunded_cents for part in parts.values()),
        sum(part.commission_cents for part in goods),
        sum(part.commission_vat_cents for part in goods),
        sum(part.net_cents for part in goods),
    )


def _rows(query: str, keys: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [keys])
        return list(cursor.fetchall())
