"""What is not paid is neither prepared nor handed over: a direct debit takes days."""

import datetime
import json
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.opening_hours import OpeningHours, Period
from saleor_alencon.domain.pickup_slots import Slot
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.orders.models import Pickup
from saleor_alencon.orders.services import document_ingest, document_store
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.pickups.services import PickupError, pickup_hand_over, pickup_ready
from saleor_alencon.shops.models import Shop
from tests.integration.small_town import NOW, PLACED, Basket, Line, Tender, open_town, operator

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
NINE_TO_SIX = OpeningHours(week=((Period.of("09:00", "18:00"),),) * 7)


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
    page = reverse("counter:pickup", args=[Pickup.objects.get().pk])
    assert page not in client.get(reverse("counter:today")).content.decode()
    basket.tenders[0].charged_cents = 5000
    basket.deliver()
    assert page in client.get(reverse("counter:today")).content.decode()


@pytest.mark.parametrize("state", ["to_prepare", "ready", "handed_over"])
def test_pickups_of_an_earlier_version_wait_too_unless_they_are_handed_over(basket, state):
    Pickup.objects.update(state=state)
    migration = import_module("saleor_alencon.orders.migrations.0010_pickups_await_payment")
    migration.wait_for_payment(apps, SimpleNamespace(connection=connection))
    expected = state if state == "handed_over" else "awaiting_payment"
    assert Pickup.objects.get().state == expected


def slot_on(day, hour=14):
    """The slot of an hour in Alençon, whose clock is two hours before UTC in October."""
    start = PLACED.replace(hour=hour - 2) + day * DAY
    return Slot(start, start + datetime.timedelta(hours=1))


def tell(basket, *, charged_at=PLACED, asked=None, under_way="0.00"):
    """Deliver the basket's snapshot, with the moment of its charge and a slot that is asked for."""
    document = json.loads(basket.snapshot())
    order = document["order"]
    order["transactions"][0]["chargePendingAmount"]["amount"] = under_way
    for event in order["transactions"][0]["events"]:
        event["createdAt"] = charged_at.isoformat()
    if asked:
        wish = {"choice": "collect", "slot": asked.to_text()}
        text = json.dumps({"version": 1, "shops": {"librairie": wish}})
        order["metadata"] = [{"key": "alencon.delivery", "value": text}]
    stored = document_store(json.dumps(document), source="file")
    assert document_ingest(document_id=stored.pk, now=NOW) == "done"


def slot_now():
    pickup = Pickup.objects.get()
    return Slot(pickup.slot_starts_at, pickup.slot_ends_at), pickup.slot_asked


@pytest.fixture
def open_shop(basket):
    """Let the shop be open from nine to six; what is ordered at noon is ready at two."""
    Shop.objects.update(hours=NINE_TO_SIX.to_json())
    Pickup.objects.all().delete()


def test_the_slot_is_after_the_money_came(basket, open_shop):
    tell(basket, charged_at=PLACED)
    assert slot_now() == (slot_on(0), False)

    basket.tenders[0].charged_cents = 5000
    tell(basket, charged_at=PLACED + 5 * DAY)

    assert slot_now() == (slot_on(5), False)
    tell(basket, charged_at=PLACED + 5 * DAY)
    assert slot_now() == (slot_on(5), False)


@pytest.mark.parametrize(("day", "expected"), [(7, (7, 16, True)), (1, (5, 14, False))])
def test_a_slot_that_was_asked_for_holds_unless_the_money_came_later(
    basket, open_shop, day, expected
):
    asked = slot_on(day, hour=16)
    tell(basket, charged_at=PLACED, asked=asked)
    assert slot_now() == (asked, True)

    basket.tenders[0].charged_cents = 5000
    for _time in range(2):
        tell(basket, charged_at=PLACED + 5 * DAY, asked=asked)

        day_now, hour, still_asked = expected
        assert slot_now() == (slot_on(day_now, hour), still_asked)


def test_the_office_is_told_of_an_order_whose_money_is_no_longer_under_way(basket, client):
    def told():
        found = client.get(reverse("admin:index")).context["attention"]
        return [(each.text, each.url) for each in found]

    client.force_login(operator())
    tell(basket, under_way="50.00")
    assert told() == []

    tell(basket)  # The bank refused.

    ((text, url),) = told()
    assert text == (
        "1 commande n'est pas payée, et rien n'est en cours : annulez-la dans Saleor, ou "
        "demandez un autre paiement."
    )
    assert basket.number in client.get(url).content.decode()
    basket.cancelled = True
    tell(basket)
    assert told() == []
