"""What provisioning wants, what it finds, and what it says of the difference."""

import doctest
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from saleor_alencon.provisioning import delivery_table, differences, editor_text, setup_delivery
from saleor_alencon.provisioning.delivery_table import (
    PACKAGED,
    DeliveryTable,
    DeliveryTableWrong,
    read_delivery_table,
    wanted_methods,
)
from saleor_alencon.provisioning.differences import Difference, compare
from saleor_alencon.provisioning.drift import Drift, shop_drift
from saleor_alencon.provisioning.editor_text import editor_json
from saleor_alencon.provisioning.found_shop import FoundShop, ShopConflict, choose
from saleor_alencon.provisioning.setup_app import write_token
from saleor_alencon.provisioning.setup_content import PAGES, read_page
from saleor_alencon.provisioning.setup_delivery import match_methods
from saleor_alencon.provisioning.shop_value import ShopValue
from saleor_alencon.provisioning.wanted_shop import Logo, Member, WantedShop

HOURS = {"version": 1, "timezone": "Europe/Paris", "week": [[] for _ in range(7)]}
WANTED = WantedShop(
    slug="librairie",
    name="Librairie",
    email="librairie@alencon.example",
    address_line="86 Grande Rue",
    postal_code="61000",
    city="Alençon",
    is_open=True,
    members=(Member("a@alencon.example", "A"),),
    description="Des livres & du thé.",
    hours=HOURS,
    logo=Logo("logo.png", b"image"),
)


def found_as_wanted(**changes: Any) -> FoundShop:
    """Return the shop as Saleor answers when all of it is as ``WANTED``, but for ``changes``."""
    warehouse = {
        "id": "w1",
        "slug": "librairie",
        "name": "Librairie",
        "email": "librairie@alencon.example",
        "isPrivate": False,
        "clickAndCollectOption": "LOCAL",
        "address": {
            "companyName": "Librairie",
            "streetAddress1": "86 Grande Rue",
            "postalCode": "61000",
            "city": "ALENÇON",
            "country": {"code": "FR"},
        },
        "shop": "librairie",
        "state": "live",
        "group": "g1",
        "hours": json.dumps(HOURS),
    }
    collection = {
        "id": "c1",
        "slug": "librairie",
        "name": "Librairie",
        "description": editor_json("Des livres & du thé."),
        "shop": "librairie",
        "logo": Logo("", b"image").digest,
        "backgroundImage": {"url": "x"},
        "channelListings": [{"channel": {"slug": "alencon"}, "isPublished": True}],
    }
    group = {
        "id": "g1",
        "name": "Boutique librairie",
        "restrictedAccessToChannels": True,
        "accessibleChannels": [{"slug": "alencon"}],
        "permissions": [],
        "users": [{"id": "u1", "email": "A@alencon.example"}],
    }
    found = FoundShop(
        channel_warehouse_ids=frozenset({"w1", "w2"}),
        zone_warehouse_ids=frozenset({"w1"}),
        warehouse=warehouse,
        collection=collection,
        group=group,
        shops_item={"id": "i1", "children": [{"id": "i2", "collection": {"id": "c1"}}]},
        menu_id="m1",
        value=ShopValue("a1", "v1", "Librairie"),
    )
    return replace(found, **changes)


@pytest.mark.parametrize("module", [delivery_table, differences, editor_text, setup_delivery])
def test_the_examples_of_the_docstrings_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


def test_only_what_is_wanted_is_compared() -> None:
    found = {"name": "Autre", "settings": {"expire": 60, "theirs": 1}, "theirs": 2}

    assert compare({"settings": {"expire": 60}}, found) == []
    assert compare({"settings": {"expire": 30}}, found) == [Difference("settings.expire", 30, 60)]
    assert str(Difference("settings.expire", 30, None)) == "settings.expire: nothing -> 30"


def test_a_shop_that_is_as_wanted_has_no_drift() -> None:
    assert shop_drift(WANTED, found_as_wanted()) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"warehouse": None}, ["entrepôt : absent"]),
        ({"collection": None}, ["page de la boutique : absent"]),
        ({"group": None}, ["groupe et comptes : absent"]),
        ({"value": None}, ["attribut « boutique » : absent"]),
        ({"channel_warehouse_ids": frozenset()}, ["canal de vente, entrepôt présent : non"]),
        ({"zone_warehouse_ids": frozenset()}, ["zone de livraison, entrepôt présent : non"]),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], expected: list[str]) -> None:
    drift = [str(each) for each in shop_drift(WANTED, found_as_wanted(**change))]

    assert any(line.startswith(expected[0]) for line in drift)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("name", "Renommée", Drift("warehouse", "name", "Librairie", "Renommée")),
        (
            "clickAndCollectOption",
            "ALL",
            Drift("warehouse", "clickAndCollectOption", "LOCAL", "ALL"),
        ),
        ("shop", None, Drift("warehouse", "shop", "librairie", None)),
        ("group", "g9", Drift("warehouse", "group", True, False)),
        ("hours", "not json", Drift("warehouse", "hours.version", 1, None)),
    ],
)
def test_a_changed_warehouse_is_found(field: str, value: Any, expected: Drift) -> None:
    found = found_as_wanted()
    assert found.warehouse
    found.warehouse[field] = value

    assert expected in shop_drift(WANTED, found)


def test_a_stranger_in_the_group_and_a_right_too_many_are_found() -> None:
    found = found_as_wanted()
    assert found.group
    found.group["users"].append({"id": "u2", "email": "ancien@alencon.example"})
    found.group["permissions"] = [{"code": "MANAGE_ORDERS"}]

    assert [str(each) for each in shop_drift(WANTED, found)] == [
        "groupe et comptes, droits : « MANAGE_ORDERS » au lieu de rien",
        "groupe et comptes, membres : « a@alencon.example, ancien@alencon.example » "
        "au lieu de « a@alencon.example »",
    ]


def test_a_suspended_shop_is_to_be_found_nowhere() -> None:
    suspended = replace(WANTED, is_open=False)

    assert {(each.place, each.field) for each in shop_drift(suspended, found_as_wanted())} == {
        ("warehouse", "clickAndCollectOption"),
        ("channel", "member"),
        ("zone", "member"),
        ("collection", "published"),
        ("menu", "linked"),
    }


def test_what_the_office_leaves_empty_is_a_persons_to_write_in_saleor() -> None:
    sparse = replace(WANTED, description="", hours=None, logo=None)

    assert shop_drift(sparse, found_as_wanted()) == []


def test_a_footer_without_room_for_shops_is_no_drift() -> None:
    assert shop_drift(WANTED, found_as_wanted(shops_item=None)) == []


def test_a_description_is_compared_as_saleor_gives_it_back() -> None:
    typed = replace(WANTED, description="Des livres\n&  du thé.\n")

    assert shop_drift(typed, found_as_wanted()) == []


def test_a_renamed_shop_is_renamed_on_its_products_too() -> None:
    found = found_as_wanted(value=ShopValue("a1", "v1", "Ancien nom"))

    assert [str(each) for each in shop_drift(WANTED, found)] == [
        "attribut « boutique », nom : « Ancien nom » au lieu de « Librairie »"
    ]


def test_another_shops_things_are_never_taken() -> None:
    theirs = {"id": "w1", "shop": "boulangerie"}

    with pytest.raises(ShopConflict, match="boulangerie"):
        choose(theirs, None, WANTED)
    assert choose(None, theirs, WANTED) is None
    assert choose(None, {"id": "w1", "shop": "librairie"}, WANTED) is not None


def test_each_basket_has_one_price_per_area() -> None:
    table = read_delivery_table(PACKAGED)
    methods = {method["key"]: method["listing"] for method in wanted_methods(table)}

    assert methods["collect"] == {"price_cents": 0, "from_cents": 0, "to_cents": None}
    assert methods["central"] == methods["collect"]
    assert methods["home.alencon.1"] == {"price_cents": 490, "from_cents": 0, "to_cents": 5999}
    assert methods["home.alencon.2"] == {"price_cents": 0, "from_cents": 6000, "to_cents": None}
    for area in table.home:
        for basket_cents in (0, 1, 5999, 6000, 11999, 12000, 1_000_000):
            prices = [
                listing["price_cents"]
                for key, listing in methods.items()
                if key.startswith(f"home.{area.key}.")
                and listing["from_cents"] <= basket_cents
                and (listing["to_cents"] is None or basket_cents <= listing["to_cents"])
            ]
            assert len(prices) == 1, (area.key, basket_cents, prices)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"postal_codes": ["6100"]}, "five digits"),
        ({"postal_codes": ["61000", "61000:61099"]}, "61000 is in two places"),
        ({"postal_codes": []}, "at least 1 item"),
        ({"tiers": [{"from_cents": 100, "price_cents": 0}]}, "start at 0"),
        ({"tiers": [{"from_cents": 0, "price_cents": -1}]}, "greater than or equal to 0"),
        ({"key": "Alençon"}, "should match pattern"),
        ({"prix": 3}, "not permitted"),
    ],
)
def test_a_wrong_table_is_refused_with_its_place(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    content = json.loads(PACKAGED.read_text("utf-8"))
    content["home"] = [content["home"][0] | change]
    file = tmp_path / "delivery.json"
    file.write_text(json.dumps(content), "utf-8")

    with pytest.raises(DeliveryTableWrong, match=message) as caught:
        read_delivery_table(file)

    assert str(file) in str(caught.value)


def test_a_method_without_a_key_takes_the_first_free_one_of_its_name() -> None:
    table = DeliveryTable.model_validate_json(PACKAGED.read_bytes())
    methods = [
        {"id": "1", "name": "Livraison à domicile", "key": "home.alencon.1"},
        {"id": "2", "name": "Livraison à domicile", "key": None},
        {"id": "3", "name": "Coursier", "key": None},
    ]

    matched = {key: method["id"] for key, method in match_methods(table, methods).items()}

    assert matched == {"home.alencon.1": "1", "home.alencon.2": "2"}


@pytest.mark.parametrize("slug", PAGES)
def test_each_page_is_a_draft_that_says_so(slug: str) -> None:
    title, text = read_page(slug)

    assert title
    assert text.strip().startswith("Brouillon à compléter par l'Office")
    assert all(block["data"]["text"] for block in json.loads(editor_json(text))["blocks"])


def test_the_token_is_for_the_user_only(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("older")
    file.chmod(0o644)

    write_token(file, "secret")

    assert file.read_text() == "secret\n"
    assert file.stat().st_mode & 0o777 == 0o600
