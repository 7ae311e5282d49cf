"""A snapshot without its shopper is still a snapshot, of the same money."""

import json
from pathlib import Path

import pytest

from saleor_alencon.inbox.persons import UNREADABLE, without_person
from saleor_alencon.inbox.snapshot import parse_snapshot
from saleor_alencon.orders.facts import delivery_choice, handed_over, order_facts, shop_delivery

RECORDED = sorted((Path(__file__).parents[2] / "fixtures/snapshots/v1").glob("*.json"))


def person_words(order):
    """Every word of a snapshot's order that says who bought."""
    found = [order.user_email, order.customer_note]
    found += [order.user.first_name, order.user.last_name, order.user.id] if order.user else []
    for address in (order.billing_address, order.shipping_address):
        if address is not None:
            found += [
                address.first_name, address.last_name, address.company_name, address.phone,
                address.street_address1, address.street_address2, address.postal_code, address.city,
            ]  # fmt: skip
    point = order.collection_point_name  # no person: its address may be the order's
    return {word for word in found if word and len(word) > 3 and word != point}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_the_money_stays_and_the_person_goes(file):
    before = parse_snapshot(file.read_text())
    text = without_person(file.read_text())
    after = parse_snapshot(text)
    assert person_words(before.order)
    assert person_words(after.order) == set()
    assert all(f'"{word}"' not in text for word in person_words(before.order))
    shops = {line.id: f"shop-{number % 2}" for number, line in enumerate(before.order.lines)}
    assert order_facts(after.order, shops) == order_facts(before.order, shops)
    assert handed_over(after.order) == handed_over(before.order)
    assert delivery_choice(after.order) == delivery_choice(before.order)
    for line in before.order.lines:
        slug = line.variant.product.shop if line.variant else ""
        assert shop_delivery(after.order, slug) == shop_delivery(before.order, slug)
    assert after.order.lines == before.order.lines
    assert without_person(text) == text


def test_a_refund_keeps_its_mark_and_loses_its_words():
    order = {"grantedRefunds": [
        {"reason": "Mme Durand a changé d'avis [alencon:librairie:refus-12:livraison]"},
        {"reason": "Appel de M. Martin"}, {"reason": None}, {"reason": ""},
    ]}  # fmt: skip
    cleaned = json.loads(without_person(json.dumps({"order": order})))
    assert [refund["reason"] for refund in cleaned["order"]["grantedRefunds"]] == [
        "effacé [alencon:librairie:refus-12:livraison]", "effacé", None, "",
    ]  # fmt: skip


def test_only_the_delivery_choices_stay_of_what_storefronts_wrote():
    metadata = [
        {"key": "alencon.delivery", "value": '{"version": 1, "shops": {}}'},
        {"key": "alencon.gift", "value": "Pour Jeanne"},
    ]
    cleaned = json.loads(without_person(json.dumps({"order": {"metadata": metadata}})))
    assert cleaned["order"]["metadata"] == metadata[:1]


def test_of_what_is_no_json_nothing_stays():
    assert without_person("Jeanne Durand, 12 rue") == UNREADABLE
    assert without_person(UNREADABLE) == UNREADABLE
