"""Setup of the sales channel, its taxes and the central collection point."""

from typing import Any

from saleor_alencon.provisioning.connections import every_node, nodes
from saleor_alencon.provisioning.delivery_table import Central
from saleor_alencon.provisioning.differences import Difference, touched
from saleor_alencon.provisioning.names import (
    CENTRAL_POINT,
    CHANNEL,
    COUNTRY,
    CURRENCY,
    TAX_CLASSES,
)
from saleor_alencon.provisioning.report import Report
from saleor_alencon.saleor_api.client import SaleorClient, SaleorError

# Orders: confirmed at once; never without payment; one that stays unpaid expires after an hour.
# A basket that is paid and left open, because the browser was closed, becomes an order by itself.
CHANNEL_SETTINGS: dict[str, Any] = {
    "defaultCountry": COUNTRY,
    "stockSettings": {"allocationStrategy": "PRIORITIZE_SORTING_ORDER"},
    "orderSettings": {
        "automaticallyConfirmAllNewOrders": True,
        "markAsPaidStrategy": "TRANSACTION_FLOW",
        "allowUnpaidOrders": False,
        "expireOrdersAfter": 60,
    },
    "paymentSettings": {"defaultTransactionFlowStrategy": "CHARGE"},
    "checkoutSettings": {"automaticCompletion": {"enabled": True, "delay": 30}},
}
TAX_SETTINGS = {
    "chargeTaxes": True,
    "taxCalculationStrategy": "FLAT_RATES",
    "pricesEnteredWithTax": True,
    "displayGrossPrices": True,
}


def keep_tax_classes(client: SaleorClient, report: Report) -> dict[int, str]:
    """Keep one tax class per rate; return their ids by basis points."""
    found: dict[str, dict[str, Any]] = {}
    for node in every_node(client, "setup_tax_classes", "taxClasses"):
        found.setdefault(node["name"], node)
    for rate_bps, name in TAX_CLASSES.items():
        keep_tax_class(client, report, name, rate_bps / 100, found)
    return {rate_bps: found[name]["id"] for rate_bps, name in TAX_CLASSES.items()}


def keep_tax_class(
    client: SaleorClient,
    report: Report,
    name: str,
    rate_percent: float,
    found: dict[str, dict[str, Any]],
) -> None:
    """Keep one tax class with its rate in France; a new one is added to ``found``."""
    rate = {"countryCode": COUNTRY, "rate": rate_percent}

    def create() -> None:
        payload = client.run("tax_class_create", input={"name": name, "createCountryRates": [rate]})
        found[name] = payload["taxClassCreate"]["taxClass"]

    def change(_differences: list[Difference]) -> None:
        client.run("tax_class_update", id=found[name]["id"], input={"updateCountryRates": [rate]})

    present = found.get(name)
    report.keep(
        f"tax class {name}",
        {"rate": rate_percent},
        present
        and {
            "rate": next(
                (
                    country["rate"]
                    for country in present["countries"]
                    if country["country"]["code"] == COUNTRY
                ),
                None,
            )
        },
        create=create,
        change=change,
    )


def keep_channel(client: SaleorClient, report: Report) -> dict[str, Any]:
    """Keep the channel and how it reckons taxes; return what Saleor says of it.

    Its name, and whether it is active, are given once: both are the Office's to change.

    :raises SaleorError: a channel of this slug sells in another currency, which never changes.
    """
    channel = read_channel(client)
    if channel and channel["currencyCode"] != CURRENCY:
        raise SaleorError(
            f"Saleor has a channel {CHANNEL} in {channel['currencyCode']}, and a channel keeps its "
            f"currency: give that one another slug in the Dashboard, then run setup again."
        )

    def create() -> None:
        once = {"name": "Acheter à Alençon", "slug": CHANNEL, "isActive": True}
        client.run("channel_create", input=CHANNEL_SETTINGS | once | {"currencyCode": CURRENCY})

    def change(differences: list[Difference]) -> None:
        assert channel is not None
        fields = {name: CHANNEL_SETTINGS[name] for name in touched(differences)}
        client.run("channel_update", id=channel["id"], input=fields)

    report.keep(
        f"channel {CHANNEL}",
        CHANNEL_SETTINGS,
        channel and channel_settings(channel),
        create=create,
        change=change,
    )
    channel = channel or read_channel(client)
    assert channel is not None
    keep_tax_configuration(client, report, channel["taxConfiguration"])
    return channel


def read_channel(client: SaleorClient) -> dict[str, Any] | None:
    """Return the channel, or None when it is not there."""
    channel: dict[str, Any] | None = client.run("setup_channel", slug=CHANNEL)["channel"]
    return channel


def channel_settings(channel: dict[str, Any]) -> dict[str, Any]:
    """Return an answer in the shape in which settings are given."""
    checkout = channel["checkoutSettings"]
    completion = {
        "enabled": checkout["automaticallyCompleteFullyPaidCheckouts"],
        "delay": checkout["automaticCompletionDelay"],
    }
    return channel | {
        "defaultCountry": channel["defaultCountry"]["code"],
        "checkoutSettings": {"automaticCompletion": completion},
    }


def keep_tax_configuration(client: SaleorClient, report: Report, found: dict[str, Any]) -> None:
    """Keep prices entered and shown with tax. The channel's own creation makes the row."""

    def change(differences: list[Difference]) -> None:
        fields = {name: TAX_SETTINGS[name] for name in touched(differences)}
        client.run("tax_configuration_update", id=found["id"], input=fields)

    report.keep("taxes of the channel", TAX_SETTINGS, found, create=refuse_creation, change=change)


def refuse_creation() -> None:
    """Stand in for a creation where Saleor always has the thing."""
    raise AssertionError("Saleor makes this itself")


def keep_central_point(
    client: SaleorClient, report: Report, central: Central, channel: dict[str, Any]
) -> None:
    """Keep the place where any basket can be collected: no stock, in the channel, in no zone."""
    address = {
        "companyName": central.name,
        "streetAddress1": central.address_line,
        "postalCode": central.postal_code,
        "city": central.city,
        "country": COUNTRY,
    }
    wanted = {
        "isPrivate": False,
        "clickAndCollectOption": "ALL",
        "address": address | {"city": central.city.upper()},  # as Saleor keeps French cities
        "in the channel": True,
    }
    present = first(nodes(client.run("warehouse_by_slug", slug=CENTRAL_POINT)["warehouses"]))
    ids = {warehouse["id"] for warehouse in channel["warehouses"]}

    def create() -> None:
        once = {"name": central.name, "slug": CENTRAL_POINT, "address": address}
        payload = client.run("warehouse_create", input=once)["createWarehouse"]
        finish(payload["warehouse"]["id"], set(wanted))

    def finish(warehouse_id: str, names: set[str]) -> None:
        fields = {name: wanted[name] for name in names & {"isPrivate", "clickAndCollectOption"}}
        if "address" in names:
            fields["address"] = address
        if fields:
            client.run("warehouse_update", id=warehouse_id, input=fields)
        if "in the channel" in names:
            client.run("channel_update", id=channel["id"], input={"addWarehouses": [warehouse_id]})

    def change(differences: list[Difference]) -> None:
        assert present is not None
        finish(present["id"], touched(differences))

    report.keep(
        f"collection point {CENTRAL_POINT}",
        wanted,
        present and found_point(present, ids),
        create=create,
        change=change,
    )


def found_point(warehouse: dict[str, Any], channel_warehouse_ids: set[str]) -> dict[str, Any]:
    """Return an answer in the shape of what is wanted."""
    address = warehouse["address"]
    return warehouse | {
        "address": address | {"country": address["country"]["code"]},
        "in the channel": warehouse["id"] in channel_warehouse_ids,
    }


def first(found: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the first of what was found, or None."""
    return found[0] if found else None
