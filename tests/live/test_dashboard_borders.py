"""What Saleor's own Dashboard does not let a merchant see or do, and that the admin sees all."""

from playwright.sync_api import expect

from tests.live.dashboard_town import (
    BOOKSHOP,
    BOOKSHOP_NAME,
    CHEESE,
    CHEESE_NAME,
    TOYS,
    DashboardTown,
)
from tests.live.dashboard_visitor import Staff
from tests.live.merchants import global_id

NOT_OPEN = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."
NOT_FOUND = "Sorry, the page was not found"
MERCHANTS_MENU = ["home", "search", "products", "orders", "customers", "installed-extensions"]


def test_the_menu_has_what_a_merchant_works_with_and_no_customers_are_listed(
    merchant: Staff,
) -> None:
    merchant.open("home")
    assert merchant.menu() == [*MERCHANTS_MENU, "configure"]
    merchant.picture("menu")

    for path, words in (("customers", "No customers found"), ("orders/drafts", "No orders found")):
        merchant.open(path)
        merchant.see(words, path)
        merchant.picture(path.replace("/", "-"))
    # No entry of the menu leads there, but an address can be typed.
    for path in ("discounts/vouchers", "gift-cards", "translations", "channels", "site-settings"):
        merchant.open(path)
        merchant.see(NOT_FOUND, path)


def test_another_shops_pages_are_not_found_by_their_address(
    market: DashboardTown, merchant: Staff
) -> None:
    order, articles = market.buy(CHEESE)
    article = articles[CHEESE]
    pages = (
        f"products/{article.product}",
        f"products/variant/{article.variant}",
        f"products/{article.product}/variant/add",
        f"orders/{order.id}",
        f"warehouses/{market.warehouse(CHEESE)}",
        f"collections/{market.collection(CHEESE)}",
    )

    for path in pages:
        merchant.open(path)
        merchant.see(NOT_FOUND, path)
        assert merchant.take_faults() == [], path
    merchant.picture("another-shops")
    merchant.open(f"orders/{order.id}/fulfill")
    assert article.name not in merchant.text()
    merchant.take_faults()
    seen = "".join(merchant.answers)
    for hidden in (article.name, article.sku, CHEESE_NAME, CHEESE):
        assert hidden not in seen


def test_a_refused_action_says_why_and_changes_nothing(
    market: DashboardTown, merchant: Staff
) -> None:
    order, _articles = market.buy(BOOKSHOP, CHEESE)
    category = market.one("SELECT id FROM product_category WHERE name = 'Romans'")

    page = merchant.open(f"orders/{order.id}")
    page.get_by_role("button", name="Generate").click()
    merchant.expect_notice(NOT_OPEN)
    merchant.picture("refused-invoice")
    assert merchant.take_faults() == [f"InvoiceRequest: {NOT_OPEN}"]
    page = merchant.open(f"categories/{global_id('Category', category)}")
    page.locator("[name=name]").fill("Romans volés")
    page.get_by_test_id("button-bar-confirm").click()
    merchant.expect_notice(NOT_OPEN)
    merchant.picture("refused-category")
    assert merchant.take_faults() == [f"CategoryUpdate: {NOT_OPEN}"]

    assert market.one("SELECT count(*) FROM invoice_invoice") == 0
    assert market.one("SELECT name FROM product_category WHERE id = %s", category) == "Romans"


def test_the_admin_sees_every_shop_as_before(market: DashboardTown, admin: Staff) -> None:
    order, articles = market.buy(BOOKSHOP, CHEESE, TOYS)
    total = f"{sum(2 * article.price for article in articles.values()):.2f}"

    admin.open("home")
    menu = admin.menu()
    assert {"customers", "discounts", "giftCards", "modeling", "translations"} - set(menu) == {
        "giftCards"  # within the catalogue's entry, which is closed
    }
    admin.open("orders")
    admin.see(order.number)
    admin.open(f"orders/{order.id}")
    admin.see(total)
    admin.picture("admin-order")
    assert all(article.name in "".join(admin.answers) for article in articles.values())
    admin.open(f"warehouses/{market.warehouse(CHEESE)}")
    expect(admin.page.locator("[name=name]")).to_have_value(CHEESE_NAME)
    for article in articles.values():
        admin.open(f"products/{article.product}")
        expect(admin.page.locator("[name=name]").first).to_have_value(article.name)
    admin.open("customers")
    admin.see("No customers found")  # who buys without an account is none
    admin.open("collections")
    admin.see(CHEESE_NAME)
    totals = admin.asked_total()
    assert (totals[BOOKSHOP_NAME] >= 24, totals[CHEESE_NAME]) == (True, 8)
