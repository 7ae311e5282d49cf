"""A merchant works in Saleor's own Dashboard, which is built outside the project, as if alone.

``docs/merchant-scope.md`` says how. Pictures of its pages are in pytest's folder of temporary files.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from saleor_alencon.local.demo import OPERATOR
from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from tests.browser.conftest import find_chromium
from tests.browser.visitor import DESKTOP, PHONE
from tests.live.dashboard_town import (
    BOOKSHOP,
    BUILD_VARIABLE,
    CHEESE,
    MERCHANT,
    PASSWORD,
    TOYS,
    DashboardTown,
    running_dashboard_town,
)
from tests.live.dashboard_visitor import Staff
from tests.live.merchants import global_id
from tests.live.office_visitor import OfficeVisitor

BOOKSHOP_NAME, CHEESE_NAME = "Librairie des Halles", "Fromagerie du Perche"
NOT_OPEN = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."
NOT_FOUND = "Sorry, the page was not found"
MERCHANTS_MENU = ["home", "search", "products", "orders", "customers", "installed-extensions"]
FIND_PRODUCT = """
query($slug: String!) {
  product(slug: $slug, channel: "alencon") {
    name thumbnail { url } collections { name }
    pricing { priceRange { start { gross { amount } } } }
    variants { quantityAvailable }
    attributes { attribute { slug } values { name } }
  }
}"""


@pytest.fixture(scope="module")
def market() -> Iterator[DashboardTown]:
    """Run the town, and the Dashboard for it."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-dashboard-"))
    try:
        with running_dashboard_town(folder, Path(os.environ[BUILD_VARIABLE])) as market:
            yield market
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium(market: DashboardTown) -> Iterator[Browser]:
    """Run one Chromium that knows no other host than this machine."""
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test-id")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dashboard")


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def merchant(
    request: pytest.FixtureRequest, market: DashboardTown, chromium: Browser, pictures: Path
) -> Iterator[Staff]:
    """Give the bookshop's merchant, signed in; nothing may go wrong that a test does not take."""
    staff = Staff(chromium, market.dashboard, request.param, pictures)
    staff.sign_in(MERCHANT, PASSWORD)
    yield staff
    staff.close()
    assert staff.take_faults() == []


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def admin(
    request: pytest.FixtureRequest, market: DashboardTown, chromium: Browser, pictures: Path
) -> Iterator[Staff]:
    """Give the Office's superuser, signed in."""
    staff = Staff(chromium, market.dashboard, request.param, pictures)
    staff.sign_in(STAFF_EMAIL, STAFF_PASSWORD)
    yield staff
    staff.close()
    assert staff.take_faults() == []


def find_variant(market: DashboardTown, shop: str, place: int) -> tuple[str, str, str]:
    """Return the slug, the product's and the variant's global id of a shop's nth variant."""
    slug, product, variant = market.town.sql(
        "SELECT p.slug, p.id, v.id FROM product_productvariant v"
        " JOIN product_product p ON p.id = v.product_id"
        " WHERE p.private_metadata ->> 'alencon.shop' = %s ORDER BY v.id OFFSET %s LIMIT 1",
        shop, place,
    )[0]  # fmt: skip
    return slug, global_id("Product", product), global_id("ProductVariant", variant)


def buy(market: DashboardTown, *shops: str) -> Any:
    """Buy two pieces of the third article of each shop, paid at once."""
    basket = {}
    for shop in shops:
        _slug, _product, variant = find_variant(market, shop, 3)
        number = market.town.sql(
            "SELECT sku FROM product_productvariant WHERE id = %s", key(variant)
        )
        basket[number[0][0]] = 2
    return market.shopping.buy(basket, customer="Cliente Démo 42")


def key(identifier: str) -> int:
    """Return what a global id names in its table."""
    import base64

    return int(base64.b64decode(identifier).decode().split(":")[1])


def warehouse_id(market: DashboardTown, shop: str) -> str:
    """Return the global id of a shop's warehouse."""
    rows = market.town.sql("SELECT id FROM warehouse_warehouse WHERE slug = %s", shop)
    return global_id("Warehouse", rows[0][0])


def test_the_menu_has_what_a_merchant_works_with_and_no_customers_are_listed(
    merchant: Staff,
) -> None:
    merchant.open("home")
    assert merchant.menu() == [*MERCHANTS_MENU, "configure"]
    merchant.picture("menu")

    for path, words in (("customers", "No customers found"), ("orders/drafts", "No orders found")):
        merchant.open(path)
        merchant.picture(path.replace("/", "-"))
        assert words in merchant.text()
    # No entry of the menu leads there, but an address can be typed.
    for path in ("discounts/vouchers", "gift-cards", "translations", "channels", "site-settings"):
        merchant.open(path)
        assert NOT_FOUND in merchant.text(), path


def test_every_page_of_the_menu_has_its_content_and_shows_no_error(
    market: DashboardTown, merchant: Staff
) -> None:
    order = buy(market, BOOKSHOP, CHEESE, TOYS)
    _slug, product, variant = find_variant(market, BOOKSHOP, 0)
    media = market.town.sql(
        "SELECT id FROM product_productmedia WHERE product_id = %s", key(product)
    )
    category = market.town.sql(
        "SELECT category_id FROM product_product WHERE id = %s", key(product)
    )
    collection = market.town.sql("SELECT id FROM product_collection WHERE slug = %s", BOOKSHOP)
    name = market.town.sql("SELECT name FROM product_product WHERE id = %s", key(product))[0][0]
    pages = {
        "search?q=dentelli": "L'Été de la dentellière",
        "products": "Live",
        f"products/{product}": "All channels configured correctly",
        f"products/variant/{variant}": BOOKSHOP_NAME,
        f"products/{product}/image/{global_id('ProductMedia', media[0][0])}": "Media Information",
        "categories": "Livres",
        f"categories/{global_id('Category', category[0][0])}": "Subcategories",
        "collections": BOOKSHOP_NAME,
        f"collections/{global_id('Collection', collection[0][0])}": BOOKSHOP_NAME,
        "orders": order.number,
        f"orders/{order.id}": "Cliente Démo 42",
        f"orders/{order.id}/fulfill": BOOKSHOP_NAME,
        "warehouses": BOOKSHOP_NAME,
        f"warehouses/{warehouse_id(market, BOOKSHOP)}": "Address Information",
        "configuration": "Warehouses",
        "taxes/channels": "Acheter à Alençon",
        "extensions/installed": "extensions",
    }
    assert name

    for number, (path, words) in enumerate(pages.items()):
        merchant.open(path)
        merchant.picture(f"page-{number:02}-{path.split('/')[0].split('?')[0]}")
        assert words in merchant.text(), path
        assert CHEESE_NAME not in merchant.text(), path
        assert merchant.page.get_by_text("Error", exact=True).count() == 0, path
        assert merchant.take_faults() == [], path
