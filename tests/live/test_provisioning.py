"""The Office's shops in the real Saleor: set up, brought there once, found again after a kill."""

import json
import random
import time
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD, SaleorFailed
from saleor_alencon.local.saleor_stack import run_office
from tests.live.office_town import OfficeTown

SHOP = "torrefaction-des-ducs"
EVERYTHING = """
query($slug: String!, $slugs: [String!]!, $group: String!) {
  warehouses(first: 100, filter: {slugs: $slugs}) { edges { node {
    id name clickAndCollectOption isPrivate
    address { streetAddress1 postalCode city }
    shop: privateMetafield(key: "alencon.shop")
    group: privateMetafield(key: "alencon.group")
    hours: metafield(key: "alencon.hours")
    shippingZones(first: 10) { edges { node { name } } }
  } } }
  collections(first: 100, filter: {slugs: $slugs}) { edges { node {
    name description backgroundImage { url }
    shop: privateMetafield(key: "alencon.shop")
    channelListings { isPublished channel { slug } }
  } } }
  channel(slug: "alencon") { currencyCode defaultCountry { code } warehouses { slug } }
  permissionGroups(first: 100, filter: {search: $group}) { edges { node {
    id name users { email } permissions { code }
  } } }
  menu(slug: "footer") { items { name children { name collection { slug } } } }
  attribute(slug: "boutique") { choices(first: 100) { edges { node { name externalReference } } } }
  collection(slug: $slug) { id }
}"""


def look(town: OfficeTown, shop: str) -> dict[str, Any]:
    """Return all that Saleor holds of one shop."""
    found = town.ask(EVERYTHING, slug=shop, slugs=[shop], group=f"Boutique {shop}")
    links = [
        child["name"]
        for item in found["menu"]["items"]
        for child in item["children"] or []
        if (child["collection"] or {}).get("slug") == shop
    ]
    return {
        "warehouses": [edge["node"] for edge in found["warehouses"]["edges"]],
        "collections": [edge["node"] for edge in found["collections"]["edges"]],
        "in channel": shop in {each["slug"] for each in found["channel"]["warehouses"]},
        "groups": [  # Saleor's search is a vague one
            edge["node"]
            for edge in found["permissionGroups"]["edges"]
            if edge["node"]["name"] == f"Boutique {shop}"
        ],
        "links": links,
        "values": [
            edge["node"]["name"]
            for edge in found["attribute"]["choices"]["edges"]
            if edge["node"]["externalReference"] == f"boutique/{shop}"
        ],
    }


def set_state(town: OfficeTown, shop: str, state: str) -> None:
    """Put a shop of the Office's books into a state, as its pages would."""
    town.sql("UPDATE alencon.shops_shop SET state = %s WHERE slug = %s", state, shop)


def test_setup_puts_the_offices_page_into_the_dashboard_and_moves_it(town: OfficeTown) -> None:
    def set_up(office: str) -> list[str]:
        addresses = {"OFFICE_URL": office, "DASHBOARD_URL": "https://dashboard.alencon.example/"}
        return run_office(
            town.stack, "saleor", "setup", **town.connection, **addresses
        ).splitlines()

    first = set_up("https://office.alencon.example/")
    again = set_up("https://office.alencon.example/")
    moved = set_up("https://bureau.alencon.example/")

    assert "created    page in the Dashboard" in first
    assert again[-1] == "Nothing had to be changed."
    assert "changed    page in the Dashboard" in moved
    assert town.sql(
        "SELECT a.app_url, e.mount, e.target, count(*) FROM app_app a JOIN app_appextension e"
        " ON e.app_id = a.id WHERE a.identifier = 'alencon.town' GROUP BY 1, 2, 3"
    ) == [("https://bureau.alencon.example/encart", "navigation_orders", "app_page", 4)]


def test_a_second_setup_changes_nothing(town: OfficeTown) -> None:
    login = ("--email", STAFF_EMAIL, "--password-stdin")
    output = run_office(
        town.stack, "saleor", "setup", *login, stdin=STAFF_PASSWORD, **town.connection
    )

    assert output.strip().splitlines()[-1] == "Nothing had to be changed."


def test_setup_gives_the_town_its_taxes_delivery_and_pages(town: OfficeTown) -> None:
    found = town.ask(
        """{
        channel(slug: "alencon") { currencyCode taxConfiguration {
          chargeTaxes pricesEnteredWithTax displayGrossPrices } }
        taxClasses(first: 20) { edges { node { name countries { country { code } rate } } } }
        pages(first: 20) { edges { node { slug } } }
        shippingZones(first: 10) { edges { node { name channels { slug } shippingMethods {
          name kind: metafield(key: "alencon.delivery")
          channelListings { price { amount } minimumOrderPrice { amount } } } } } }
        }"""
    )

    assert found["channel"] == {
        "currencyCode": "EUR",
        "taxConfiguration": {
            "chargeTaxes": True,
            "pricesEnteredWithTax": True,
            "displayGrossPrices": True,
        },
    }
    rates = {
        edge["node"]["name"]: {each["country"]["code"]: each["rate"] for each in countries}
        for edge in found["taxClasses"]["edges"]
        if (countries := edge["node"]["countries"])
    }
    assert {name: rate.get("FR") for name, rate in rates.items() if name.startswith("TVA")} == {
        "TVA 20 %": 20.0,
        "TVA 10 %": 10.0,
        "TVA 5,5 %": 5.5,
        "TVA 2,1 %": 2.1,
    }
    nodes = [edge["node"] for edge in found["shippingZones"]["edges"]]
    (zone,) = [zone for zone in nodes if {"slug": "alencon"} in zone["channels"]]
    assert zone["name"] == "Alençon"
    prices = sorted(
        (method["kind"], listing["price"]["amount"], listing["minimumOrderPrice"]["amount"])
        for method in zone["shippingMethods"]
        for listing in method["channelListings"]
    )
    assert prices == [
        ("central", 0.0, 0.0),
        ("collect", 0.0, 0.0),
        ("home", 0.0, 60.0),
        ("home", 0.0, 120.0),
        ("home", 4.9, 0.0),
        ("home", 4.9, 60.0),
        ("home", 7.9, 0.0),
    ]
    assert {edge["node"]["slug"] for edge in found["pages"]["edges"]} >= {
        "livraison",
        "mentions-legales",
        "conditions-generales-de-vente",
        "retractation",
        "confidentialite",
    }


def test_a_live_shop_has_each_of_its_things_once(town: OfficeTown) -> None:
    found = look(town, SHOP)

    (warehouse,) = found["warehouses"]
    (collection,) = found["collections"]
    (group,) = found["groups"]
    assert (warehouse["clickAndCollectOption"], warehouse["isPrivate"]) == ("LOCAL", False)
    assert (warehouse["shop"], warehouse["group"]) == (SHOP, group["id"])
    assert warehouse["address"]["city"] == "ALENÇON"
    assert json.loads(warehouse["hours"])["timezone"] == "Europe/Paris"
    assert [edge["node"]["name"] for edge in warehouse["shippingZones"]["edges"]] == ["Alençon"]
    assert (collection["shop"], collection["channelListings"]) == (
        SHOP,
        [{"isPublished": True, "channel": {"slug": "alencon"}}],
    )
    assert json.loads(collection["description"])["blocks"]
    assert (found["in channel"], found["links"]) == (True, [collection["name"]])
    assert (found["values"], group["permissions"]) == ([collection["name"]], [])


def test_provisioned_twice_nothing_doubles(town: OfficeTown) -> None:
    before = look(town, SHOP)

    assert town.run("shops", "provision", SHOP) == f"{SHOP} : rien à changer\n"

    assert look(town, SHOP) == before


def test_a_prospect_does_not_go_into_saleor(town: OfficeTown) -> None:
    (prospect,) = town.sql(
        "SELECT slug FROM alencon.shops_shop WHERE state = 'prospect' ORDER BY slug LIMIT 1"
    )[0]

    with pytest.raises(SaleorFailed, match="seule une boutique validée va dans Saleor"):
        town.run("shops", "provision", prospect)

    assert look(town, prospect)["warehouses"] == []


def test_what_a_person_changed_in_saleor_is_found_and_put_right(town: OfficeTown) -> None:
    warehouse = look(town, SHOP)["warehouses"][0]
    collection = town.ask(EVERYTHING, slug=SHOP, slugs=[SHOP], group=SHOP)["collection"]["id"]
    town.ask(
        """mutation($warehouse: ID!, $collection: ID!) {
          updateWarehouse(id: $warehouse, input: {name: "Renommé", clickAndCollectOption: ALL}) {
            errors { message } }
          collectionUpdate(id: $collection, input: {name: "Autre page"}) { errors { message } }
          deletePrivateMetadata(id: $warehouse, keys: ["alencon.shop"]) { errors { message } }
        }""",
        warehouse=warehouse["id"],
        collection=collection,
    )

    with pytest.raises(SaleorFailed) as refused:
        town.run("shops", "verify", SHOP)
    text = str(refused.value)
    for line in (
        f"{SHOP} : entrepôt, nom : « Renommé » au lieu de « {warehouse['name']} »",
        f"{SHOP} : entrepôt, retrait sur place : « ALL » au lieu de « LOCAL »",
        f"{SHOP} : entrepôt, métadonnée alencon.shop : rien au lieu de « {SHOP} »",
        f"{SHOP} : page de la boutique, nom : « Autre page »",
        f"-> alencon shops provision {SHOP}",
        "4 differences",
    ):
        assert line in text

    town.run("shops", "provision", SHOP)
    assert town.run("shops", "verify", SHOP) == "1 shops: nothing differs\n"
    assert look(town, SHOP)["warehouses"][0] == warehouse


def test_what_was_deleted_in_saleor_is_made_again(town: OfficeTown) -> None:
    shop = "optique-de-la-place"
    collection = town.ask(EVERYTHING, slug=shop, slugs=[shop], group=shop)["collection"]["id"]
    town.ask(
        "mutation($id: ID!) { collectionDelete(id: $id) { errors { message } } }", id=collection
    )

    with pytest.raises(SaleorFailed, match="page de la boutique : absent"):
        town.run("shops", "verify", shop)
    town.run("shops", "provision", shop)

    found = look(town, shop)
    assert (len(found["collections"]), len(found["links"])) == (1, 1)
    assert town.run("shops", "verify", shop) == "1 shops: nothing differs\n"


def test_a_suspended_shop_is_off_sale_and_comes_back(town: OfficeTown, tmp_path: Any) -> None:
    shop = "boulangerie-lancrel"
    file = tmp_path / "pain.csv"
    file.write_text("référence;nom;prix TTC;TVA;stock\nP-1;Pain;1,20;5,5;9\n", "utf-8")
    town.run("catalogue", "import", str(file), "--shop", shop)

    assert for_sale(town, shop) == (True, 9)
    set_state(town, shop, "suspended")
    town.run("shops", "provision", shop)

    assert for_sale(town, shop) == (False, 0)
    found = look(town, shop)
    assert found["warehouses"][0]["clickAndCollectOption"] == "DISABLED"
    assert (found["in channel"], found["links"]) == (False, [])
    assert town.run("shops", "verify", shop) == "1 shops: nothing differs\n"

    set_state(town, shop, "live")
    town.run("shops", "provision", shop)
    assert for_sale(town, shop) == (True, 9)
    assert len(look(town, shop)["links"]) == 1


def for_sale(town: OfficeTown, shop: str) -> tuple[bool, int]:
    """Return whether a shopper sees the shop's page, and how many of its bread it may buy."""
    found = town.ask_as_shopper(
        """query($shop: String!, $reference: String!) {
          collection(slug: $shop, channel: "alencon") { name }
          product(externalReference: $reference, channel: "alencon") {
            variants { quantityAvailable(address: {country: FR}) } }
        }""",
        shop=shop,
        reference=f"{shop}/P-1",
    )
    variants = (found["product"] or {"variants": [{"quantityAvailable": 0}]})["variants"]
    return found["collection"] is not None, variants[0]["quantityAvailable"]


def test_logo_hours_and_description_follow_the_books(town: OfficeTown) -> None:
    shop = "mode-rue-du-bercail"
    image = BytesIO()
    Image.new("RGB", (120, 120), "navy").save(image, "PNG")
    town.shell(
        "from django.core.files.base import ContentFile\n"
        "from saleor_alencon.shops.models import Shop\n"
        "from saleor_alencon.shops.logos import clean_logo\n"
        "from django.core.files.uploadedfile import SimpleUploadedFile\n"
        f"shop = Shop.objects.get(slug={shop!r})\n"
        "shop.description = 'Des pulls & des mailles.\\n\\nRayées ou non.'\n"
        f"data = bytes.fromhex('{image.getvalue().hex()}')\n"
        "logo = clean_logo(SimpleUploadedFile('logo.png', data))\n"
        "shop.logo.save(logo.name, logo, save=False)\n"
        "shop.hours = {**shop.hours, 'preparation_minutes': 77}\n"
        "shop.save()\n"
    )

    output = town.run("shops", "provision", shop)
    assert "page de la boutique, description" in output
    assert "page de la boutique, image" in output
    assert "entrepôt, métadonnée alencon.hours" in output
    found = look(town, shop)
    texts = [
        block["data"]["text"]
        for block in json.loads(found["collections"][0]["description"])["blocks"]
    ]
    assert texts == ["Des pulls &amp; des mailles.", "Rayées ou non."]
    assert found["collections"][0]["backgroundImage"]["url"].startswith("http")
    assert json.loads(found["warehouses"][0]["hours"])["preparation_minutes"] == 77
    assert town.run("shops", "provision", shop) == f"{shop} : rien à changer\n"


def test_killed_ten_times_a_last_provisioning_leaves_each_thing_once(town: OfficeTown) -> None:
    slugs = [
        slug
        for (slug,) in town.sql(
            "SELECT slug FROM alencon.shops_shop WHERE state = 'committed' ORDER BY slug LIMIT 9"
        )
    ]
    chance = random.Random(61000)
    started = time.monotonic()
    town.start("shops", "verify", SHOP).wait()
    startup = time.monotonic() - started  # what one run takes that has nothing to do
    left, begun, killed, done = iter(slugs), [], 0, True
    while killed < 10:
        if done:  # what is done has nothing left to be killed at: a new shop
            begun.append(next(left))
            set_state(town, begun[-1], "live")
        process = town.start("shops", "provision", begun[-1])
        time.sleep(startup * (0.5 + 0.7 * chance.random()))
        if process.poll() is None:
            process.kill()
            killed += 1
        done = process.wait() == 0

    for slug in begun:
        town.run("shops", "provision", slug)

    for slug in begun:
        assert town.run("shops", "verify", slug) == "1 shops: nothing differs\n"
        found = look(town, slug)
        names = ("warehouses", "collections", "groups", "links", "values")
        assert [len(found[name]) for name in names] == [1, 1, 1, 1, 1]


def test_members_are_invited_into_their_shops_group_and_leave_it(town: OfficeTown) -> None:
    shop = "librairie-des-halles"
    (group,) = look(town, shop)["groups"]
    assert [user["email"] for user in group["users"]] == ["librairie@alencon.example"]

    town.sql("DELETE FROM alencon.shops_shopmember")
    town.run("shops", "provision", shop)
    assert look(town, shop)["groups"][0]["users"] == []

    town.run("seed")
    town.run("shops", "provision", shop)
    assert len(look(town, shop)["groups"][0]["users"]) == 1


def test_without_a_staff_login_the_shop_can_sell_and_says_what_is_left(town: OfficeTown) -> None:
    (slug,) = town.sql(
        "SELECT slug FROM alencon.shops_shop WHERE state = 'committed' ORDER BY slug DESC LIMIT 1"
    )[0]
    set_state(town, slug, "live")
    without = OfficeTown(
        town.stack,
        town.processes,
        town.connection | {"SALEOR_STAFF_EMAIL": "", "SALEOR_STAFF_PASSWORD": ""},
    )

    with pytest.raises(SaleorFailed, match="Le groupe et les comptes de la boutique restent"):
        without.run("shops", "provision", slug)

    found = look(town, slug)
    assert (found["in channel"], len(found["links"]), found["groups"]) == (True, 1, [])
    town.run("shops", "provision", slug)
    assert len(look(town, slug)["groups"]) == 1
