"""A courier with a phone drives the demo's round; the shop packs; the Office plans the next."""

import pytest

from tests.browser.conftest import connect
from tests.browser.visitor import MERCHANT, OPERATOR

COURIER = "livreur@alencon.example"
CODES = """
SELECT s.position, s.code FROM alencon.rounds_stop s
  JOIN alencon.rounds_deliveryround r ON r.id = s.round_id ORDER BY r.id, s.position
"""


@pytest.fixture(scope="session")
def codes(demo_database, embedded_socket) -> dict[int, str]:
    """Give the codes that the shoppers of the demo's round would tell."""
    with connect(embedded_socket, demo_database) as connection:
        found = dict(connection.execute(CODES).fetchall())
    assert found
    return found


def test_a_courier_loads_leaves_and_ends_each_stop(visit, codes: dict[int, str]) -> None:
    visitor = visit(COURIER)
    page = visitor.page
    assert page.url.endswith("/tournees/")
    page.locator("main a", has_text="T20").first.click()
    visitor.check_width()
    paper = visitor.download(page.get_by_role("link", name="Feuille de route (PDF)"))
    assert paper.startswith(b"%PDF")
    page.get_by_role("button", name="Tout est chargé").click()
    page.get_by_role("button", name="Partir").click()
    page.get_by_text("Bonne route !").wait_for()
    visitor.check_width()

    first = page.locator("section[id^=stop-]", has_text="1. ").first
    first.get_by_label("Code du client").fill("0000")
    first.get_by_role("button", name="Livré").click()
    page.get_by_text("Ce code n'est pas celui de cet arrêt").wait_for()
    first.get_by_label("Code du client").fill(codes[1].lower())
    first.get_by_role("button", name="Livré").click()
    page.get_by_text("Livré, le code est bon.").wait_for()

    for _stop in range(len(codes) - 1):
        door = page.locator("section[id^=stop-]", has=page.get_by_label("Code du client")).first
        door.get_by_text("Pas livré").first.click()
        door.get_by_role("button", name="Rapporter les colis").click()
        page.get_by_text("rapportez les colis").wait_for()
    page.get_by_role("button", name="Terminer la tournée").click()
    page.get_by_text("La tournée est terminée.").wait_for()
    visitor.check_width()


def test_a_shop_opens_its_deliveries(visit) -> None:
    page = visit(MERCHANT).open("/boutique/livraisons/")
    assert page.get_by_role("heading", level=1).inner_text() == "Livraisons"


def test_the_office_sees_a_round_and_is_asked_before_it_plans_one(visit) -> None:
    visitor = visit(OPERATOR)
    page = visitor.open("/bureau/rounds/deliveryround/")
    page.get_by_role("link", name="T20").first.click()
    visitor.check_width()
    visitor.open("/bureau/rounds/deliveryround/planifier")
    assert page.get_by_label("Codes postaux").is_visible()
