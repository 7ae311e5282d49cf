"""One line of a catalogue file: its cells checked, and turned into a row to import."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from django.utils.translation import gettext as _
from stdnum import ean as ean_number

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.faults import RowFault, shortened
from saleor_alencon.catalogue.images import ImageRules
from saleor_alencon.outputs.csv_text import text_cell

MOST_PRICE_CENTS = 99_999_999
MOST_STOCK = 1_000_000
MOST_GRAMS = 1_000_000
MOST_LEVELS = 5
REFERENCE = re.compile(r"[^\s/](?:[^\x00-\x1f/]{0,98}[^\s/])?")
LENGTHS = {
    Column.NAME: 250,
    Column.VARIANT: 250,
    Column.CATEGORY: 500,
    Column.DESCRIPTION: 20_000,
    Column.IMAGE: 1_000,
}
VAT_RATES = {"20": 2000, "10": 1000, "5.5": 550, "2.1": 210}
PERCENT_CELLS = {"0.2": "20", "0.1": "10", "0.055": "5.5", "0.021": "2.1"}
SPACES = re.compile("[\\s\u00a0\u202f\u2009']")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One variant to import. None and "" mean: not in the file, left as it is."""

    line: int
    reference: str
    code: str
    name: str = ""
    variant: str = ""
    price_cents: int | None = None
    rate_bps: int | None = None
    stock: int | None = None
    ean: str = ""
    category: tuple[str, ...] = ()
    description: str = ""
    image: str = ""
    weight_grams: int | None = None


class CellFault(ValueError):
    """Raised by a cell's reader; its text is the cure."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows with the rules of one import."""

    images: ImageRules
    required: frozenset[Column]

    def read(self, line: int, cells: dict[Column, str]) -> tuple[ProductRow | None, list[RowFault]]:
        """Return the row, or every fault of its cells."""
        faults: list[RowFault] = []

        def value(column: Column, convert: Callable[[str], object], default: object) -> object:
            text = cells.get(column, "").strip()
            try:
                if not text:
                    if column in self.required:
                        raise CellFault(_("Cette cellule est obligatoire."))
                    return default
                return convert(text)
            except CellFault as error:
                faults.append(RowFault(line, column.value, shortened(text), str(error)))
                return default

        reference = value(Column.REFERENCE, read_reference, "")
        fields = {
            "reference": reference,
            "code": value(Column.CODE, read_reference, reference),
            "name": value(Column.NAME, text_reader(Column.NAME), ""),
            "variant": value(Column.VARIANT, text_reader(Column.VARIANT), ""),
            "price_cents": value(Column.PRICE, read_price, None),
            "rate_bps": value(Column.VAT, read_rate, None),
            "stock": value(Column.STOCK, whole_reader(MOST_STOCK), None),
            "ean": value(Column.EAN, read_ean, ""),
            "category": value(Column.CATEGORY, read_category, ()),
            "description": value(Column.DESCRIPTION, text_reader(Column.DESCRIPTION), ""),
            "image": value(Column.IMAGE, self.read_image, ""),
            "weight_grams": value(Column.WEIGHT, whole_reader(MOST_GRAMS), None),
        }
        return (None if faults else ProductRow(line, **fields)), faults  # type: ignore[arg-type]

    def read_image(self, text: str) -> str:
        """Check an image's address or name."""
        image = read_text(text, Column.IMAGE)
        fault = self.images.find_fault(image)
        if fault:
            raise CellFault(fault)
        return image


def text_reader(column: Column) -> Callable[[str], str]:
    """Return the reader of a text column."""
    return lambda text: read_text(text, column)


def read_text(text: str, column: Column) -> str:
    """Return text; what a spreadsheet would run is refused unless an apostrophe marks it.

    The apostrophe is what our exports put before such text (`outputs.csv_text`).
    """
    if text.startswith("'") and text_cell(text[1:]) == text:
        text = text[1:].strip()
    elif text_cell(text) != text:
        raise CellFault(
            _(
                "Commence comme une formule (= + - @) : changez le début, ou mettez une "
                "apostrophe devant si c'est du texte."
            )
        )
    if "\ufffd" in text:
        raise CellFault(_("Contient un caractère perdu (�) : tapez-le à nouveau."))
    most = LENGTHS.get(column, 100)
    if len(text) > most:
        raise CellFault(_("Plus de %(most)d caractères.") % {"most": most})
    if column is not Column.DESCRIPTION:
        text = " ".join(text.split())
    return text


def read_reference(text: str) -> str:
    """Return a reference: the merchant's own name of a variant or a product."""
    text = read_text(text, Column.REFERENCE)
    if not REFERENCE.fullmatch(text):
        raise CellFault(_("Au plus 100 caractères, sans barre oblique (/)."))
    return text


def read_number(text: str) -> Decimal:
    """Return "1 234,50 €" as 1234.50; a point is a decimal comma too."""
    if text.startswith("="):
        raise CellFault(_("C'est une formule : collez sa valeur à la place."))
    digits = SPACES.sub("", text).removesuffix("€").removesuffix("EUR")
    if "," in digits and "." in digits:
        raise CellFault(_("Point et virgule à la fois : écrivez 1234,50."))
    try:
        number = Decimal(digits.replace(",", "."))
    except InvalidOperation:
        raise CellFault(_("Ce n'est pas un nombre : écrivez 12,50.")) from None
    if not number.is_finite() or "e" in digits.lower():
        raise CellFault(_("Ce n'est pas un nombre : écrivez 12,50."))
    return number


def read_price(text: str) -> int:
    """Return a price with VAT in cents: zero is a gift and allowed, below zero is not."""
    number = read_number(text)
    if number < 0:
        raise CellFault(_("Un prix ne peut pas être négatif."))
    cents = number * 100
    if cents != cents.to_integral_value():
        raise CellFault(_("Plus de deux décimales : arrondissez au centime."))
    if cents > MOST_PRICE_CENTS:
        raise CellFault(_("Prix au-delà de 999 999,99 €."))
    return int(cents)


def read_rate(text: str) -> int:
    """Return a VAT rate in basis points: "5,5", "5,5 %" and a spreadsheet's 0.055 are 550."""
    number = read_number(text.replace("%", ""))
    key = f"{number.normalize():f}"
    rate = VAT_RATES.get(PERCENT_CELLS.get(key, key))
    if rate is None:
        raise CellFault(_("Taux inconnu : 20, 10, 5,5 ou 2,1."))
    return rate


def whole_reader(most: int) -> Callable[[str], int]:
    """Return the reader of a whole number from 0 to ``most``."""

    def read(text: str) -> int:
        number = read_number(text)
        if number != number.to_integral_value():
            raise CellFault(_("Nombre entier attendu, sans virgule."))
        if not 0 <= number <= most:
            raise CellFault(_("Nombre entier de 0 à %(most)d attendu.") % {"most": most})
        return int(number)

    return read


def read_ean(text: str) -> str:
    """Return an EAN-8 or EAN-13 whose last digit is the right key (GS1, modulo 10)."""
    digits = SPACES.sub("", text).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 13)):
        raise CellFault(
            _(
                "Un code EAN a 8 ou 13 chiffres ; un tableur a pu le raccourcir : mettez la "
                "colonne au format Texte."
            )
        )
    if not ean_number.is_valid(digits):
        raise CellFault(_("Clé fausse : vérifiez chaque chiffre sur l'emballage."))
    return digits


@lru_cache(maxsize=1024)  # and one tuple for all rows of a category
def read_category(text: str) -> tuple[str, ...]:
    """Return "Livres > Jeunesse" as its parts."""
    parts = tuple(part.strip() for part in read_text(text, Column.CATEGORY).split(">"))
    if not all(parts) or len(parts) > MOST_LEVELS:
        raise CellFault(
            _("Écrivez « Livres > Jeunesse », %(most)d niveaux au plus.") % {"most": MOST_LEVELS}
        )
    if any(len(part) > 100 for part in parts):
        raise CellFault(_("Plus de %(most)d caractères.") % {"most": 100})
    return parts
