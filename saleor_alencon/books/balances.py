"""The trial balance (balance générale) and the ledger by account (grand livre)."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from saleor_alencon.books.chart import Chart
from saleor_alencon.books.entries import (
    BY_ACCOUNT,
    Movement,
    earlier_cents,
    movements,
    opening_result,
)
from saleor_alencon.domain.accounts import PlanEntry
from saleor_alencon.domain.financial_year import FinancialYear

SUMS = """
SELECT account_kind, shop_id,
       coalesce(sum(amount_cents) FILTER (
         WHERE booked_on < %(start)s AND NOT (booked_on < %(first_day)s
               AND account_kind = ANY(%(result_kinds)s))), 0)::bigint AS opening,
       coalesce(sum(amount_cents) FILTER (
         WHERE booked_on >= %(start)s AND amount_cents > 0), 0)::bigint AS debit,
       coalesce(-sum(amount_cents) FILTER (
         WHERE booked_on >= %(start)s AND amount_cents < 0), 0)::bigint AS credit
  FROM books_entry WHERE booked_on <= %(end)s
 GROUP BY account_kind, shop_id
"""

COUNT = """
SELECT count(*) FROM books_entry
 WHERE booked_on BETWEEN %(start)s AND %(end)s
   AND (%(account_kind)s::text IS NULL OR account_kind = %(account_kind)s)
   AND (%(shop)s::bigint IS NULL OR shop_id = %(shop)s)
"""


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account over a period. ``opening_cents`` and ``closing_cents`` are signed, debit
    positive; an auxiliary is a shop's code and name, both empty for the association's accounts.
    """

    account: PlanEntry
    auxiliary: PlanEntry
    opening_cents: int
    debit_cents: int
    credit_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.debit_cents - self.credit_cents

    @property
    def is_empty(self) -> bool:
        return not (self.opening_cents or self.debit_cents or self.credit_cents)


def trial_balance(
    span: FinancialYear,
    chart: Chart,
    *,
    start: datetime.date,
    end: datetime.date,
    by_shop: bool = True,
) -> list[AccountBalance]:
    """Return every account that has a balance or moved between two days of a year, by number.

    The opening holds the à nouveaux and what the year booked before ``start``. Openings,
    movements and closings each sum to zero.
    """
    assert span.first_day <= start <= end <= span.last_day, (span, start, end)
    named: dict[str, Any] = {
        "first_day": span.first_day,
        "start": start,
        "end": end,
        "result_kinds": chart.result_kinds,
    }
    sums: dict[tuple[str, str], AccountBalance] = {}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, named)
        rows = [
            AccountBalance(chart.plan[kind], chart.auxiliary(shop if by_shop else None), *cents)
            for kind, shop, *cents in cursor.fetchall()
        ]
    rows += [
        AccountBalance(account, auxiliary, cents, 0, 0)
        for account, auxiliary, cents in opening_result(span, chart)
    ]
    for row in rows:
        key = (row.account.number, row.auxiliary.number)
        sums[key] = _added(sums[key], row) if key in sums else row
    found = [balance for _, balance in sorted(sums.items()) if not balance.is_empty]
    assert sum(balance.opening_cents for balance in found) == 0, (span, start)
    assert sum(balance.closing_cents for balance in found) == 0, (span, end)
    return found


def _added(one: AccountBalance, other: AccountBalance) -> AccountBalance:
    return AccountBalance(
        one.account,
        one.auxiliary,
        one.opening_cents + other.opening_cents,
        one.debit_cents + other.debit_cents,
        one.credit_cents + other.credit_cents,
    )


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One leg in its account's ledger, with the account's balance after it, signed cents."""

    leg: Movement
    balance_cents: int


def ledger_lines(
    span: FinancialYear,
    chart: Chart,
    *,
    start: datetime.date,
    end: datetime.date,
    account_kind: str | None = None,
    shop_id: int | None = None,
) -> Iterator[LedgerLine]:
    """Yield the legs of a period account by account, each with the running balance; streamed.

    An account is a number and a shop: the balance begins anew with each, from its opening.
    """
    legs = movements(
        span, chart, order=BY_ACCOUNT, start=start, end=end, account_kind=account_kind,
        shop_id=shop_id,
    )  # fmt: skip
    return _running(legs, _openings(span, chart, start, end))


def ledger_page(
    span: FinancialYear,
    chart: Chart,
    *,
    start: datetime.date,
    end: datetime.date,
    limit: int,
    offset: int,
    account_kind: str | None = None,
    shop_id: int | None = None,
) -> list[LedgerLine]:
    """Return ``limit`` lines of the ledger from the one at ``offset`` on."""
    narrowed: dict[str, Any] = {
        "start": start, "end": end, "account_kind": account_kind, "shop_id": shop_id,
    }  # fmt: skip
    legs = list(movements(span, chart, order=BY_ACCOUNT, limit=limit, offset=offset, **narrowed))
    openings = _openings(span, chart, start, end)
    if legs and offset:
        key = _key(legs[0])
        earlier = earlier_cents(legs[0], chart, offset=offset, **narrowed)
        openings[key] = openings.get(key, 0) + earlier
    return list(_running(legs, openings))


def ledger_count(
    *,
    start: datetime.date,
    end: datetime.date,
    account_kind: str | None = None,
    shop_id: int | None = None,
) -> int:
    """Return how many lines a ledger has."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT, {"start": start, "end": end, "account_kind": account_kind, "shop": shop_id}
        )
        return int(cursor.fetchone()[0])


def _key(leg: Movement) -> tuple[str, str]:
    return leg.account.number, leg.auxiliary.number


def _openings(
    span: FinancialYear, chart: Chart, start: datetime.date, end: datetime.date
) -> dict[tuple[str, str], int]:
    return {
        (balance.account.number, balance.auxiliary.number): balance.opening_cents
        for balance in trial_balance(span, chart, start=start, end=end)
    }


def _running(
    legs: Iterable[Movement], openings: Mapping[tuple[str, str], int]
) -> Iterator[LedgerLine]:
    current, balance_cents = ("", ""), 0
    for leg in legs:
        if _key(leg) != current:
            current, balance_cents = _key(leg), openings.get(_key(leg), 0)
        balance_cents += leg.amount_cents
        yield LedgerLine(leg, balance_cents)
