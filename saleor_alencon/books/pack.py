"""The treasurer's pack of a year: its figures, all from the ledger."""

import datetime
from collections.abc import Callable

from django.db import connection

from saleor_alencon.books.balances import AccountBalance, trial_balance
from saleor_alencon.books.chart import Chart
from saleor_alencon.books.years import BooksYear, office_record
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.financial_year import FinancialYear
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.treasurer_pack import (
    AccountFigures,
    ChequeFigures,
    MonthFigures,
    ShopFigures,
    TreasurerPack,
    render_treasurer_pack,
)
from saleor_alencon.shops.models import Dues, Shop, ShopState

MONTHS = """
SELECT date_trunc('month', booked_on)::date,
       coalesce(-sum(amount_cents) FILTER (
         WHERE kind IN ('charge', 'refund')
           AND account_kind IN ('shop_hold', 'shop_available')), 0)::bigint,
       coalesce(-sum(amount_cents) FILTER (WHERE account_kind = 'delivery_revenue'), 0)::bigint,
       coalesce(-sum(amount_cents) FILTER (WHERE account_kind = 'commission_revenue'), 0)::bigint,
       coalesce(sum(amount_cents) FILTER (WHERE account_kind = 'psp_fees'), 0)::bigint
  FROM books_entry WHERE booked_on BETWEEN %(first_day)s AND %(last_day)s
 GROUP BY 1
"""

SHOPS = """
SELECT so.shop_id,
       coalesce(-sum(b.amount_cents) FILTER (
         WHERE b.kind IN ('charge', 'refund')
           AND b.account_kind IN ('shop_hold', 'shop_available')), 0)::bigint,
       coalesce(-sum(b.amount_cents) FILTER (
         WHERE b.account_kind = 'commission_revenue'), 0)::bigint
  FROM books_entry b JOIN orders_shoporder so ON so.id = b.shop_order_id
 WHERE b.booked_on BETWEEN %(first_day)s AND %(last_day)s
 GROUP BY 1
"""

# In French: what a document for the members says. Signed as the ledger's, times -1 for debts.
OWED = (
    ("Boutiques, fonds détenus", AccountKind.SHOP_HOLD),
    ("Boutiques, solde disponible", AccountKind.SHOP_AVAILABLE),
    ("Boutiques, à recouvrer", AccountKind.SHOP_RECEIVABLE),
    ("Boutiques, réserves de garantie", AccountKind.SHOP_RESERVE),
    ("Chèques cadeaux à honorer", AccountKind.GIFT_CHEQUE_LIABILITY),
    ("Clients, trop-perçus", AccountKind.SHOPPER_CREDIT),
    ("TVA collectée", AccountKind.COMMISSION_VAT),
    ("Litiges en cours", AccountKind.DISPUTES_PENDING),
)
CASH = (
    ("Prestataire de paiement", AccountKind.PSP_CLEARING),
    ("Banque", AccountKind.BANK),
    ("Virements en cours", AccountKind.PAYOUT_TRANSIT),
    ("Autres moyens de paiement", AccountKind.OTHER_TENDER_CLEARING),
)


def treasurer_pack(found: BooksYear, *, now: datetime.datetime) -> TreasurerPack:
    """Return the figures of a year; of one that is not closed, as they are now."""
    span, chart, office = found.span, found.chart(), office_record()
    balances = trial_balance(span, chart, start=span.first_day, end=span.last_day, by_shop=False)
    by_number = {balance.account.number: balance for balance in balances}

    def cents(kind: AccountKind, value: Callable[[AccountBalance], int]) -> int:
        balance = by_number.get(chart.plan[kind].number)
        return value(balance) if balance else 0

    def closing(kind: AccountKind) -> int:
        return cents(kind, lambda each: each.closing_cents)

    cheques = AccountKind.GIFT_CHEQUE_LIABILITY
    members = Shop.objects.exclude(state__in=[ShopState.PROSPECT, ShopState.CLOSED])
    return TreasurerPack(
        office=office.name,
        legal_name=office.legal_name or office.name,
        siret=office.siret,
        year=span.year,
        first_day=span.first_day,
        last_day=span.last_day,
        as_of=None if found.is_final else now.astimezone(TOWN_TIME).date(),
        months=_months(span),
        shops=_shops(span, chart),
        accounts=tuple(
            AccountFigures(
                each.account.number, each.account.label, each.opening_cents, each.debit_cents,
                each.credit_cents,
            )
            for each in balances
        ),
        owed=tuple((label, -closing(kind)) for label, kind in OWED if closing(kind)),
        cash=tuple((label, closing(kind)) for label, kind in CASH if closing(kind)),
        cheques=ChequeFigures(
            opening_cents=-cents(cheques, lambda each: each.opening_cents),
            issued_cents=cents(cheques, lambda each: each.credit_cents),
            used_cents=cents(cheques, lambda each: each.debit_cents),
        ),
        dues_cents=-closing(AccountKind.DUES_REVENUE),
        members_with_dues=Dues.objects.filter(year=span.year, shop__in=members).count(),
        members=members.count(),
    )  # fmt: skip


def _months(span: FinancialYear) -> tuple[MonthFigures, ...]:
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, {"first_day": span.first_day, "last_day": span.last_day})
        found = {month: figures for month, *figures in cursor.fetchall()}
    return tuple(MonthFigures(month, *found.get(month, (0, 0, 0, 0))) for month in span.months())


def _shops(span: FinancialYear, chart: Chart) -> tuple[ShopFigures, ...]:
    """Return each shop that sold something or gave something back, by what it sold."""
    with connection.cursor() as cursor:
        cursor.execute(SHOPS, {"first_day": span.first_day, "last_day": span.last_day})
        rows = [
            ShopFigures(chart.shops[shop_id].label, *cents)
            for shop_id, *cents in cursor.fetchall()
            if any(cents)
        ]
    return tuple(sorted(rows, key=lambda row: (-row.sales_cents, row.name)))


def treasurer_pdf(found: BooksYear, *, now: datetime.datetime) -> bytes:
    """Return the pack as PDF; of a closed year the same bytes at any time."""
    return render_treasurer_pack(treasurer_pack(found, now=now))
