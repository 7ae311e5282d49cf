"""A new shop sells in Saleor's own storefront, which is built and started outside the project.

``docs/storefront.md`` says how. Pictures of its pages are in pytest's folder of temporary files.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect, sync_playwright

from saleor_alencon.local.demo import OPERATOR
from saleor_alencon.local.demo_shops import read_shops
from saleor_alencon.local.processes import find_free_port
from saleor_alencon.local.saleor_payments import register_saleor, stripe_variables
from saleor_alencon.local.saleor_stack import start_office, start_saleor_tasks
from saleor_alencon.local.stripe_server import StripeServer, running_stripe_server
from tests.browser.conftest import find_chromium
from tests.browser.visitor import DESKTOP, MERCHANT, PHONE
from tests.live.office_town import OfficeTown, running_office_town
from tests.live.office_visitor import OfficeVisitor
from tests.live.storefront_shopper import VISA, Shopper

SHOP, NAME = "le-de-ducal", "Le Dé Ducal"
PRODUCTS = 2_000
NEIGHBOURS = ("librairie-des-halles", "fromagerie-du-perche")
COLLECT, CENTRAL = "Retrait en boutique", "Point de retrait central"
HOME = "Livraison à domicile"
NEEDS_THE_BANK = "4000002760003184"
REFUSED = "4000000000000002"
FIND_PRODUCTS = """
query($shop: String!) {
  collection(slug: $shop, channel: "alencon") {
    products(first: 100) { totalCount edges { node {
      name slug thumbnail { url }
      pricing { priceRange { start { gross { amount } } } }
      variants { id quantityAvailable }
    } } }
  }
}"""
FIND_POINTS = "query($id: ID!) { checkout(id: $id) { availableCollectionPoints { id slug } } }"


@dataclass
class Market:
    """The town, its Office, and what the storefront's shoppers can buy at once, by shop."""

    town: OfficeTown
    office: str
    stripe: StripeServer
    products: dict[str, dict[str, Any]]

    def payments(self) -> list[tuple[str, int]]:
        """Return state and amount in cents of the payments at Stripe, the newest first."""
        answer = httpx.get(
            f"{self.stripe.url}/v1/payment_intents", auth=(self.stripe.secret_key, "")
        ).json()
        return [(intent["status"], intent["amount"]) for intent in answer["data"]]


def open_shop(town: OfficeTown, office: str, folder: Path) -> None:
    """Take a prospect to live, as the Office does: by its pages, and its catalogue by a file."""
    number = town.sql("SELECT id FROM alencon.shops_shop WHERE slug = %s", SHOP)[0][0]
    record = f"/bureau/shops/shop/{number}/"
    year = str(timezone.localdate().year)
    operator = OfficeVisitor(office, OPERATOR)
    operator.submit(f"{record}engager")
    operator.submit(
        f"{record}change/",
        agreement_signed_on="20/07/2026",
        **{
            "dues-TOTAL_FORMS": "1",
            "dues-0-shop": str(number),
            "dues-0-year": year,
            "dues-0-paid_on": f"05/01/{year}",
        },
    )
    operator.submit(f"{record}valider")
    town.run("shops", "provision", SHOP)
    assert town.import_catalogue(SHOP, folder, PRODUCTS).startswith(f"{PRODUCTS} created")
    form = operator.submit(f"{record}compte-stripe")
    operator.get(f"{form.url}?outcome=succeed")
    operator.submit(f"{record}mettre-en-ligne")
    operator.close()
    states = town.sql(
        "SELECT state FROM alencon.shops_shopevent WHERE shop_id = %s AND kind <> 'details'"
        " ORDER BY id",
        number,
    )
    assert [state for (state,) in states] == ["prospect", "committed", "approved", "live"]
    assert town.run("shops", "verify", SHOP).strip() == "1 shops: nothing differs"


def find_product(town: OfficeTown, shop: str) -> dict[str, Any]:
    """Return a product with a picture that is in stock and has no choice of variants."""
    found = town.ask_as_shopper(FIND_PRODUCTS, shop=shop)["collection"]["products"]
    for edge in found["edges"]:
        variants = edge["node"]["variants"]
        if len(variants) == 1 and variants[0]["quantityAvailable"] > 4:
            assert edge["node"]["thumbnail"], edge["node"]["name"]
            return dict(edge["node"])
    raise AssertionError(f"{shop} has nothing in stock")


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    """Run the town on the port that the storefront asks, with three shops that sell."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-storefront-"))
    port = int(os.environ["STOREFRONT_SALEOR_PORT"])
    try:
        with (
            running_stripe_server() as stripe,
            running_office_town(folder, port, stripe_variables(stripe)) as town,
        ):
            register_saleor(stripe, town.stack)
            office_port = find_free_port()
            start_office(
                town.stack, town.processes, office_port, log=folder / "office.log",
                **town.connection,
            )  # fmt: skip
            office = f"http://127.0.0.1:{office_port}"
            open_shop(town, office, folder)
            for slug in NEIGHBOURS:
                town.import_catalogue(slug, folder, 40)
            products = {slug: find_product(town, slug) for slug in (SHOP, *NEIGHBOURS)}
            start_saleor_tasks(town.stack, town.processes, folder)
            yield Market(town, office, stripe, products)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium(market: Market) -> Iterator[Browser]:
    """Run one Chromium that knows no other host than this machine."""
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storefront")


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def shopper(
    request: pytest.FixtureRequest, chromium: Browser, pictures: Path, market: Market
) -> Iterator[Shopper]:
    """Give a shopper with an empty basket."""
    url, stripe = os.environ["STOREFRONT_URL"], market.stripe.url
    shopper = Shopper(chromium, url, request.param, pictures, stripe)
    yield shopper
    shopper.close()


def test_the_shops_page_has_its_words_and_its_two_thousand_products(
    market: Market, shopper: Shopper
) -> None:
    description = next(shop["description"] for shop in read_shops() if shop["slug"] == SHOP)

    page = shopper.open(f"/collections/{SHOP}")
    shopper.picture("shop")

    assert page.get_by_role("heading", level=1).inner_text() == NAME
    assert description in shopper.text()
    assert page.get_by_text("2 000 produits").count() == 1
    assert page.locator("main img").count() > 5
    expect(page.locator("footer").get_by_role("link", name=NAME)).to_have_count(1)


def test_all_products_are_listed_with_those_of_the_new_shop(
    market: Market, shopper: Shopper
) -> None:
    total = PRODUCTS + 2 * 40

    page = shopper.open("/products")
    shopper.picture("products")

    assert page.get_by_role("heading", level=1).inner_text() == "Tous les articles"
    assert page.get_by_text(f"{total:,} produits".replace(",", " ")).count() == 1


def test_a_products_page_says_its_price_and_the_shop_that_sells_it(
    market: Market, shopper: Shopper
) -> None:
    product = market.products[SHOP]
    euros = product["pricing"]["priceRange"]["start"]["gross"]["amount"]

    page = shopper.open(f"/products/{product['slug']}")
    shopper.picture("product")
    page.get_by_text("Détails du produit").click()

    assert page.get_by_role("heading", level=1).first.inner_text() == product["name"]
    assert f"{euros:.2f} €".replace(".", ",") in shopper.text()
    assert NAME in shopper.text()


def test_a_basket_of_three_shops_is_paid_once_with_3_d_secure_and_collected_in_each(
    market: Market, shopper: Shopper
) -> None:
    for product in market.products.values():
        shopper.put_into_basket(product["slug"])
    shopper.go_to_delivery("61000")
    assert list(shopper.deliveries()) == [COLLECT, CENTRAL, HOME]
    shopper.go_to_payment(COLLECT)
    shopper.enter_card(NEEDS_THE_BANK)
    shopper.answer_the_bank("Confirmer le paiement")
    number = shopper.ordered()

    euros = sum(
        Decimal(str(product["pricing"]["priceRange"]["start"]["gross"]["amount"]))
        for product in market.products.values()
    )
    assert market.payments()[0] == ("succeeded", int(euros * 100))
    operator = OfficeVisitor(market.office, OPERATOR)
    parts = operator.wait_for_shop_orders(number, "TO_PREPARE")
    assert set(parts) == set(market.products)
    codes = [part["pickup"]["code"] for part in parts.values()]
    assert [len(code) for code in codes] == [6, 6, 6]
    assert len(set(codes)) == 3
    operator.close()
    # The bookshop sees its own part, and no other's.
    merchant = OfficeVisitor(market.office, MERCHANT)
    assert set(merchant.wait_for_shop_orders(number, "TO_PREPARE")) == {"librairie-des-halles"}
    counter = merchant.get("/boutique/").text
    assert parts["librairie-des-halles"]["pickup"]["code"] in counter
    assert parts[SHOP]["pickup"]["code"] not in counter
    merchant.close()


@pytest.mark.parametrize(
    ("postal_code", "home_price"), [("61000", "4.90"), ("61170", "7.90"), ("75001", None)]
)
def test_home_delivery_has_the_price_of_the_postal_code(
    market: Market, shopper: Shopper, postal_code: str, home_price: str | None
) -> None:
    shopper.put_into_basket(market.products["fromagerie-du-perche"]["slug"])
    checkout = shopper.go_to_delivery(postal_code)
    offered = shopper.deliveries()

    assert list(offered) == ([COLLECT, CENTRAL, HOME] if home_price else [COLLECT, CENTRAL])
    assert home_price is None or home_price in offered[HOME].replace(",", ".")
    # The storefront shows no collection points; one that does may offer these.
    points = market.town.ask_as_shopper(FIND_POINTS, id=checkout)["checkout"]
    assert {point["slug"] for point in points["availableCollectionPoints"]} == {
        "fromagerie-du-perche",
        "point-de-retrait-central",
    }


def test_a_card_or_a_bank_that_refuses_is_told_and_another_card_pays(
    market: Market, shopper: Shopper
) -> None:
    shopper.put_into_basket(market.products["fromagerie-du-perche"]["slug"])
    shopper.go_to_delivery("61000")
    before = len(market.payments())
    shopper.go_to_payment(COLLECT)
    shopper.enter_card(REFUSED)
    expect(shopper.page.get_by_text("Your card was declined.").first).to_be_visible()
    shopper.enter_card(NEEDS_THE_BANK)
    shopper.answer_the_bank("Refuser")
    expect(shopper.page.get_by_text("We are unable to authenticate").first).to_be_visible()

    shopper.enter_card(VISA)
    shopper.ordered()

    made = market.payments()[: -before or None]
    assert [state for state, _cents in made] == ["succeeded", "canceled", "canceled"]


def test_any_basket_is_collected_at_the_central_point(market: Market, shopper: Shopper) -> None:
    for slug in NEIGHBOURS:
        shopper.put_into_basket(market.products[slug]["slug"])
    shopper.go_to_delivery("75001")
    number = shopper.pay(CENTRAL)

    operator = OfficeVisitor(market.office, OPERATOR)
    parts = operator.wait_for_shop_orders(number, "TO_PREPARE")
    assert {slug: part["pickup"]["place"] for slug, part in parts.items()} == dict.fromkeys(
        NEIGHBOURS, "CENTRAL"
    )
    operator.close()


def test_a_search_finds_the_new_shops_products(market: Market, shopper: Shopper) -> None:
    word = market.products[SHOP]["name"].split()[0]

    page = shopper.open(f"/search?query={word}")
    shopper.picture("search")

    assert "produits trouvés" in shopper.text()
    assert page.locator("main").get_by_role("link", name=word).count() > 5


def test_every_payment_of_the_storefront_reconciles(market: Market) -> None:
    paid = [cents for state, cents in market.payments() if state == "succeeded"]
    assert paid

    found = market.town.run("reconcile").splitlines()

    assert found[1] == f"matched: {len(paid)}"
    assert found[-1] == "residual 0.00, unexplained 0.00"
