"""The reports of the books as pages: the same tables as their files."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from saleor_alencon.books.ageing import Side, aged_balances
from saleor_alencon.books.balances import (
    LedgerLine,
    ledger_count,
    ledger_lines,
    ledger_page,
    trial_balance,
)
from saleor_alencon.books.chart import current_chart
from saleor_alencon.books.sales import SalesBy, order_count, sales_report
from saleor_alencon.books.tables import aged_table, balance_table, ledger_table, sales_table
from saleor_alencon.books.years import BooksYear, books_years, office_record
from saleor_alencon.domain.financial_year import financial_year_of
from saleor_alencon.localized import amount_text, figure_text
from saleor_alencon.office.admin.base import download
from saleor_alencon.office.admin.books_forms import (
    BalanceForm,
    DayForm,
    LedgerForm,
    SalesForm,
)
from saleor_alencon.outputs.report_table import Cell, Column, ReportTable, report_csv, report_xlsx
from saleor_alencon.outputs.sheet_xlsx import SheetError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_PER_PAGE = 100
WIDE = 36
AnyResponse = HttpResponse | StreamingHttpResponse
Figures = Sequence[tuple[str, str]]


def page_url(name: str, *args: object) -> str:
    return reverse(f"admin:books_closedyear_{name}", args=args)


def shown(column: Column, cell: Cell) -> str:
    """Return a cell as the reader of a page writes it."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, int) and column.kind == "amount":
        return figure_text(cell)
    return str(cell)


def shown_rows(table: ReportTable, bar: int | None = None) -> list[dict[str, Any]]:
    """Return the rows for the template; ``bar`` is the column that bars are drawn of."""
    rows = [list(row) for row in table.rows]
    top = max((cell for row in rows if bar and isinstance(cell := row[bar], int)), default=0)
    return [
        {
            "cells": [
                {"text": shown(column, cell), "is_number": column.is_number}
                for column, cell in zip(table.columns, row, strict=True)
            ],
            "bar": max(int(str(row[bar])), 0) * 100 // top if bar and top > 0 else None,
        }
        for row in rows
    ]


def shown_total(table: ReportTable) -> list[dict[str, Any]]:
    return [
        {"text": shown(column, cell), "is_number": column.is_number}
        for column, cell in zip(table.columns, table.total, strict=False)
    ]


class ReportPages:
    """The pages of the reports; mixed into the admin of the books."""

    admin_site: Any
    opts: Any
    has_view_permission: Callable[[HttpRequest], bool]

    def balance_page(self, request: HttpRequest) -> AnyResponse:
        """Show the trial balance of a period."""
        self.check_view(request)
        found, years = chosen_year(request)
        form = BalanceForm(request.GET or None, span=found.span, years=years)
        start, end = form.period(valid(form))
        by_shop = bool(valid(form).get("by_shop"))

        def build() -> ReportTable:
            balances = trial_balance(
                found.span, found.chart(), start=start, end=end, by_shop=by_shop
            )
            return balance_table(balances, start=start, end=end, by_shop=by_shop)

        note = _("Ouverture : à nouveaux de l'exercice et mouvements d'avant le premier jour.")
        return self.report(request, _("Balance"), form, build, note=note)

    def ledger_page(self, request: HttpRequest) -> AnyResponse:
        """Show the ledger of an account; the files have all that the filters leave."""
        self.check_view(request)
        found, years = chosen_year(request)
        chart = found.chart()
        form = LedgerForm(request.GET or None, span=found.span, years=years, chart=chart)
        chosen = valid(form)
        start, end = form.period(chosen)
        narrowed: dict[str, Any] = {
            "account_kind": chart.kind_of(chosen.get("account") or ""),
            "shop_id": int(chosen["shop"]) if chosen.get("shop") else None,
        }

        def build(lines: Iterator[LedgerLine] | None = None) -> ReportTable:
            every = ledger_lines(found.span, chart, start=start, end=end, **narrowed)
            return ledger_table(lines or every, chart, start=start, end=end)

        count = ledger_count(start=start, end=end, **narrowed)
        page = Paginator(range(count), LINES_PER_PAGE).get_page(request.GET.get("page"))
        lines = ledger_page(
            found.span, chart, start=start, end=end, limit=LINES_PER_PAGE,
            offset=(page.number - 1) * LINES_PER_PAGE, **narrowed,
        )  # fmt: skip
        return self.report(
            request,
            _("Grand livre"),
            form,
            build,
            page_table=build(iter(lines)),
            page=page,
            note=_("L'écriture est celle du back-office ; le FEC la donne entre crochets."),
        )

    def aged_page(self, request: HttpRequest) -> AnyResponse:
        """Show since when money is owed to shops, and by them."""
        self.check_view(request)
        form = DayForm(request.GET or None, initial={"day": timezone.localdate()})
        day = valid(form).get("day") or timezone.localdate()
        rows = aged_balances(current_chart(), day=day)
        to_shops = [row for row in rows if row.side is Side.OWED_TO_SHOPS]
        by_shops = [row for row in rows if row.side is Side.OWED_BY_SHOPS]
        figures = [
            (_("Dû aux boutiques"), amount_text(sum(row.total_cents for row in to_shops))),
            (
                _("Dont depuis plus de 90 jours"),
                amount_text(sum(row.cents[-1] for row in to_shops)),
            ),
            (_("Dû par les boutiques"), amount_text(sum(row.total_cents for row in by_shops))),
        ]
        note = _(
            "Les fonds détenus sont datés commande par commande, les cotisations appel par appel ; "
            "sur le solde disponible, les sommes les plus anciennes sont réputées réglées d'abord."
        )
        return self.report(
            request, _("Balance âgée"), form, lambda: aged_table(rows, day=day),
            figures=figures, note=note,
        )  # fmt: skip

    def sales_page(self, request: HttpRequest) -> AnyResponse:
        """Show what was sold in a period, by what the reader chose."""
        self.check_view(request)
        chart, today = current_chart(), timezone.localdate()
        span = financial_year_of(today, office_record().year_start_month)
        form = SalesForm(request.GET or None, span=span, chart=chart)
        chosen = valid(form)
        start, end = form.period(chosen)
        by = SalesBy(chosen.get("by") or SalesBy.SHOP)
        period: dict[str, Any] = {
            "start": start,
            "end": end,
            "shop_id": int(chosen["shop"]) if chosen.get("shop") else None,
        }

        def build() -> ReportTable:
            rows = sales_report(by, chart, **period)
            return sales_table(rows, by, orders=order_count(**period), start=start, end=end)

        note = _(
            "Commandes passées dans la période, telles qu'elles sont aujourd'hui : marchandises, "
            "TVA comprise, sans la livraison. Une commande de deux boutiques compte une fois dans "
            "chacune."
        )
        return self.report(request, _("Ventes"), form, build, note=note, bar=5)

    def check_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def report(
        self,
        request: HttpRequest,
        title: str,
        form: forms.Form,
        build: Callable[[], ReportTable],
        *,
        page_table: ReportTable | None = None,
        page: Any = None,
        figures: Figures = (),
        note: str = "",
        bar: int | None = None,
    ) -> AnyResponse:
        """Return the page of a report, or its file when one is asked for."""
        refused = ""
        wanted = request.GET.get("format", "")
        if wanted in ("csv", "xlsx") and form_is_right(form):
            try:
                return file_of(build, wanted)
            except SheetError as error:
                refused = str(error)
        table = page_table or build()
        query = request.GET.copy()
        for name in ("format", "page"):
            query.pop(name, None)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "refused": refused,
            "figures": figures,
            "note": note,
            "columns": [
                {"name": each.name, "is_number": each.is_number, "is_wide": each.width >= WIDE}
                for each in table.columns
            ],
            "rows": shown_rows(table, bar),
            "total": shown_total(table),
            "page": page,
            "query": query.urlencode(),
            "pages": [
                (page_url("changelist"), _("Exercices")),
                (page_url("balance"), _("Balance")),
                (page_url("ledger"), _("Grand livre")),
                (page_url("aged"), _("Balance âgée")),
                (page_url("sales"), _("Ventes")),
            ],
        }
        return TemplateResponse(request, "office/books_report.html", context)


def form_is_right(form: forms.Form) -> bool:
    return not form.is_bound or form.is_valid()


def valid(form: forms.Form) -> dict[str, Any]:
    """Return what the reader chose; nothing when it cannot be, and the form says why."""
    return form.cleaned_data if form.is_bound and form.is_valid() else {}


def chosen_year(request: HttpRequest) -> tuple[BooksYear, list[BooksYear]]:
    """Return the year that is asked for, or the running one, and all there are."""
    now = timezone.now()
    years = books_years(now=now)
    wanted = request.GET.get("year", "")
    return next((found for found in years if str(found.year) == wanted), years[0]), years


def file_of(build: Callable[[], ReportTable], wanted: str) -> AnyResponse:
    """Return a report as a file, in French whoever asks for it: accountants exchange it."""
    with override("fr"):
        table = build()
        if wanted == "xlsx":
            return download(report_xlsx(table), f"{table.name}.xlsx", XLSX)
    return StreamingHttpResponse(
        report_csv(table),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{table.name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )
