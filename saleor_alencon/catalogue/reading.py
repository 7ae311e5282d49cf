"""A whole catalogue file: every row checked by itself and against the others."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.columns import REQUIRED, Column, match_columns, plain
from saleor_alencon.catalogue.faults import FileRefused, RowFault, shortened
from saleor_alencon.catalogue.images import ImageRules
from saleor_alencon.catalogue.rows import ProductRow, RowReader
from saleor_alencon.catalogue.tables import read_table

MOST_REFUSED = 2_000
SHARED_FIELDS = {
    "name": Column.NAME,
    "rate_bps": Column.VAT,
    "category": Column.CATEGORY,
    "description": Column.DESCRIPTION,
    "image": Column.IMAGE,
}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is left out, with its cells as they came."""

    line: int
    cells: dict[Column, str]
    faults: list[RowFault]


@dataclass(slots=True)
class Catalogue:
    """What a file holds. ``truncated``: reading stopped at too many refused rows."""

    columns: list[Column] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    rows: list[ProductRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    truncated: bool = False

    def products(self) -> dict[str, list[ProductRow]]:
        """Return the rows by product code, in the file's order."""
        found: dict[str, list[ProductRow]] = {}
        for row in self.rows:
            found.setdefault(row.code, []).append(row)
        return found


def read_catalogue(
    path: Path, *, shop_names: Sequence[str], images: ImageRules, prices_and_stock: bool = False
) -> Catalogue:
    """Read and check a file.

    :param shop_names: what the column "boutique" may say: the shop's slug and its name.
    :raises FileRefused: the file cannot be read, or names another shop.
    """
    lines = read_table(path)
    first = next(lines, None)
    if first is None:
        raise FileRefused(_("Le fichier est vide."))
    places, unknown = match_columns(first[1], prices_and_stock=prices_and_stock)
    required = [Column.REFERENCE] if prices_and_stock else REQUIRED
    reader = RowReader(images=images, required=frozenset(required))
    shops = {plain(name) for name in shop_names}
    catalogue = Catalogue(columns=list(places.values()), unknown=unknown)
    for line, values in lines:
        cells = {column: values[place] for place, column in places.items() if place < len(values)}
        refuse_other_shop(line, cells.get(Column.SHOP, ""), shops)
        if prices_and_stock:
            cells = only_prices_and_stock(cells)
        row, faults = reader.read(line, cells)
        if row is None:
            catalogue.refused.append(RefusedRow(line, cells, faults))
            if len(catalogue.refused) >= MOST_REFUSED:
                catalogue.truncated = True
                break
        else:
            catalogue.rows.append(row)
    check_together(catalogue, path, places)
    return catalogue


def refuse_other_shop(line: int, name: str, shops: set[str]) -> None:
    """Raise for a row of another shop: such a file is refused, never read in part."""
    if name.strip() and plain(name) not in shops:
        raise FileRefused(
            _(
                "Ligne %(line)d : la boutique « %(name)s » n'est pas celle de cet import. "
                "Tout le fichier est refusé."
            )
            % {"line": line, "name": shortened(name.strip())}
        )


def only_prices_and_stock(cells: dict[Column, str]) -> dict[Column, str]:
    """Leave out what this kind of import does not change, faulty or not."""
    kept = (Column.REFERENCE, Column.PRICE, Column.STOCK)
    return {column: text for column, text in cells.items() if column in kept}


def named(values: list[str], places: dict[int, Column]) -> dict[Column, str]:
    """Return the cells of known columns by column."""
    return {column: values[place] for place, column in places.items() if place < len(values)}


def check_together(catalogue: Catalogue, path: Path, places: dict[int, Column]) -> None:
    """Move the rows that contradict others to the refused ones."""
    faults: dict[int, list[RowFault]] = defaultdict(list)
    for fault in find_duplicates(catalogue):
        faults[fault.line].append(fault)
    for fault in find_contradictions(catalogue, set(faults)):
        faults[fault.line].append(fault)
    complete_refusals(catalogue, faults)
    bad = {row.line for row in catalogue.rows if row.line in faults}
    if not bad:
        return
    catalogue.rows = [row for row in catalogue.rows if row.line not in bad]
    for line, values in read_table(path):  # again: to keep every line's text costs memory
        if line in bad:
            catalogue.refused.append(RefusedRow(line, named(values, places), faults[line]))
    catalogue.refused.sort(key=lambda refused: refused.line)
    if len(catalogue.refused) > MOST_REFUSED:
        catalogue.truncated = True
        del catalogue.refused[MOST_REFUSED:]


def find_duplicates(catalogue: Catalogue) -> list[RowFault]:
    """Return a fault for each row whose reference another row has; refused rows count."""
    lines: dict[str, list[int]] = defaultdict(list)
    for row in catalogue.rows:
        lines[row.reference].append(row.line)
    for refused in catalogue.refused:
        text = refused.cells.get(Column.REFERENCE, "").strip()
        if text in lines:
            lines[text].append(refused.line)
    faults = []
    for reference, found in lines.items():
        for line in found if len(found) > 1 else ():
            others = ", ".join(str(other) for other in found if other != line)
            message = _("Même référence à la ligne %(lines)s : gardez une seule ligne.")
            faults.append(
                RowFault(
                    line,
                    Column.REFERENCE.value,
                    shortened(reference),
                    message % {"lines": shortened(others)},
                )
            )
    return faults


def find_contradictions(catalogue: Catalogue, known_bad: set[int]) -> list[RowFault]:
    """Return a fault where two variants of one product disagree on what they share."""
    faults = []
    for all_rows in catalogue.products().values():
        rows = [row for row in all_rows if row.line not in known_bad]
        for name, column in SHARED_FIELDS.items():
            known = next((row for row in rows if getattr(row, name)), None)
            for row in rows:
                value = getattr(row, name)
                if known and value and value != getattr(known, name):
                    message = _("Diffère de la ligne %(line)d, du même produit.")
                    text = " > ".join(value) if isinstance(value, tuple) else str(value)
                    faults.append(
                        RowFault(
                            row.line,
                            column.value,
                            shortened(text),
                            message % {"line": known.line},
                        )
                    )
        faults += find_equal_variants(rows)
    return faults


def find_equal_variants(rows: list[ProductRow]) -> list[RowFault]:
    """Return a fault for each variant that a shopper could not tell from another."""
    count = Counter(row.variant for row in rows)
    message = _("Plusieurs lignes de ce produit ont cette variante : nommez-les autrement.")
    return [
        RowFault(row.line, Column.VARIANT.value, shortened(row.variant), message)
        for row in rows
        if len(rows) > 1 and count[row.variant] > 1
    ]


def complete_refusals(catalogue: Catalogue, faults: dict[int, list[RowFault]]) -> None:
    """Refuse the whole product when one of its rows is: half a product is not sold."""
    first_bad: dict[str, int] = {}
    for refused in catalogue.refused:
        code = refused.cells.get(Column.CODE, "").strip()
        if code:
            first_bad.setdefault(code, refused.line)
    for row in catalogue.rows:
        if row.line in faults:
            first_bad.setdefault(row.code, row.line)
    for row in catalogue.rows:
        bad = first_bad.get(row.code)
        if bad is not None and row.line not in faults:
            message = _("La ligne %(line)d, du même produit, est refusée : corrigez-la.")
            faults[row.line].append(
                RowFault(row.line, Column.CODE.value, row.code, message % {"line": bad})
            )


def with_shared(rows: list[ProductRow]) -> ProductRow:
    """Return the first row, with what it leaves out taken from the product's other rows."""
    first = rows[0]
    missing = {
        name: next((getattr(row, name) for row in rows if getattr(row, name)), getattr(first, name))
        for name in SHARED_FIELDS
        if not getattr(first, name)
    }
    return replace(first, **missing) if missing else first
