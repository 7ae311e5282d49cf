"""Reading documents: the tables of the documentation, whose figures tests run, and PDFs."""

import io
import re
from decimal import Decimal
from pathlib import Path

from pypdf import PdfReader

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


def pdf_text(content: bytes) -> str:
    """Return the words of all pages of a PDF, with one space between any two."""
    pages = PdfReader(io.BytesIO(content)).pages
    text = " ".join(page.extract_text() for page in pages).replace("\u200b", "")
    return " ".join(text.split())
