"""Setup of the delivery zone and its methods, from the table of delivery prices."""

from decimal import Decimal
from typing import Any

from saleor_alencon.provisioning.connections import every_node
from saleor_alencon.provisioning.delivery_table import DeliveryTable, wanted_methods
from saleor_alencon.provisioning.differences import Difference, touched
from saleor_alencon.provisioning.names import (
    CHANNEL,
    COUNTRY,
    DELIVERY_KEY,
    SETUP_KEY,
    STANDARD_RATE_BPS,
    ZONE,
)
from saleor_alencon.provisioning.report import Report
from saleor_alencon.saleor_api.client import SaleorClient

Found = dict[str, Any]


def keep_delivery(
    client: SaleorClient,
    report: Report,
    table: DeliveryTable,
    channel_id: str,
    tax_classes: dict[int, str],
) -> None:
    """Keep the zone, each method the table asks for, and no other of ours in the channel."""
    zone = keep_zone(client, report, table.zone, channel_id)
    present = match_methods(table, zone["shippingMethods"] or [])
    keeper = MethodKeeper(client, report, zone["id"], channel_id, tax_classes[STANDARD_RATE_BPS])
    for wanted in wanted_methods(table):
        keeper.keep(wanted, present.get(wanted["key"]))
    asked = {wanted["key"] for wanted in wanted_methods(table)}
    for method in zone["shippingMethods"] or []:
        if method["key"] and method["key"] not in asked:
            keeper.retire(method)


def keep_zone(client: SaleorClient, report: Report, name: str, channel_id: str) -> Found:
    """Keep the zone that all shops deliver in; found by its key, or without one by its name."""
    zones = list(every_node(client, "setup_delivery", "shippingZones"))
    zone = next((each for each in zones if each["key"] == ZONE), None) or next(
        (each for each in zones if not each["key"] and each["name"] == name), None
    )
    result: Found = zone or {"shippingMethods": []}

    def create() -> None:
        fields = {"name": name, "countries": [COUNTRY], "addChannels": [channel_id]}
        payload = client.run("shipping_zone_create", input=fields)["shippingZoneCreate"]
        result["id"] = payload["shippingZone"]["id"]
        mark()

    def mark() -> None:
        marks = [{"key": SETUP_KEY, "value": ZONE}]
        client.run("private_metadata_update", id=result["id"], input=marks)

    def change(differences: list[Difference]) -> None:
        names = touched(differences)
        fields: Found = {}
        if "name" in names:
            fields["name"] = name
        if COUNTRY in names:
            countries = [country["code"] for country in result["countries"]]
            fields["countries"] = [*countries, COUNTRY]
        if CHANNEL in names:
            fields["addChannels"] = [channel_id]
        if fields:
            client.run("shipping_zone_update", id=result["id"], input=fields)
        if "key" in names:
            mark()

    report.keep(
        "delivery zone",
        {"name": name, "key": ZONE, COUNTRY: True, CHANNEL: True},
        zone
        and {
            "name": zone["name"],
            "key": zone["key"],
            COUNTRY: COUNTRY in {country["code"] for country in zone["countries"]},
            CHANNEL: CHANNEL in {channel["slug"] for channel in zone["channels"]},
        },
        create=create,
        change=change,
    )
    return result


def match_methods(table: DeliveryTable, methods: list[Found]) -> dict[str, Found]:
    """Return the methods by key; one without a key takes the first free key of its name.

    A method has no key when setup stopped between its creation and its key, or when a person
    made it by hand under the same name.
    """
    matched = {method["key"]: method for method in methods if method["key"]}
    loose = [method for method in methods if not method["key"]]
    for wanted in wanted_methods(table):
        if wanted["key"] in matched:
            continue
        same = next((each for each in loose if each["name"] == wanted["name"]), None)
        if same:
            matched[wanted["key"]] = same
            loose.remove(same)
    return matched


class MethodKeeper:
    """Keeps the methods of one zone."""

    def __init__(
        self, client: SaleorClient, report: Report, zone_id: str, channel_id: str, tax_class_id: str
    ) -> None:
        self.client = client
        self.report = report
        self.zone_id = zone_id
        self.channel_id = channel_id
        self.tax_class_id = tax_class_id

    def keep(self, wanted: Found, present: Found | None) -> None:
        """Keep one method: its rules, its price for which baskets, and its keys."""
        wanted = wanted | {"type": "PRICE", "taxClass": self.tax_class_id}

        def create() -> None:
            fields = {
                "name": wanted["name"],
                "type": "PRICE",
                "shippingZone": self.zone_id,
                "taxClass": self.tax_class_id,
                **self.rules(wanted, []),
            }
            payload = self.client.run("shipping_method_create", input=fields)
            method_id = payload["shippingPriceCreate"]["shippingMethod"]["id"]
            self.finish(method_id, wanted, {"key", "listing", "delivery"})

        def change(differences: list[Difference]) -> None:
            assert present is not None
            names = touched(differences)
            fields = {name: wanted[name] for name in names & {"name", "type", "taxClass"}}
            if "rules" in names:
                fields |= self.rules(wanted, present["postalCodeRules"])
            if fields:
                self.client.run("shipping_method_update", id=present["id"], input=fields)
            self.finish(present["id"], wanted, names)

        self.report.keep(
            f"delivery method {wanted['key']}",
            wanted,
            present and found_method(present),
            create=create,
            change=change,
        )

    def finish(self, method_id: str, wanted: Found, names: set[str]) -> None:
        """Give a method its keys, then its price: without a price nobody is offered it."""
        if "key" in names:
            marks = [{"key": SETUP_KEY, "value": wanted["key"]}]
            self.client.run("private_metadata_update", id=method_id, input=marks)
        if "delivery" in names:
            marks = [{"key": DELIVERY_KEY, "value": wanted["delivery"]}]
            self.client.run("metadata_update", id=method_id, input=marks)
        if "listing" in names:
            listing = {
                "channelId": self.channel_id,
                "price": euros(wanted["listing"]["price_cents"]),
                "minimumOrderPrice": euros(wanted["listing"]["from_cents"]),
                "maximumOrderPrice": euros(wanted["listing"]["to_cents"]),
            }
            self.client.run("shipping_method_list", id=method_id, input={"addChannels": [listing]})

    def rules(self, wanted: Found, present: list[Found]) -> Found:
        """Return the part of a method's input that replaces its postal code rules."""
        stays = {
            (rule["start"], rule["end"]) for rule in present if rule["inclusionType"] == "INCLUDE"
        } & set(wanted["rules"])
        gone = [rule["id"] for rule in present if (rule["start"], rule["end"]) not in stays]
        new = [rule for rule in wanted["rules"] if rule not in stays]
        fields: Found = {"deletePostalCodeRules": gone} if gone else {}
        if new:
            fields["inclusionType"] = "INCLUDE"
            fields["addPostalCodeRules"] = [{"start": start, "end": end} for start, end in new]
        return fields

    def retire(self, method: Found) -> None:
        """Offer a method no longer that the table has dropped. Old orders still name it."""
        listed = {listing["channel"]["slug"] for listing in method["channelListings"] or []}

        def change(_differences: list[Difference]) -> None:
            self.client.run(
                "shipping_method_list",
                id=method["id"],
                input={"removeChannels": [self.channel_id]},
            )

        self.report.keep(
            f"delivery method {method['key']}",
            {"in the channel": False},
            {"in the channel": CHANNEL in listed},
            create=lambda: None,
            change=change,
        )


def found_method(method: Found) -> Found:
    """Return an answer in the shape of what is wanted."""
    listing: Found | None = None
    for each in method["channelListings"] or []:
        if each["channel"]["slug"] == CHANNEL:
            listing = {
                "price_cents": cents(each["price"]),
                "from_cents": cents(each["minimumOrderPrice"]) or 0,
                "to_cents": cents(each["maximumOrderPrice"]),
            }
    return {
        "key": method["key"],
        "name": method["name"],
        "type": method["type"],
        "delivery": method["delivery"],
        "taxClass": (method["taxClass"] or {}).get("id"),
        "rules": sorted(
            (rule["start"], rule["end"])
            if rule["inclusionType"] == "INCLUDE"
            else ("not", rule["start"])
            for rule in method["postalCodeRules"] or []
        ),
        "listing": listing,
    }


def euros(amount_cents: int | None) -> str | None:
    """Return an amount as Saleor reads it.

    >>> euros(490), euros(5), euros(None)
    ('4.90', '0.05', None)
    """
    return None if amount_cents is None else f"{amount_cents // 100}.{amount_cents % 100:02}"


def cents(money: Found | None) -> int | None:
    """Return an amount of Saleor's in cents.

    >>> cents({"amount": 4.9}), cents(None)
    (490, None)
    """
    return None if money is None else int((Decimal(str(money["amount"])) * 100).to_integral_value())
