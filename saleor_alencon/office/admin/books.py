"""The books: the financial years, closing one, what is exported of it, and its reports."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from saleor_alencon.books.fec import (
    fec_chunks,
    fec_description,
    fec_file_name,
    fec_seal,
)
from saleor_alencon.books.models import ClosedMonth, ClosedYear
from saleor_alencon.books.months import month_close, month_end, next_to_close
from saleor_alencon.books.pack import treasurer_pdf
from saleor_alencon.books.years import (
    BooksError,
    BooksYear,
    YearState,
    books_year,
    books_years,
    year_close,
)
from saleor_alencon.errors import AlenconError
from saleor_alencon.localized import date_text
from saleor_alencon.office.admin.base import ReadOnlyAdmin, ask, attempt, confirm, download, user_of
from saleor_alencon.office.admin.books_reports import ReportPages, page_url

STATES = {
    YearState.RUNNING: gettext_lazy("en cours"),
    YearState.OVER: gettext_lazy("terminé, à clore"),
    YearState.CLOSED: gettext_lazy("clos"),
}


@admin.register(ClosedYear)
class ClosedYearAdmin(ReportPages, ReadOnlyAdmin):
    """The books; a closed year is what is stored of them."""

    fields = readonly_fields = (
        "year",
        "first_day",
        "last_day",
        "closed_at",
        "closed_by",
        "siren",
        "digest",
    )

    def get_urls(self) -> list[Any]:
        pages: dict[str, tuple[Callable[..., Any], str]] = {
            "balance/": (self.balance_page, "balance"),
            "grand-livre/": (self.ledger_page, "ledger"),
            "balance-agee/": (self.aged_page, "aged"),
            "ventes/": (self.sales_page, "sales"),
            "<int:year>/fec/": (self.fec_file, "fec"),
            "<int:year>/fec/description/": (self.fec_description_file, "fec_description"),
            "<int:year>/rapport/": (self.pack_file, "pack"),
            "<int:year>/clore/": (self.close_page, "close"),
            "mois/clore/": (self.close_month_page, "close_month"),
        }
        own = [
            path(
                route, self.admin_site.admin_view(self.told(view)), name=f"books_closedyear_{name}"
            )
            for route, (view, name) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show every financial year, closed or not, and what it can give."""
        self.check_view(request)
        try:
            years, refused = books_years(now=timezone.now()), ""
        except AlenconError as error:
            years, refused = [], str(error)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Livres comptables"),
            "opts": self.opts,
            "refused": refused,
            "rows": [self.row(found) for found in years],
            "may_export": request.user.has_perm("books.export_books"),
            "may_close": request.user.has_perm("books.close_year"),
            "month": next_to_close(now=timezone.now()),
            "closed_month": ClosedMonth.objects.first(),
            "close_month_url": page_url("close_month"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "office/books_years.html", context)

    def row(self, found: BooksYear) -> dict[str, Any]:
        return {
            "year": found.year,
            "period": _("du %(start)s au %(end)s")
            % {"start": date_text(found.span.first_day), "end": date_text(found.span.last_day)},
            "state": STATES[found.state],
            "state_name": found.state.value,
            "digest": found.closing.digest if found.closing else "",
            "closable": found.state is YearState.OVER,
            "fec_label": _("FEC") if found.is_final else _("FEC provisoire"),
            "fec_url": page_url("fec", found.year),
            "description_url": page_url("fec_description", found.year),
            "pack_url": page_url("pack", found.year),
            "close_url": page_url("close", found.year),
            "balance_url": f"{page_url('balance')}?year={found.year}",
            "ledger_url": f"{page_url('ledger')}?year={found.year}",
        }

    def fec_file(self, request: HttpRequest, year: int) -> HttpResponse | StreamingHttpResponse:
        """Stream the FEC; of a year that is not closed it is provisional, and named so."""
        found = self.exportable(request, year)
        name = fec_file_name(found, provisional=True)
        return StreamingHttpResponse(
            fec_chunks(found),
            content_type="text/plain; charset=iso-8859-15",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )

    def fec_description_file(self, request: HttpRequest, year: int) -> HttpResponse:
        found = self.exportable(request, year)
        name = fec_file_name(found, provisional=True)
        content = fec_description(found, name=name)
        stem = name.removesuffix(".txt")
        return download(content, f"{stem}-description.txt", "text/plain; charset=utf-8")

    def pack_file(self, request: HttpRequest, year: int) -> HttpResponse:
        content = treasurer_pdf(self.exportable(request, year), now=timezone.now())
        return download(content, f"rapport-tresorier-{year}.pdf", "application/pdf")

    def close_page(self, request: HttpRequest, year: int) -> HttpResponse:
        """Ask, then close a year and keep the digest of its FEC."""
        if not request.user.has_perm("books.close_year"):
            raise PermissionDenied

        def close() -> None:
            now = timezone.now()
            year_close(year=year, closed_by=user_of(request), now=now)
            fec_seal(books_year(year, now=now))

        def command(_form: Any) -> None:
            attempt(request, close, _("L'exercice est clos."))

        return confirm(
            self,
            request,
            title=_("Clore l'exercice %(year)s ?") % {"year": year},
            text=_(
                "Ses écritures deviennent définitives. Ce qui s'apprend ensuite est comptabilisé "
                "au premier jour de l'exercice suivant. Une clôture ne se défait pas."
            ),
            button=_("Clore"),
            command=command,
            back=page_url("changelist"),
            danger=True,
        )

    def close_month_page(self, request: HttpRequest) -> HttpResponse:
        """Ask, then close the month whose turn it is."""
        if not request.user.has_perm("books.close_year"):
            raise PermissionDenied
        month = next_to_close(now=timezone.now())
        if month is None:
            raise BooksError(_("Aucun mois n'est à clore : le dernier terminé est déjà clos."))

        return ask(
            self,
            request,
            title=_("Clore le mois du %(start)s au %(end)s ?")
            % {"start": date_text(month), "end": date_text(month_end(month))},
            text=_(
                "Ce qui s'apprend ensuite de ce mois est comptabilisé au premier jour du mois "
                "ouvert. Un mois clos ne se rouvre pas : il se corrige par d'autres écritures."
            ),
            button=_("Clore"),
            do=partial(
                month_close, first_day=month, closed_by=user_of(request), now=timezone.now()
            ),
            done=_("Le mois est clos."),
            back=page_url("changelist"),
            danger=True,
        )

    def exportable(self, request: HttpRequest, year: int) -> BooksYear:
        if not request.user.has_perm("books.export_books"):
            raise PermissionDenied
        return books_year(year, now=timezone.now())

    def told(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Return a page that says why it cannot be shown, on the page of the years."""

        @wraps(view)
        def page(request: HttpRequest, *args: Any, **named: Any) -> Any:
            try:
                return view(request, *args, **named)
            except AlenconError as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(page_url("changelist"))

        return page
