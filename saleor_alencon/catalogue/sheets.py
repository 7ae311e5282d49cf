"""Catalogue rows as cells, and sheets of them: export, template, failed rows."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.outputs.csv_text import BYTE_ORDER_MARK, amount_cell, csv_bytes, text_cell
from saleor_alencon.outputs.sheet_xlsx import Field, sheet_xlsx

ERROR = "erreur"
FORMATS = ("csv", "xlsx")
NUMBERS = frozenset({Column.PRICE, Column.STOCK, Column.WEIGHT})
WIDTHS = {Column.NAME: 36, Column.DESCRIPTION: 50, Column.CATEGORY: 24, Column.IMAGE: 24}


def rate_text(rate_bps: int) -> str:
    """Return a rate without useless zeros: 550 is "5,5"."""
    return amount_cell(rate_bps).rstrip("0").rstrip(",")


def row_cells(row: ProductRow, shop: str = "") -> dict[Column, str]:
    """Return a row as text that reads back as the same row."""
    return {
        Column.SHOP: shop,
        Column.REFERENCE: text_cell(row.reference),
        Column.CODE: text_cell(row.code),
        Column.NAME: text_cell(row.name),
        Column.VARIANT: text_cell(row.variant),
        Column.PRICE: "" if row.price_cents is None else amount_cell(row.price_cents),
        Column.VAT: "" if row.rate_bps is None else rate_text(row.rate_bps),
        Column.STOCK: "" if row.stock is None else str(row.stock),
        Column.EAN: row.ean,
        Column.CATEGORY: text_cell(" > ".join(row.category)),
        Column.DESCRIPTION: text_cell(row.description),
        Column.IMAGE: text_cell(row.image),
        Column.WEIGHT: "" if row.weight_grams is None else str(row.weight_grams),
    }


def sheet_bytes(
    rows: Iterable[Sequence[str]], *, columns: Sequence[str], suffix: str, notes: bool = False
) -> bytes:
    """Return a sheet of ready text cells as CSV or XLSX; nothing in it runs as a formula."""
    if suffix == "csv":
        return BYTE_ORDER_MARK.encode() + csv_bytes([columns, *rows])
    explanations = column_notes() if notes else {}
    fields = [
        Field(
            name=name,
            number=name in NUMBERS,
            width=WIDTHS.get(Column(name), 14) if name != ERROR else 60,
            note=explanations.get(Column(name), "") if name != ERROR else "",
        )
        for name in columns
    ]
    return sheet_xlsx(fields, rows, title=_("Catalogue"))


def column_notes() -> dict[Column, str]:
    """Return what the template says of each column."""
    return {
        Column.SHOP: _("Facultatif. Une autre boutique que la vôtre fait refuser le fichier."),
        Column.REFERENCE: _("Obligatoire. Votre référence, unique dans votre boutique."),
        Column.CODE: _("Facultatif. Les lignes de même code sont les variantes d'un même produit."),
        Column.NAME: _("Obligatoire. Le nom que voit le client."),
        Column.VARIANT: _("Taille, couleur... Obligatoire si le produit a plusieurs lignes."),
        Column.PRICE: _("Obligatoire. Prix toutes taxes comprises, par exemple 12,50."),
        Column.VAT: _("Obligatoire. 20, 10, 5,5 ou 2,1."),
        Column.STOCK: _("Obligatoire. Nombre entier, 0 si l'article est épuisé."),
        Column.EAN: _("Facultatif. Code-barres de 8 ou 13 chiffres."),
        Column.CATEGORY: _("Facultatif. Par exemple : Livres > Jeunesse."),
        Column.DESCRIPTION: _("Facultatif. Une ligne vide sépare deux paragraphes."),
        Column.IMAGE: _("Facultatif. Nom d'un fichier du ZIP, ou adresse https:// autorisée."),
        Column.WEIGHT: _("Facultatif. Poids en grammes, nombre entier."),
    }


EXAMPLE = (
    ProductRow(2, "LIV-001", "LIV-001", "Guide des sentiers de l'Orne", "", 1495, 550, 12,
               "9782070368228", ("Livres", "Régional"), "Trente promenades.", "", 310),
    ProductRow(3, "PULL-M", "PULL", "Pull marin", "Taille M", 6990, 2000, 4,
               "", ("Vêtements",), "Pure laine.", "", 450),
    ProductRow(4, "PULL-L", "PULL", "Pull marin", "Taille L", 6990, 2000, 2,
               "", ("Vêtements",), "Pure laine.", "", 480),
)  # fmt: skip


def template_bytes(suffix: str = "xlsx") -> bytes:
    """Return the template: every column, what each means, and three example rows."""
    columns = [column.value for column in Column]
    rows = [[row_cells(row)[column] for column in Column] for row in EXAMPLE]
    return sheet_bytes(rows, columns=columns, suffix=suffix, notes=True)
