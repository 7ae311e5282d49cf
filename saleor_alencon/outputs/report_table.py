"""A report as CSV or XLSX: named columns, typed cells, one row after the other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import Literal

from saleor_alencon.outputs.csv_text import BYTE_ORDER_MARK, amount_cell, csv_bytes, text_cell
from saleor_alencon.outputs.sheet_xlsx import Field, sheet_xlsx

ROWS_PER_CHUNK = 500

Cell = str | int | date | None
"""Text; cents in an amount's column, a number in a count's; a date; nothing."""


@dataclass(frozen=True)
class Column:
    """A column and what its cells hold: `amount` is cents, `count` a whole number."""

    name: str
    kind: Literal["text", "amount", "count", "date"] = "text"
    width: int = 14

    @property
    def is_number(self) -> bool:
        return self.kind in ("amount", "count")


@dataclass(frozen=True)
class ReportTable:
    """One report. `name` is the beginning of its file's name, `title` what its sheet is called.

    `rows` may be read once only. `total` is a last row, or nothing.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Cell]]
    total: Sequence[Cell] = field(default=())


def cell_text(column: Column, cell: Cell) -> str:
    """Return a cell as a file has it: cents with a decimal comma, a date as 2026-09-30."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return amount_cell(cell) if column.kind == "amount" else str(cell)
    return cell


def _cells(table: ReportTable) -> Iterator[list[str]]:
    rows = chain(table.rows, [table.total] if table.total else [])
    for row in rows:
        yield [cell_text(column, cell) for column, cell in zip(table.columns, row, strict=True)]


def report_csv(table: ReportTable) -> Iterator[bytes]:
    """Yield the report in the project's CSV dialect, 500 rows at a time."""
    yield BYTE_ORDER_MARK.encode() + csv_bytes([[column.name for column in table.columns]])
    rows = _cells(table)
    while chunk := [
        [
            text if column.is_number else text_cell(text)
            for column, text in zip(table.columns, row, strict=True)
        ]
        for row in islice(rows, ROWS_PER_CHUNK)
    ]:
        yield csv_bytes(chunk)


def report_xlsx(table: ReportTable) -> bytes:
    """Return the report as a workbook of one sheet, figures as figures.

    :raises SheetError: for more rows than a sheet has.
    """
    fields = [
        Field(column.name, number=column.is_number, width=column.width,
              decimals=column.kind == "amount")
        for column in table.columns
    ]  # fmt: skip
    return sheet_xlsx(fields, _cells(table), title=table.title)
