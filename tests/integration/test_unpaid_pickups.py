"""What is not paid is neither prepared nor handed over: a direct debit takes days."""

from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.orders.models import Pickup
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.pickups.services import PickupError, pickup_hand_over, pickup_ready
from saleor_alencon.shops.models import Shop
from tests.integration.small_town import NOW, Basket, Line, Tender, open_town, operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def basket(db):
    """Give a basket of one shop whose money is under way."""
    open_town()
    basket = Basket("1", [Line("librairie", 5000)], [Tender(0)])
    basket.deliver()
    return basket


def test_a_pickup_waits_for_the_money_and_then_is_prepared(basket):
    assert Pickup.objects.get().state == PickupState.AWAITING_PAYMENT
    basket.tenders[0].charged_cents = 5000
    basket.deliver()
    assert Pickup.objects.get().state == PickupState.TO_PREPARE


@pytest.mark.parametrize("step", [pickup_ready, pickup_hand_over])
def test_a_shop_can_do_nothing_with_what_is_not_paid(basket, step):
    pickup = Pickup.objects.get()
    with pytest.raises(PickupError) as refusal:
        step(pickup_id=pickup.pk, done_by=operator(), now=NOW)
    assert str(refusal.value) == (
        "La commande n'est pas payée : elle ne peut être ni préparée ni remise."
    )
    assert not PickupEvent.objects.exists()
    assert not SaleorCommand.objects.exists()


def test_the_shops_page_lists_a_pickup_once_it_is_paid(basket, client):
    merchant = User.objects.create_user("libraire@alencon.example", "un-mot-de-passe-long")
    Shop.objects.get(slug="librairie").members.create(user=merchant)
    client.force_login(merchant)
    code = Pickup.objects.get().code
    assert code not in client.get(reverse("counter:shop")).content.decode()
    basket.tenders[0].charged_cents = 5000
    basket.deliver()
    assert code in client.get(reverse("counter:shop")).content.decode()


@pytest.mark.parametrize("state", ["to_prepare", "ready", "handed_over"])
def test_pickups_of_an_earlier_version_wait_too_unless_they_are_handed_over(basket, state):
    Pickup.objects.update(state=state)
    migration = import_module("saleor_alencon.orders.migrations.0007_pickups_await_payment")
    migration.wait_for_payment(apps, None)
    expected = state if state == "handed_over" else "awaiting_payment"
    assert Pickup.objects.get().state == expected
