"""Sheets as XLSX: text stays text, figures are figures, nothing is a formula."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from xlsxwriter import Workbook

from saleor_alencon.errors import AlenconError

NOTE_SIZE = {"x_scale": 2, "y_scale": 0.8}
MOST_ROWS = 1_048_575


class SheetError(AlenconError):
    """There are more rows than one sheet has."""


@dataclass(frozen=True)
class Field:
    """A column: its name, whether it holds figures, its width in characters, and a note.

    ``decimals`` shows a figure with two of them.
    """

    name: str
    number: bool = False
    width: int = 14
    note: str = ""
    decimals: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, its columns and its rows, whose cells come as text."""

    title: str
    fields: Sequence[Field]
    rows: Iterable[Sequence[str]]


def sheet_xlsx(fields: Sequence[Field], rows: Iterable[Sequence[str]], *, title: str) -> bytes:
    """Return a workbook of one sheet; cells come as text, figures with a decimal comma or point.

    Text columns are formatted as text, so that a spreadsheet keeps leading zeros and long codes.

    :raises SheetError: for more rows than a sheet has.
    """
    return workbook_xlsx([Sheet(title, fields, rows)])


def workbook_xlsx(sheets: Sequence[Sheet], *, created_on: date | None = None) -> bytes:
    """Return a workbook of these sheets; with ``created_on`` the same input gives the same bytes.

    :raises SheetError: for more rows than a sheet has.
    """
    buffer = io.BytesIO()
    options = {"constant_memory": True, "in_memory": False, "strings_to_formulas": False,
               "strings_to_numbers": False, "strings_to_urls": False}  # fmt: skip
    workbook = Workbook(buffer, options)
    if created_on is not None:
        workbook.set_properties({"created": datetime.combine(created_on, time())})
    for sheet in sheets:
        _write_sheet(workbook, sheet)
    workbook.close()
    return buffer.getvalue()


def _write_sheet(workbook: Workbook, written: Sheet) -> None:
    sheet = workbook.add_worksheet(written.title)
    heading = workbook.add_format({"bold": True, "bottom": 1})
    text = workbook.add_format({"num_format": "@"})
    amount = workbook.add_format({"num_format": "#,##0.00"})
    sheet.freeze_panes(1, 0)
    for place, field in enumerate(written.fields):
        sheet.set_column(place, place, field.width, None if field.number else text)
        if field.note:
            sheet.write_comment(0, place, field.note, NOTE_SIZE)
    for place, field in enumerate(written.fields):
        sheet.write_string(0, place, field.name, heading)
    for line, cells in enumerate(written.rows, start=1):
        if line > MOST_ROWS:
            raise SheetError(f"more than {MOST_ROWS} rows: narrow the report, or take the CSV")
        for place, (field, cell) in enumerate(zip(written.fields, cells, strict=True)):
            figure = as_figure(cell) if field.number else None
            if figure is not None:
                sheet.write_number(line, place, figure, amount if field.decimals else None)
            elif cell:
                sheet.write_string(line, place, cell, text)


def as_figure(cell: str) -> float | None:
    """Return "12,50" as 12.5, "-3" as -3.0, and None for what is no plain figure."""
    digits = cell.replace(",", ".", 1)
    if not digits.removeprefix("-").replace(".", "", 1).isdecimal():
        return None
    return float(digits)
