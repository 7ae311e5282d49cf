"""What docs/catalogue-import.md promises: its columns, its example, and each refusal's words."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from saleor_alencon.catalogue.columns import OTHER_NAMES, REQUIRED, Column
from saleor_alencon.catalogue.faults import FileRefused
from tests.unit.catalogue.files import HEADER, read_path, with_part, workbook, write

PAGE = (Path(__file__).parents[3] / "docs" / "catalogue-import.md").read_text("utf-8")
LINES = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ")]


def words_of(start: str) -> str:
    """Return what the page says is said of a file or a cell."""
    (found,) = [cells[1].strip() for cells in LINES if cells[0].strip().startswith(start)]
    return found


def test_the_page_names_every_column_with_its_other_names() -> None:
    described = {
        cells[0].strip(" `"): (
            tuple(filter(None, cells[1].strip().split(", "))),
            cells[2].strip() == "yes",
        )
        for cells in LINES
        if len(cells) == 4 and cells[0].strip().startswith("`")
    }

    assert described == {
        column.value: (OTHER_NAMES[column], column in REQUIRED) for column in Column
    }


def test_the_example_of_the_page_is_read_without_a_fault(tmp_path: Path) -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", PAGE, flags=re.DOTALL)

    catalogue = read_path(write(tmp_path, example))

    assert (len(catalogue.rows), catalogue.refused) == (3, [])
    assert [(row.code, row.variant, row.price_cents) for row in catalogue.rows] == [
        ("LIV-001", "", 1495),
        ("PULL", "Taille M", 6990),
        ("PULL", "Taille L", 6990),
    ]


def bomb() -> bytes:
    return with_part(workbook([*HEADER.split(";")]), "xl/media/a.bin", b"\0" * 30_000_000)


def blank_rows() -> bytes:
    """Return a workbook whose second row comes after a million empty ones."""
    rows = "".join(f'<row r="{number}"/>' for number in range(2, 1_000_001))
    book = workbook(HEADER.split(";"))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    return with_part(
        book,
        "xl/worksheets/sheet1.xml",
        sheet.replace("</sheetData>", f"{rows}</sheetData>").encode(),
    )


@pytest.mark.parametrize(
    ("start", "content"),
    [
        ("of no known encoding", lambda: b"r\0\0f\xff\xfe\0x" * 50),
        ("semicolons as well", lambda: b"a;b,c\n1;2,3\n"),
        ("without a required", lambda: b"nom;stock\nUn;1\n"),
        ("a row of another shop", lambda: f"{HEADER};boutique\nA;Un;1;20;1;cave\n".encode()),
        ("a cell of 20 MB", lambda: f'{HEADER}\nA;"{"x" * 20_000_000}";1;20;1\n'.encode()),
        ("a workbook of a million", blank_rows),
        ("a ZIP bomb", bomb),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_in_the_words_of_the_page(
    tmp_path: Path, start: str, content: Callable[[], bytes]
) -> None:
    with pytest.raises(FileRefused) as refused:
        read_path(write(tmp_path, content()))

    assert words_of(start) in str(refused.value)


@pytest.mark.parametrize(
    ("start", "column", "value"),
    [
        ("`=HYPERLINK", "nom", '=HYPERLINK("http://x")'),
        ("`=HYPERLINK", "nom", "+1"),
        ("`=HYPERLINK", "nom", "@x"),
        ("a formula in a figure", "stock", "=1+1"),
        ("`1.234,50`", "prix TTC", "1.234,50"),
        ("`12,505`", "prix TTC", "12,505"),
        ("a bar code", "EAN", "4,00638E+12"),
        ("read in the wrong encoding", "nom", "Caf\ufffd"),
    ],
)
def test_a_bad_cell_refuses_its_row_in_the_words_of_the_page(
    tmp_path: Path, start: str, column: str, value: str
) -> None:
    cells = {"référence": "A", "nom": "Un", "prix TTC": "1", "TVA": "20", "stock": "1", "EAN": ""}
    cells[column] = value
    quoted = ";".join('"' + text.replace('"', '""') + '"' for text in cells.values())
    good = "B;Deux;2,00;20;2;"

    catalogue = read_path(write(tmp_path, f"{HEADER};EAN\n{quoted}\n{good}\n"))

    assert [row.reference for row in catalogue.rows] == ["B"]
    (refused,) = catalogue.refused
    (fault,) = refused.faults
    assert (fault.line, fault.column, fault.value) == (2, column, value)
    assert words_of(start) in fault.message


def test_a_reference_of_two_rows_is_told_in_the_words_of_the_page(tmp_path: Path) -> None:
    catalogue = read_path(write(tmp_path, f"{HEADER}\nA;Un;1;20;1\nA;Deux;2;20;1\n"))

    assert catalogue.rows == []
    assert [refused.line for refused in catalogue.refused] == [2, 3]
    assert words_of("a reference that two") in catalogue.refused[0].faults[0].message


def test_semicolons_decimal_commas_and_old_windows_are_no_error(tmp_path: Path) -> None:
    catalogue = read_path(write(tmp_path, f"{HEADER}\nÉ-1;Pâté;3,40 €;5,5 %;7\n".encode("cp1252")))

    assert catalogue.refused == []
    (row,) = catalogue.rows
    assert (row.reference, row.name, row.price_cents, row.rate_bps) == ("É-1", "Pâté", 340, 550)
