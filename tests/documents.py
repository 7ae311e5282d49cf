"""Reading the tables of a page of the documentation, whose figures tests run."""

import re
from decimal import Decimal
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def tables(page: str, first_cell: str) -> list[dict[str, str]]:
    """Return the rows of the page's tables whose head begins with a cell, one dictionary each."""
    found = []
    text = (DOCS / page).read_text("utf-8")
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        head, _rule, *rows = (
            [cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()
        )
        if head[0] == first_cell:
            found += [dict(zip(head, row, strict=True)) for row in rows]
    assert found, first_cell
    return found


def cents(text: str) -> int:
    """Return "12.50" in cents."""
    return int(Decimal(text) * 100)
