"""Generated catalogues: plausible, valid, all different, and the same each time."""

import io
import zipfile
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image
from stdnum import ean

from saleor_alencon.catalogue.images import ImageArchive, ImageRules
from saleor_alencon.catalogue.reading import read_catalogue
from saleor_alencon.catalogue.rows import REFERENCE, ProductRow
from saleor_alencon.local.catalogue_files import catalogue_write
from saleor_alencon.local.catalogue_generator import (
    generate_rows,
    psychological,
    reference_prefix,
    spread,
)
from saleor_alencon.local.catalogue_vocabulary import read_families, stated_grams
from saleor_alencon.local.demo_shops import read_shops
from saleor_alencon.local.pictures.drawing import SHAPES, picture_png

SHOPS = list(enumerate(read_shops(), start=1))
EACH_SHOP = [pytest.param(number, shop, id=shop["slug"]) for number, shop in SHOPS]


def generate(number: int, shop: dict, products: int = 2_000) -> list[ProductRow]:
    return list(generate_rows(shop, number, products))


@pytest.mark.parametrize(("number", "shop"), EACH_SHOP)
def test_a_shop_has_two_thousand_different_products(number: int, shop: dict) -> None:
    rows = generate(number, shop)
    names = {row.code: row.name for row in rows}
    barcodes = [row.ean for row in rows if row.ean]

    assert len(names) == len(set(names.values())) == 2_000
    assert len({row.reference for row in rows}) == len(rows)
    assert len({(row.name, row.variant) for row in rows}) == len(rows)
    assert len(set(barcodes)) == len(barcodes)
    assert all(REFERENCE.fullmatch(row.reference) for row in rows)
    assert all(ean.is_valid(code) and 20 <= int(code[:2]) <= 29 for code in barcodes)
    assert all(row.price_cents > 0 and row.stock >= 0 and row.weight_grams > 0 for row in rows)
    assert {row.rate_bps for row in rows} == set(shop["vat_rates_bps"])
    assert not any("{" in row.name + row.description for row in rows)


def test_no_bar_code_of_the_town_is_used_twice() -> None:
    barcodes = [row.ean for number, shop in SHOPS for row in generate(number, shop, 200) if row.ean]

    assert len(barcodes) > 10_000
    assert len(set(barcodes)) == len(barcodes)


def test_each_shop_has_references_of_its_own() -> None:
    assert len({reference_prefix(shop["slug"]) for _number, shop in SHOPS}) == 42


def test_the_same_seed_gives_the_same_products_and_another_gives_others() -> None:
    number, shop = SHOPS[0]

    assert generate(number, shop, 300) == generate(number, shop, 300)
    assert generate(number, shop, 300) != list(generate_rows(shop, number, 300, seed=1))


def test_rows_come_one_by_one_however_many_are_asked_for() -> None:
    number, shop = SHOPS[0]

    assert len(list(islice(generate_rows(shop, number, 10**7), 3))) == 3


def test_beyond_all_names_products_are_numbered_and_still_differ() -> None:
    number, shop = SHOPS[0]
    capacity = sum(family.capacity for family in read_families(shop["kind"]))
    names = [row.name for row in generate(number, shop, 2 * capacity + 10)]

    assert len(set(names)) == len(names) == 2 * capacity + 10
    assert sum(", modèle " not in name for name in names) == capacity


def test_shares_are_even_as_far_as_names_go() -> None:
    assert spread(100, [10, 60, 60]) == [10, 45, 45]
    assert spread(2, [5, 5, 5]) == [0, 1, 1]
    assert spread(100, [10, 20]) == [45, 55]


@pytest.mark.parametrize(
    ("cents", "label_cents"),
    [
        (3, 5),
        (147, 145),
        (612, 620),
        (3712, 3695),
        (12860, 12900),
        (64200, 64900),
        (131000, 129900),
    ],
)
def test_prices_end_as_on_a_label(cents: int, label_cents: int) -> None:
    assert psychological(cents) == label_cents


def test_a_weight_in_a_name_is_the_weight_with_its_packaging() -> None:
    assert stated_grams("Farine 1,5 kg") == 1575
    assert stated_grams("Cidre 75 cl") == 1200
    assert stated_grams("Bouton 15 mm") is None


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_import_reads_a_catalogue_with_its_pictures(tmp_path: Path, suffix: str) -> None:
    number, shop = SHOPS[2]
    written = catalogue_write(
        folder=tmp_path, shop=shop, number=number, products=40, suffix=suffix, images=True
    )
    assert written.pictures == tmp_path / "chaussures-saint-leonard.zip"
    with ImageArchive(written.pictures) as archive:
        rules = ImageRules((), archive)
        read = read_catalogue(written.sheet, shop_names=[shop["slug"]], images=rules)

    assert (read.refused, len(read.rows)) == ([], written.rows)
    assert read.rows == list(generate_rows(shop, number, 40, images=True))


@pytest.mark.parametrize(("number", "shop"), EACH_SHOP)
def test_the_import_accepts_every_row_of_a_shop(tmp_path: Path, number: int, shop: dict) -> None:
    written = catalogue_write(folder=tmp_path, shop=shop, number=number, products=120)
    read = read_catalogue(written.sheet, shop_names=[shop["slug"]], images=ImageRules(()))

    assert (read.refused, len(read.rows)) == ([], written.rows)


def test_a_shop_s_pictures_are_small_and_the_same_each_time(tmp_path: Path) -> None:
    number, shop = SHOPS[1]
    for folder in (tmp_path / "once", tmp_path / "again"):
        folder.mkdir()
        catalogue_write(folder=folder, shop=shop, number=number, products=8, images=True)
    first, second = (tmp_path / name / "fromagerie-du-perche.zip" for name in ("once", "again"))

    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.namelist() == [
            "fromages-pates-molles.png",
            "fromages-pates-pressees.png",
            "fromages-chevres-et-bleus.png",
            "cremerie.png",
        ]
        for name in archive.namelist():
            content = archive.read(name)
            assert len(content) < 30_000
            assert Image.open(io.BytesIO(content)).size == (600, 600)


def test_every_family_s_picture_can_be_drawn_and_no_two_of_a_shop_are_alike() -> None:
    drawn = set()
    for _number, shop in SHOPS:
        families = read_families(shop["kind"])
        assert len({family.category for family in families}) == len(families)
        pictures = [(family.picture, place) for place, family in enumerate(families)]
        drawn |= {family.picture for family in families}
        if shop["slug"] == "librairie-des-halles":
            assert len({picture_png(*picture) for picture in pictures}) == len(pictures)
    assert drawn == set(SHAPES)
