"""What a shop is in Saleor at this moment."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.provisioning.connections import every_node, nodes
from saleor_alencon.provisioning.editor_text import plain_text
from saleor_alencon.provisioning.names import CHANNEL, SHOPS_ITEM, ZONE
from saleor_alencon.provisioning.shop_value import ShopValue, find_shop_value
from saleor_alencon.provisioning.wanted_shop import GROUP_PREFIX, WantedShop
from saleor_alencon.saleor_api.client import SaleorClient, SaleorError, SaleorRefused

Found = dict[str, Any]


class SetupMissing(SaleorError):
    """Raised when Saleor has not been set up; ``alencon saleor setup`` is the cure."""


class ShopConflict(SaleorError):
    """Raised when what has the shop's slug in Saleor says that it is another shop's."""


@dataclass(frozen=True)
class Town:
    """What all shops share in Saleor: read once for a whole run."""

    channel_id: str
    zone_id: str
    attribute_id: str


@dataclass(frozen=True)
class FoundShop:
    """One shop's things in Saleor, each None when it is not there."""

    channel_warehouse_ids: frozenset[str]
    zone_warehouse_ids: frozenset[str]
    warehouse: Found | None
    collection: Found | None
    group: Found | None
    shops_item: Found | None  # the menu item that has the shops below it
    menu_id: str
    value: ShopValue | None  # of the attribute "boutique"

    @property
    def link_ids(self) -> list[str]:
        """Ids of the menu items that lead to the shop's page."""
        children = (self.shops_item or {}).get("children") or []
        own = self.collection["id"] if self.collection else None
        return [
            str(child["id"])
            for child in children
            if own and (child["collection"] or {}).get("id") == own
        ]

    def in_saleor(self) -> dict[str, Found | None]:
        """Return what is there, in the shape of ``WantedShop.in_saleor``."""
        warehouse_id = self.warehouse["id"] if self.warehouse else None
        return {
            "warehouse": self.warehouse and warehouse_values(self.warehouse, self.group),
            "channel": {"member": warehouse_id in self.channel_warehouse_ids},
            "zone": {"member": warehouse_id in self.zone_warehouse_ids},
            "collection": self.collection and collection_values(self.collection),
            "menu": {"linked": bool(self.link_ids)},
            "value": {"name": self.value.name} if self.value else None,
            "group": self.group and group_values(self.group),
        }


def warehouse_values(warehouse: Found, group: Found | None) -> Found:
    """Return a warehouse in the shape of what is wanted."""
    address = warehouse["address"]
    try:
        hours = json.loads(warehouse["hours"]) if warehouse["hours"] else None
    except ValueError:
        hours = warehouse["hours"]
    return warehouse | {
        "address": address | {"country": address["country"]["code"]},
        "group": group is not None and warehouse["group"] == group["id"],
        "hours": hours,
    }


def collection_values(collection: Found) -> Found:
    """Return a collection in the shape of what is wanted."""
    listings = collection["channelListings"] or []
    return collection | {
        "description": plain_text(collection["description"]),
        "logo": collection["logo"] if collection["backgroundImage"] else None,
        "published": any(
            listing["channel"]["slug"] == CHANNEL and listing["isPublished"] for listing in listings
        ),
    }


def group_values(group: Found) -> Found:
    """Return a permission group in the shape of what is wanted."""
    return {
        "name": group["name"],
        "permissions": sorted(permission["code"] for permission in group["permissions"] or []),
        "restricted": group["restrictedAccessToChannels"],
        "channel": CHANNEL in {each["slug"] for each in group["accessibleChannels"] or []},
        "members": sorted(user["email"].lower() for user in group["users"] or []),
    }


def read_zone(client: SaleorClient) -> Found:
    """Return the delivery zone with its warehouses.

    :raises SetupMissing: there is none.
    """
    for zone in every_node(client, "zone_found", "shippingZones"):
        if zone["key"] == ZONE:
            return zone
    raise SetupMissing(_("Saleor n'est pas préparé : lancez d'abord `alencon saleor setup`."))


def read_shop(
    client: SaleorClient, wanted: WantedShop, known_warehouse: str, known_collection: str
) -> tuple[Town, FoundShop]:
    """Find a shop: by its slug, else by the ids known of it if they still say they are its own.

    :raises SetupMissing: Saleor has not been set up.
    :raises ShopConflict: another shop's warehouse or collection has the slug.
    """
    answer = client.run(
        "shop_found",
        slug=wanted.slug,
        channel=CHANNEL,
        warehouseId=known_warehouse or None,
        warehouseKnown=bool(known_warehouse),
        collectionId=known_collection or None,
        collectionKnown=bool(known_collection),
    )
    if answer["channel"] is None:
        raise SetupMissing(_("Saleor n'est pas préparé : lancez d'abord `alencon saleor setup`."))
    zone = read_zone(client)
    attribute_id, value = find_shop_value(client, wanted.slug)
    if attribute_id is None:
        raise SetupMissing(_("Saleor n'est pas préparé : lancez d'abord `alencon saleor setup`."))
    by_slug = nodes(answer["bySlug"])
    warehouse = choose(by_slug[0] if by_slug else None, answer.get("byId"), wanted)
    collection = choose(answer["collectionBySlug"], answer.get("collectionById"), wanted)
    menu = answer["menu"] or {"id": "", "items": []}
    found = FoundShop(
        channel_warehouse_ids=frozenset(each["id"] for each in answer["channel"]["warehouses"]),
        zone_warehouse_ids=frozenset(each["id"] for each in zone["warehouses"]),
        warehouse=warehouse,
        collection=collection,
        group=read_group(client, wanted, warehouse),
        shops_item=next((item for item in menu["items"] or [] if item["key"] == SHOPS_ITEM), None),
        menu_id=menu["id"],
        value=value,
    )
    return Town(answer["channel"]["id"], zone["id"], attribute_id), found


def choose(by_slug: Found | None, by_id: Found | None, wanted: WantedShop) -> Found | None:
    """Return the shop's own of two candidates.

    Ids may have been given anew after a restore of Saleor: the metadata decides.
    """
    if by_slug:
        if by_slug["shop"] not in (None, wanted.slug):
            raise ShopConflict(
                _(
                    "Dans Saleor, « %(slug)s » appartient à la boutique « %(other)s » : "
                    "donnez-lui un autre identifiant (slug) dans le tableau de bord."
                )
                % {"slug": wanted.slug, "other": by_slug["shop"]}
            )
        return by_slug
    return by_id if by_id and by_id["shop"] == wanted.slug else None


def read_group(client: SaleorClient, wanted: WantedShop, warehouse: Found | None) -> Found | None:
    """Find the shop's permission group: by the warehouse's metadata, else by its name."""
    if warehouse and warehouse["group"]:
        try:
            group = client.run("permission_group_by_id", id=warehouse["group"])["permissionGroup"]
        except SaleorRefused:  # what is written there is no id
            group = None
        # One named after another shop is that shop's, whatever the metadata say.
        others = group and group["name"].startswith(GROUP_PREFIX)
        if group and (not others or group["name"] == wanted.group_name):
            return dict(group)
    # Saleor's search is a vague one: it finds the groups of other shops too.
    groups = every_node(
        client, "permission_groups_by_name", "permissionGroups", name=wanted.group_name
    )
    return next((group for group in groups if group["name"] == wanted.group_name), None)
