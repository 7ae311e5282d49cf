"""The financial years of the books, and closing one."""

import datetime
import hashlib
from dataclasses import dataclass
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.books.chart import Chart, current_chart
from saleor_alencon.books.models import ClosedYear
from saleor_alencon.domain.financial_year import FinancialYear, financial_year, financial_year_of
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.outputs.french_text import TOWN_TIME, date_text
from saleor_alencon.shops.models import Association


class BooksError(AlenconError):
    """The books cannot do what is asked; the message says why and what to do."""


class YearState(StrEnum):
    RUNNING = "running"
    OVER = "over"
    CLOSED = "closed"


@dataclass(frozen=True)
class BooksYear:
    """A financial year with its closing, if any, and the names that its books use."""

    span: FinancialYear
    closing: ClosedYear | None
    state: YearState

    @property
    def year(self) -> int:
        return self.span.year

    @property
    def is_final(self) -> bool:
        return self.state is YearState.CLOSED

    def chart(self) -> Chart:
        """Return the chart as it was at the closing, or as it is."""
        return Chart.from_json(self.closing.chart) if self.closing else current_chart()

    def siren(self) -> str:
        """Return the association's SIREN.

        :raises BooksError: when its SIRET is missing.
        """
        siren = self.closing.siren if self.closing else office_record().siret[:9]
        if not siren:
            raise BooksError(
                _("Le SIRET de l'association manque : complétez sa fiche, il nomme le fichier.")
            )
        return siren


def office_record() -> Association:
    """Return the association's record.

    :raises BooksError: when nobody has filled it in yet.
    """
    found = Association.objects.first()
    if found is None:
        raise BooksError(_("La fiche de l'association manque : remplissez-la d'abord."))
    return found


def books_year(year: int, *, now: datetime.datetime) -> BooksYear:
    """Return the financial year that ends in calendar year ``year``.

    :raises BooksError: when the association's first month no longer fits the closed years.
    """
    start_month = office_record().year_start_month
    span, today = financial_year(year, start_month), now.astimezone(TOWN_TIME).date()
    closing = ClosedYear.objects.filter(year=year).first()
    latest = closing or ClosedYear.objects.first()
    if latest and latest.first_day.month != start_month:
        raise BooksError(
            _(
                "L'exercice %(year)s est clos et commençait un %(day)s : remettez ce mois comme "
                "début d'exercice dans la fiche de l'association."
            )
            % {"year": latest.year, "day": date_text(latest.first_day)}
        )
    if closing:
        return BooksYear(span, closing, YearState.CLOSED)
    return BooksYear(span, None, YearState.OVER if span.is_over(today) else YearState.RUNNING)


def books_years(*, now: datetime.datetime) -> list[BooksYear]:
    """Return every year from the first entry to now, the latest first."""
    start_month = office_record().year_start_month
    today = now.astimezone(TOWN_TIME).date()
    first = Transaction.objects.aggregate(first=Min("occurred_at"))["first"]
    oldest = min(first.astimezone(TOWN_TIME).date(), today) if first else today
    years = range(
        financial_year_of(oldest, start_month).year, financial_year_of(today, start_month).year + 1
    )
    return [books_year(year, now=now) for year in reversed(years)]


def year_close(*, year: int, closed_by: User, now: datetime.datetime) -> ClosedYear:
    """Make the entries of a year final. Waits for whoever is posting.

    :raises BooksError: when the year is not over, closed already, out of turn or unbalanced, or
        when the association's SIRET is missing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('books.closing', 63))")
        found = books_year(year, now=now)
        _check_closable(found, now)
        return ClosedYear.objects.create(
            year=year,
            first_day=found.span.first_day,
            last_day=found.span.last_day,
            closed_at=now,
            closed_by=closed_by,
            last_transaction_id=Transaction.objects.aggregate(last=Max("pk"))["last"] or 0,
            siren=found.siren(),
            chart=found.chart().to_json(),
        )


def _check_closable(found: BooksYear, now: datetime.datetime) -> None:
    if found.state is YearState.CLOSED:
        raise BooksError(_("L'exercice %(year)s est déjà clos.") % {"year": found.year})
    if found.state is YearState.RUNNING:
        raise BooksError(not_over(found))
    earlier = [
        each.year for each in books_years(now=now) if each.year < found.year and not each.is_final
    ]
    if earlier:
        raise BooksError(
            _("L'exercice %(earlier)s n'est pas clos : clôturez-le d'abord.")
            % {"earlier": min(earlier)}
        )
    if difference := unbalanced_cents(found.span):
        raise BooksError(
            _(
                "L'exercice %(year)s n'est pas équilibré : débits et crédits diffèrent de "
                "%(cents)s centimes. Lancez « alencon check »."
            )
            % {"year": found.year, "cents": difference}
        )


def not_over(found: BooksYear) -> str:
    """Say that a year is still running, and until when."""
    return _("L'exercice %(year)s n'est pas terminé : il court jusqu'au %(day)s.") % {
        "year": found.year,
        "day": date_text(found.span.last_day),
    }


def unbalanced_cents(span: FinancialYear) -> int:
    """Return by how many cents a year's debits exceed its credits: zero unless it is broken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount_cents), 0)::bigint FROM books_entry"
            " WHERE booked_on BETWEEN %s AND %s",
            [span.first_day, span.last_day],
        )
        return int(cursor.fetchone()[0])


def digest_keep(closing: ClosedYear, digest: "hashlib._Hash") -> None:
    """Keep the digest of a closed year's file, or hold the file against the one that is kept.

    :raises BooksError: when the file is no longer the one of the closing.
    """
    found = digest.hexdigest()
    if not closing.digest:
        closing.digest = found
        closing.save(update_fields=["digest"])
    elif closing.digest != found:
        raise BooksError(
            _(
                "Le FEC de l'exercice %(year)s n'est plus celui de la clôture (empreinte "
                "%(digest)s) : une mise à jour a changé un libellé, ou la base a été modifiée."
            )
            % {"year": closing.year, "digest": closing.digest}
        )
