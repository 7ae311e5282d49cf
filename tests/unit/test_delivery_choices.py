"""The delivery choices of a storefront, read and refused."""

import json

import pytest

from saleor_alencon.domain.delivery_choices import (
    DeliveryChoicesError,
    ShopDelivery,
    read_delivery_choices,
)
from saleor_alencon.domain.pickup_slots import Slot
from saleor_alencon.domain.shop_orders import DeliveryChoice

SLOT = "2026-12-24T14:00:00+01:00/2026-12-24T15:00:00+01:00"


def text(shops, version=1):
    return json.dumps({"version": version, "shops": shops})


def test_choices_are_read_by_shop():
    written = text(
        {"fromagerie": {"choice": "collect", "slot": SLOT}, "jouets": {"choice": "home"}}
    )
    assert read_delivery_choices(written) == {
        "fromagerie": ShopDelivery(DeliveryChoice.COLLECT, Slot.from_text(SLOT)),
        "jouets": ShopDelivery(DeliveryChoice.HOME),
    }


@pytest.mark.parametrize("nothing", [None, "", text({})])
def test_no_choices_are_none(nothing):
    assert read_delivery_choices(nothing) == {}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("{", "alencon.delivery: no JSON"),
        ("[]", "an object with"),
        (text({}, version=2), "alencon.delivery.version: 2 is not 1"),
        ('{"version": 1, "shops": []}', "alencon.delivery.shops"),
        (text({"jouets": {}}), "alencon.delivery.shops.jouets"),
        (text({"jouets": {"choice": "drone"}}), "alencon.delivery.shops.jouets.choice"),
        (text({"jouets": {"choice": "home", "slot": SLOT}}), "a slot is for collecting only"),
        (text({"jouets": {"choice": "collect", "slot": "demain"}}), "jouets.slot: 'demain'"),
        (text({"jouets": {"choice": "collect", "hour": 3}}), "alencon.delivery.shops.jouets"),
        (text({"jouets": {"choice": ["collect"]}}), "alencon.delivery.shops.jouets.choice"),
    ],
)
def test_what_cannot_be_read_names_its_place(written, place):
    with pytest.raises(DeliveryChoicesError, match=place.replace("[", r"\[")):
        read_delivery_choices(written)
