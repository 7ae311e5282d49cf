"""Writes generated catalogues: per shop one sheet to import, and a ZIP of its pictures."""

import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.sheets import row_cells, sheet_bytes
from saleor_alencon.local.catalogue_generator import generate_rows, picture_name
from saleor_alencon.local.catalogue_vocabulary import read_families
from saleor_alencon.local.pictures.drawing import picture_png
from saleor_alencon.outputs.csv_text import BYTE_ORDER_MARK, csv_bytes

COLUMNS = tuple(column.value for column in Column)
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Written:
    """What was written for one shop."""

    sheet: Path
    rows: int
    pictures: Path | None


def catalogue_write(
    *,
    folder: Path,
    shop: dict[str, Any],
    number: int,
    products: int,
    suffix: str = "csv",
    images: bool = False,
) -> Written:
    """Write ``<slug>.csv`` or ``.xlsx`` and, with ``images``, ``<slug>.zip`` beside it.

    ``number`` is the shop's place in the town, from 1. What exists is replaced.
    """
    sheet = folder / f"{shop['slug']}.{suffix}"
    counter = itertools.count()
    rows = generate_rows(shop, number, products, images=images)
    # `zip` asks the rows first, so that the counter ends at their number.
    cells = (row_cells(row, shop["slug"]) for row, _ in zip(rows, counter, strict=False))
    lines = ([row[column] for column in Column] for row in cells)
    if suffix == "csv":
        write_csv(sheet, lines)
    else:
        sheet.write_bytes(sheet_bytes(lines, columns=COLUMNS, suffix=suffix))
    pictures = write_pictures(folder / f"{shop['slug']}.zip", shop["kind"]) if images else None
    return Written(sheet, next(counter), pictures)


def write_csv(path: Path, lines: Iterator[list[str]]) -> None:
    """Write lines some hundreds at a time, so that memory does not grow with the file."""
    with path.open("wb") as file:
        file.write(BYTE_ORDER_MARK.encode() + csv_bytes([COLUMNS]))
        while batch := list(itertools.islice(lines, ROWS_AT_ONCE)):
            file.write(csv_bytes(batch))


def write_pictures(path: Path, kind: str) -> Path:
    """Write the pictures of a kind's families; the same bytes at every call."""
    with zipfile.ZipFile(path, "w") as archive:
        for variety, family in enumerate(read_families(kind)):
            # A fixed date: pictures that did not change make the same file.
            entry = zipfile.ZipInfo(picture_name(family))
            archive.writestr(entry, picture_png(family.picture, variety))
    return path
