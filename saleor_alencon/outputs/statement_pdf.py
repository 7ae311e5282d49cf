"""The statement as PDF: archivable (PDF/A-3a), accessible (PDF/UA-1), in French.

ISO 19005-3 level A lets it be archived ten years with the books (Code de commerce,
art. L123-22), ISO 14289-1 lets a screen reader read it.

Labels typed by shops reach the template as JSON data and are set as plain text: nothing in
them can become markup, call a function or read a file.
"""

import json
from datetime import UTC, datetime, time
from typing import Any

import typst

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.statement import StatementDocument, StatementPayment
from saleor_alencon.outputs.statement_csv import render_statement_csv
from saleor_alencon.outputs.statement_view import statement_view
from saleor_alencon.outputs.theme import DEFAULT_THEME, load_tokens, read_theme_file

# Tags cost 5 kB a line: a year of a busy shop would weigh 17 MB instead of 1 MB. Beyond this
# many lines the file stays archivable (level U) and the attached CSV is the accessible form.
LONGEST_TAGGED_DOCUMENT = 500


class StatementPdfError(AlenconError):
    """The template could not be set; the message is typst's own."""


def render_statement_pdf(
    document: StatementDocument,
    payment: StatementPayment | None = None,
    theme: str = DEFAULT_THEME,
) -> bytes:
    """Return the statement as PDF/A-3, with its CSV attached as "releve.csv".

    `payment` is printed beside the amount and changes nothing else. Up to 500 lines the file is
    tagged (PDF/A-3a, PDF/UA-1); a longer one is PDF/A-3u without tags. The same document and
    payment give the same bytes: the file is dated from `issued_on`, and only the fonts inside
    typst are used.

    :raises StatementPdfError: if the theme's template does not compile.
    :raises ThemeError: if the theme or one of its files is missing.
    """
    issued_at = datetime.combine(document.issued_on, time(12), tzinfo=UTC)
    data = {
        **statement_view(document, payment),
        "colours": dict(load_tokens(theme).light),
        "issued": [document.issued_on.year, document.issued_on.month, document.issued_on.day],
    }
    # Any: typst takes a dict of files held in memory, which its type stubs do not tell.
    sources: Any = {
        "main.typ": read_theme_file("pdf/statement.typ", theme),
        "logo-mark.svg": read_theme_file("logo-mark.svg", theme),
        "lace-edge.svg": read_theme_file("pdf/lace-edge.svg", theme),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
        "releve.csv": render_statement_csv(document),
    }
    tagged = len(document.lines) <= LONGEST_TAGGED_DOCUMENT
    try:
        pdf: bytes = typst.compile(
            sources,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=["a-3a", "ua-1"] if tagged else ["a-3u"],
            pdf_tags=tagged,
            timestamp=issued_at,
        )
    except typst.TypstError as error:
        raise StatementPdfError(f"statement {document.number}: {error}") from error
    return pdf
