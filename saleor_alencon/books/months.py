"""Closing a month for posting: what is learnt of it later is booked in the month that is open.

Never undone: a closed month is corrected by entries of a later one. A year's closing is the
treasurer's last word (:mod:`saleor_alencon.books.years`); a month's is the end of its work.
"""

import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.books.models import ClosedMonth, ClosedYear
from saleor_alencon.books.years import BooksError
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.outputs.french_text import TOWN_TIME

DAY = datetime.timedelta(days=1)


def month_end(first_day: datetime.date) -> datetime.date:
    """Return the last day of the month that begins on a day."""
    return (first_day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def next_to_close(*, now: datetime.datetime) -> datetime.date | None:
    """Return the first day of the month that may be closed now: over, and right after the last.

    Before any is closed it is the latest that is over; None when there is none.
    """
    this_month = now.astimezone(TOWN_TIME).date().replace(day=1)
    last = ClosedMonth.objects.order_by("-first_day").first()
    year = ClosedYear.objects.first()
    found = last.last_day + DAY if last else (this_month - DAY).replace(day=1)
    if year is not None:
        found = max(found, year.last_day + DAY)
    return found if found < this_month else None


def month_close(
    *, first_day: datetime.date, closed_by: User, now: datetime.datetime
) -> ClosedMonth:
    """Close a month. Waits for whoever is posting.

    :raises BooksError: when the month is not the one whose turn it is.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('books.closing', 63))")
        expected = next_to_close(now=now)
        if first_day != expected:
            if expected is None:
                raise BooksError(_("Aucun mois n'est à clore : le dernier terminé est déjà clos."))
            raise BooksError(
                _("C'est le tour de %(month)s : les mois se closent une fois, dans l'ordre.")
                % {"month": f"{expected:%m/%Y}"}
            )
        return ClosedMonth.objects.create(
            first_day=first_day,
            last_day=month_end(first_day),
            closed_at=now,
            closed_by=closed_by,
            last_transaction_id=Transaction.objects.aggregate(last=Max("pk"))["last"] or 0,
        )
