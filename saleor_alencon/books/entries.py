"""The entries of a year with all that a book says of them: one statement of SQL, streamed.

Lettering. Legs that settle each other on one account carry the same letters from the day the last
of them is booked: a shop order's money under hold and its release, what a statement counted and
its payout, a payout in transit and its execution, dues and what was paid of them. As at the year's
last day, and never undone.
"""

import datetime
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import override

from saleor_alencon.books.chart import Chart
from saleor_alencon.books.journals import CALLED_DUES
from saleor_alencon.books.years import BooksError
from saleor_alencon.domain.account_plan import result_account
from saleor_alencon.domain.accounts import PlanEntry
from saleor_alencon.domain.financial_year import FinancialYear
from saleor_alencon.ledger.models import TransactionKind

CURRENCY = "EUR"
ROWS_AT_ONCE = 2000
LONGEST_REASON = 120

# Statements of a shop up to one that carries nothing over: what they count, payouts included,
# sums to zero.
LETTERED = """
WITH stated AS (
  SELECT st.id,
         min(st.id) FILTER (WHERE st.carried_cents = 0) OVER (
           PARTITION BY st.shop_id ORDER BY st.id
           ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS settled_by
    FROM settlement_statement st JOIN settlement_settlementrun r ON r.id = st.run_id
   WHERE (r.approved_at AT TIME ZONE 'Europe/Paris')::date <= %(last_day)s
), keyed AS (
  SELECT b.*,
         CASE b.account_kind WHEN 'shop_hold' THEN 'C' || b.shop_order_id
                             WHEN 'shop_receivable' THEN 'D' || b.subject
                             WHEN 'payout_transit' THEN b.source_id
                             WHEN 'shop_available' THEN settling.number END AS key
    FROM books_entry b
    LEFT JOIN settlement_claim c ON c.entry_id = b.id AND b.account_kind = 'shop_available'
    LEFT JOIN stated ON stated.id = c.statement_id
    LEFT JOIN settlement_statement settling ON settling.id = stated.settled_by
   WHERE b.booked_on <= %(last_day)s
), letters AS (
  SELECT account_id, key, max(booked_on) AS lettered_on FROM keyed WHERE key IS NOT NULL
   GROUP BY account_id, key HAVING sum(amount_cents) = 0
), plan AS (
  SELECT * FROM unnest(%(kinds)s::text[], %(numbers)s::text[]) AS p(account_kind, number)
)
"""

OPENING = (
    LETTERED
    + """
SELECT k.account_kind, k.shop_id, l.key, l.lettered_on, sum(k.amount_cents)::bigint
  FROM keyed k
  JOIN plan USING (account_kind)
  LEFT JOIN letters l ON l.account_id = k.account_id AND l.key = k.key
 WHERE k.booked_on < %(first_day)s AND k.account_kind <> ALL(%(result_kinds)s)
 GROUP BY plan.number, k.account_kind, k.shop_id, l.key, l.lettered_on
HAVING sum(k.amount_cents) <> 0
 ORDER BY plan.number COLLATE "C", k.shop_id NULLS FIRST, l.key COLLATE "C" NULLS FIRST
"""
)

# What is validated later comes later: an entry is final from the moment it is posted.
MOVEMENTS = (
    LETTERED
    + """
SELECT k.transaction_id, k.account_kind, k.shop_id, so.shop_id AS order_shop_id, k.kind,
       k.source_id, k.subject, o.number AS order_number, k.reason, k.booked_on,
       (k.occurred_at AT TIME ZONE 'Europe/Paris')::date AS occurred_on,
       greatest((k.posted_at AT TIME ZONE 'Europe/Paris')::date, k.booked_on) AS valid_on,
       k.amount_cents, l.key, l.lettered_on
  FROM keyed k
  JOIN plan USING (account_kind)
  LEFT JOIN letters l ON l.account_id = k.account_id AND l.key = k.key
  LEFT JOIN orders_order o ON o.id = k.order_id
  LEFT JOIN orders_shoporder so ON so.id = k.shop_order_id
 WHERE k.booked_on BETWEEN %(start)s AND %(end)s
   AND (%(account_kind)s::text IS NULL OR k.account_kind = %(account_kind)s)
   AND (%(shop)s::bigint IS NULL OR k.shop_id = %(shop)s)
"""
)
BY_VALIDATION = " ORDER BY valid_on, k.transaction_id, k.id"
BY_ACCOUNT = (
    ' ORDER BY plan.number COLLATE "C", k.shop_id NULLS FIRST, k.booked_on, k.transaction_id, k.id'
)

# What an account's legs come to among the first of a ledger, for the page that begins after them.
BEFORE = """
WITH plan AS (
  SELECT * FROM unnest(%(kinds)s::text[], %(numbers)s::text[]) AS p(account_kind, number)
)
SELECT coalesce(sum(amount_cents), 0)::bigint FROM (
  SELECT k.account_kind, k.shop_id, k.amount_cents
    FROM books_entry k JOIN plan USING (account_kind)
   WHERE k.booked_on BETWEEN %(start)s AND %(end)s
     AND (%(account_kind)s::text IS NULL OR k.account_kind = %(account_kind)s)
     AND (%(shop)s::bigint IS NULL OR k.shop_id = %(shop)s)
   {order} LIMIT %(offset)s) earlier
 WHERE account_kind = %(of_kind)s AND shop_id IS NOT DISTINCT FROM %(of_shop)s
"""

RESULT = """
SELECT coalesce(sum(amount_cents) FILTER (WHERE booked_on >= %(previous_day)s), 0)::bigint,
       coalesce(sum(amount_cents) FILTER (WHERE booked_on < %(previous_day)s), 0)::bigint
  FROM books_entry WHERE booked_on < %(first_day)s AND account_kind = ANY(%(result_kinds)s)
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """One leg of a transaction as the books name it; ``amount_cents`` is signed, debit positive."""

    transaction_id: int
    account_kind: str
    shop_id: int | None
    account: PlanEntry
    auxiliary: PlanEntry
    kind: str
    booked_on: datetime.date
    occurred_on: datetime.date
    valid_on: datetime.date
    piece: str
    label: str
    amount_cents: int
    lettering: str
    lettered_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What an account begins the year with, in signed cents; by lettering, as far as the year's
    own legs settle it.
    """

    account: PlanEntry
    auxiliary: PlanEntry
    amount_cents: int
    lettering: str = ""
    lettered_on: datetime.date | None = None


def opening_balances(span: FinancialYear, chart: Chart) -> list[OpeningBalance]:
    """Return the à nouveaux of a year, by account number: they sum to zero.

    Charges and revenue begin at nothing; what they came to is on the accounts 12 and 11.
    """
    found = [
        OpeningBalance(chart.plan[kind], chart.auxiliary(shop), cents, key or "", lettered_on)
        for kind, shop, key, lettered_on, cents in _rows(OPENING, _named(span, chart))
    ]
    found += [OpeningBalance(*each) for each in opening_result(span, chart)]
    assert sum(each.amount_cents for each in found) == 0, span
    return sorted(found, key=lambda each: each.account.number)


def opening_result(span: FinancialYear, chart: Chart) -> list[tuple[PlanEntry, PlanEntry, int]]:
    """Return the earlier years' result as account, auxiliary (empty) and signed cents."""
    named = {
        "first_day": span.first_day,
        "previous_day": span.first_day.replace(year=span.first_day.year - 1),
        "result_kinds": chart.result_kinds,
    }
    ((previous, before),) = _rows(RESULT, named)
    nobody = PlanEntry("", "")
    parts = ((previous, True), (before, False))
    return [
        (result_account(cents, previous_year=is_previous), nobody, cents)
        for cents, is_previous in parts
        if cents
    ]


def movements(
    span: FinancialYear,
    chart: Chart,
    *,
    order: str = BY_VALIDATION,
    start: datetime.date | None = None,
    end: datetime.date | None = None,
    account_kind: str | None = None,
    shop_id: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Iterator[Movement]:
    """Yield the legs of a year, or of a part of it, of one account or shop; streamed.

    :raises BooksError: for a leg that is not in euros.
    """
    named = _named(span, chart) | {
        "start": start or span.first_day,
        "end": end or span.last_day,
        "account_kind": account_kind,
        "shop": shop_id,
    }
    query = MOVEMENTS + order + (f" LIMIT {limit:d} OFFSET {offset:d}" if limit else "")
    with override("fr"):  # An accountant's file: French, whoever asks for it.
        kind_labels = {str(kind): str(kind.label).capitalize() for kind in TransactionKind}
    _check_currency()
    for row in _rows(query, named):
        (number, kind, shop, order_shop, nature, source, subject, order_number, reason,
         booked_on, occurred_on, valid_on, cents, key, lettered_on) = row  # fmt: skip
        yield Movement(
            transaction_id=number,
            account_kind=kind,
            shop_id=shop,
            account=chart.plan[kind],
            auxiliary=chart.auxiliary(shop),
            kind=nature,
            booked_on=booked_on,
            occurred_on=occurred_on,
            valid_on=valid_on,
            piece=f"COT-{subject}" if nature in CALLED_DUES else order_number or source,
            label=_label(
                kind_labels[nature], order_number, chart.auxiliary(shop or order_shop), reason
            ),
            amount_cents=cents,
            lettering=key or "",
            lettered_on=lettered_on,
        )


def earlier_cents(
    leg: Movement,
    chart: Chart,
    *,
    start: datetime.date,
    end: datetime.date,
    account_kind: str | None,
    shop_id: int | None,
    offset: int,
) -> int:
    """Return what the account of ``leg`` moved among the first ``offset`` legs of a ledger."""
    named = {
        "kinds": list(chart.plan),
        "numbers": [entry.number for entry in chart.plan.values()],
        "start": start,
        "end": end,
        "account_kind": account_kind,
        "shop": shop_id,
        "offset": offset,
        "of_kind": leg.account_kind,
        "of_shop": leg.shop_id,
    }
    ((cents,),) = _rows(BEFORE.format(order=BY_ACCOUNT), named)
    return int(cents)


def _label(nature: str, order_number: str | None, shop: PlanEntry, reason: str) -> str:
    """Return « Encaissement, commande 1042, Librairie »."""
    order = f"commande {order_number}" if order_number else ""
    parts = (nature, order, shop.label, reason[:LONGEST_REASON])
    return ", ".join(part for part in parts if part)


def _named(span: FinancialYear, chart: Chart) -> dict[str, Any]:
    return {
        "first_day": span.first_day,
        "last_day": span.last_day,
        "kinds": list(chart.plan),
        "numbers": [entry.number for entry in chart.plan.values()],
        "result_kinds": chart.result_kinds,
    }


def _rows(query: str, named: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield rows as the server finds them; a cursor of its own holds the rest."""
    with transaction.atomic(), closing(connection.chunked_cursor()) as cursor:
        if query.startswith(LETTERED):
            # The planner takes lettered legs for few, and would compare each leg with each letter.
            with connection.cursor() as setting:
                setting.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(query, named)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


def _check_currency() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT currency FROM ledger_account WHERE currency <> %s", [CURRENCY])
        if row := cursor.fetchone():
            raise BooksError(f"account in {row[0]}: the books are kept in {CURRENCY} only")
