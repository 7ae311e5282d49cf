"""Setup of what Saleor's own storefront says on its pages, and of the collection it shows first.

With ``CONTENT_PROVIDER=saleor`` the storefront takes its words from six pages, one of each type
that it looks for; what they leave out it says in English. Given once: the words, and what is
shown first, are the Office's from then on.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saleor_alencon.provisioning.connections import nodes
from saleor_alencon.provisioning.delivery_table import DeliveryTable
from saleor_alencon.provisioning.names import CHANNEL
from saleor_alencon.provisioning.report import Report
from saleor_alencon.saleor_api.client import SaleorClient

WORDS_FILE = Path(__file__).with_name("town") / "storefront.json"
FEATURED = "featured-products"  # the slug that the storefront asks for
FEATURED_NAME = "À la une"
POLICY_PAGE = "storefront-policy"
FREE_FROM = "free-shipping-threshold"
INPUT_TYPES = {str: "PLAIN_TEXT", bool: "BOOLEAN", int: "NUMERIC"}
VALUE_FIELDS = {str: "plainText", bool: "boolean", int: "numeric"}

Value = str | bool | int


@dataclass(frozen=True)
class StorefrontPage:
    """One page of words. ``values`` are by the slug of the attribute that has them."""

    slug: str
    type: str
    title: str
    values: dict[str, Value]


def read_storefront_pages(table: DeliveryTable) -> list[StorefrontPage]:
    """Return the pages, with the basket in euros from which delivery is free in the first area.

    Without such a basket the value is left out, and the storefront uses its own: 75 €.
    """
    pages = [StorefrontPage(**page) for page in json.loads(WORDS_FILE.read_text("utf-8"))]
    tiers = table.home[0].tiers if table.home else ()
    free = [tier.from_cents for tier in tiers if tier.price_cents == 0]
    if free:
        policy = next(page for page in pages if page.slug == POLICY_PAGE)
        policy.values[FREE_FROM] = -(-free[0] // 100)
    return pages


def keep_storefront(
    client: SaleorClient, report: Report, table: DeliveryTable, channel_id: str
) -> None:
    """Keep the pages of words, and the collection of what is shown first."""
    pages = read_storefront_pages(table)
    slugs = sorted({slug for page in pages for slug in page.values})
    answer = client.run(
        "setup_storefront",
        types=[page.type for page in pages],
        attributes=slugs,
        featured=FEATURED,
    )
    keep_featured(client, report, answer["featured"], channel_id)
    keeper = StorefrontKeeper(client, nodes(answer["pageTypes"]), nodes(answer["attributes"]))
    for page in pages:
        present = client.run("page_by_slug", slug=page.slug)["page"]
        if not present:
            keeper.create_page(page)
        report.add(f"storefront page {page.slug}", "unchanged" if present else "created")


def keep_featured(
    client: SaleorClient, report: Report, present: dict[str, Any] | None, channel_id: str
) -> None:
    """Keep the collection; whether it is published, and what is in it, is the Office's."""
    place = f"collection {FEATURED}"
    listed = {listing["channel"]["slug"] for listing in (present or {}).get("channelListings", [])}
    if present and CHANNEL in listed:
        report.add(place, "unchanged")
        return
    if present:
        collection_id = present["id"]
    else:
        fields = {"name": FEATURED_NAME, "slug": FEATURED}
        payload = client.run("collection_create", input=fields)["collectionCreate"]
        collection_id = payload["collection"]["id"]
    listing = {"channelId": channel_id, "isPublished": True}
    client.run("collection_list", id=collection_id, input={"addChannels": [listing]})
    report.add(place, "changed" if present else "created")


class StorefrontKeeper:
    """Makes pages of words with what they need: attributes first, then the type, then the page."""

    def __init__(
        self,
        client: SaleorClient,
        page_types: list[dict[str, Any]],
        attributes: list[dict[str, Any]],
    ) -> None:
        self.client = client
        self.page_types = {node["slug"]: node for node in page_types}
        self.attribute_ids = {node["slug"]: node["id"] for node in attributes}

    def create_page(self, page: StorefrontPage) -> None:
        """Create one page, and what of its type is not there."""
        for slug, value in page.values.items():
            if slug not in self.attribute_ids:
                self.attribute_ids[slug] = self.create_attribute(slug, type(value))
        attributes = [
            {"id": self.attribute_ids[slug], VALUE_FIELDS[type(value)]: given(value)}
            for slug, value in page.values.items()
        ]
        fields = {"slug": page.slug, "title": page.title, "attributes": attributes}
        self.client.run(
            "page_create",
            input=fields | {"pageType": self.keep_type(page), "isPublished": True},
        )

    def create_attribute(self, slug: str, kind: type) -> str:
        """Create an attribute of pages and return its id."""
        fields = {
            "name": slug.replace("-", " ").capitalize(),
            "slug": slug,
            "type": "PAGE_TYPE",
            "inputType": INPUT_TYPES[kind],
        }
        payload = self.client.run("attribute_create", input=fields)["attributeCreate"]
        return str(payload["attribute"]["id"])

    def keep_type(self, page: StorefrontPage) -> str:
        """Return the id of the page's type, which has all attributes that the page needs."""
        present = self.page_types.get(page.type)
        held = {attribute["slug"] for attribute in (present or {}).get("attributes") or []}
        added = [self.attribute_ids[slug] for slug in page.values if slug not in held]
        if present is None:
            fields = {"name": page.title, "slug": page.type, "addAttributes": added}
            payload = self.client.run("page_type_create", input=fields)["pageTypeCreate"]
            return str(payload["pageType"]["id"])
        if added:
            self.client.run("page_type_update", id=present["id"], input={"addAttributes": added})
        return str(present["id"])


def given(value: Value) -> Value:
    """Return a value as Saleor takes it: numbers as text."""
    return str(value) if type(value) is int else value
