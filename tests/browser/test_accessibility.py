"""No page keeps anybody out: axe finds nothing serious, the keyboard is enough, 200 % is readable.

axe-core's rules for WCAG 2.0 and 2.1, A and AA.
"""

import re
from collections.abc import Container, Iterable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from saleor_alencon.counter.urls import urlpatterns
from saleor_alencon.local.embedded_postgres import url
from tests.browser import counter_town
from tests.browser.counter_town import SHOPS
from tests.browser.test_pages import addresses
from tests.browser.test_rounds import COURIER
from tests.browser.test_shopper import order_path  # noqa: F401 - a fixture
from tests.browser.visitor import DESKTOP, MERCHANT, OPERATOR, PHONE, TREASURER, Visitor

AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
HEAVY = {"serious", "critical"}
NOT_OURS = {"exclude": [[".select2-container"]]}
"""Django's own boxes to choose a record: select2 names them by what is chosen, at first nothing."""
RECORD = re.compile(r"/\d+/change/$")
NO_PAGE = re.compile(r"<|\.|actions$|liste$|recherche$|qui$|moi$|compte/$")
"""Not opened: what answers to a script, files, and the account that only Stripe Connect has."""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ZOOMED = {"width": 640, "height": 400}
"""What a window of 1280 by 800 shows at 200 %."""
BOOKS = next(iter(SHOPS))


def barriers(page: Page) -> list[str]:
    """Return what is serious on a page: rule, and the first elements it is about."""
    found = AXE.run(page, context=NOT_OURS, options=RULES).response["violations"]
    return [
        f"{page.url} {each['id']}: {', '.join(node['html'][:120] for node in each['nodes'][:3])}"
        for each in found
        if each["impact"] in HEAVY
    ]


def walk(
    visitor: Visitor, paths: Iterable[str], scheme: str = "light"
) -> tuple[set[str], list[str]]:
    """Open pages; return which, and the barriers on them."""
    visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    seen: set[str] = set()
    found: list[str] = []
    for path in paths:
        visitor.open(path)
        seen.add(path)
        found += barriers(visitor.page)
    return seen, found


def menu(visitor: Visitor) -> list[str]:
    return addresses(visitor, "#nav-sidebar-apps a")


def office_pages(visitor: Visitor, known: Container[str] = ()) -> Iterator[str]:
    """Give the pages of the menu that are not known, each with a record and the form to add one."""
    for path in menu(visitor):
        if path in known:
            continue
        yield path
        links = addresses(visitor, "#main a, #content a, table a")
        yield from [each for each in links if RECORD.search(each)][:1]
        yield from [each for each in links if each.startswith(path) and each.endswith("/add/")][:1]


def counter_pages() -> list[str]:
    """Return the merchant's pages that need no key."""
    routes = [str(each.pattern) for each in urlpatterns]
    return [f"/boutique/{route}" for route in routes if not NO_PAGE.search(route)]


@pytest.fixture
def pickups(office, embedded_socket) -> dict:
    """Give the pickups of a basket of three shops, by shop."""
    return counter_town.fill(url(embedded_socket, "alencon", "browser"))


@pytest.mark.parametrize("width", [DESKTOP])
def test_the_back_office(visit, say) -> None:
    operator, treasurer = visit(OPERATOR), visit(TREASURER)
    pages, found = walk(operator, office_pages(operator))
    more, also = walk(treasurer, office_pages(treasurer, known=pages))
    say(f"axe: {len(pages | more)} pages of the back-office")
    assert len(pages | more) >= 60
    assert found + also == []


@pytest.mark.parametrize("width", [DESKTOP])
def test_the_back_office_in_the_dark(visit) -> None:
    operator = visit(OPERATOR)
    pages, found = walk(operator, menu(operator), "dark")
    assert len(pages) >= 14
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_counter_and_the_shop(visit, pickups, scheme: str) -> None:
    visitor = visit(MERCHANT)
    paths = [*counter_pages(), f"/boutique/comptoir/{pickups[BOOKS]['pk']}"]
    pages, found = walk(visitor, paths, scheme)
    assert len(pages) >= 12
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_shopper_and_the_courier(visit, order_path: str, scheme: str) -> None:  # noqa: F811
    shopper = visit()
    found = walk(shopper, [order_path, "/connexion/", "/commande/"], scheme)[1]
    shopper.open(order_path)
    for details in shopper.page.locator("details").all():
        details.evaluate("element => element.open = true")
    found += barriers(shopper.page)
    shopper.page.get_by_role("link", name="Se rétracter d'un achat").last.click()
    found += barriers(shopper.page)
    courier = visit(COURIER)
    courier.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found += barriers(courier.page)
    courier.page.locator("main a", has_text="T20").first.click()
    found += barriers(courier.page)
    assert found == []


def press_on(page: Page, name: str) -> None:
    """Reach a button by Tab alone, see where one is, and press it with Enter."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.locator("button:focus")
        if focused.count() and focused.inner_text().strip() == name:
            break
    expect(page.locator("button:focus")).to_have_text(name)
    outline = page.locator(":focus").evaluate(
        "element => [getComputedStyle(element).outlineStyle, getComputedStyle(element).boxShadow]"
    )
    assert outline != ["none", "none"], f"{name}: the focus cannot be seen"
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [DESKTOP])
def test_a_pickup_is_served_by_the_keyboard_alone(visit, pickups) -> None:
    pickup = pickups[BOOKS]
    visitor = visit(SHOPS[BOOKS])
    page = visitor.open(f"/boutique/comptoir/{pickup['pk']}")
    press_on(page, "Accepter")
    expect(page.locator("#notices")).to_contain_text("accepté")
    press_on(page, "Prêt")
    expect(page.locator(".state").first).to_have_text("prêt")
    visitor.open("/boutique/comptoir/code")
    code = page.get_by_label("Code du client")
    for _ in range(40):
        page.keyboard.press("Tab")
        if code.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.type(pickup["code"])
    page.keyboard.press("Enter")
    page.get_by_text("Le code du client est le bon.").wait_for()
    press_on(page, "Remettre")
    expect(page.locator("#notices").get_by_text(f"Retrait {pickup['code']} remis.")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE])
def test_at_200_percent_nothing_is_cut_off(visit, pickups, order_path: str) -> None:  # noqa: F811
    merchant, shopper, courier = visit(MERCHANT), visit(), visit(COURIER)
    paths = {
        merchant: [*counter_pages(), f"/boutique/comptoir/{pickups[BOOKS]['pk']}"],
        shopper: [order_path, "/connexion/"],
        courier: ["/tournees/"],
    }
    for visitor, own in paths.items():
        visitor.page.set_viewport_size(ZOOMED)
        for path in own:
            visitor.open(path)
            assert visitor.page.evaluate(SIDEWAYS) <= 0, path
