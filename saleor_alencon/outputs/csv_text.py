"""The one CSV dialect of the project: what a French spreadsheet opens with a double click.

UTF-8 with a byte order mark, semicolons, decimal commas, CRLF, ISO 8601 dates, quotes only
where needed (RFC 4180). Text that a spreadsheet would run as a formula is prefixed with an
apostrophe (OWASP, "CSV Injection"); figures are written by `amount_cell` and never prefixed.
"""

import csv
import io
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff"

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def text_cell(text: str) -> str:
    """Return `text` safe for a spreadsheet: "=1+1" becomes "'=1+1"."""
    # A spreadsheet trims what it imports: a formula may hide behind spaces.
    if text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS):
        return "'" + text
    return text


def amount_cell(amount_cents: int) -> str:
    """Return cents as a decimal number with a comma: -1234 is "-12,34"."""
    units, cents = divmod(abs(amount_cents), 100)
    return f"{'-' if amount_cents < 0 else ''}{units},{cents:02d}"


def rate_cell(rate_bps: int | None) -> str:
    """Return basis points as a percentage with two decimals, "" for None: 550 is "5,50"."""
    return "" if rate_bps is None else amount_cell(rate_bps)


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    """Return finished cells as lines of CSV, without the byte order mark."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()
