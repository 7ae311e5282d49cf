"""Each role signs in and lands on its own page."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import APPROVER, AUDITOR, MERCHANT, OPERATOR


@pytest.mark.parametrize("email", [OPERATOR, APPROVER, AUDITOR])
def test_the_office_s_people_land_in_the_back_office(visit, email: str) -> None:
    visitor = visit(email)
    visitor.check_width()
    assert visitor.page.url == f"{visitor.url}/bureau/"
    expect(visitor.page.get_by_role("heading", name="À voir")).to_be_visible()


def test_a_merchant_lands_on_its_shop_and_signs_out(visit) -> None:
    visitor = visit(MERCHANT)
    visitor.check_width()
    assert visitor.page.url == f"{visitor.url}/boutique/comptoir/"
    expect(visitor.page.get_by_text("Librairie des Halles · ")).to_be_visible()
    visitor.page.get_by_role("button", name="Se déconnecter").click()
    expect(visitor.page.get_by_role("heading", name="Connexion")).to_be_visible()
    visitor.page.goto("/boutique/")
    assert visitor.page.url == f"{visitor.url}/connexion/?next=/boutique/"


def test_a_wrong_password_is_told_and_lets_nobody_in(visit) -> None:
    visitor = visit()
    visitor.sign_in(OPERATOR, "un-autre-mot-de-passe")
    visitor.check_width()
    expect(visitor.page.get_by_role("alert")).to_have_text(
        "Adresse ou mot de passe inconnu. Vérifiez les deux, puis réessayez."
    )
    expect(visitor.page.get_by_label("Adresse électronique")).to_have_value(OPERATOR)
