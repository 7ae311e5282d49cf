"""The statement as PDF: archivable (PDF/A-3a), accessible (PDF/UA-1), in French.

ISO 19005-3 level A lets it be archived ten years with the books (Code de commerce,
art. L123-22), ISO 14289-1 lets a screen reader read it.

Labels typed by shops reach the template as JSON data and are set as plain text: nothing in
them can become markup, call a function or read a file.
"""

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.statement import StatementDocument, StatementPayment
from saleor_alencon.outputs.statement_csv import render_statement_csv
from saleor_alencon.outputs.statement_view import statement_view
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf

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
    tagged = len(document.lines) <= LONGEST_TAGGED_DOCUMENT
    return render_themed_pdf(
        "statement",
        statement_view(document, payment),
        theme=theme,
        issued_on=document.issued_on,
        standards=["a-3a", "ua-1"] if tagged else ["a-3u"],
        error=StatementPdfError,
        name=f"statement {document.number}",
        files={"releve.csv": render_statement_csv(document)},
        tagged=tagged,
    )
