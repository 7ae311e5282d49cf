"""Any catalogue file as lines of text cells: the format is told from the bytes, not the name."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.csv_table import read_csv
from saleor_alencon.catalogue.faults import FileRefused
from saleor_alencon.catalogue.xlsx_table import read_xlsx

MOST_BYTES = 50 * 1024 * 1024
MOST_LINES = 100_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 32_767  # of a cell; what a spreadsheet holds itself
MOST_BLANK_LINES = 1_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

Line = tuple[int, list[str]]


def read_table(path: Path) -> Iterator[Line]:
    """Give each line that is not blank, with its number in a spreadsheet (from 1).

    :raises FileRefused: the file is of no known format, hostile or too large.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise FileRefused(
            _("Le fichier fait %(size)d Mo ; %(most)d Mo sont possibles : partagez-le.")
            % {"size": size // 1024**2, "most": MOST_BYTES // 1024**2}
        )
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise FileRefused(_("Le fichier est vide."))
    if start.startswith(OLD_EXCEL):
        raise refuse_old_excel(path)
    return guarded(read_xlsx(path) if start.startswith(b"PK") else read_csv(path))


def refuse_old_excel(path: Path) -> FileRefused:
    """Tell a workbook with a password from one of Excel 97: both come in the same container."""
    if ENCRYPTED_PACKAGE in path.read_bytes():
        return FileRefused(
            _("Le classeur est protégé par un mot de passe : enregistrez-le sans mot de passe.")
        )
    return FileRefused(
        _("Format XLS d'Excel 97-2003 : enregistrez le fichier au format XLSX ou CSV.")
    )


def guarded(lines: Iterable[list[str]]) -> Iterator[Line]:
    """Number the lines, leave blank ones out, and stop at what no catalogue needs."""
    blank = 0
    for number, cells in enumerate(lines, start=1):
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            blank += 1
            if blank > MOST_BLANK_LINES:
                raise FileRefused(
                    _(
                        "Plus de %(most)d lignes vides se suivent avant la ligne %(line)d : "
                        "supprimez les lignes vides."
                    )
                    % {"most": MOST_BLANK_LINES, "line": number}
                )
            continue
        blank = 0
        if number > MOST_LINES:
            raise FileRefused(
                _("Plus de %(most)d lignes : partagez le fichier.") % {"most": MOST_LINES}
            )
        refuse_large(number, cells)
        yield number, cells


def refuse_large(number: int, cells: list[str]) -> None:
    """Raise for a line with too many cells or a cell with too much text."""
    if len(cells) > MOST_COLUMNS:
        raise FileRefused(
            _("Ligne %(line)d : plus de %(most)d colonnes.")
            % {"line": number, "most": MOST_COLUMNS}
        )
    for place, text in enumerate(cells, start=1):
        if len(text) > MOST_CHARACTERS:
            raise FileRefused(
                _("Ligne %(line)d, colonne %(column)d : plus de %(most)d caractères.")
                % {"line": number, "column": place, "most": MOST_CHARACTERS}
            )
