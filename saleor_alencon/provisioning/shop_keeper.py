"""Brings one shop in Saleor to what is wanted, one small call after the other.

Every step compares first and acts on what differs; each thing that is made can be found again by
its slug or its name at once. So a run that was cut off anywhere is completed by the next.
"""

import json
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.provisioning.differences import touched
from saleor_alencon.provisioning.drift import Drift, shop_drift
from saleor_alencon.provisioning.editor_text import editor_json
from saleor_alencon.provisioning.found_shop import FoundShop, Town, read_shop
from saleor_alencon.provisioning.names import (
    GROUP_KEY,
    HOURS_KEY,
    LOGO_KEY,
    SHOP_KEY,
    STATE_KEY,
)
from saleor_alencon.provisioning.shop_value import keep_shop_value
from saleor_alencon.provisioning.staff import StaffLogin
from saleor_alencon.provisioning.wanted_shop import MERCHANT_PERMISSIONS, Logo, Member, WantedShop
from saleor_alencon.saleor_api.client import SaleorClient, SaleorError


class AccountRefused(SaleorError):
    """Raised when a merchant's e-mail address already belongs to an account nobody confirmed."""


class ShopKeeper:
    """Keeps one shop. ``warehouse_id``, ``collection_id`` and ``group_id`` are set by ``keep``."""

    def __init__(
        self,
        client: SaleorClient,
        staff: StaffLogin,
        wanted: WantedShop,
        *,
        warehouse_id: str = "",
        collection_id: str = "",
    ) -> None:
        self.client = client
        self.staff = staff
        self.wanted = wanted
        self.warehouse_id = warehouse_id
        self.collection_id = collection_id
        self.group_id = ""
        self.town: Town
        self.found: FoundShop

    def keep(self) -> list[Drift]:
        """Do what is needed; return what was not as wanted before.

        Groups and accounts come last: they alone need the staff login, and without it the
        shop can sell.

        :raises SaleorRefused, SaleorUnreachable: what was done until then stays.
        :raises StaffLoginMissing, AccountRefused: everything else is done.
        """
        drift = self.read()
        fields = {place: touched(self.at(drift, place)) for place in self.wanted.in_saleor()}
        if fields["warehouse"] - {"group"}:
            self.keep_warehouse(fields["warehouse"])
        self.keep_where_it_sells(fields)
        if fields["collection"]:
            self.keep_collection(fields["collection"])
        if fields["menu"]:
            self.keep_link()
        if fields["value"]:
            keep_shop_value(
                self.client,
                self.wanted.slug,
                self.wanted.name,
                self.town.attribute_id,
                self.found.value,
            )
        if fields["group"]:
            self.keep_group(fields["group"])
        if fields["group"] or "group" in fields["warehouse"]:
            marks = [{"key": GROUP_KEY, "value": self.group_id}]
            self.client.run("private_metadata_update", id=self.warehouse_id, input=marks)
        return drift

    def read(self) -> list[Drift]:
        """Look at the shop as it is now; return what is not as wanted."""
        self.town, self.found = read_shop(
            self.client, self.wanted, self.warehouse_id, self.collection_id
        )
        self.warehouse_id = self.found.warehouse["id"] if self.found.warehouse else ""
        self.collection_id = self.found.collection["id"] if self.found.collection else ""
        self.group_id = self.found.group["id"] if self.found.group else ""
        return shop_drift(self.wanted, self.found)

    def at(self, drift: list[Drift], place: str) -> list[Any]:
        """Return the differences at one place; all its fields when it is not there at all."""
        if getattr(self.found, place, True) is None:
            return [Drift(place, name, value, None) for name, value in self.values(place).items()]
        return [each for each in drift if each.place == place]

    def values(self, place: str) -> dict[str, Any]:
        """Return what is wanted at one place."""
        return self.wanted.in_saleor()[place]

    def keep_warehouse(self, names: set[str]) -> None:
        """Keep the shop's stock and pickup place."""
        if not self.warehouse_id:
            fields: dict[str, Any] = {
                "slug": self.wanted.slug,
                "name": self.wanted.name,
                "email": self.wanted.email,
                "address": self.wanted.address,
            }
            payload = self.client.run("warehouse_create", input=fields)["createWarehouse"]
            self.warehouse_id = payload["warehouse"]["id"]
            names = names - fields.keys()
        values = self.values("warehouse")
        plain = ("slug", "name", "email", "isPrivate", "clickAndCollectOption")
        fields = {name: values[name] for name in plain if name in names}
        if "address" in names:
            fields["address"] = self.wanted.address
        if fields:
            self.client.run("warehouse_update", id=self.warehouse_id, input=fields)
        if names & {"shop", "state"}:
            marks = [
                {"key": SHOP_KEY, "value": self.wanted.slug},
                {"key": STATE_KEY, "value": self.wanted.state},
            ]
            self.client.run("private_metadata_update", id=self.warehouse_id, input=marks)
        if "hours" in names:
            text = json.dumps(self.wanted.hours, ensure_ascii=False, separators=(",", ":"))
            marks = [{"key": HOURS_KEY, "value": text}]
            self.client.run("metadata_update", id=self.warehouse_id, input=marks)

    def keep_where_it_sells(self, fields: dict[str, set[str]]) -> None:
        """Keep the warehouse in the channel and the zone of an open shop, out of them otherwise.

        Saleor takes into a zone only what shares a channel with it: in by the channel first, out
        by the zone first.
        """
        ids = {"addWarehouses" if self.wanted.is_open else "removeWarehouses": [self.warehouse_id]}
        calls = [
            ("channel", "channel_update", self.town.channel_id),
            ("zone", "shipping_zone_update", self.town.zone_id),
        ]
        for place, operation, object_id in calls if self.wanted.is_open else reversed(calls):
            if fields[place]:
                self.client.run(operation, id=object_id, input=ids)

    def keep_collection(self, names: set[str]) -> None:
        """Keep the shop's page."""
        wanted = self.wanted
        fields: dict[str, Any] = {}
        for name in names & {"slug", "name"}:
            fields[name] = self.values("collection")[name]
        if "description" in names:
            fields["description"] = editor_json(wanted.description)
        if "shop" in names:
            fields["privateMetadata"] = [{"key": SHOP_KEY, "value": wanted.slug}]
        if not self.collection_id:
            payload = self.client.run("collection_create", input=fields)["collectionCreate"]
            self.collection_id = payload["collection"]["id"]
        elif fields:
            self.client.run("collection_update", id=self.collection_id, input=fields)
        if "logo" in names and wanted.logo:
            self.keep_logo(wanted.logo)
        if "published" in names:
            listing = {"channelId": self.town.channel_id, "isPublished": wanted.is_open}
            self.client.run(
                "collection_list", id=self.collection_id, input={"addChannels": [listing]}
            )

    def keep_logo(self, logo: Logo) -> None:
        """Send the image of the shop's page, then note which one it is."""
        self.client.upload(
            "collection_logo_set",
            name=logo.name,
            content=logo.data,
            content_type="image/png",
            id=self.collection_id,
            alt=self.wanted.name,
        )
        marks = [{"key": LOGO_KEY, "value": logo.digest}]
        self.client.run("private_metadata_update", id=self.collection_id, input=marks)

    def keep_link(self) -> None:
        """Keep the link to the shop's page in the footer, where the Office left room for it."""
        if self.wanted.is_open:
            item = {
                "menu": self.found.menu_id,
                "parent": (self.found.shops_item or {})["id"],
                "name": self.wanted.name,
                "collection": self.collection_id,
            }
            self.client.run("menu_item_create", input=item)
        else:
            for link_id in self.found.link_ids:
                self.client.run("menu_item_delete", id=link_id)

    def keep_group(self, names: set[str]) -> None:
        """Keep the merchants' group: its name, what it may do, where, and who is in it."""
        staff = self.staff.client()
        group = self.found.group
        if group is None:
            fields: dict[str, Any] = {
                "name": self.wanted.group_name,
                "addPermissions": list(MERCHANT_PERMISSIONS),
                "restrictedAccessToChannels": True,
                "addChannels": [self.town.channel_id],
            }
            payload = staff.run("permission_group_create", input=fields)["permissionGroupCreate"]
            self.group_id = payload["group"]["id"]
        else:
            held = [permission["code"] for permission in group["permissions"] or []]
            fields = {
                "name": self.wanted.group_name,
                "restrictedAccessToChannels": True,
                "addChannels": [self.town.channel_id],
                "addPermissions": [code for code in MERCHANT_PERMISSIONS if code not in held],
                "removePermissions": [code for code in held if code not in MERCHANT_PERMISSIONS],
                "removeUsers": self.strangers(group),
            }
            if names - {"members"} or fields["removeUsers"]:
                staff.run("permission_group_update", id=self.group_id, input=fields)
        if "members" in names:
            present = {user["email"].lower() for user in (group or {}).get("users") or []}
            for member in self.wanted.members:
                if member.email not in present:
                    self.add_member(staff, member)

    def strangers(self, group: dict[str, Any]) -> list[str]:
        """Return the ids of those in the group who do not work for the shop."""
        members = {member.email for member in self.wanted.members}
        users = group["users"] or []
        return [user["id"] for user in users if user["email"].lower() not in members]

    def add_member(self, staff: SaleorClient, member: Member) -> None:
        """Put a merchant into the group: a new account is invited by Saleor's e-mail.

        A shopper's account becomes a merchant's. Saleor writes to no such person by itself, so a
        new password is asked for. An account that was never confirmed may be anybody's: whoever
        opened it would be let in.
        """
        user = staff.run("user_by_email", email=member.email)["user"]
        if user and user["isStaff"]:
            groups = {"addGroups": [self.group_id]}
            staff.run("staff_update", id=user["id"], input=groups)
            return
        if user and not user["isConfirmed"]:
            raise AccountRefused(
                _(
                    "%(email)s a dans Saleor un compte client jamais confirmé, ouvert par on ne "
                    "sait qui : supprimez ce compte dans le tableau de bord, puis recommencez."
                )
                % {"email": member.email}
            )
        fields = {
            "email": member.email,
            "firstName": member.name,
            "isActive": True,
            "addGroups": [self.group_id],
        }
        if self.staff.redirect_url:
            fields["redirectUrl"] = self.staff.redirect_url
        staff.run("staff_create", input=fields)
        if user and self.staff.redirect_url:
            staff.run(
                "password_reset_request", email=member.email, redirectUrl=self.staff.redirect_url
            )
