"""The columns of a catalogue file, under the names merchants give them."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.faults import FileRefused, shortened


class Column(StrEnum):
    """A column; its value is the French name that the template and the export write."""

    SHOP = "boutique"
    REFERENCE = "référence"
    CODE = "code produit"
    NAME = "nom"
    VARIANT = "variante"
    PRICE = "prix TTC"
    VAT = "TVA"
    STOCK = "stock"
    EAN = "EAN"
    CATEGORY = "catégorie"
    DESCRIPTION = "description"
    IMAGE = "image"
    WEIGHT = "poids g"


OTHER_NAMES = {
    Column.SHOP: ("shop",),
    Column.REFERENCE: ("ref", "sku", "reference"),
    Column.CODE: ("product code",),
    Column.NAME: ("name", "désignation", "libellé"),
    Column.VARIANT: ("variant",),
    Column.PRICE: ("price incl VAT", "price including VAT", "price", "prix"),
    Column.VAT: ("VAT", "VAT rate", "taux TVA", "taux de TVA"),
    Column.STOCK: ("quantité", "quantity"),
    Column.EAN: ("code-barres", "barcode", "EAN13", "GTIN"),
    Column.CATEGORY: ("category", "rayon"),
    Column.DESCRIPTION: (),
    Column.IMAGE: ("photo", "picture"),
    Column.WEIGHT: ("weight g", "poids", "weight", "poids en grammes"),
}
OURS = ("", "erreur")  # what our own sheets add is no news to report
REQUIRED = (Column.REFERENCE, Column.NAME, Column.PRICE, Column.VAT, Column.STOCK)


def plain(text: str) -> str:
    """Return letters and digits only, without case and accents: "Prix TTC" is "prixttc"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if character.isalnum())


KNOWN = {plain(name): column for column in Column for name in (column.value, *OTHER_NAMES[column])}


def count_known(header: Sequence[str]) -> int:
    """Return how many names of a first line are those of a column."""
    return sum(plain(name) in KNOWN for name in header)


def match_columns(
    header: Sequence[str], *, prices_and_stock: bool
) -> tuple[dict[int, Column], list[str]]:
    """Return the columns by their place, and the names that are unknown and so ignored.

    :raises FileRefused: a required column is missing, or one comes twice.
    """
    places: dict[int, Column] = {}
    unknown = []
    for place, name in enumerate(header):
        column = KNOWN.get(plain(name))
        if column is None:
            if plain(name) not in OURS:
                unknown.append(shortened(name.strip()))
        elif column in places.values():
            raise FileRefused(
                _("La colonne « %(column)s » est là deux fois : gardez-en une.")
                % {"column": column.value}
            )
        else:
            places[place] = column
    refuse_missing(set(places.values()), unknown, prices_and_stock=prices_and_stock)
    return places, unknown


def refuse_missing(present: set[Column], unknown: list[str], *, prices_and_stock: bool) -> None:
    """Raise for the required columns that are not there."""
    missing = [column.value for column in REQUIRED if column not in present]
    if prices_and_stock:
        missing = [] if Column.REFERENCE in present else [Column.REFERENCE.value]
        if not present & {Column.PRICE, Column.STOCK}:
            missing.append(f"{Column.PRICE.value} / {Column.STOCK.value}")
    if not missing:
        return
    if not present:
        raise FileRefused(
            _(
                "Aucune colonne n'est reconnue. La première ligne doit porter les noms du modèle ; "
                "si elle les porte, l'encodage est en cause : enregistrez en « CSV UTF-8 »."
            )
        )
    message = _(
        "Colonnes manquantes : %(missing)s. La première ligne doit porter les noms des colonnes, "
        "comme dans le modèle."
    ) % {"missing": ", ".join(missing)}
    if unknown:
        message += " " + _("Colonnes inconnues du fichier : %(unknown)s.") % {
            "unknown": ", ".join(unknown[:20])
        }
    raise FileRefused(message)
