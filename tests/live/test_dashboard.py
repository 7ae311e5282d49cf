"""A merchant works in Saleor's own Dashboard, which is built outside the project, as if alone.

``docs/merchant-scope.md`` says how. Pictures of the pages are in pytest's temporary folder.
"""

import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from saleor_alencon.local.demo import OPERATOR
from tests.browser.visitor import DESKTOP, PHONE
from tests.live.dashboard_town import (
    BOOKSHOP,
    BOOKSHOP_NAME,
    CHEESE,
    CHEESE_NAME,
    MERCHANT,
    TOYS,
    DashboardTown,
)
from tests.live.dashboard_visitor import CELL, Staff
from tests.live.merchants import global_id
from tests.live.office_visitor import SHOP_ORDERS, OfficeVisitor
from tests.live.shopping import PlacedOrder

FIND_PRODUCT = """
query($slug: String!) {
  product(slug: $slug, channel: "alencon") {
    name thumbnail { url } collections { name }
    pricing { priceRange { start { gross { amount } } } }
    variants { quantityAvailable }
    attributes { attribute { slug } values { name } }
  }
}"""


def test_every_page_of_the_menu_has_its_content_and_shows_no_error(
    market: DashboardTown, merchant: Staff
) -> None:
    order, articles = market.buy(BOOKSHOP, CHEESE, TOYS)
    article = articles[BOOKSHOP]
    number = article.number
    media = market.one("SELECT min(id) FROM product_productmedia WHERE product_id = %s", number)
    category = market.one("SELECT category_id FROM product_product WHERE id = %s", number)
    pages = {
        "search?q=dentelli": "L'Été de la dentellière",
        "products": "Live",
        f"products/{article.product}": "All channels configured correctly",
        f"products/variant/{article.variant}": BOOKSHOP_NAME,
        f"products/{article.product}/image/{global_id('ProductMedia', media)}": "Media View",
        "categories": "Livres",
        f"categories/{global_id('Category', category)}": "Subcategories",
        "collections": BOOKSHOP_NAME,
        f"collections/{market.collection(BOOKSHOP)}": "Live",
        "orders": order.number,
        f"orders/{order.id}": "Cliente Démo 42",
        f"orders/{order.id}/fulfill": "Item ready to ship",
        "warehouses": BOOKSHOP_NAME,
        f"warehouses/{market.warehouse(BOOKSHOP)}": "Address Information",
        "configuration": "Warehouses",
        "taxes/channels": "Acheter à Alençon",
        "extensions/installed": "extensions",
    }

    for place, (path, words) in enumerate(pages.items()):
        merchant.open(path)
        merchant.see(words, path)
        merchant.picture(f"page-{place:02}-{path.split('/')[0].split('?')[0]}")
        assert merchant.notices() == [], path
        assert merchant.take_faults() == [], path
    assert CHEESE_NAME not in "".join(merchant.answers)


def test_lists_count_search_and_filter_what_is_the_shops(
    market: DashboardTown, merchant: Staff
) -> None:
    order, _articles = market.buy(BOOKSHOP, CHEESE)
    others, _articles = market.buy(CHEESE)
    products = market.one(
        "SELECT count(*) FROM product_product WHERE private_metadata ->> 'alencon.shop' = %s",
        BOOKSHOP,
    )
    fulfilled = "0%5Bs0.status%5D%5B0%5D=FULFILLED"

    merchant.open("collections")
    merchant.see(BOOKSHOP_NAME)
    assert merchant.asked_total() == {BOOKSHOP_NAME: products, "À la une": 0}
    merchant.open("orders")
    merchant.see("Cliente Démo 42" if merchant.width == DESKTOP else order.number)
    assert order.number in numbers(merchant)
    assert others.number not in numbers(merchant)
    merchant.open(f"orders?query={others.number}")
    merchant.see("No orders found")
    merchant.open(f"orders?{fulfilled}&query={order.number}")
    merchant.see("No orders found")
    market.shopping.fulfil(order.id)
    for search in ("", f"{fulfilled}&"):
        merchant.open(f"orders?{search}query={order.number}")
        expect(merchant.page.locator(CELL).first).to_be_attached()
        assert numbers(merchant) == [order.number]
    merchant.picture("orders-filtered")


def test_a_price_and_a_stock_are_edited_and_shoppers_get_them(
    market: DashboardTown, merchant: Staff
) -> None:
    place, price, pieces = (4, 18.9, 33) if merchant.width == PHONE else (5, 21.3, 44)
    article = market.article(BOOKSHOP, place)

    page = merchant.open(f"products/variant/{article.variant}")
    merchant.type(page.get_by_test_id("price-field").first, f"{price:.2f}")
    merchant.type(page.get_by_test_id("stock-input"), str(pieces))
    merchant.picture("price-edited")
    merchant.save("Variant updated")

    seen = market.town.ask_as_shopper(FIND_PRODUCT, slug=article.slug)["product"]
    assert seen["pricing"]["priceRange"]["start"]["gross"]["amount"] == price
    assert seen["variants"] == [{"quantityAvailable": pieces}]


def test_a_product_is_added_with_a_picture_and_shoppers_find_it_in_the_shop(
    market: DashboardTown, merchant: Staff, tmp_path: Path
) -> None:
    name = f"Carnet de dentelle {merchant.width}"
    picture = tmp_path / "carnet.png"
    Image.new("RGB", (640, 480), (180, 40, 60)).save(picture)

    page = merchant.open("products")
    page.get_by_test_id("add-product").first.click()
    dialog = page.get_by_test_id("create-product-dialog")
    dialog.locator("[name=name]").fill(name)
    dialog.get_by_role("combobox").click()
    page.get_by_test_id("select-option").filter(has_text="Article").click()
    dialog.get_by_role("button", name="Create").click()
    merchant.expect_notice("Product created")
    merchant.settle()
    product = page.url.split("/products/")[1].split("?")[0].replace("%3D", "=")
    page.get_by_test_id("product-media-file-input").set_input_files(picture)
    merchant.expect_notice("1 image added")
    choose_category_and_channel(merchant)
    merchant.picture("product-added")
    merchant.save("Product updated")
    page = merchant.open(f"products/{product}/variant/add")
    page.get_by_test_id("variant-name-input").fill("Carnet")
    merchant.type(page.get_by_test_id("price-field").first, "12.50")
    merchant.save("Variant created")
    put_into_stock(merchant, 7)
    page = merchant.open(f"products/{product}")
    page.get_by_test_id("setup-product-make-available").click()
    merchant.picture("product-on-sale")
    merchant.save("Product updated")

    slug = market.one("SELECT slug FROM product_product ORDER BY id DESC LIMIT 1")
    seen = market.town.ask_as_shopper(FIND_PRODUCT, slug=slug)["product"]
    assert seen["thumbnail"]["url"].startswith("http")
    assert seen["pricing"]["priceRange"]["start"]["gross"]["amount"] == 12.5
    assert seen["variants"] == [{"quantityAvailable": 7}]
    assert seen["collections"] == [{"name": BOOKSHOP_NAME}]
    shop = {"attribute": {"slug": "boutique"}, "values": [{"name": BOOKSHOP_NAME}]}
    assert shop in seen["attributes"]


def choose_category_and_channel(merchant: Staff) -> None:
    """Choose the first book category, and the town's only channel."""
    page = merchant.page
    page.get_by_test_id("channels-availability-manage-button").click()
    dialog = page.get_by_role("dialog")
    rows = dialog.get_by_test_id("channel-row")
    assert rows.all_inner_texts() == ["Acheter à Alençon"]
    rows.get_by_role("checkbox").click()
    dialog.get_by_test_id("submit").click()
    page.get_by_test_id("category").locator("input").click()
    page.get_by_test_id("select-option").filter(has_text="Romans").click()


def put_into_stock(merchant: Staff, pieces: int) -> None:
    """Put pieces of the open variant into the only warehouse that is offered."""
    page = merchant.page
    page.get_by_test_id("assign-warehouse-button").click()
    dialog = page.get_by_role("dialog")
    rows = dialog.get_by_test_id("dialog-row")
    expect(rows).to_have_count(1)
    assert BOOKSHOP_NAME in rows.inner_text()
    rows.get_by_role("checkbox").click()
    dialog.get_by_test_id("assign-and-save-button").click()
    merchant.type(page.get_by_test_id("stock-input"), str(pieces))
    merchant.save("Variant updated")


def test_its_part_of_a_three_shop_order_is_fulfilled_after_another_shops(
    market: DashboardTown, merchant: Staff
) -> None:
    order, articles = market.buy(BOOKSHOP, CHEESE, TOYS)
    market.shopping.fulfil(order.id, {articles[CHEESE].sku})
    share = f"{2 * articles[BOOKSHOP].price:.2f}"

    page = merchant.open(f"orders/{order.id}")
    merchant.see(share)
    merchant.picture("order-to-fulfil")
    page.get_by_role("button", name="Fulfill").first.click()
    merchant.see(articles[BOOKSHOP].name)
    expect(page.get_by_test_id("select-warehouse-button")).to_have_value(BOOKSHOP_NAME)
    merchant.picture("fulfilling")
    merchant.save("Fulfilled Items")
    merchant.picture("order-fulfilled")

    found = market.shopping.order(order.id)
    assert found["status"] == "PARTIALLY_FULFILLED"
    assert {line["productSku"]: line["quantityToFulfill"] for line in found["lines"]} == {
        articles[BOOKSHOP].sku: 0,
        articles[CHEESE].sku: 0,
        articles[TOYS].sku: 2,
    }
    wanted = {BOOKSHOP: "HANDED_OVER", CHEESE: "HANDED_OVER", TOYS: "TO_PREPARE"}
    assert states_in_the_office(market, order, wanted) == wanted
    seen = "".join(merchant.answers)
    for hidden in (articles[CHEESE].name, articles[TOYS].name, articles[CHEESE].sku):
        assert hidden not in seen


def states_in_the_office(
    market: DashboardTown, order: PlacedOrder, wanted: dict[str, str]
) -> dict[str, str]:
    """Return the states of an order's parts once they are as wanted, or those after a minute."""
    operator = OfficeVisitor(market.office, OPERATOR)
    states: dict[str, str] = {}
    deadline = time.monotonic() + 60
    while states != wanted and time.monotonic() < deadline:
        edges = operator.ask(SHOP_ORDERS, number=order.number)["shopOrders"]["edges"]
        states = {edge["node"]["shop"]["slug"]: edge["node"]["state"] for edge in edges}
        time.sleep(0.5)
    operator.close()
    return states


def test_the_dashboard_speaks_french_to_who_chooses_it(
    market: DashboardTown, merchant: Staff
) -> None:
    user = market.one("SELECT id FROM account_user WHERE email = %s", MERCHANT)
    order, _articles = market.buy(BOOKSHOP)

    page = merchant.open(f"staff/{global_id('User', user)}")
    page.get_by_test_id("staff-preferences").get_by_role("combobox").click()
    page.get_by_role("option", name="Français", exact=True).click()
    expect(page.get_by_text("Réinitialiser le mot de passe")).to_be_visible()
    merchant.settle()
    merchant.picture("french-profile")
    merchant.open("orders")
    expect(page.get_by_placeholder("Rechercher parmi les commandes")).to_be_visible()
    merchant.picture("french-orders")
    merchant.open(f"orders/{order.id}")
    merchant.see("Résumé")
    merchant.picture("french-order")


def numbers(staff: Staff) -> list[str]:
    """Return the numbers of the listed orders."""
    return [cell for cell in staff.cells() if cell.isdigit()]
