"""A shop's value of the attribute "boutique", by which shoppers see and filter whose a product is.

Its external reference is the shop's slug: a renamed shop keeps its value, and its products theirs.
"""

from dataclasses import dataclass

from saleor_alencon.provisioning.names import SHOP_ATTRIBUTE
from saleor_alencon.saleor_api.client import SaleorClient


@dataclass(frozen=True)
class ShopValue:
    """A shop's value as Saleor holds it."""

    attribute_id: str
    id: str
    name: str


def value_reference(slug: str) -> str:
    """Return the external reference of a shop's value."""
    return f"{SHOP_ATTRIBUTE}/{slug}"


def find_shop_value(client: SaleorClient, slug: str) -> tuple[str | None, ShopValue | None]:
    """Return the attribute's id, and the shop's value of it; None for what is not there."""
    after: str | None = None
    while True:
        attribute = client.run("shop_values", attribute=SHOP_ATTRIBUTE, after=after)["attribute"]
        if attribute is None:
            return None, None
        for edge in attribute["choices"]["edges"]:
            node = edge["node"]
            if node["externalReference"] == value_reference(slug):
                return attribute["id"], ShopValue(attribute["id"], node["id"], node["name"])
        if not attribute["choices"]["pageInfo"]["hasNextPage"]:
            return attribute["id"], None
        after = attribute["choices"]["pageInfo"]["endCursor"]


def keep_shop_value(
    client: SaleorClient, slug: str, name: str, attribute_id: str, present: ShopValue | None
) -> ShopValue:
    """Make the shop's value, or give it the shop's present name."""
    if present is None:
        fields = {"name": name, "externalReference": value_reference(slug)}
        payload = client.run("attribute_value_create", attribute=attribute_id, input=fields)
        made = payload["attributeValueCreate"]["attributeValue"]
        return ShopValue(attribute_id, str(made["id"]), name)
    if present.name != name:
        client.run("attribute_value_rename", reference=value_reference(slug), name=name)
    return ShopValue(attribute_id, present.id, name)
