"""The merchant's own page, and nobody else's."""

import pytest
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.local.demo import demo_seed

pytestmark = pytest.mark.django_db


def test_each_role_lands_on_its_own_page(client, db):
    demo_seed()
    client.force_login(User.objects.get(email="librairie@alencon.example"))
    assert client.get("/").url == reverse("counter:shop")
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
