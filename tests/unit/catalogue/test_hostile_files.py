"""A hostile or broken file is refused with a message, fast, and without harm."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from saleor_alencon.catalogue import images as images_module
from saleor_alencon.catalogue.faults import FileRefused
from saleor_alencon.catalogue.images import ImageArchive, ImageRules
from tests.unit.catalogue.files import (
    HEADER,
    PNG,
    faults_of,
    read_path,
    with_part,
    workbook,
    write,
    zip_of,
)

SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook(["référence", "nom", "prix TTC", "TVA", "stock"], ["A-1", "Un", 1, 20, 1])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(folder: Path, content: bytes | str) -> str:
    with pytest.raises(FileRefused) as caught:
        read_path(write(folder, content))
    return str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\nA;é;1;20;1\n".encode("utf-32"),
        f"{HEADER}\n".encode() + b"\x00\x01\x02binary",
        f"{HEADER}\nA;\x81\x8d;1;20;1\n".encode("latin-1"),
        bytes(range(256)) * 20,
        f"{HEADER}\n".encode("cp500"),
    ],
)
def test_an_unknown_encoding_is_said(tmp_path: Path, content: bytes) -> None:
    assert "encodage" in refusal(tmp_path, content)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"") == "Le fichier est vide."
    assert refusal(tmp_path, "\n\n;;\n") == "Le fichier est vide."


@pytest.mark.parametrize("text", ["x" * 20_000_000, '"' + "x" * 20_000_000 + '"'])
def test_a_cell_of_20_megabytes_is_refused(tmp_path: Path, text: str) -> None:
    message = refusal(tmp_path, f"{HEADER}\nA-1;{text};1;20;1\n")

    assert "démesurée" in message
    assert "ligne 2" in message


def test_a_cell_of_20_megabytes_in_a_workbook_is_refused(tmp_path: Path) -> None:
    cell = (
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>' + b"x" * 20_000_000 + b"</t></is></c></row>"
    )
    sheet = zipfile.ZipFile(io.BytesIO(GOOD)).read(SHEET)
    content = with_part(GOOD, SHEET, sheet.replace(b'<row r="2"', cell + b'<row r="3"'))

    assert "anormale" in refusal(tmp_path, content)


def test_a_long_cell_and_too_many_columns_are_refused(tmp_path: Path) -> None:
    assert "Ligne 2, colonne 2 : plus de 32767" in refusal(
        tmp_path, f"{HEADER}\nA-1;{'x' * 40_000};1;20;1\n"
    )
    assert "plus de 100 colonnes" in refusal(tmp_path, f"{HEADER}\n{'x;' * 200}\n")


def test_a_quote_that_never_closes_is_refused(tmp_path: Path) -> None:
    assert "guillemet" in refusal(tmp_path, f'{HEADER}\nA-1;"Un;1;20;1\n' + "A;B;1;20;1\n" * 20_000)
    assert "guillemet" in refusal(tmp_path, f'{HEADER}\nA-1;"Un"x;1;20;1\n')


def test_a_workbook_with_a_million_blank_rows_is_stopped_early(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 1_000_003))
    sheet = zipfile.ZipFile(io.BytesIO(GOOD)).read(SHEET)
    content = with_part(GOOD, SHEET, sheet.replace(b"</sheetData>", rows + b"</sheetData>"))

    assert "lignes vides" in refusal(tmp_path, content)


def test_a_row_a_million_rows_below_is_not_waited_for(tmp_path: Path) -> None:
    sheet = zipfile.ZipFile(io.BytesIO(GOOD)).read(SHEET)
    far = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
    content = with_part(GOOD, SHEET, sheet.replace(b"</sheetData>", far))

    assert "lignes vides" in refusal(tmp_path, content)


def test_a_zip_bomb_is_refused_by_its_ratio_and_by_its_total(tmp_path: Path) -> None:
    bomb = with_part(GOOD, "xl/media/bomb.bin", b"\0" * 30_000_000)
    assert "comprimé de façon anormale" in refusal(tmp_path, bomb)

    block = bytes(range(256)) * 40
    parts = {f"xl/media/{number}_bin": block * 800 for number in range(20)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert refusal(tmp_path, buffer.getvalue())


def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    for name in ("../evil.png", "/etc/passwd", "a\\..\\b.png", "C:/x.png"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(name, PNG)
        with pytest.raises(FileRefused, match="interdit"):
            ImageArchive(write(tmp_path, buffer.getvalue(), "images"))


def test_passwords_old_excel_and_macros_are_told_apart(tmp_path: Path) -> None:
    encrypted = OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert "mot de passe" in refusal(tmp_path, encrypted)
    assert "XLS d'Excel 97" in refusal(tmp_path, OLE + b"\0" * 600)
    assert "macros" in refusal(tmp_path, with_part(GOOD, "xl/vbaProject.bin", b"x"))
    locked = bytearray(zip_of(a_txt=b"secret"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.index(mark) + place
        locked[start : start + 2] = struct.pack("<H", 1)
    assert "mot de passe" in refusal(tmp_path, bytes(locked))


def test_damaged_and_foreign_containers_are_refused(tmp_path: Path) -> None:
    assert "abîmé" in refusal(tmp_path, GOOD[:400])
    assert "n'est pas un classeur" in refusal(tmp_path, zip_of(readme_txt=b"hello"))
    assert "illisible" in refusal(tmp_path, with_part(GOOD, "xl/workbook.xml", b"<workbook"))
    assert "illisible" in refusal(tmp_path, with_part(GOOD, SHEET, b"<worksheet><sheetData><row"))


def test_xml_entities_are_never_expanded(tmp_path: Path) -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    sheet = zipfile.ZipFile(io.BytesIO(GOOD)).read(SHEET)
    start = sheet.index(b"<worksheet")
    content = with_part(GOOD, SHEET, entities + sheet[start:].replace(b"A-1", b"&b;"))

    assert "illisible" in refusal(tmp_path, content)


def test_a_formula_of_a_workbook_is_refused_in_figures_too(tmp_path: Path) -> None:
    content = workbook(
        ["référence", "nom", "prix TTC", "TVA", "stock"], ["A-1", "=1+1", "=A1*2", 20, 1]
    )

    catalogue = read_path(write(tmp_path, content))

    assert faults_of(catalogue) == [(2, "nom", "=1+1"), (2, "prix TTC", "=A1*2")]


def test_images_that_are_not_images_or_not_there_refuse_their_row(tmp_path: Path) -> None:
    archive = zip_of(good_png=PNG, evil_png=b"<?php system($_GET[0]);")
    text = f"{HEADER};image\nA;A;1;20;1;good.png\nB;B;1;20;1;evil.png\nC;C;1;20;1;none.png\n"
    with ImageArchive(write(tmp_path, archive, "images")) as images:
        catalogue = read_path(write(tmp_path, text), images=images)

    assert [row.reference for row in catalogue.rows] == ["A"]
    assert faults_of(catalogue) == [(3, "image", "evil.png"), (4, "image", "none.png")]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://ailleurs.example/a.png", "Site non autorisé"),
        ("http://images.example/a.png", "https://"),
        ("https://images.example:8443/a.png", "https://"),
        ("https://moi:secret@images.example/a.png", "https://"),
        ("https://images.example.ailleurs.example/a.png", "Site non autorisé"),
        ("https://127.0.0.1/a.png", "Site non autorisé"),
        ("https://interne.example/a.png", "site public"),
        ("https://absent.example/a.png", "site public"),
        ("ftp://images.example/a.png", "https://"),
        ("https://[::1/a.png", "mal formée"),
    ],
)
def test_an_address_outside_the_allowed_hosts_or_not_public_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    def resolve(host: str, *_args: object, **_more: object) -> list[tuple[object, ...]]:
        known = {"images.example": "93.184.215.14", "interne.example": "10.0.0.7"}
        if host not in known:
            raise OSError("unknown host")
        return [(2, 1, 6, "", (known[host], 443))]

    monkeypatch.setattr(images_module.socket, "getaddrinfo", resolve)
    rules = ImageRules(["images.example", "interne.example", "absent.example"])

    assert rules.find_fault("https://images.example/a.png") is None
    assert words in (rules.find_fault(address) or "")
