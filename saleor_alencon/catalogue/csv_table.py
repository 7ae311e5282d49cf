"""CSV as spreadsheets and tills write it: several encodings, several separators."""

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.columns import count_known
from saleor_alencon.catalogue.faults import FileRefused

SEPARATORS = (";", ",", "\t")
CHUNK = 1024 * 1024
FIRST_LINE_CHARACTERS = 65_536
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_csv(path: Path) -> Iterator[list[str]]:
    """Give the lines of a CSV file.

    :raises FileRefused: unknown encoding, a quote that never closes, or a huge cell.
    """
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        separator = find_separator(file.readline(FIRST_LINE_CHARACTERS))
        file.seek(0)
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            if "field limit" in str(error):
                message = _("Près de la ligne %(line)d : une cellule est démesurée, ou un "
                            "guillemet n'est jamais refermé.")  # fmt: skip
            else:
                message = _("Près de la ligne %(line)d : guillemets mal placés ; doublez ceux "
                            "qui font partie du texte.")  # fmt: skip
            raise FileRefused(message % {"line": reader.line_num}) from error


def find_encoding(path: Path) -> str:
    """Return the encoding that reads the whole file.

    Of UTF-8 (with or without byte order mark), UTF-16 and Windows-1252, in this order: text that
    is valid UTF-8 by chance is rare, Windows-1252 accepts nearly anything.

    :raises FileRefused: none of them.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    for encoding in guess_encodings(start):
        if is_text(path, encoding):
            return encoding
    raise FileRefused(
        _(
            "L'encodage du fichier n'est pas reconnu : enregistrez-le en « CSV UTF-8 » "
            "ou au format XLSX."
        )
    )


def guess_encodings(start: bytes) -> tuple[str, ...]:
    """Return the encodings worth a try, by the first bytes."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ()
    if start.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" not in start:
        return ("utf-8", "cp1252")
    # Without a mark: of Latin letters in UTF-16 nearly every second byte is zero, and no other.
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(start) // 4:
        return ()
    return ("utf-16-be",) if even else ("utf-16-le",)


def is_text(path: Path, encoding: str) -> bool:
    """Say whether the whole file can be read as text without control characters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                if CONTROL_CHARACTERS.search(decoder.decode(chunk)):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def find_separator(first_line: str) -> str:
    """Return the separator under which the first line names most columns, then has most cells."""

    def worth(separator: str) -> tuple[int, int]:
        try:
            header = next(csv.reader([first_line], delimiter=separator), [])
        except csv.Error:
            return (0, 0)
        return count_known(header), len(header)

    return max(SEPARATORS, key=worth)
