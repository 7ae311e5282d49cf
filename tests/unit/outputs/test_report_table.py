import datetime
import io
from itertools import count, islice

import pytest
from openpyxl import load_workbook

from saleor_alencon.outputs import sheet_xlsx
from saleor_alencon.outputs.report_table import Column, ReportTable, report_csv, report_xlsx
from saleor_alencon.outputs.sheet_xlsx import SheetError, as_figure

COLUMNS = (
    Column("Boutique"),
    Column("Jour", "date"),
    Column("Pièces", "count"),
    Column("Ventes", "amount"),
)
TABLE = ReportTable(
    name="ventes",
    title="Ventes",
    columns=COLUMNS,
    rows=[
        ("=Librairie", datetime.date(2026, 9, 12), 3, 123456),
        ("Mercerie", None, None, -50),
    ],
    total=("Total", None, 3, 123406),
)


def test_a_report_is_csv_with_decimal_commas_and_no_formula():
    text = b"".join(report_csv(TABLE)).decode("utf-8-sig")
    assert text.split("\r\n") == [
        "Boutique;Jour;Pièces;Ventes",
        "'=Librairie;2026-09-12;3;1234,56",
        "Mercerie;;;-0,50",
        "Total;;3;1234,06",
        "",
    ]


def test_a_report_is_a_sheet_whose_figures_add_up():
    sheet = load_workbook(io.BytesIO(report_xlsx(TABLE))).active
    assert sheet.title == "Ventes"
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Boutique", "Jour", "Pièces", "Ventes"],
        ["=Librairie", "2026-09-12", 3, 1234.56],
        ["Mercerie", None, None, -0.5],
        ["Total", None, 3, 1234.06],
    ]
    assert sheet["A2"].data_type == "s"
    assert sheet["D2"].number_format == "#,##0.00"


def test_an_endless_report_is_streamed():
    rows = (("x", None, number, number) for number in count())
    endless = ReportTable("x", "x", COLUMNS, rows)
    chunks = list(islice(report_csv(endless), 3))
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, 500, 500]


def test_more_rows_than_a_sheet_has_are_refused_with_the_cure(monkeypatch):
    monkeypatch.setattr(sheet_xlsx, "MOST_ROWS", 2)
    with pytest.raises(SheetError, match="more than 2 rows: narrow the report, or take the CSV"):
        report_xlsx(TABLE)


def test_only_a_plain_number_is_a_figure():
    figures = {"12,50": 12.5, "-3": -3.0, "": None, "-": None, "1-2": None, "--1": None, "x": None}
    assert {text: as_figure(text) for text in figures} == figures
