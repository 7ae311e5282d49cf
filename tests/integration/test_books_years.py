"""Financial years: what is provisional, what closing makes final, what each year opens with."""

import datetime
import hashlib

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.utils import OperationalError
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.books.ageing import Side, aged_balances
from saleor_alencon.books.balances import trial_balance
from saleor_alencon.books.chart import current_chart
from saleor_alencon.books.fec import fec_check, fec_chunks, fec_lines, fec_seal, fec_write
from saleor_alencon.books.models import ClosedYear
from saleor_alencon.books.years import BooksError, YearState, books_year, books_years, year_close
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.dues.models import DuesRate
from saleor_alencon.dues.services import bill_create, payment_record
from saleor_alencon.ledger.models import Account, Transaction
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.local.embedded_postgres import url
from saleor_alencon.shops.models import Association, Shop
from tests.fec_control import control
from tests.integration.small_town import NOW, Line, draft, open_town, pay, sell

DATE = datetime.date
SIREN = "918304270"
# The first month is November: the basket's year ends on the 31st of October 2026, before NOW.
NAME_2026, NAME_2027 = f"{SIREN}FEC20261031.txt", f"{SIREN}FEC20271031.txt"
NEXT_YEAR = datetime.datetime(2027, 11, 2, 9, tzinfo=datetime.UTC)


@pytest.fixture
def town(db):
    open_town()
    Association.objects.update(siret="91830427000013", year_start_month=11)


def treasurer():
    return User.objects.create_user(
        "tresorier@alencon.example", "un-mot-de-passe-long", role=Role.TREASURER
    )


def fec(year, now=NOW):
    return b"".join(fec_chunks(books_year(year, now=now)))


def lines(year, now=NOW):
    """Return account, auxiliary, signed cents and letters of a year's lines."""
    return [
        (
            line.journal_code,
            line.account_number,
            line.auxiliary_number,
            line.debit_cents - line.credit_cents,
            line.lettering,
        )
        for line in fec_lines(books_year(year, now=now))
    ]


def test_a_running_year_gives_no_final_file_and_says_until_when(town):
    sell()
    with pytest.raises(BooksError, match=r"2027 n'est pas terminé : il court jusqu'au 31.octobre"):
        fec_check(books_year(2027, now=NOW), provisional=False)
    with pytest.raises(BooksError, match="2027 n'est pas terminé"):
        year_close(year=2027, closed_by=treasurer(), now=NOW)
    fec_check(books_year(2027, now=NOW), provisional=True)
    assert ClosedYear.objects.count() == 0


def test_a_year_that_is_over_gives_a_final_file_once_it_is_closed(town, tmp_path):
    sell()
    found = books_year(2026, now=NOW)
    assert found.state is YearState.OVER
    with pytest.raises(BooksError, match="2026 est terminé mais pas clos : clôturez-le"):
        fec_write(found, tmp_path, provisional=False)
    assert list(tmp_path.iterdir()) == []
    path = fec_write(found, tmp_path, provisional=True)
    assert path.name == f"PROVISOIRE-{NAME_2026}"
    year_close(year=2026, closed_by=treasurer(), now=NOW)
    path = fec_write(books_year(2026, now=NOW), tmp_path, provisional=False)
    assert path.name == NAME_2026
    assert control(NAME_2026, path.read_bytes()) == []
    assert (tmp_path / f"{SIREN}FEC20261031-description.txt").read_text().count("\n") == 34
    digest = ClosedYear.objects.get().digest
    assert digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_closed_year_is_the_same_bytes_whatever_becomes_known_later(town):
    sell()
    year_close(year=2026, closed_by=treasurer(), now=NOW)
    before = fec(2026)
    sell("2", 2_500, "fromagerie")
    Shop.objects.filter(slug="librairie").update(name="Librairie renommée")
    Association.objects.update(siret="90797728400013")
    pay(draft())
    assert fec(2026) == before
    late = [line for line in fec_lines(books_year(2027, now=NOW)) if line.piece_reference == "2"]
    assert {(line.booked_on, line.piece_on) for line in late} >= {
        (DATE(2026, 11, 1), DATE(2026, 10, 1))
    }
    assert control(NAME_2027, fec(2027)) == []
    assert books_year(2026, now=NOW).siren() == SIREN


def test_a_year_opens_with_what_the_one_before_closed_with(town):
    sell()
    assert lines(2026) == [
        ("EN", "517100", "", 10_000, ""),
        ("EN", "467100", "librairie", -10_000, ""),
        ("CO", "706100", "", -800, ""),
        ("CO", "445710", "", -160, ""),
        ("CO", "467100", "librairie", 960, ""),
    ]
    opening = [
        ("AN", "120000", "", -800, ""),
        ("AN", "445710", "", -160, ""),
        ("AN", "467100", "librairie", -9_040, ""),
        ("AN", "517100", "", 10_000, ""),
    ]
    assert lines(2027) == opening
    # A year on, the members have decided: the result is carried, that of 2027 is nothing.
    assert lines(2028, NEXT_YEAR) == [("AN", "110000", "", -800, ""), *opening[1:]]
    assert control(NAME_2027, fec(2027)) == []


def test_the_balance_of_the_second_year_ties_to_both(town):
    sell()
    pay(draft())
    chart = current_chart()
    first, second = books_year(2026, now=NOW).span, books_year(2027, now=NOW).span
    closed = trial_balance(first, chart, start=first.first_day, end=first.last_day)
    opened = trial_balance(second, chart, start=second.first_day, end=second.last_day)
    closings = {b.account.number: b.closing_cents for b in closed}
    openings = {b.account.number: b.opening_cents for b in opened}
    assert closings.pop("706100") == openings.pop("120000") == -800
    assert openings.pop("706100", 0) == 0
    assert {n: c for n, c in openings.items() if c} == {n: c for n, c in closings.items() if c}
    assert {b.account.number: b.closing_cents for b in opened if b.closing_cents} == {
        "120000": -800, "445710": -160, "512100": -9_040, "517100": 10_000,
    }  # fmt: skip


def test_letters_that_span_two_years_balance_within_the_second(town):
    sell()
    pay(draft())
    assert {letters for *_, letters in lines(2026)} == {""}
    second = lines(2027)
    shop_order = next(letters for *_, letters in second if letters.startswith("C"))
    assert ("AN", "467100", "librairie", -9_040, shop_order) in second
    assert ("OD", "467100", "librairie", 9_040, shop_order) in second
    statement = "R2026-0001-librairie"
    assert [line[:4] for line in second if line[4] == statement] == [
        ("OD", "467200", "librairie", -9_040),
        ("RV", "467200", "librairie", 9_040),
    ]
    assert control(NAME_2027, fec(2027)) == []


def test_a_balance_carried_over_is_lettered_with_the_statement_that_pays_it(town):
    Association.objects.update(minimum_payout_cents=15_000)
    sell()
    pay(draft())
    assert {letters for *_, letters in lines(2027) if letters.startswith("R")} == set()
    sell("2")
    pay(draft())
    paid = [line for line in lines(2027) if line[1] == "467200"]
    assert [line[3] for line in paid] == [-9_040, -9_040, 18_080]
    assert {line[4] for line in paid} == {"R2026-0002-librairie"}


def test_years_are_closed_once_and_in_order(town):
    sell()
    person = treasurer()
    with pytest.raises(BooksError, match="2026 n'est pas clos : clôturez-le d'abord"):
        year_close(year=2027, closed_by=person, now=NEXT_YEAR)
    year_close(year=2026, closed_by=person, now=NEXT_YEAR)
    with pytest.raises(BooksError, match="2026 est déjà clos"):
        year_close(year=2026, closed_by=person, now=NEXT_YEAR)
    year_close(year=2027, closed_by=person, now=NEXT_YEAR)
    assert [found.state for found in books_years(now=NEXT_YEAR)] == [
        YearState.RUNNING, YearState.CLOSED, YearState.CLOSED,
    ]  # fmt: skip


def test_books_without_an_association_say_what_is_missing(db):
    with pytest.raises(BooksError, match="fiche de l'association manque : remplissez-la"):
        books_years(now=NOW)


def test_a_year_is_not_closed_without_the_name_of_its_file(town):
    sell()
    Association.objects.update(siret="")
    with pytest.raises(BooksError, match="SIRET de l'association manque : complétez sa fiche"):
        year_close(year=2026, closed_by=treasurer(), now=NOW)


def test_the_first_month_stays_once_a_year_is_closed(town):
    sell()
    year_close(year=2026, closed_by=treasurer(), now=NOW)
    Association.objects.update(year_start_month=1)
    with pytest.raises(BooksError, match=r"commençait un 1er.novembre.2025 : remettez ce mois"):
        books_years(now=NOW)


def test_postgresql_keeps_a_closed_year_as_it_is(town):
    sell()
    closed = year_close(year=2026, closed_by=treasurer(), now=NOW)
    fec_seal(books_year(2026, now=NOW))
    for change in (
        "UPDATE books_closedyear SET last_transaction_id = 999",
        "UPDATE books_closedyear SET digest = 'x'",
        "DELETE FROM books_closedyear",
    ):
        with (
            pytest.raises(DatabaseError, match="BOOKS_CLOSED"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    assert ClosedYear.objects.get() == closed


def test_a_file_that_is_no_longer_the_one_of_the_closing_is_refused(town, tmp_path, monkeypatch):
    sell()
    year_close(year=2026, closed_by=treasurer(), now=NOW)
    found = books_year(2026, now=NOW)
    fec_seal(found)
    monkeypatch.setattr("saleor_alencon.books.fec.LONGEST_LABEL", 5)
    with pytest.raises(BooksError, match="n'est plus celui de la clôture"):
        fec_write(books_year(2026, now=NOW), tmp_path, provisional=False)
    assert list(tmp_path.iterdir()) == []


def test_what_a_shop_owes_is_aged_apart(town):
    basket = sell()
    pay(draft())
    basket.refund(4_000, lines={0: 1})
    basket.deliver()
    rows = aged_balances(current_chart(), day=NOW.date())
    # 40.00 less the commission on it, 3.84: too much since the payout, though refunded before it.
    assert [(row.side, row.account.number, row.cents) for row in rows] == [
        (Side.OWED_BY_SHOPS, "467200", (3_616, 0, 0, 0)),
    ]


def test_the_oldest_amounts_of_a_current_account_are_settled_first(town):
    shop = Shop.objects.get(slug="librairie")
    keys = accounts_ensure({(AccountKind.SHOP_AVAILABLE, shop.pk), (AccountKind.BANK, None)})
    own, bank = keys[(AccountKind.SHOP_AVAILABLE, shop.pk)], keys[(AccountKind.BANK, None)]
    transactions_post(
        [
            post(f"{place}", days, ((own, cents), (bank, -cents)))
            for place, (days, cents) in enumerate([(100, -500), (70, -300), (40, 600), (5, -100)])
        ],
        now=NOW,
    )
    (row,) = aged_balances(current_chart(), day=NOW.date())
    assert (row.side, row.cents) == (Side.OWED_TO_SHOPS, (100, 0, 200, 0))


def test_dues_are_lettered_call_by_call_and_aged_by_themselves(town):
    person = User.objects.get(role=Role.OPERATOR)
    shops = Shop.objects.filter(slug__in=["librairie", "fromagerie"])
    DuesRate.objects.create(year=2026, base_cents=6_000, surcharge_cents=0)
    bills = {shop.slug: call(shop, person) for shop in shops.order_by("slug")}
    payment_record(
        bill_id=bills["librairie"].pk, amount_cents=6_000, paid_on=DATE(2026, 11, 20),
        method="transfer", recorded_by=person, now=NOW,
    )  # fmt: skip
    paid, owed = (f"D{bills[slug].pk}" for slug in ("librairie", "fromagerie"))
    found = [line for line in lines(2027) if line[1] == "467300"]
    assert found == [
        ("CT", "467300", "fromagerie", 6_000, ""),
        ("CT", "467300", "librairie", 6_000, paid),
        ("CT", "467300", "librairie", -6_000, paid),
    ]
    assert owed not in {letters for *_, letters in lines(2027)}
    pieces = {line.piece_reference for line in fec_lines(books_year(2027, now=NOW))}
    assert pieces == {f"COT-{bill.pk}" for bill in bills.values()}
    (row,) = aged_balances(current_chart(), day=NOW.date() + datetime.timedelta(days=31))
    assert (row.side, row.shop.label, row.cents) == (
        Side.OWED_BY_SHOPS, "Fromagerie", (0, 6_000, 0, 0),
    )  # fmt: skip
    assert control(NAME_2027, fec(2027)) == []


def call(shop, person):
    with transaction.atomic():
        return bill_create(shop=shop, year=2026, billed_by=person, now=NOW)


def post(name, days, legs):
    return Draft(
        kind="payout",
        source_id=name,
        occurred_at=NOW - datetime.timedelta(days=days),
        legs=tuple(Leg(account, cents) for account, cents in legs),
    )


def test_books_in_another_currency_are_refused(town):
    sell()
    Account.objects.create(kind="bank", currency="CHF")
    with pytest.raises(BooksError, match="account in CHF: the books are kept in EUR only"):
        fec(2026)


KINDS = [kind for kind in AccountKind if not kind.startswith("shop_")]
POSTINGS = st.lists(
    st.tuples(st.integers(0, 1200), st.sampled_from(KINDS), st.sampled_from(KINDS),
              st.integers(1, 10**9)).filter(lambda each: each[1] != each[2]),
    min_size=1, max_size=12,
)  # fmt: skip


@given(POSTINGS)
@settings(max_examples=25)
def test_any_years_of_entries_chain_balance_and_pass_the_control(django_db_blocker, postings):
    with django_db_blocker.unblock(), transaction.atomic():
        open_town()
        Association.objects.update(siret="91830427000013")
        keys = accounts_ensure((kind, None) for kind in KINDS)
        transactions_post(
            [
                post(str(place), days, ((keys[(one, None)], cents), (keys[(other, None)], -cents)))
                for place, (days, one, other, cents) in enumerate(postings)
            ],
            now=NOW,
        )
        chart, closings = current_chart(), {}
        for found in reversed(books_years(now=NOW)):
            span = found.span
            content = b"".join(fec_chunks(found))
            if content.count(b"\r\n") > 1:
                assert control(f"{SIREN}FEC{span.last_day:%Y%m%d}.txt", content) == []
            balances = trial_balance(span, chart, start=span.first_day, end=span.last_day)
            opening = {b.account.number: b.opening_cents for b in balances if b.opening_cents}
            carried = {n: c for n, c in closings.items() if n[0] not in "67" and n[:2] not in
                       ("11", "12")}  # fmt: skip
            assert {n: c for n, c in opening.items() if n[:2] not in ("11", "12")} == carried
            closings = {b.account.number: b.closing_cents for b in balances if b.closing_cents}
            assert sum(closings.values()) == 0
        transaction.set_rollback(True)


def test_closing_waits_for_whoever_is_posting(own_database, embedded_socket):
    open_town()
    Association.objects.update(siret="91830427000013", year_start_month=11)
    basket = sell()
    person = treasurer()
    accounts = list(Account.objects.values_list("pk", flat=True)[:2])
    with psycopg.connect(url(embedded_socket, "alencon", own_database)) as other:
        other.execute("SET search_path = alencon")
        (number,) = other.execute(
            """WITH posted AS (
                 INSERT INTO ledger_transaction
                   (kind, source_id, subject, occurred_at, posted_at, reason)
                 VALUES ('payout', 'slow', '', '2026-10-02', now(), '') RETURNING id
               ), added AS (
                 INSERT INTO ledger_entry (transaction_id, account_id, amount_cents)
                 SELECT id, unnest(%s::bigint[]), unnest(ARRAY[5, -5]) FROM posted)
               SELECT id FROM posted""",
            [accounts],
        ).fetchone()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
                year_close(year=2026, closed_by=person, now=NOW)
        other.commit()
    closed = year_close(year=2026, closed_by=person, now=NOW)
    assert closed.last_transaction_id == number == Transaction.objects.latest("pk").pk
    before = fec(2026)
    basket.lines.append(Line("mercerie", 100))
    basket.tenders[0].charged_cents += 100
    basket.deliver()
    assert fec(2026) == before
    # Outside of any transaction the rows are still streamed, by a cursor that outlives its own.
    assert connection.in_atomic_block is False


def test_the_command_lists_closes_and_writes(town, tmp_path, capsys):
    sell()
    treasurer()
    call_command("books", "years")
    with pytest.raises(CommandError, match="nobody here has this e-mail address"):
        call_command("books", "close", "--year", "2026", "--by", "x@example.org")
    with pytest.raises(CommandError, match="this role does not close years"):
        call_command("books", "close", "--year", "2026", "--by", "operator@alencon.example")
    with pytest.raises(CommandError, match="no such folder"):
        call_command("books", "fec", "--year", "2026", "--to", str(tmp_path / "x"))
    call_command("books", "close", "--year", "2026", "--by", "tresorier@alencon.example")
    call_command("books", "fec", "--year", "2026", "--to", str(tmp_path))
    call_command("books", "years")
    digest = hashlib.sha256((tmp_path / NAME_2026).read_bytes()).hexdigest()
    said = capsys.readouterr().out
    assert "2026: 2025-11-01 to 2026-10-31, over, to be closed" in said
    assert f"2026 is closed; the SHA-256 of its FEC is {digest}" in said
    assert f", FEC {digest}" in said
    assert control(NAME_2026, (tmp_path / NAME_2026).read_bytes()) == []
