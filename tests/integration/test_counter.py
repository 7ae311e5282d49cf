"""The merchant's own page, and nobody else's."""

import pytest
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.outputs.theme import read_theme_file

pytestmark = pytest.mark.django_db


def test_each_role_lands_on_its_own_page(client, db):
    demo_seed()
    client.force_login(User.objects.get(email="librairie@alencon.example"))
    assert client.get("/").url == reverse("counter:today")
    page = client.get(reverse("counter:shop"))
    assert page.status_code == 200
    assert "Librairie des Halles" in page.content.decode()
    client.force_login(User.objects.get(email="operateur@alencon.example"))
    assert client.get("/").url == reverse("admin:index")


def test_a_merchant_without_a_shop_is_told_so(client, db):
    client.force_login(User.objects.create_user("sans-boutique@alencon.example", "x" * 12))
    assert client.get(reverse("counter:shop")).status_code == 404


def test_strangers_are_asked_to_sign_in(client, db):
    assert client.get(reverse("counter:shop")).url.startswith(reverse("sign-in"))


def test_every_page_has_the_themes_icon_before_and_after_signing_in(client, db):
    signs_in = client.get(reverse("sign-in")).content.decode()
    assert '<link rel="icon" type="image/svg+xml" href="/favicon.ico">' in signs_in
    demo_seed()
    client.force_login(User.objects.get(email="librairie@alencon.example"))
    shop = client.get(reverse("counter:shop")).content.decode()
    assert '<link rel="icon" type="image/svg+xml" href="/favicon.ico">' in shop
    client.logout()

    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert answer.content == read_theme_file("logo-mark.svg")
    assert "Set-Cookie" not in answer.headers
    assert client.get("/bureau/login/").content.decode().count('rel="icon"') == 1
