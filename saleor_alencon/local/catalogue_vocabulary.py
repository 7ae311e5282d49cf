"""The words of ``fixtures/alencon/catalogues``: what each kind of shop sells, by families."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from saleor_alencon.local.demo_shops import fixtures_folder

GRAMS = {"kg": 1050, "g": 1.05, "l": 1600, "cl": 16, "ml": 1.6}  # with packaging, or glass
QUANTITY = re.compile(r"(\d+(?:,\d+)?)\s?(kg|g|l|cl|ml)\b")
COUNT = re.compile(r"\b(\d+) (?:convives|parts?|pièces|personnes?|produits)\b|\blot de (\d+)\b")
SIZES = (("petit", 1), ("moyen", 2), ("grand", 3))


@dataclass(frozen=True)
class Axis:
    """One way in which a product's variants differ: colour, size, weight.

    ``factors`` multiply price and weight and are all offered; otherwise between ``least`` and
    ``most`` of the values are picked, neighbours when ``in_a_row``.
    """

    values: tuple[str, ...]
    factors: tuple[float, ...] | None
    least: int
    most: int
    in_a_row: bool


@dataclass(frozen=True)
class Family:
    """Products of one category that share their words, prices, weights and picture."""

    category: tuple[str, ...]
    picture: str
    rate_bps: int
    name: str
    words: Mapping[str, tuple[str, ...]]
    price_cents: tuple[int, int]
    weight_grams: tuple[int, int]
    most_stock: int
    has_ean: bool
    axes: tuple[Axis, ...]
    texts: tuple[str, ...]
    closings: tuple[str, ...]
    cheap_words: frozenset[str]
    dear_words: frozenset[str]

    @property
    def capacity(self) -> int:
        """Return how many products have a name of their own."""
        return math.prod(len(words) for words in self.words.values())

    def choice(self, index: int) -> dict[str, str]:
        """Return the words of one product; each index below the capacity has its own."""
        chosen = {}
        for slot, words in self.words.items():
            index, place = divmod(index, len(words))
            chosen[slot] = words[place]
        return chosen


def read_families(kind: str) -> tuple[Family, ...]:
    """Return what a kind of shop sells, in the order of its shelves."""
    path = fixtures_folder() / "alencon" / "catalogues" / f"{kind}.json"
    data = json.loads(path.read_text("utf-8"))
    return tuple(read_family(family, data["closings"]) for family in data["families"])


def read_family(data: dict[str, Any], closings: Sequence[str]) -> Family:
    """Return one family; its own closing sentences come before the shop's."""
    return Family(
        category=tuple(data["category"].split(" > ")),
        picture=data["picture"],
        rate_bps=data["vat_rate_bps"],
        name=data["name"],
        words={slot: tuple(words) for slot, words in data["words"].items()},
        price_cents=tuple(data["price_cents"]),
        weight_grams=tuple(data["weight_grams"]),
        most_stock=data["most_stock"],
        has_ean=data["has_ean"],
        axes=tuple(read_axis(axis) for axis in data["variants"]),
        texts=tuple(data["texts"]),
        closings=tuple(data.get("closings", closings)),
        cheap_words=frozenset(data.get("cheap_words", ())),
        dear_words=frozenset(data.get("dear_words", ())),
    )


def read_axis(data: dict[str, Any]) -> Axis:
    """Return one axis of variants."""
    factors = data.get("factors")
    values = tuple(factors or data["values"])
    least, most = (len(values), len(values)) if factors else data["pick"]
    return Axis(
        values=values,
        factors=tuple(factors.values()) if factors else None,
        least=least,
        most=most,
        in_a_row=bool(data.get("in_a_row")),
    )


def stated_grams(text: str) -> int | None:
    """Return the weight that a text names: "Farine 1,5 kg" is 1575 with its bag."""
    found = QUANTITY.search(text)
    if not found:
        return None
    return round(float(found[1].replace(",", ".")) * GRAMS[found[2]])


@cache
def stated_size(text: str) -> float | None:
    """Return how large a text says its product is, on a scale of its family's own, or None."""
    grams = stated_grams(text)
    if grams is not None:
        return float(grams)
    found = COUNT.search(text)
    if found:
        return float(found[1] or found[2])
    return next((float(size) for word, size in SIZES if word in text), None)
