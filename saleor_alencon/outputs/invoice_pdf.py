"""The invoice as a Factur-X file: a PDF/A-3 for people, with its data for machines in it."""

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.factur_x import embed_factur_x, render_factur_x
from saleor_alencon.outputs.invoice import InvoiceDocument
from saleor_alencon.outputs.invoice_view import invoice_view
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf


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
    page = render_themed_pdf(
        "invoice",
        view,
        theme=theme,
        issued_on=document.issued_on,
        standards=["a-3a"],
        error=InvoicePdfError,
        name=f"invoice {document.number}",
    )
    xml = render_factur_x(document)
    return embed_factur_x(page, xml, title=view["title"], author=view["seller"]["name"])
