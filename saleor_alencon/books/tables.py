"""The books' reports as tables, in the language that is active when they are built."""

import datetime
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from saleor_alencon.books.ageing import AGES, AgedBalance, Side
from saleor_alencon.books.balances import AccountBalance, LedgerLine
from saleor_alencon.books.chart import Chart
from saleor_alencon.books.journals import journal_of
from saleor_alencon.books.sales import SalesBy, SalesRow
from saleor_alencon.orders.models import DELIVERY_CHOICES
from saleor_alencon.outputs.report_table import Cell, Column, ReportTable


def by_labels() -> dict[SalesBy, str]:
    """Return what each kind of sales report is called."""
    return {
        SalesBy.SHOP: _("Boutique"),
        SalesBy.KIND: _("Activité"),
        SalesBy.CATEGORY: _("Catégorie"),
        SalesBy.MONTH: _("Mois"),
        SalesBy.DAY: _("Jour"),
        SalesBy.DELIVERY: _("Livraison"),
        SalesBy.HOUR: _("Heure"),
    }


def _debit(cents: int) -> int | None:
    return cents if cents > 0 else None


def _credit(cents: int) -> int | None:
    return -cents if cents < 0 else None


def _sides(cents: int) -> tuple[int | None, int | None]:
    return _debit(cents), _credit(cents)


def _sum_sides(amounts: Iterable[int]) -> tuple[int, int]:
    cents = list(amounts)
    return sum(each for each in cents if each > 0), -sum(each for each in cents if each < 0)


def balance_table(
    balances: Sequence[AccountBalance],
    *,
    start: datetime.date,
    end: datetime.date,
    by_shop: bool = False,
) -> ReportTable:
    """Return the trial balance; its debits and credits are equal, column by column."""
    shop_columns = (Column(_("Compte auxiliaire"), width=26), Column(_("Boutique"), width=30))
    total: tuple[Cell, ...] = (
        _("Total"), "", *(("", "") if by_shop else ()),
        *_sum_sides(each.opening_cents for each in balances),
        sum(each.debit_cents for each in balances),
        sum(each.credit_cents for each in balances),
        *_sum_sides(each.closing_cents for each in balances),
    )  # fmt: skip
    return ReportTable(
        name=f"balance-{start:%Y%m%d}-{end:%Y%m%d}",
        title=_("Balance"),
        columns=(
            Column(_("Compte"), width=10),
            Column(_("Intitulé"), width=40),
            *(shop_columns if by_shop else ()),
            Column(_("Ouverture débit"), "amount"),
            Column(_("Ouverture crédit"), "amount"),
            Column(_("Mouvements débit"), "amount"),
            Column(_("Mouvements crédit"), "amount"),
            Column(_("Solde débit"), "amount"),
            Column(_("Solde crédit"), "amount"),
        ),
        rows=[
            (
                each.account.number,
                _(each.account.label),
                *((each.auxiliary.number, each.auxiliary.label) if by_shop else ()),
                *_sides(each.opening_cents),
                each.debit_cents,
                each.credit_cents,
                *_sides(each.closing_cents),
            )
            for each in balances
        ],
        total=total,
    )


def ledger_table(
    lines: Iterable[LedgerLine], chart: Chart, *, start: datetime.date, end: datetime.date
) -> ReportTable:
    """Return the ledger by account; ``lines`` is read as the rows are."""
    labels = {entry.number: _(entry.label) for entry in chart.plan.values()}
    return ReportTable(
        name=f"grand-livre-{start:%Y%m%d}-{end:%Y%m%d}",
        title=_("Grand livre"),
        columns=(
            Column(_("Compte"), width=10),
            Column(_("Intitulé"), width=36),
            Column(_("Compte auxiliaire"), width=24),
            Column(_("Date"), "date", width=12),
            Column(_("Journal"), width=8),
            Column(_("Écriture"), width=10),
            Column(_("Pièce"), width=18),
            Column(_("Libellé"), width=50),
            Column(_("Débit"), "amount"),
            Column(_("Crédit"), "amount"),
            Column(_("Lettrage"), width=18),
            Column(_("Solde débit"), "amount"),
            Column(_("Solde crédit"), "amount"),
        ),
        rows=(_ledger_row(line, labels) for line in lines),
    )


def _ledger_row(line: LedgerLine, labels: dict[str, str]) -> tuple[Cell, ...]:
    leg = line.leg
    return (
        leg.account.number,
        labels[leg.account.number],
        leg.auxiliary.number,
        leg.booked_on,
        journal_of(leg.kind).number,
        str(leg.transaction_id),
        leg.piece,
        leg.label,
        *_sides(leg.amount_cents),
        leg.lettering,
        *_sides(line.balance_cents),
    )


def aged_table(rows: Sequence[AgedBalance], *, day: datetime.date) -> ReportTable:
    """Return the aged balances, what is owed to shops first."""
    sides = {Side.OWED_TO_SHOPS: _("Dû à la boutique"), Side.OWED_BY_SHOPS: _("Dû par la boutique")}
    ages = (_("0-30 jours"), _("31-60 jours"), _("61-90 jours"), _("Plus de 90 jours"))
    assert len(ages) == AGES
    return ReportTable(
        name=f"balance-agee-{day:%Y%m%d}",
        title=_("Balance âgée"),
        columns=(
            Column(_("Sens"), width=20),
            Column(_("Boutique"), width=30),
            Column(_("Compte"), width=10),
            Column(_("Intitulé"), width=32),
            *(Column(age, "amount") for age in ages),
            Column(_("Total"), "amount"),
        ),
        rows=[
            (
                sides[row.side],
                row.shop.label,
                row.account.number,
                _(row.account.label),
                *row.cents,
                row.total_cents,
            )
            for row in rows
        ],
    )


def sales_table(
    rows: Sequence[SalesRow], by: SalesBy, *, orders: int, start: datetime.date, end: datetime.date
) -> ReportTable:
    """Return a sales report. ``orders`` is the total's: an order of two shops counts once in it."""
    deliveries = {str(choice): str(label) for choice, label in DELIVERY_CHOICES}

    def name(row: SalesRow) -> str:
        if by is SalesBy.DELIVERY:
            return deliveries[row.name]
        if by is SalesBy.HOUR:
            return _("%(hour)s h") % {"hour": row.name}
        return row.name or _("(sans)")

    def cells(label: str, figures: Sequence[SalesRow], count: int) -> tuple[Cell, ...]:
        paid = sum(row.paid_cents for row in figures)
        refunded = sum(row.refunded_cents for row in figures)
        return (
            label,
            count,
            sum(row.pieces for row in figures),
            paid,
            refunded,
            paid - refunded,
            sum(row.commission_cents for row in figures),
            sum(row.commission_vat_cents for row in figures),
            (2 * paid + count) // (2 * count) if count else 0,
        )

    return ReportTable(
        name=f"ventes-{by.value}-{start:%Y%m%d}-{end:%Y%m%d}",
        title=_("Ventes"),
        columns=(
            Column(by_labels()[by], width=30),
            Column(_("Commandes"), "count"),
            Column(_("Pièces"), "count"),
            Column(_("Payé TTC"), "amount"),
            Column(_("Remboursé TTC"), "amount"),
            Column(_("Ventes TTC"), "amount"),
            Column(_("Commission HT"), "amount"),
            Column(_("TVA sur commission"), "amount"),
            Column(_("Panier moyen"), "amount"),
        ),
        rows=[cells(name(row), [row], row.orders) for row in rows],
        total=cells(_("Total"), rows, orders),
    )
