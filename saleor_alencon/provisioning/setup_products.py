"""Setup of what products need: the attributes and the product type."""

from typing import Any

from saleor_alencon.provisioning.connections import nodes
from saleor_alencon.provisioning.differences import Difference, touched
from saleor_alencon.provisioning.names import (
    PRODUCT_TYPE,
    SHOP_ATTRIBUTE,
    STANDARD_RATE_BPS,
    VARIANT_ATTRIBUTE,
)
from saleor_alencon.provisioning.report import Report
from saleor_alencon.saleor_api.client import SaleorClient

ATTRIBUTES = {SHOP_ATTRIBUTE: "Boutique", VARIANT_ATTRIBUTE: "Variante"}


def keep_products(client: SaleorClient, report: Report, tax_classes: dict[int, str]) -> None:
    """Keep the attributes and the product type that has them."""
    answer = client.run("setup_products", attributes=list(ATTRIBUTES), productTypes=[PRODUCT_TYPE])
    found = {node["slug"]: node for node in nodes(answer["attributes"])}
    for slug, name in ATTRIBUTES.items():
        keep_attribute(client, report, slug, name, found)
    types = nodes(answer["productTypes"])
    keep_product_type(
        client,
        report,
        types[0] if types else None,
        {slug: node["id"] for slug, node in found.items()},
        tax_classes[STANDARD_RATE_BPS],
    )


def keep_attribute(
    client: SaleorClient, report: Report, slug: str, name: str, found: dict[str, dict[str, Any]]
) -> None:
    """Keep one attribute with a list of values; its name is the Office's to change."""
    wanted = {"visibleInStorefront": True}

    def create() -> None:
        fields = {"name": name, "slug": slug, "type": "PRODUCT_TYPE", "inputType": "DROPDOWN"}
        payload = client.run("attribute_create", input=fields | wanted)
        found[slug] = payload["attributeCreate"]["attribute"]

    def change(_differences: list[Difference]) -> None:
        client.run("attribute_update", id=found[slug]["id"], input=wanted)

    report.keep(f"attribute {slug}", wanted, found.get(slug), create=create, change=change)


def keep_product_type(
    client: SaleorClient,
    report: Report,
    present: dict[str, Any] | None,
    attribute_ids: dict[str, str],
    tax_class_id: str,
) -> None:
    """Keep the one product type. Attributes that the Office adds to it stay."""
    wanted = {
        "isShippingRequired": True,
        "taxClass": tax_class_id,
        "attribute of the product": True,
        "attribute of the variant": True,
    }

    def create() -> None:
        fields = {"name": "Article", "slug": PRODUCT_TYPE, "kind": "NORMAL", "hasVariants": True}
        settings = {"isShippingRequired": True, "taxClass": tax_class_id}
        payload = client.run("product_type_create", input=fields | settings)
        assign(payload["productTypeCreate"]["productType"]["id"], set(wanted))

    def assign(type_id: str, names: set[str]) -> None:
        operations: list[dict[str, Any]] = []
        if "attribute of the product" in names:
            operations.append({"id": attribute_ids[SHOP_ATTRIBUTE], "type": "PRODUCT"})
        if "attribute of the variant" in names:
            variant = {"id": attribute_ids[VARIANT_ATTRIBUTE], "type": "VARIANT"}
            operations.append(variant | {"variantSelection": True})
        if operations:
            client.run("attributes_assign", productTypeId=type_id, operations=operations)

    def change(differences: list[Difference]) -> None:
        assert present is not None
        names = touched(differences)
        fields = {name: wanted[name] for name in names & {"isShippingRequired", "taxClass"}}
        if fields:
            client.run("product_type_update", id=present["id"], input=fields)
        assign(present["id"], names)

    report.keep(
        f"product type {PRODUCT_TYPE}",
        wanted,
        present and found_type(present),
        create=create,
        change=change,
    )


def found_type(product_type: dict[str, Any]) -> dict[str, Any]:
    """Return an answer in the shape of what is wanted."""
    of_product = {attribute["slug"] for attribute in product_type["productAttributes"]}
    of_variant = {attribute["slug"] for attribute in product_type["variantAttributes"]}
    return {
        "isShippingRequired": product_type["isShippingRequired"],
        "taxClass": (product_type["taxClass"] or {}).get("id"),
        "attribute of the product": SHOP_ATTRIBUTE in of_product,
        "attribute of the variant": VARIANT_ATTRIBUTE in of_variant,
    }
