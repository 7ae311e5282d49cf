"""A treasurer reads what will be declared, an operator asks a shop, a merchant reads its own."""

import os

from tests.browser.visitor import MERCHANT, OPERATOR, TREASURER

DAC7 = "/bureau/dac7/yearreport/"


def shot(visitor, name):
    if folder := os.environ.get("SHOTS"):
        visitor.page.screenshot(path=f"{folder}-{name}-{visitor.width}.png", full_page=True)


def test_a_treasurer_takes_the_draft_of_the_running_year(visit) -> None:
    visitor = visit(TREASURER)
    page = visitor.open(DAC7)
    shot(visitor, "years")
    page.get_by_role("link", name="Boutiques de 2026").click()
    page.wait_for_load_state()
    visitor.check_width()
    shot(visitor, "year")
    assert page.get_by_role("link", name="Arrêter la déclaration").count() == 0
    sheet = visitor.download(page.get_by_role("link", name="CSV", exact=True))
    assert sheet.decode("utf-8-sig").startswith("Boutique;Suite;Forme;")


def test_an_operator_sees_whose_identity_is_to_be_completed(visit) -> None:
    visitor = visit(OPERATOR)
    page = visitor.open(f"{DAC7}relances/")
    shot(visitor, "chases")
    page.get_by_role("link", name="Demander").first.click()
    page.wait_for_load_state()
    visitor.check_width()
    shot(visitor, "ask")
    page.get_by_role("link", name="Annuler").click()
    page.get_by_role("link", name="Identité fiscale", exact=True).first.click()
    page.wait_for_load_state()
    visitor.check_width()
    shot(visitor, "identity")
    assert page.get_by_label("Titulaire du compte bancaire").count() == 1


def test_a_merchant_finds_its_declaration(visit) -> None:
    visitor = visit(MERCHANT)
    page = visitor.open("/boutique/")
    page.get_by_role("link", name="Ce que l'Office déclare de vos ventes (DAC7)").click()
    page.wait_for_load_state()
    visitor.check_width()
    shot(visitor, "counter")
    assert page.get_by_text("Rien n'a encore été déclaré").count() == 1
