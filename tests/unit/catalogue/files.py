"""Catalogue files of every kind, honest and hostile, and a way to read them."""

import io
import zipfile
from pathlib import Path

from openpyxl import Workbook

from saleor_alencon.catalogue.images import ImageArchive, ImageRules
from saleor_alencon.catalogue.reading import Catalogue, read_catalogue

SHOP_NAMES = ("librairie-des-halles", "Librairie des Halles")
HEADER = "référence;nom;prix TTC;TVA;stock"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def read_path(
    path: Path,
    *,
    hosts: tuple[str, ...] = (),
    images: ImageArchive | None = None,
    prices_and_stock: bool = False,
) -> Catalogue:
    """Read a file as an import of the bookshop does."""
    return read_catalogue(
        path,
        shop_names=SHOP_NAMES,
        images=ImageRules(hosts, images),
        prices_and_stock=prices_and_stock,
    )


def write(folder: Path, content: bytes | str, name: str = "catalogue") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(*lines: list[object]) -> bytes:
    """Return an XLSX of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(content: bytes, name: str, data: bytes) -> bytes:
    """Return a ZIP with one more part, or with another content of a part."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            if entry.filename != name:
                target.writestr(entry, source.read(entry))
        target.writestr(name, data)
    return buffer.getvalue()


def zip_of(**files: bytes) -> bytes:
    """Return a ZIP; an underscore in a name stands for a point."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return buffer.getvalue()


def faults_of(catalogue: Catalogue) -> list[tuple[int, str, str]]:
    """Return line, column and value of every fault."""
    return [
        (fault.line, fault.column, fault.value)
        for refused in catalogue.refused
        for fault in refused.faults
    ]
