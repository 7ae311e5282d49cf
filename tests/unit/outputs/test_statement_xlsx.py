"""The statement's workbook: the CSV's rows as figures, and a balance that adds up by hand."""

import io
from decimal import Decimal

from openpyxl import load_workbook

from saleor_alencon.outputs.statement_csv import (
    NUMBER_COLUMNS,
    statement_columns,
    statement_rows,
)
from saleor_alencon.outputs.statement_xlsx import render_statement_xlsx
from tests.unit.outputs import samples


def sheets_of(document):
    book = load_workbook(io.BytesIO(render_statement_xlsx(document)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def figure(cell):
    return Decimal(cell.replace(",", ".")) if cell else None


def test_each_row_says_what_the_csv_says_and_figures_are_figures():
    document = samples.typical_document()
    head, *rows = sheets_of(document)["Lignes"]
    columns = statement_columns(document)
    assert head == columns
    expected = list(statement_rows(document))
    assert len(rows) == len(expected) > 0
    for row, cells in zip(rows, expected, strict=True):
        for column, got, cell in zip(columns, row, cells, strict=True):
            if column in NUMBER_COLUMNS:
                assert (None if got is None else Decimal(str(got))) == figure(cell), column
            else:
                assert (got or "") == cell, column


def test_every_line_with_items_names_its_rule_its_vat_rate_and_its_tender():
    document = samples.typical_document()
    head, *rows = sheets_of(document)["Lignes"]
    sold = [dict(zip(head, row, strict=True)) for row in rows]
    sold = [row for row in sold if row["Article"]]
    assert sold
    # An empty rule says that none applied: then nothing is taken.
    unruled = [row for row in sold if not row["Règle de commission"]]
    assert [row for row in unruled if row["Commission HT"]] == []
    assert len(unruled) < len(sold)
    assert [row for row in sold if row["Taux TVA %"] is None] == []
    first_rows = [row for row in sold if row["Ligne montant TTC"] is not None]
    assert [row for row in first_rows if not row["Moyens de paiement"]] == []


def test_the_balance_goes_from_opening_to_closing():
    document = samples.typical_document()
    cents = {label: round(value * 100) for label, value in sheets_of(document)["Soldes"][1:]}
    opening, gross, commission, vat, fees, net, paid, closing = cents.values()
    assert gross + commission + vat + fees == net == document.net_cents
    assert opening + net + paid == closing == document.carried_cents
    assert -paid == document.payable_cents


def test_no_label_becomes_a_formula():
    rows = sheets_of(samples.hostile_document())["Lignes"]
    assert any(str(cell).startswith("=") for row in rows for cell in row)
    book = load_workbook(io.BytesIO(render_statement_xlsx(samples.hostile_document())))
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n"}


def test_the_same_document_gives_the_same_bytes():
    document = samples.typical_document()
    assert render_statement_xlsx(document) == render_statement_xlsx(document)
