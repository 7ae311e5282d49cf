"""The books of the recorded town: every figure of every report is the ledger's."""

import csv
import datetime
import io
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from fec_parser.analyzer import FECAnalyzer
from openpyxl import load_workbook

from saleor_alencon.books.ageing import Side, aged_balances
from saleor_alencon.books.balances import ledger_count, ledger_lines, ledger_page, trial_balance
from saleor_alencon.books.chart import current_chart
from saleor_alencon.books.fec import fec_chunks, fec_file_name, fec_lines
from saleor_alencon.books.pack import treasurer_pack, treasurer_pdf
from saleor_alencon.books.sales import SalesBy, ledger_sales_cents, order_count, sales_report
from saleor_alencon.books.tables import aged_table, balance_table, ledger_table, sales_table
from saleor_alencon.books.years import YearState, books_year, books_years, unbalanced_cents
from saleor_alencon.ledger.balances import balances_by_kind, shop_balances
from saleor_alencon.ledger.models import Entry, Transaction
from saleor_alencon.outputs.report_table import report_csv, report_xlsx
from tests.conftest import connected_to
from tests.fec_control import FIELDS, control
from tests.integration.books_town import NOW

DATE = datetime.date
START, END = DATE(2026, 1, 1), DATE(2026, 12, 31)
# Account, debit, credit, in cents, over the whole of what was recorded.
BALANCE = [
    ("419100", 0, 150),
    ("445710", 1584, 29003),
    ("467100", 1400587, 1608289),
    ("467200", 1099045, 1144104),
    ("511500", 1099045, 1099045),
    ("512100", 0, 1099045),
    ("517100", 1559735, 83819),
    ("658200", 51289, 501),
    ("706100", 7916, 144955),
    ("708500", 1960, 12250),
]


@pytest.fixture(scope="module", autouse=True)
def town(books_database, django_db_blocker):
    """Read the recorded town's books; nothing that a test changes is left."""
    with django_db_blocker.unblock(), connected_to(books_database), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def found():
    return books_year(2026, now=NOW)


def rows_of(content):
    lines = content.decode("iso-8859-15").removesuffix("\r\n").split("\r\n")
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in lines[1:]]


def cents(text):
    return int(Decimal(text.replace(",", ".")) * 100)


def test_the_fec_is_accepted_by_the_control(found):
    content = b"".join(fec_chunks(found))
    name = fec_file_name(found, provisional=True)
    assert name == "PROVISOIRE-999000615FEC20261231.txt"
    assert control(name.removeprefix("PROVISOIRE-"), content) == []


def test_another_program_reads_the_fec_and_finds_the_year_s_result(found):
    analyzer = FECAnalyzer()
    analyzer.parse(io.BytesIO(b"".join(fec_chunks(found))))
    assert analyzer.parser.errors == []
    read = analyzer.indicateurs
    assert len(read.ecritures) == 1689
    assert read.compute_resultat_net() == Decimal("965.41")
    assert {
        number: -int(100 * cents) for number, cents in read.sum_ecritures_by_compte.items()
    } == {number: debit - credit for number, debit, credit in BALANCE}
    shops = {each.comp_aux_lib for each in read.ecritures if each.comp_aux_num}
    assert "Chaussures Saint-Léonard" in shops
    assert len(shops) == 14


def test_the_fec_has_every_entry_once_and_sums_to_the_ledger(found):
    rows = rows_of(b"".join(fec_chunks(found)))
    assert len(rows) == Entry.objects.count() == 1689
    assert rows[-1]["EcritureNum"] == str(Transaction.objects.count()) == "452"
    debit = sum(cents(row["Debit"]) for row in rows)
    assert debit == sum(cents(row["Credit"]) for row in rows) == 5_221_161
    by_account = Counter()
    for row in rows:
        by_account[row["CompteNum"]] += cents(row["Debit"]) - cents(row["Credit"])
    assert {number: cents for number, cents in by_account.items() if cents} == {
        number: debit - credit for number, debit, credit in BALANCE if debit != credit
    }


def test_a_line_of_the_fec_leads_to_the_transaction_in_the_back_office(found):
    line = next(line for line in fec_lines(found) if line.journal_code == "RV")
    number = int(line.label.split("[")[1].rstrip("]"))
    posted = Transaction.objects.get(pk=number)
    assert (posted.kind, posted.source_id) == ("payout", line.piece_reference)


def test_only_the_shops_accounts_have_an_auxiliary(found):
    rows = rows_of(b"".join(fec_chunks(found)))
    with_shop = {row["CompteNum"] for row in rows if row["CompAuxNum"]}
    without = {row["CompteNum"] for row in rows if not row["CompAuxNum"]}
    assert with_shop == {"467100", "467200"}
    assert not with_shop & without


def test_payouts_are_lettered_with_what_their_statement_counted(found):
    rows = rows_of(b"".join(fec_chunks(found)))
    lettered = Counter(row["CompteNum"] for row in rows if row["EcritureLet"])
    # All of what was paid out; of what is held, the orders whose hold ended.
    assert lettered == {"467100": 665, "467200": 185, "511500": 26}
    bookshop = [
        row for row in rows
        if row["CompteNum"] == "467200" and row["EcritureLet"] == "R2026-0001-librairie-des-halles"
    ]  # fmt: skip
    assert [row["JournalCode"] for row in bookshop][-1] == "RV"
    assert {row["DateLet"] for row in bookshop} == {"20261125"}
    assert sum(cents(row["Debit"]) - cents(row["Credit"]) for row in bookshop) == 0
    # The household shop has no IBAN: nothing was paid, nothing is settled.
    open_legs = [row for row in rows if row["CompteNum"] == "467200" and not row["EcritureLet"]]
    assert {row["CompAuxNum"] for row in open_legs} == {"droguerie-de-la-fuie"}
    assert sum(cents(row["Credit"]) for row in open_legs) == 45059


def test_the_balance_has_the_sums_of_every_account(found):
    balances = trial_balance(found.span, found.chart(), start=START, end=END, by_shop=False)
    assert [(b.account.number, b.debit_cents, b.credit_cents) for b in balances] == BALANCE
    assert {b.opening_cents for b in balances} == {0}
    of_kind = balances_by_kind()
    chart = current_chart()
    assert {chart.kind_of(b.account.number): b.closing_cents for b in balances} == of_kind | {
        "payout_transit": 0
    }


def test_the_balance_of_a_part_of_the_year_opens_with_what_came_before(found):
    span, chart, middle = found.span, found.chart(), DATE(2026, 10, 15)
    before = trial_balance(span, chart, start=START, end=middle - datetime.timedelta(days=1))
    after = trial_balance(span, chart, start=middle, end=END)
    closed = {(b.account, b.auxiliary): b.closing_cents for b in before if b.closing_cents}
    assert {(b.account, b.auxiliary): b.opening_cents for b in after if b.opening_cents} == closed
    hold = [b for b in after if b.account.number == "467100"]
    assert sum(b.opening_cents for b in hold) == -659_815
    assert sum(b.closing_cents for b in hold) == -207_702


def test_the_balance_by_shop_has_each_shop_s_own_accounts(found):
    balances = trial_balance(found.span, found.chart(), start=START, end=END)
    chart = found.chart()
    shops = {entry.number: pk for pk, entry in chart.shops.items()}
    for balance in balances:
        if balance.auxiliary.number:
            kind = chart.kind_of(balance.account.number)
            own = shop_balances()[shops[balance.auxiliary.number]]
            assert balance.closing_cents == own[kind]
    assert sum(1 for balance in balances if balance.auxiliary.number) == 28


def test_the_ledger_s_running_balances_end_at_the_balance(found):
    span, chart = found.span, found.chart()
    lines = list(ledger_lines(span, chart, start=DATE(2026, 10, 15), end=END))
    last = {(line.leg.account, line.leg.auxiliary): line.balance_cents for line in lines}
    balances = trial_balance(span, chart, start=DATE(2026, 10, 15), end=END)
    moved = [b for b in balances if b.debit_cents or b.credit_cents]
    assert last == {(b.account, b.auxiliary): b.closing_cents for b in moved}
    for balance in moved:
        its = (balance.account, balance.auxiliary)
        legs = [
            line.leg.amount_cents for line in lines if (line.leg.account, line.leg.auxiliary) == its
        ]
        assert sum(leg for leg in legs if leg > 0) == balance.debit_cents
        assert -sum(leg for leg in legs if leg < 0) == balance.credit_cents


def test_the_ledger_s_pages_are_the_ledger_cut_in_parts(found):
    span, chart = found.span, found.chart()
    period = {"start": DATE(2026, 10, 15), "end": END}
    every = list(ledger_lines(span, chart, **period))
    assert ledger_count(**period) == len(every) == 1178
    pages = [
        line
        for offset in range(0, len(every), 100)
        for line in ledger_page(span, chart, limit=100, offset=offset, **period)
    ]
    assert pages == every
    shop = next(pk for pk, entry in chart.shops.items() if entry.number == "librairie-des-halles")
    narrowed = {"account_kind": "shop_hold", "shop_id": shop, **period}
    one = list(ledger_lines(span, chart, **narrowed))
    assert one == [line for line in every if line.leg.shop_id == shop
                   and line.leg.account.number == "467100"]  # fmt: skip
    assert ledger_page(span, chart, limit=5, offset=5, **narrowed) == one[5:10]


def test_the_aged_balances_sum_to_the_shops_accounts(found):
    rows = aged_balances(found.chart(), day=NOW.date())
    assert {row.side for row in rows} == {Side.OWED_TO_SHOPS}
    by_number = Counter()
    for row in rows:
        by_number[row.account.number] += row.total_cents
    assert by_number == {"467100": 207_702, "467200": 45_059}
    cheese = next(row for row in rows if row.shop.label == "Fromagerie du Perche")
    assert cheese.cents == (5822, 5198, 0, 0)


def test_money_ages(found):
    def ages(day):
        sums = [0, 0, 0, 0]
        for row in aged_balances(found.chart(), day=day):
            sums = [one + other for one, other in zip(sums, row.cents, strict=True)]
        return sums

    assert ages(NOW.date()) == [236_155, 16_606, 0, 0]
    assert ages(DATE(2026, 12, 26)) == [0, 236_155, 16_606, 0]
    assert ages(DATE(2027, 6, 1)) == [0, 0, 0, 252_761]


@pytest.mark.parametrize("by", SalesBy)
def test_every_sales_report_sums_to_the_ledger_s_sales(found, by):
    period = {"start": START, "end": END}
    rows = sales_report(by, found.chart(), **period)
    assert sum(row.kept_cents for row in rows) == ledger_sales_cents(**period) == 1_516_264
    assert sum(row.commission_cents for row in rows) == 144_955 - 7_916
    assert sum(row.commission_vat_cents for row in rows) == 29_003 - 1_584
    assert sum(row.pieces for row in rows) == 629


def test_sales_of_any_days_are_the_ledger_s_of_the_same_orders(found):
    for first, last in ((DATE(2026, 9, 25), DATE(2026, 9, 26)), (DATE(2026, 10, 1), END)):
        rows = sales_report(SalesBy.SHOP, found.chart(), start=first, end=last)
        assert sum(row.kept_cents for row in rows) == ledger_sales_cents(start=first, end=last) > 0


def test_sales_by_shop_month_delivery_and_hour(found):
    def rows(by, **period):
        found_rows = sales_report(by, current_chart(), **{"start": START, "end": END, **period})
        return [(row.name, row.orders, row.pieces, row.kept_cents) for row in found_rows]

    assert rows(SalesBy.SHOP)[:2] == [
        ("Chaussures Saint-Léonard", 14, 49, 239_681),
        ("Optique de la Place", 16, 56, 222_980),
    ]
    assert rows(SalesBy.KIND)[0] == ("Chaussures", 14, 49, 239_681)
    assert rows(SalesBy.MONTH) == [
        ("2026-09", 18, 96, 279_079),
        ("2026-10", 60, 361, 892_263),
        ("2026-11", 22, 172, 344_922),
    ]
    assert rows(SalesBy.DELIVERY) == [
        ("collect", 75, 467, 1_135_574),
        ("home", 25, 162, 380_690),
    ]
    assert rows(SalesBy.HOUR)[:2] == [("08", 2, 10, 45_335), ("09", 7, 49, 122_638)]
    assert rows(SalesBy.DAY, end=DATE(2026, 9, 25)) == [
        ("2026-09-22", 1, 3, 18_148),
        ("2026-09-25", 4, 25, 79_756),
    ]
    # A basket of several shops is one order of the total, and one of each of its shops.
    assert order_count(start=START, end=END) == 100
    assert sum(orders for _, orders, *_ in rows(SalesBy.SHOP)) == 229


def test_the_treasurer_s_pack_says_what_the_ledger_says(found):
    pack = treasurer_pack(found, now=NOW)
    assert pack.sales_cents == 1_516_264
    assert pack.result_cents == 137_039 + 10_290 - 50_788  # what given cards paid is a charge
    assert [month.sales_cents for month in pack.months][8:] == [279_578, 892_184, 344_502, 0]
    assert sum(month.commission_cents for month in pack.months) == 137_039
    assert sum(shop.commission_cents for shop in pack.shops) == 137_039
    assert dict(pack.cash) == {"Prestataire de paiement": 1_475_916, "Banque": -1_099_045}
    assert sum(cents for _, cents in pack.cash) - sum(cents for _, cents in pack.owed) == (
        pack.result_cents
    )
    assert (pack.members_with_dues, pack.members) == (22, 35)
    assert pack.as_of == NOW.date()
    assert treasurer_pdf(found, now=NOW) == treasurer_pdf(found, now=NOW)


def test_the_years_run_from_the_first_entry_to_today(found):
    assert [(each.year, each.state) for each in books_years(now=NOW)] == [(2026, YearState.RUNNING)]
    later = datetime.datetime(2028, 1, 1, tzinfo=datetime.UTC)
    assert [(each.year, each.state) for each in books_years(now=later)] == [
        (2028, YearState.RUNNING),
        (2027, YearState.OVER),
        (2026, YearState.OVER),
    ]
    assert unbalanced_cents(found.span) == 0


def test_reports_as_files_have_the_figures_of_the_pages(found):
    span, chart, period = found.span, found.chart(), {"start": START, "end": END}
    balances = trial_balance(span, chart, **period, by_shop=False)
    sales = sales_report(SalesBy.HOUR, chart, **period)
    tables = [
        balance_table(balances, **period),
        aged_table(aged_balances(chart, day=NOW.date()), day=NOW.date()),
        sales_table(sales, SalesBy.HOUR, orders=100, **period),
    ]
    for table in tables:
        text = b"".join(report_csv(table)).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        sheet = load_workbook(io.BytesIO(report_xlsx(table))).active
        assert len(lines) == sheet.max_row == 1 + len(list(table.rows)) + bool(table.total)
        for line, cells in zip(lines, sheet.iter_rows(values_only=True), strict=True):
            for text_cell, cell in zip(line, cells, strict=True):
                if isinstance(cell, int | float):
                    assert Decimal(text_cell.replace(",", ".")) == Decimal(str(cell))
                else:
                    assert text_cell == (cell or "")
    total = list(tables[0].total)
    assert total[4] == total[5] == 5_221_161
    assert total[6] == total[7] == 1_526_704


def test_the_ledger_as_a_file_has_every_line(found):
    span, chart, period = found.span, found.chart(), {"start": START, "end": END}
    table = ledger_table(ledger_lines(span, chart, **period), chart, **period)
    text = b"".join(report_csv(table)).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(lines) == 1689
    assert sum(cents(line["Débit"] or "0") for line in lines) == 5_221_161
    assert sum(cents(line["Crédit"] or "0") for line in lines) == 5_221_161
    assert lines[0]["Compte"] == "419100"
    assert lines[-1]["Solde crédit"] == "102,90"


def test_the_books_ask_few_questions_however_long_they_are(found, django_assert_num_queries):
    chart = found.chart()
    # Of these fifteen, six begin and end a part of the surrounding transaction.
    with django_assert_num_queries(15):
        trial_balance(found.span, chart, start=START, end=END)
        aged_balances(chart, day=END)
        sales_report(SalesBy.SHOP, chart, start=START, end=END)
        list(ledger_lines(found.span, chart, start=START, end=END))
