"""Catalogues come into the real Saleor, change there, and survive every interruption."""

import csv
import io
import os
import random
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.live.office_town import OfficeTown

SHOP, SHOP_NAME = "velos-de-courteille", "Vélos de Courteille"
OTHER = "droguerie-de-la-fuie"
THIRD = "quincaillerie-du-marche"
HEADER = ("référence", "code produit", "nom", "variante", "prix TTC", "TVA", "stock", "EAN",
          "catégorie", "description", "poids g")  # fmt: skip
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
FIND_SHOP = """
query($shop: [String!]) {
  warehouses(first: 1, filter: {slugs: $shop}) { edges { node { id } } }
}"""
LIST = """
query($warehouse: [ID!], $after: String) {
  products(first: 100, after: $after, filter: {stocks: {warehouseIds: $warehouse}}) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      name externalReference
      owner: privateMetafield(key: "alencon.shop")
      collections { slug }
      category { name parent { name } }
      taxClass { name }
      media { id }
      attributes { attribute { slug } values { name } }
      channelListings { isPublished }
      variants {
        attributes { values { name } }
        sku name ean: metafield(key: "alencon.ean") weight { value unit }
        stocks { quantity warehouse { slug } }
        channelListings { price { amount } }
      }
    } }
  }
}"""

Article = dict[str, Any]


class Catalogue:
    """A shop's catalogue in Saleor, and the command that brings files there."""

    def __init__(self, town: OfficeTown, folder: Path, shop: str) -> None:
        self.town, self.folder, self.shop = town, folder, shop
        found = town.ask(FIND_SHOP, shop=[shop])
        self.warehouse = found["warehouses"]["edges"][0]["node"]["id"]

    def file(self, rows: list[dict[str, Any]], name: str = "catalogue.csv") -> Path:
        """Write rows as a merchant would; what a row leaves out is empty."""
        buffer = io.StringIO()
        columns = [*HEADER, *sorted({key for row in rows for key in row} - set(HEADER))]
        writer = csv.DictWriter(buffer, columns, delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        path = self.folder / name
        path.write_bytes(buffer.getvalue().encode("cp1252"))
        return path

    def run(self, path: Path, *options: str) -> str:
        """Import a file; return the line of counts."""
        output = self.town.run("catalogue", "import", str(path), "--shop", self.shop, *options)
        return output.strip().splitlines()[-1]

    def products(self) -> dict[str, Article]:
        """Return the products that came by import, by external reference."""
        found: dict[str, Article] = {}
        after = None
        while True:
            page = self.town.ask(LIST, warehouse=[self.warehouse], after=after)
            for edge in page["products"]["edges"]:
                reference = edge["node"]["externalReference"]
                if reference:
                    assert reference not in found
                    found[reference] = edge["node"]
            if not page["products"]["pageInfo"]["hasNextPage"]:
                return found
            after = page["products"]["pageInfo"]["endCursor"]


@pytest.fixture
def catalogue(town: OfficeTown, tmp_path: Path) -> Catalogue:
    """Give the bicycle shop's catalogue."""
    return Catalogue(town, tmp_path, SHOP)


def make_rows(tag: str, count: int) -> list[dict[str, Any]]:
    """Return rows of one variant each."""
    return [
        {
            "référence": f"{tag}-{number:04}",
            "nom": f"Article {tag} {number}",
            "prix TTC": f"{5 + number % 50},90",
            "TVA": "20",
            "stock": 3 + number % 7,
            "EAN": "4006381333931",
            "catégorie": "Chaussures > Ville",
            "description": "Une <belle> chaussure & son lacet.",
            "poids g": 750,
        }
        for number in range(count)
    ]


def counts(*, created: int = 0, updated: int = 0, unchanged: int = 0, hidden: int = 0) -> str:
    return (
        f"{created} created, {updated} updated, {unchanged} unchanged, 0 refused, "
        f"{hidden} taken off sale"
    )


def prices_and_stocks(products: dict[str, Article]) -> dict[str, tuple[float, int]]:
    """Return price and stock by SKU."""
    return {
        variant["sku"]: (
            variant["channelListings"][0]["price"]["amount"],
            variant["stocks"][0]["quantity"],
        )
        for product in products.values()
        for variant in product["variants"]
    }


def test_a_catalogue_is_created_then_only_its_differences_are_sent(catalogue: Catalogue) -> None:
    rows = make_rows("C", 300)
    for size in ("38", "39", "40"):
        common = {"code produit": "BOT", "nom": "Bottine", "prix TTC": "99", "TVA": "20"}
        rows.append(
            {**common, "référence": f"BOT-{size}", "variante": f"Taille {size}", "stock": 1}
        )
    path = catalogue.file(rows)

    assert catalogue.run(path, "--dry-run") == counts(created=303)
    assert f"{SHOP}/C-0000" not in catalogue.products()
    assert catalogue.run(path) == counts(created=303)
    products = catalogue.products()
    first, boots = products[f"{SHOP}/C-0000"], products[f"{SHOP}/BOT"]
    assert first == {
        "name": "Article C 0",
        "externalReference": f"{SHOP}/C-0000",
        "owner": SHOP,
        "collections": [{"slug": SHOP}],
        "category": {"name": "Ville", "parent": {"name": "Chaussures"}},
        "taxClass": {"name": "TVA 20 %"},
        "media": [],
        "attributes": [{"attribute": {"slug": "boutique"}, "values": [{"name": SHOP_NAME}]}],
        "channelListings": [{"isPublished": True}],
        "variants": [
            {
                "attributes": [{"values": []}],
                "sku": f"{SHOP}/C-0000",
                "name": "Article C 0",
                "ean": "4006381333931",
                "weight": {"value": 0.75, "unit": "KG"},
                "stocks": [{"quantity": 3, "warehouse": {"slug": SHOP}}],
                "channelListings": [{"price": {"amount": 5.9}}],
            }
        ],
    }
    assert sorted(variant["name"] for variant in boots["variants"]) == [
        "Taille 38",
        "Taille 39",
        "Taille 40",
    ]
    assert catalogue.run(path) == counts(unchanged=303)

    rows[0] |= {"nom": "Mocassin", "prix TTC": "49,50", "stock": 0, "poids g": 800}
    rows[1] |= {"catégorie": "Chaussures > Sport", "TVA": "5,5", "description": "Autre."}
    rows[-1]["EAN"] = "96385074"
    new = {"référence": "BOT-41", "variante": "Taille 41", "code produit": "BOT", "nom": "Bottine"}
    rows.append({**new, "prix TTC": "99", "TVA": "20", "stock": 2})
    changed = catalogue.file(rows)
    # The boots' other two sizes belong to a product that changes: they count as updated.
    assert catalogue.run(changed) == counts(created=1, updated=5, unchanged=298)
    products = catalogue.products()
    assert products[f"{SHOP}/C-0000"]["name"] == "Mocassin"
    assert prices_and_stocks(products)[f"{SHOP}/C-0000"] == (49.5, 0)
    assert products[f"{SHOP}/C-0001"]["category"]["name"] == "Sport"
    assert products[f"{SHOP}/C-0001"]["taxClass"]["name"] == "TVA 5,5 %"
    assert len(products[f"{SHOP}/BOT"]["variants"]) == 4


def test_an_export_imports_as_unchanged_in_both_formats(catalogue: Catalogue) -> None:
    path = catalogue.file([{**row, "nom": "-10 % dès aujourd'hui"} for row in make_rows("E", 3)])
    with pytest.raises(Exception, match="Commence comme une formule"):
        catalogue.run(path)
    catalogue.run(
        catalogue.file([{**row, "nom": "'-10 % aujourd'hui"} for row in make_rows("E", 3)])
    )
    products = len([1 for sku in prices_and_stocks(catalogue.products())])
    for suffix in ("csv", "xlsx"):
        out = catalogue.folder / f"export.{suffix}"
        catalogue.town.run("catalogue", "export", "--shop", SHOP, str(out))
        assert catalogue.run(out) == counts(unchanged=products)


def test_prices_and_stock_change_alone(catalogue: Catalogue) -> None:
    rows = make_rows("P", 120)
    catalogue.run(catalogue.file(rows))
    small = [
        {"référence": row["référence"], "prix TTC": row["prix TTC"], "stock": 99} for row in rows
    ]
    small[7]["prix TTC"] = "1,01"
    path = catalogue.folder / "caisse.csv"
    path.write_text(
        "sku,stock,price\n"
        + "".join(f'{r["référence"]},{r["stock"]},"{r["prix TTC"]}"\n' for r in small),
        "utf-8",
    )

    assert catalogue.run(path, "--prices-and-stock", "--dry-run") == counts(updated=120)
    assert catalogue.run(path, "--prices-and-stock") == counts(updated=120)
    assert catalogue.run(path, "--prices-and-stock") == counts(unchanged=120)

    held = prices_and_stocks(catalogue.products())
    assert held[f"{SHOP}/P-0007"] == (1.01, 99)
    assert held[f"{SHOP}/P-0008"] == (13.9, 99)


def test_scenario_13_a_file_of_another_shop_changes_nothing(catalogue: Catalogue) -> None:
    rows = make_rows("S", 5)
    rows[4]["boutique"] = OTHER
    before = catalogue.products()

    with pytest.raises(Exception, match="Tout le fichier est refusé"):
        catalogue.run(catalogue.file(rows))

    assert catalogue.products() == before


def test_a_reference_of_our_shop_on_another_shops_article_is_not_touched(
    catalogue: Catalogue,
) -> None:
    # A merchant may type any SKU in Saleor's dashboard, one that looks like ours too.
    theirs = Catalogue(catalogue.town, catalogue.folder, OTHER)
    theirs.run(theirs.file(make_rows("T", 1)))
    town = catalogue.town
    variant = town.ask(
        "query($sku: String!) { productVariant(sku: $sku) { id } }", sku=f"{OTHER}/T-0000"
    )["productVariant"]["id"]
    town.ask(
        "mutation($id: ID!, $sku: String!) { productVariantUpdate(id: $id, input: {sku: $sku}) "
        "{ errors { field code message } } }",
        id=variant,
        sku=f"{SHOP}/T-0000",
    )
    path = catalogue.file([{"référence": "T-0000", "prix TTC": "0,01", "stock": 0}])

    with pytest.raises(Exception, match="Référence inconnue"):
        catalogue.run(path, "--prices-and-stock")

    assert prices_and_stocks(theirs.products())[f"{SHOP}/T-0000"] == (5.9, 3)


def test_what_a_complete_catalogue_leaves_out_is_hidden_and_comes_back(
    catalogue: Catalogue,
) -> None:
    shop = Catalogue(catalogue.town, catalogue.folder, THIRD)
    rows = make_rows("H", 6)
    shop.run(shop.file(rows))
    assert shop.run(shop.file(rows[:4]), "--complete") == counts(unchanged=4, hidden=2)
    published = {
        reference: product["channelListings"][0]["isPublished"]
        for reference, product in shop.products().items()
        if "/H-" in reference
    }
    assert published == {f"{THIRD}/H-{n:04}": n < 4 for n in range(6)}

    assert shop.run(shop.file(rows)) == counts(updated=2, unchanged=4)
    assert all(
        product["channelListings"][0]["isPublished"]
        for reference, product in shop.products().items()
        if "/H-" in reference
    )


def test_images_of_a_zip_are_sent_once(catalogue: Catalogue) -> None:
    images = catalogue.folder / "images.zip"
    with zipfile.ZipFile(images, "w") as archive:
        archive.writestr("photos/I-0000.png", PIXEL)
    rows = make_rows("I", 2)
    rows[0]["image"] = "I-0000.png"
    path = catalogue.file(rows)

    assert catalogue.run(path, "--images", str(images)) == counts(created=2)
    assert catalogue.run(path, "--images", str(images)) == counts(unchanged=2)

    products = catalogue.products()
    assert len(products[f"{SHOP}/I-0000"]["media"]) == 1
    assert products[f"{SHOP}/I-0001"]["media"] == []


def test_killed_ten_times_the_import_ends_with_exactly_the_files_products(
    catalogue: Catalogue,
) -> None:
    rows = make_rows("K", 700)
    path = catalogue.file(rows)
    chance = random.Random(20260101)
    killed = 0
    for _attempt in range(10):
        process = catalogue.town.start("catalogue", "import", str(path), "--shop", SHOP)
        time.sleep(1.2 + chance.random() * 1.5)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()

    last = catalogue.run(path)

    assert killed >= 5  # a fast machine may finish before the tenth
    assert ", 0 updated, " in last
    held = prices_and_stocks(
        {key: value for key, value in catalogue.products().items() if f"{SHOP}/K-" in key}
    )
    assert held == {
        f"{SHOP}/{row['référence']}": (float(row["prix TTC"].replace(",", ".")), row["stock"])
        for row in rows
    }
    jobs = catalogue.town.sql(
        "SELECT state, created, unchanged, refused FROM alencon.catalogue_importjob"
        " WHERE total = 700 ORDER BY id"
    )
    assert jobs[0] == ("done", 700, 0, 0)  # one job was resumed until it was done
