"""Closing a month for posting: later knowledge is booked in the open month, never in the closed."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.books.models import ClosedMonth
from saleor_alencon.books.months import month_close, month_end, next_to_close
from saleor_alencon.books.years import BooksError
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from tests.integration.small_town import open_town

pytestmark = pytest.mark.django_db
DECEMBER = datetime.datetime(2026, 12, 4, 9, tzinfo=datetime.UTC)
OCTOBER, NOVEMBER = datetime.date(2026, 10, 1), datetime.date(2026, 11, 1)


@pytest.fixture
def treasurer(db):
    open_town()
    return User.objects.create_user("t@alencon.example", "mot-de-passe-long", role=Role.TREASURER)


def post(name, day):
    """Post 1.00 from the bank, about a day."""
    keys = [(AccountKind.BANK, None), (AccountKind.PSP_CLEARING, None)]
    accounts = accounts_ensure(keys)
    legs = (Leg(accounts[keys[0]], 100), Leg(accounts[keys[1]], -100))
    at = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    drafts = [Draft(kind="psp_payout", source_id=name, occurred_at=at, legs=legs)]
    transactions_post(drafts, now=DECEMBER)


def booked(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT booked_on FROM books_entry WHERE source_id = %s", [name])
        return cursor.fetchone()[0]


def test_what_is_learnt_of_a_closed_month_is_booked_in_the_open_one(treasurer):
    post("before", datetime.date(2026, 10, 20))
    month_close(first_day=NOVEMBER, closed_by=treasurer, now=DECEMBER)
    post("of October", datetime.date(2026, 10, 20))
    post("of November", datetime.date(2026, 11, 30))
    post("of December", datetime.date(2026, 12, 3))
    assert booked("before") == datetime.date(2026, 10, 20)
    assert booked("of October") == datetime.date(2026, 12, 1)
    assert booked("of November") == datetime.date(2026, 12, 1)
    assert booked("of December") == datetime.date(2026, 12, 3)
    assert find_problems() == []


def test_months_are_closed_in_order_once_they_are_over_and_stay(treasurer):
    early = datetime.datetime(2026, 11, 2, tzinfo=datetime.UTC)
    assert next_to_close(now=early) == OCTOBER
    with pytest.raises(BooksError, match="10/2026"):
        month_close(first_day=NOVEMBER, closed_by=treasurer, now=early)
    month_close(first_day=OCTOBER, closed_by=treasurer, now=early)
    assert next_to_close(now=early) is None
    with pytest.raises(BooksError, match="déjà clos"):
        month_close(first_day=OCTOBER, closed_by=treasurer, now=early)
    assert next_to_close(now=DECEMBER) == NOVEMBER
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        ClosedMonth.objects.update(last_transaction_id=0)
    assert month_end(datetime.date(2028, 2, 1)) == datetime.date(2028, 2, 29)


def test_the_treasurer_closes_a_month_on_the_page_and_by_the_command(treasurer, client, capsys):
    client.force_login(treasurer)
    page = client.get(reverse("admin:books_closedyear_changelist")).content.decode()
    assert "Aucun mois n'est clos." in page
    client.post(reverse("admin:books_closedyear_close_month"))
    closed = ClosedMonth.objects.get()
    assert closed.closed_by == treasurer
    assert (
        "Les mois sont clos jusqu"
        in client.get(reverse("admin:books_closedyear_changelist")).content.decode()
    )
    with pytest.raises(BooksError, match="déjà clos"):
        call_command("books", "close-month", month=f"{closed.first_day:%Y-%m}", by=treasurer.email)
    with pytest.raises(CommandError, match="write it as"):
        call_command("books", "close-month", month="novembre", by=treasurer.email)
