"""XLSX read as a stream, after a look at the container."""

import datetime
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from saleor_alencon.catalogue.archives import open_archive
from saleor_alencon.catalogue.faults import FileRefused

MOST_BYTES = 150 * 1024 * 1024
SHARED_TEXTS = "xl/sharedstrings.xml"
MOST_SHARED_BYTES = 60 * 1024 * 1024  # they are held in memory, all of them
CONTENT_TYPES = "[Content_Types].xml"
MACROS = "vbaproject.bin"
# openpyxl raises whatever its parsing of a damaged part comes upon; defusedxml's own are
# ValueErrors, the XML parser's are SyntaxErrors.
DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_xlsx(path: Path) -> Iterator[list[str]]:
    """Give the lines of the first sheet. A formula comes as its text, which starts with "=".

    :raises FileRefused: no workbook, macros, a password, a bomb, or a damaged file.
    """
    with open_archive(path, most_bytes=MOST_BYTES) as archive:
        names = {entry.filename.lower(): entry.file_size for entry in archive.infolist()}
    if CONTENT_TYPES.lower() not in names or "xl/workbook.xml" not in names:
        raise FileRefused(_("Ce ZIP n'est pas un classeur XLSX."))
    if any(name.endswith(MACROS) for name in names):
        raise FileRefused(
            _("Le classeur contient des macros : enregistrez-le au format XLSX, sans macros.")
        )
    if names.get(SHARED_TEXTS, 0) > MOST_SHARED_BYTES:
        raise FileRefused(_("Le classeur contient trop de texte : partagez-le."))
    try:
        with path.open("rb") as file:  # by name, openpyxl would judge the suffix
            workbook = load_workbook(file, read_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
            for cells in sheet.iter_rows(values_only=True):
                yield [cell_text(value) for value in cells]
    except DAMAGED as error:
        raise FileRefused(_("Le classeur est illisible : enregistrez-le à nouveau.")) from error


def cell_text(value: Any) -> str:
    """Return a cell as a person would type it; 12.0 is "12"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)


def number_text(value: float) -> str:
    """Return a number without the noise of binary fractions: 19.9000000001 is "19.9"."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else str(value)
