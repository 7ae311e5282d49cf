"""An operator looks through a merchant's eyes, from the Office's pages to Saleor and back."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from saleor_alencon.local.demo import PASSWORD
from tests.browser.conftest import find_chromium
from tests.browser.visitor import HEIGHTS, OPERATOR, SIDEWAYS
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CREATE_GROUP, Merchant, Shops, admin, make_merchant
from tests.live.page_town import PageTown, running_page_town
from tests.live.test_merchant_scope import PRODUCTS, RENAME

TRAIL = "/bureau/provisioning/shopprovision/journal/"
pytestmark = pytest.mark.skipif(find_chromium() is None, reason="Chromium is missing")


@pytest.fixture(scope="module")
def town_of_pages(live: LiveSaleor, shops: Shops) -> Iterator[PageTown]:
    with running_page_town(live, shops) as town:
        yield town


@pytest.fixture(scope="module")
def account(town_of_pages: PageTown) -> Merchant:
    """Give the operator of the demo's Office a staff account in Saleor."""
    live = town_of_pages.shops.live
    with admin(live) as staff:
        group = staff.mutate(
            CREATE_GROUP,
            input={
                "name": "Office, pour les regards",
                "addPermissions": ["MANAGE_PRODUCTS"],
                "restrictedAccessToChannels": False,
            },
        )["group"]["id"]
    return make_merchant(live, OPERATOR, [group])


@pytest.mark.parametrize("width", HEIGHTS)
def test_an_operator_opens_a_look_sees_as_the_shop_and_ends_it(
    town_of_pages: PageTown,
    account: Merchant,
    width: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shops = town_of_pages.shops
    own = shops.a.get(PRODUCTS)["products"]["totalCount"]
    everything = account.get(PRODUCTS)["products"]["totalCount"]
    product = shops.product(f"{BOOKSHOP}-3")
    folder = tmp_path_factory.mktemp("looks")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        context = browser.new_context(
            base_url=town_of_pages.office,
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="fr-FR",
        )
        page = context.new_page()
        sign_in(page)
        page.goto(TRAIL)
        page.get_by_role("link", name="Regarder comme une boutique").click()
        page.get_by_label("Boutique").select_option(label="Librairie des Halles")
        page.get_by_label("Raison").fill("La libraire ne trouve pas un album")
        page.screenshot(path=folder / f"{width}-open.png", full_page=True)
        page.get_by_role("button", name="Regarder").click()
        page.get_by_text("Vous regardez comme « Librairie des Halles »").wait_for()

        assert account.get(PRODUCTS)["products"]["totalCount"] == own
        assert "en lecture seule" in account.refused(RENAME, id=product, name="Non")
        page.goto(f"{TRAIL}?shop={BOOKSHOP}")
        assert words(page).count("La libraire ne trouve pas un album") >= 1
        assert "lecture pendant un regard products" in words(page)
        assert "action productUpdate" in words(page)
        needed, given = page.evaluate(SIDEWAYS)
        page.screenshot(path=folder / f"{width}.png", full_page=True)
        assert needed <= given
        page.get_by_role("button", name="Terminer").click()
        page.get_by_text("Le regard est terminé.").wait_for()
        browser.close()

    assert account.get(PRODUCTS)["products"]["totalCount"] == everything
    assert everything > own


def sign_in(page: Page) -> None:
    """Sign the operator in."""
    page.goto("/connexion/")
    page.get_by_label("Adresse électronique").fill(OPERATOR)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_load_state()


def words(page: Page) -> Any:
    """Return the text of the trail's table, its spaces made one."""
    return " ".join(page.locator("table.office-trail").inner_text().split())
