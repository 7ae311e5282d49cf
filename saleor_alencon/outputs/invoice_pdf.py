"""The invoice as a Factur-X file: a PDF/A-3 for people, with its data for machines in it."""

import json
from datetime import UTC, datetime, time
from typing import Any

import typst

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.factur_x import embed_factur_x, render_factur_x
from saleor_alencon.outputs.invoice import InvoiceDocument
from saleor_alencon.outputs.invoice_view import invoice_view
from saleor_alencon.outputs.theme import DEFAULT_THEME, load_tokens, read_theme_file


class InvoicePdfError(AlenconError):
    """The template could not be set; the message is typst's own."""


def render_invoice_pdf(document: InvoiceDocument, theme: str = DEFAULT_THEME) -> bytes:
    """Return the invoice as Factur-X (EN 16931) in PDF/A-3.

    The page and the data are those of `document`; the file also has the moment at which it was
    made, so two renderings differ: keep the first.

    :raises InvoicePdfError: if the theme's template does not compile.
    :raises ThemeError: if the theme or one of its files is missing.
    """
    view = invoice_view(document)
    day = document.issued_on
    data = {
        **view,
        "colours": dict(load_tokens(theme).light),
        "issued": [day.year, day.month, day.day],
    }
    # Any: typst takes a dict of files held in memory, which its type stubs do not tell.
    sources: Any = {
        "main.typ": read_theme_file("pdf/invoice.typ", theme),
        "logo-mark.svg": read_theme_file("logo-mark.svg", theme),
        "lace-edge.svg": read_theme_file("pdf/lace-edge.svg", theme),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
    }
    try:
        page: bytes = typst.compile(
            sources,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["a-3a"],
            timestamp=datetime.combine(day, time(12), tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise InvoicePdfError(f"invoice {document.number}: {error}") from error
    xml = render_factur_x(document)
    return embed_factur_x(page, xml, title=view["title"], author=view["seller"]["name"])
