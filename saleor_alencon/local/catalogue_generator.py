"""Plausible catalogues for the town's shops: the same seed gives the same products.

Names are combinations of a family's words, so that thousands of them differ; prices, stocks,
weights and variants come from a random generator of the shop's own. Rows are given one by one.
"""

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from stdnum import ean

from saleor_alencon.catalogue.identity import slug_text
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.local.catalogue_vocabulary import (
    Axis,
    Family,
    read_families,
    stated_grams,
    stated_size,
)

SEED = 61000
INTERNAL_EAN = "20"  # GS1 leaves the prefixes 20 to 29 to each company's own use
OUT_OF_STOCK = 0.08
NEARLY_OUT = 0.12
# Below the first amount in cents, prices end as listed; the last number is the step.
PRICE_ENDINGS = (
    (200, (0, 5), 10),
    (1_000, (20, 50, 90, 95), 100),
    (5_000, (50, 90, 95), 100),
    (20_000, (500, 900, 990), 1_000),
    (100_000, (900, 1900, 4900, 5900, 7900, 9900), 10_000),
    (100_000_000, (4900, 9900), 10_000),
)


@dataclass(frozen=True)
class Variant:
    """What one variant adds to its product."""

    label: str
    factor: float


def generate_rows(
    shop: dict[str, Any], number: int, products: int, *, images: bool = False, seed: int = SEED
) -> Iterator[ProductRow]:
    """Give the rows of a shop's products, several rows for a product with variants.

    ``number`` is the shop's place in the town, from 1: it keeps bar codes apart.
    """
    rng = random.Random(f"{seed}:{shop['slug']}")  # noqa: S311 - nothing secret is made of it
    families = read_families(shop["kind"])
    codes = itertools.count(1)
    lines = itertools.count(2)
    quotas = spread(products, [family.capacity for family in families])
    for family, quota in zip(families, quotas, strict=True):
        image = picture_name(family) if images else ""
        for index in pick_indexes(rng, family.capacity, quota):
            code = f"{reference_prefix(shop['slug'])}-{next(codes):05}"
            for row in product_rows(rng, family, index, code):
                line = next(lines)
                barcode = make_ean(number, line) if family.has_ean else ""
                yield ProductRow(**row, line=line, code=code, ean=barcode, image=image)


def product_rows(
    rng: random.Random, family: Family, index: int, code: str
) -> Iterator[dict[str, Any]]:
    """Give what tells the rows of one product, the cheapest variant first."""
    round_, place = divmod(index, family.capacity)
    words = family.choice(place)
    name = capitalized(family.name.format(**words))
    if round_:
        name = f"{name}, modèle {round_ + 1}"
    # The sentences name no product: they fit every combination of words.
    description = f"{name}. {rng.choice(family.texts)} {rng.choice(family.closings)}"
    price = base_price(rng, family, words)
    weight = rng.uniform(*family.weight_grams)
    variants = make_variants(rng, family.axes)
    for place, variant in enumerate(variants, start=1):
        yield {
            "reference": code if len(variants) == 1 else f"{code}-{place}",
            "name": name,
            "variant": variant.label,
            "price_cents": psychological(price * variant.factor),
            "rate_bps": family.rate_bps,
            "stock": pick_stock(rng, family.most_stock),
            "category": family.category,
            "description": description,
            "weight_grams": row_weight(f"{variant.label} {name}", weight * variant.factor),
        }


def spread(products: int, capacities: Sequence[int]) -> list[int]:
    """Return how many products each family gives: even shares, as far as its names go.

    >>> spread(100, [10, 60, 60])
    [10, 45, 45]
    >>> spread(100, [10, 20])
    [45, 55]
    """
    quotas = [0] * len(capacities)
    left = products
    for done, place in enumerate(sorted(range(len(capacities)), key=lambda at: capacities[at])):
        quotas[place] = min(capacities[place], left // (len(capacities) - done))
        left -= quotas[place]
    # Rounding, and what is beyond all names: further rounds of numbered products.
    for place in range(len(quotas)):
        room = capacities[place] - quotas[place]
        more = min(room, left)
        quotas[place] += more
        left -= more
    for place in range(len(quotas)):
        more = left // len(quotas) + (place >= len(quotas) - left % len(quotas))
        quotas[place] += more
    assert sum(quotas) == products, quotas
    return quotas


def pick_indexes(rng: random.Random, capacity: int, count: int) -> Iterator[int]:
    """Give ``count`` different numbers: all below ``capacity`` before the first beyond it."""
    for first in range(0, count, capacity):
        yield from (
            first + index for index in rng.sample(range(capacity), min(capacity, count - first))
        )


def make_variants(rng: random.Random, axes: Sequence[Axis]) -> list[Variant]:
    """Return the combinations of the axes' values that a product is offered in."""
    offered = [pick_values(rng, axis) for axis in axes]
    return [
        Variant(
            label=", ".join(capitalized(value.label) for value in values),
            factor=math.prod(value.factor for value in values),
        )
        for values in itertools.product(*offered)
    ]


def pick_values(rng: random.Random, axis: Axis) -> list[Variant]:
    """Return some values of an axis, in its order."""
    if axis.factors:
        return [
            Variant(value, factor) for value, factor in zip(axis.values, axis.factors, strict=True)
        ]
    count = rng.randint(axis.least, axis.most)
    if axis.in_a_row:
        first = rng.randint(0, len(axis.values) - count)
        places: Sequence[int] = range(first, first + count)
    else:
        places = sorted(rng.sample(range(len(axis.values)), count))
    return [Variant(axis.values[place], 1.0) for place in places]


def base_price(rng: random.Random, family: Family, words: dict[str, str]) -> float:
    """Return a price in the family's range, in cents."""
    low, high = (math.log(cents) for cents in family.price_cents)
    first, last = price_span(family, set(words.values()))
    return math.exp(low + (high - low) * rng.uniform(first, last))


def price_span(family: Family, chosen: set[str]) -> tuple[float, float]:
    """Return which part of the family's price range fits the words: a larger size costs more."""
    cheap, dear = bool(chosen & family.cheap_words), bool(chosen & family.dear_words)
    if cheap != dear:
        return (0, 0.35) if cheap else (0.65, 1)
    for words in family.words.values():
        sizes = {word: size for word in words if (size := stated_size(word))}
        if len(set(sizes.values())) > 1 and (found := chosen & sizes.keys()):
            smallest, largest = min(sizes.values()), max(sizes.values())
            place = math.log(sizes[found.pop()] / smallest) / math.log(largest / smallest)
            return (0.7 * place, 0.7 * place + 0.3)
    return (0.2, 0.8) if family.dear_words else (0, 1)


def psychological(cents: float) -> int:
    """Return the nearest price that a shop would write on a label.

    >>> [psychological(cents) for cents in (147, 612, 3712, 12860, 64200, 131000)]
    [145, 620, 3695, 12900, 64900, 129900]
    """
    endings, step = next((endings, step) for below, endings, step in PRICE_ENDINGS if cents < below)
    start = int(cents) // step * step
    candidates = (start + shift + ending for shift in (-step, 0) for ending in endings)
    return min((price for price in candidates if price > 0), key=lambda price: abs(price - cents))


def pick_stock(rng: random.Random, most: int) -> int:
    """Return a stock: some shelves are empty, some nearly, most hold about a third."""
    part = rng.random()
    if part < OUT_OF_STOCK:
        return 0
    if part < OUT_OF_STOCK + NEARLY_OUT:
        return rng.randint(1, min(2, most))
    return round(rng.triangular(1, most, max(1, most / 3)))


def row_weight(text: str, grams: float) -> int:
    """Return the weight that the text states, else ``grams`` rounded."""
    stated = stated_grams(text)
    if stated is not None:
        return stated
    return max(1, round(grams) if grams < 100 else round(grams / 5) * 5)


def make_ean(number: int, serial: int) -> str:
    """Return an EAN-13 of the internal range: shop, running number, check digit."""
    digits = f"{INTERNAL_EAN}{number:03}{serial:07}"
    return digits + ean.calc_check_digit(digits)


def reference_prefix(slug: str) -> str:
    """Return letters for a shop's references: "librairie-des-halles" is "LIBHAL"."""
    parts = [part for part in slug.split("-") if len(part) > 2]
    return f"{parts[0][:3]}{parts[-1][:3] if len(parts) > 1 else ''}".upper()


def picture_name(family: Family) -> str:
    """Return the file name of a family's picture."""
    return f"{slug_text(' '.join(family.category))}.png"


def capitalized(text: str) -> str:
    """Return the text with a capital first letter, and the rest as it is."""
    return text[:1].upper() + text[1:]
