"""A shopper with a phone or a desktop opens the link of an order of the demo."""

import re

import pytest

from saleor_alencon.pickups.links import _SIGNER
from tests.browser.conftest import connect

SEVERAL_SHOPS = """
SELECT o.id FROM alencon.orders_order o
  JOIN alencon.orders_shoporder so ON so.order_id = o.id
  JOIN alencon.orders_pickup p ON p.shop_order_id = so.id AND p.state = 'to_prepare'
  JOIN alencon.orders_shoporderline l ON l.shop_order_id = so.id
 WHERE so.state = 'to_prepare' AND p.place = 'shop'
 GROUP BY o.id HAVING count(DISTINCT so.id) > 1 ORDER BY o.id LIMIT 1
"""


@pytest.fixture(scope="session")
def order_path(demo_database, embedded_socket) -> str:
    """Give the address of an order that several shops still prepare."""
    with connect(embedded_socket, demo_database) as connection:
        row = connection.execute(SEVERAL_SHOPS).fetchone()
    assert row is not None
    return f"/commande/{_SIGNER.sign(f'{row[0]}.0')}/"


def test_a_shopper_sees_all_pickups_changes_a_slot_and_cancels(visit, order_path: str) -> None:
    visitor = visit()
    page = visitor.open(order_path)
    assert re.match(r"Commande n° \d+", page.get_by_role("heading", level=1).inner_text())
    assert page.locator("section.card svg").count() > 1
    assert page.get_by_role("heading", name="Votre promenade").is_visible()
    first = page.locator("section.card[id^=part-]").first
    code = first.locator(".code").inner_text()
    assert re.fullmatch("[A-Z2-9]{6}", code)

    first.get_by_text("Changer de créneau").click()
    slots = first.get_by_label("Nouveau créneau")
    words = slots.locator("option").nth(4).inner_text()
    slots.select_option(index=4)
    first.get_by_role("button", name="Garder ce créneau").click()
    page.get_by_text("Votre créneau est noté").wait_for()
    first = page.locator("section.card", has_text=code)
    assert words.casefold() in first.inner_text().casefold()
    calendar = visitor.download(first.get_by_role("link", name="Ajouter à l'agenda"))
    assert calendar.startswith(b"BEGIN:VCALENDAR\r\n")

    first.get_by_text("Annuler des articles").click()
    first.locator("form select[name^=line_]").first.select_option("1")
    first.get_by_role("button", name="Annuler ces articles").dblclick()
    page.get_by_text("C'est annulé").first.wait_for()
    page.wait_for_load_state()
    visitor.check_width()


def test_a_shopper_withdraws_and_keeps_the_acknowledgement(visit, order_path: str) -> None:
    visitor = visit()
    page = visitor.open(order_path)
    page.get_by_role("link", name="Se rétracter d'un achat").last.click()
    page.locator("select[name^=line_]").first.select_option("1")
    page.get_by_role("button", name="Confirmer la rétractation").click()
    page.get_by_text("Votre rétractation est reçue").wait_for()
    text = visitor.download(page.get_by_role("link", name="Accusé de réception").first).decode()
    assert "1 × " in text
    assert "art. L221-21" in text


def test_a_shopper_reads_english_from_the_link(visit, order_path: str) -> None:
    visitor = visit()
    page = visitor.open(order_path)
    page.get_by_role("link", name="English").click()
    page.get_by_text("Your code").first.wait_for()
    visitor.open(order_path)
    assert page.get_by_text("Your code").first.is_visible()


def test_a_wrong_link_leads_to_a_new_one(visit) -> None:
    visitor = visit()
    page = visitor.open("/commande/1.0.faux/", status=404)
    page.get_by_role("link", name="Recevoir un nouveau lien").click()
    page.get_by_label("Numéro de commande").fill("1")
    page.get_by_label("Adresse électronique de la commande").fill("personne@alencon.example")
    page.get_by_role("button", name="Recevoir le lien").click()
    page.get_by_text("Si une commande a ce numéro").wait_for()
    visitor.check_width()
