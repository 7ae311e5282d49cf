"""Collect here, deliver that: the choices a storefront may write, in the real Saleor."""

import json
from typing import Any

import httpx
import pytest

from saleor_alencon.domain.opening_hours import OpeningHours, Period
from saleor_alencon.domain.pickup_slots import Slot
from saleor_alencon.domain.shop_orders import DeliveryChoice, PickupPlace
from saleor_alencon.inbox.snapshot import parse_snapshot
from saleor_alencon.orders.facts import pickup_place, shop_delivery
from saleor_alencon.saleor_api.client import SaleorRefused
from tests.live.live_saleor import LiveSaleor

BOOK = "librairie-des-halles-1"
CIDER = "cave-notre-dame-1"
BREAD = "boulangerie-lancrel-1"
SHOPS = ("librairie-des-halles", "cave-notre-dame", "boulangerie-lancrel")
EVERY_DAY = OpeningHours(
    week=((Period.of("08:00", "12:00"), Period.of("14:00", "19:00")),) * 7,
    preparation_minutes=60,
    slot_minutes=60,
)
SET_METADATA = """
mutation($id: ID!, $input: [MetadataInput!]!) {
  updateMetadata(id: $id, input: $input) { errors { field code message } }
}"""
FIND_WAREHOUSE = """
query($slug: String!) {
  warehouses(first: 1, filter: {slugs: [$slug]}) { edges { node { id } } }
}"""
UPDATE_WAREHOUSE = """
mutation($id: ID!, $option: WarehouseClickAndCollectOptionEnum!) {
  updateWarehouse(id: $id, input: {clickAndCollectOption: $option}) {
    errors { field code message }
  }
}"""


def warehouse(live: LiveSaleor, slug: str) -> str:
    edges = live.town.staff.execute(FIND_WAREHOUSE, slug=slug)["warehouses"]["edges"]
    return str(edges[0]["node"]["id"])


@pytest.fixture(autouse=True)
def hours(live: LiveSaleor) -> None:
    """Publish the same hours for three shops."""
    for slug in SHOPS:
        live.town.staff.mutate(
            SET_METADATA,
            id=warehouse(live, slug),
            input=[{"key": "alencon.hours", "value": json.dumps(EVERY_DAY.to_json())}],
        )


def choose(live: LiveSaleor, checkout: str, shops: dict[str, Any]) -> None:
    """Write the choices as a storefront does: without any right but the checkout's id."""
    value = json.dumps({"version": 1, "shops": shops})
    live.town.public.mutate(
        SET_METADATA, id=checkout, input=[{"key": "alencon.delivery", "value": value}]
    )


def offered(live: LiveSaleor, *slugs: str) -> dict[str, Any]:
    url = f"{live.stack.saleor_url}/plugins/alencon.delivery/slots"
    answer = httpx.get(url, params={"shop": slugs}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["shops"])


def captured(live: LiveSaleor, order_id: str) -> Any:
    return parse_snapshot(live.wait_for(order_id, lambda row: row.order["isPaid"]).payload).order


def pay(live: LiveSaleor, checkout: str) -> None:
    live.town.pay(checkout, live.town.total(checkout))


def test_a_storefront_is_told_the_slots_of_each_shop(live: LiveSaleor) -> None:
    shops = offered(live, "librairie-des-halles", "fromagerie-du-perche", "nobody")

    assert sorted(shops) == ["fromagerie-du-perche", "librairie-des-halles"]
    assert shops["librairie-des-halles"]["name"] == "Librairie des Halles"
    slots = [Slot.from_text(text) for text in shops["librairie-des-halles"]["slots"]]
    assert slots == sorted(slots)
    assert len(slots) > 100  # fifteen days of eight or nine hours
    url = f"{live.stack.saleor_url}/plugins/alencon.delivery/slots"
    assert httpx.get(url, trust_env=False).status_code == 400
    assert httpx.post(url, trust_env=False).status_code == 405


def test_collect_here_and_deliver_that_reach_the_office(live: LiveSaleor) -> None:
    slot = offered(live, "librairie-des-halles")["librairie-des-halles"]["slots"][-1]
    checkout = live.town.start_checkout(
        {BOOK: 1, CIDER: 1, BREAD: 1}, delivery="Livraison à domicile"
    )
    choose(
        live,
        checkout,
        {
            "librairie-des-halles": {"choice": "collect", "slot": slot},
            "boulangerie-lancrel": {"choice": "collect"},
        },
    )
    pay(live, checkout)
    placed = live.town.complete(checkout)

    order = captured(live, placed.id)
    book, cider, bread = (shop_delivery(order, slug) for slug in SHOPS)
    assert (book.choice, book.slot) == (DeliveryChoice.COLLECT, Slot.from_text(slot))
    assert (cider.choice, cider.slot) == (DeliveryChoice.HOME, None)
    assert (bread.choice, bread.slot) == (DeliveryChoice.COLLECT, None)


@pytest.mark.parametrize(
    ("shops", "told"),
    [
        ({"fromagerie-du-perche": {"choice": "collect"}}, "n'a rien dans ce panier"),
        ({"librairie-des-halles": {"choice": "home"}}, "choisissez la livraison à domicile"),
        ({"librairie-des-halles": {"choice": "collect", "slot": "demain"}}, "ne sont pas lisibles"),
        (
            {
                "librairie-des-halles": {
                    "choice": "collect",
                    "slot": "2026-01-05T09:00:00+01:00/2026-01-05T10:00:00+01:00",
                }
            },
            "Le créneau choisi chez Librairie des Halles n'est plus proposé",
        ),
    ],
)
def test_a_choice_that_cannot_be_kept_is_refused_and_the_paid_basket_stays_good(
    live: LiveSaleor, shops: dict[str, Any], told: str
) -> None:
    checkout = live.town.start_checkout({BOOK: 1})
    choose(live, checkout, shops)
    pay(live, checkout)

    with pytest.raises(SaleorRefused, match=told) as refusal:
        live.town.complete(checkout)

    assert refusal.value.errors[0]["field"] == "metadata"
    # The shopper chooses again: nothing was lost, nothing is paid twice.
    choose(live, checkout, {"librairie-des-halles": {"choice": "collect"}})
    placed = live.town.complete(checkout)
    assert [
        item["chargedAmount"]["amount"] for item in live.town.order(placed.id)["transactions"]
    ] == [21.90]


def test_a_shop_that_stopped_its_pickups_says_so(live: LiveSaleor) -> None:
    shop = warehouse(live, "librairie-des-halles")
    checkout = live.town.start_checkout({BOOK: 1, CIDER: 1})
    choose(live, checkout, {"librairie-des-halles": {"choice": "collect"}})
    pay(live, checkout)
    live.town.staff.mutate(UPDATE_WAREHOUSE, id=shop, option="DISABLED")
    try:
        with pytest.raises(SaleorRefused, match="ne propose pas le retrait"):
            live.town.complete(checkout)
        assert offered(live, "librairie-des-halles")["librairie-des-halles"] == {
            "name": "Librairie des Halles",
            "collect": False,
            "slots": [],
        }
    finally:
        live.town.staff.mutate(UPDATE_WAREHOUSE, id=shop, option="LOCAL")


@pytest.mark.parametrize(
    ("basket", "delivery", "place"),
    [
        ({BOOK: 1, CIDER: 2, BREAD: 1}, "Retrait en boutique", PickupPlace.SHOP),
        ({BOOK: 1}, "librairie-des-halles", PickupPlace.SHOP),
        ({BOOK: 1, CIDER: 2, BREAD: 1}, "point-de-retrait-central", PickupPlace.CENTRAL),
        ({BOOK: 1, CIDER: 2, BREAD: 1}, "Point de retrait central", PickupPlace.CENTRAL),
    ],
)
def test_each_way_to_collect_takes_every_article_from_its_own_shop(
    live: LiveSaleor, basket: dict[str, int], delivery: str, place: PickupPlace
) -> None:
    placed = live.town.buy(basket, delivery=delivery)

    taken = {
        line["productSku"]: [
            (item["warehouse"]["slug"], item["quantity"]) for item in line["allocations"]
        ]
        for line in live.town.order(placed.id)["lines"]
    }
    assert taken == {sku: [(sku.rsplit("-", 1)[0], count)] for sku, count in basket.items()}
    order = captured(live, placed.id)
    assert pickup_place(order) is place
    slugs = {sku.rsplit("-", 1)[0] for sku in basket}
    assert {shop_delivery(order, slug).choice for slug in slugs} == {DeliveryChoice.COLLECT}
