import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.outputs.journal_csv import (
    JOURNAL_COLUMNS,
    JournalError,
    JournalRow,
    render_journal_csv,
)
from tests.unit.outputs.strategies import TEXTS

ROW = JournalRow(
    transaction_id="118",
    occurred_on=date(2026, 9, 12),
    posted_at=datetime(2026, 9, 12, 8, 30, tzinfo=UTC),
    kind="sale",
    source_id="order-1042",
    account_number="467100",
    account_label="Boutiques, fonds détenus",
    shop="librairie-des-halles",
    order_number="1042",
    label="=vente",
    debit_cents=0,
    credit_cents=6470,
)


def rows_of(rows):
    text = b"".join(render_journal_csv(rows)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def cents(cell):
    return int(cell.replace(",", ""))


def test_a_row_is_written_in_full():
    (row,) = rows_of([ROW])
    assert list(row) == list(JOURNAL_COLUMNS)
    assert list(row.values()) == [
        "118",
        "2026-09-12",
        "2026-09-12 10:30:00+02:00",
        "sale",
        "order-1042",
        "467100",
        "Boutiques, fonds détenus",
        "librairie-des-halles",
        "1042",
        "'=vente",
        "0,00",
        "64,70",
        "EUR",
    ]


@given(st.lists(st.tuples(TEXTS, st.integers(1, 10**12)), max_size=30))
def test_debits_equal_credits_in_the_file_when_they_do_in_the_ledger(entries):
    rows = []
    for label, amount_cents in entries:
        rows.append(replace(ROW, label=label, debit_cents=amount_cents, credit_cents=0))
        rows.append(replace(ROW, label=label, debit_cents=0, credit_cents=amount_cents))
    written = rows_of(rows)
    assert len(written) == len(rows)
    debits = sum(cents(row["Débit"]) for row in written)
    assert debits == sum(cents(row["Crédit"]) for row in written)
    assert debits == sum(amount_cents for _, amount_cents in entries)


def test_an_endless_journal_is_streamed():
    endless = (replace(ROW, transaction_id=str(number)) for number in count())
    chunks = list(islice(render_journal_csv(endless), 4))
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, 500, 500, 500]


@pytest.mark.parametrize("sides", [(0, 0), (5, 5), (-5, 0), (0, -5), (-5, 5)])
def test_a_row_has_one_side_and_a_positive_amount(sides):
    with pytest.raises(JournalError, match="transaction 118"):
        replace(ROW, debit_cents=sides[0], credit_cents=sides[1])


def test_a_moment_needs_an_offset():
    with pytest.raises(JournalError, match="UTC offset"):
        replace(ROW, posted_at=datetime(2026, 9, 12))  # noqa: DTZ001
