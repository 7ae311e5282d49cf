"""What Saleor holds for one shop: its places, its products, and the categories of all."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.columns import plain
from saleor_alencon.catalogue.identity import reference_of, slug_text
from saleor_alencon.catalogue.rich_text import to_text
from saleor_alencon.errors import AlenconError
from saleor_alencon.provisioning.shop_value import find_shop_value
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused

TAX_CLASSES = {"TVA 20 %": 2000, "TVA 10 %": 1000, "TVA 5,5 %": 550, "TVA 2,1 %": 210}
GRAMS = {
    "KG": Decimal(1000),
    "G": Decimal(1),
    "LB": Decimal("453.59237"),
    "OZ": Decimal("28.34952"),
}


class ShopMissing(AlenconError):
    """Raised when Saleor does not know the shop yet: it must be provisioned first."""


@dataclass(frozen=True)
class ShopPlaces:
    """The ids that a shop's products need."""

    shop: str
    channel: str
    product_type: str
    warehouse: str
    collection: str
    shop_attribute: str
    shop_value: str  # whose products these are, as shoppers see and filter it
    variant_attribute: str  # by which shoppers choose among a product's variants
    tax_classes: dict[int, str]  # by basis points
    weight_unit: str

    def rate_of(self, tax_class: str | None) -> int | None:
        """Return the rate in basis points of a tax class."""
        return next((rate for rate, item in self.tax_classes.items() if item == tax_class), None)


@dataclass(frozen=True, slots=True)
class ExistingVariant:
    """A variant as Saleor holds it."""

    id: str
    reference: str
    sku: str
    name: str
    ean: str
    weight_grams: int | None
    price_cents: int | None
    listing: str | None
    stock: int | None
    stock_id: str | None


@dataclass(frozen=True, slots=True)
class ExistingProduct:
    """A product of the shop as Saleor holds it. ``published`` is None outside our channel."""

    id: str
    code: str
    name: str
    description: str
    category: str | None
    tax_class: str | None
    in_collection: bool
    media: int
    image: dict[str, Any]
    imported_by: str
    hidden: bool
    published: bool | None
    variants: list[ExistingVariant] = field(default_factory=list)


def load_places(client: SaleorClient, shop: str) -> ShopPlaces:
    """Return where a shop's products go.

    :raises ShopMissing: the shop or the shared setup is not in Saleor.
    """
    data = client.run("catalogue_setup", shop=shop)
    found: dict[str, str] = {}
    for name in ("productTypes", "warehouses", "collections"):
        edges = data[name]["edges"]
        if not edges:
            raise ShopMissing(not_ready(shop, name))
        found[name] = edges[0]["node"]["id"]
    if data["channel"] is None:
        raise ShopMissing(_("Le canal de vente manque : lancez « alencon saleor setup »."))
    _attribute, value = find_shop_value(client, shop)
    if value is None or data["variante"] is None:
        raise ShopMissing(not_ready(shop, "boutique / variante"))
    classes = (edge["node"] for edge in data["taxClasses"]["edges"])
    return ShopPlaces(
        shop=shop,
        channel=data["channel"]["id"],
        product_type=found["productTypes"],
        warehouse=found["warehouses"],
        collection=found["collections"],
        shop_attribute=value.attribute_id,
        shop_value=value.id,
        variant_attribute=data["variante"]["id"],
        tax_classes={
            TAX_CLASSES[item["name"]]: item["id"] for item in classes if item["name"] in TAX_CLASSES
        },
        weight_unit=data["shop"]["defaultWeightUnit"] or "KG",
    )


def not_ready(shop: str, what: str) -> str:
    """Say what of a shop is not in Saleor, and how it comes there."""
    return _(
        "La boutique « %(shop)s » n'est pas prête dans Saleor (%(what)s manque) : "
        "mettez-la en place dans Saleor (« alencon saleor setup », puis « alencon shops "
        "provision »)."
    ) % {"shop": shop, "what": what}


def to_cents(amount: Any) -> int:
    """Return an amount that Saleor gives as a JSON number in cents."""
    return round(Decimal(str(amount)) * 100)


def load_products(client: SaleorClient, places: ShopPlaces) -> Iterator[ExistingProduct]:
    """Give every product with stock in the shop's warehouse that is marked as the shop's own."""
    after = None
    while True:
        page = client.run("catalogue_products", warehouse=places.warehouse, after=after)["products"]
        for edge in page["edges"]:
            if edge["node"]["shop"] == places.shop:
                yield make_product(edge["node"], places)
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def make_product(node: dict[str, Any], places: ShopPlaces) -> ExistingProduct:
    """Return a product of Saleor's answer."""
    variants = [make_variant(item, places) for item in node["variants"] or []]
    listing = own_listing(node["channelListings"], places)
    first = variants[0].reference if variants else ""
    return ExistingProduct(
        id=node["id"],
        code=reference_of(places.shop, node["externalReference"] or "") or first,
        name=node["name"],
        description=to_text(node["description"]),
        category=node["category"] and node["category"]["id"],
        tax_class=node["taxClass"] and node["taxClass"]["id"],
        in_collection=any(item["id"] == places.collection for item in node["collections"] or []),
        media=len(node["media"] or []),
        image=json.loads(node["image"] or "{}"),
        imported_by=node["import"] or "",
        hidden=bool(node["hidden"]),
        published=None if listing is None else listing["isPublished"],
        variants=variants,
    )


def make_variant(node: dict[str, Any], places: ShopPlaces) -> ExistingVariant:
    """Return a variant of Saleor's answer."""
    stock = own_stock(node["stocks"], places) or {}
    listing = own_listing(node["channelListings"], places) or {}
    price, weight = listing.get("price"), node["weight"]
    return ExistingVariant(
        id=node["id"],
        reference=reference_of(places.shop, node["sku"] or ""),
        sku=node["sku"] or "",
        name=node["name"],
        ean=node["ean"] or "",
        weight_grams=weight and round(Decimal(str(weight["value"])) * GRAMS[weight["unit"]]),
        price_cents=to_cents(price["amount"]) if price else None,
        listing=listing.get("id"),
        stock=stock.get("quantity"),
        stock_id=stock.get("id"),
    )


def own_stock(stocks: list[dict[str, Any]] | None, places: ShopPlaces) -> dict[str, Any] | None:
    """Return the stock that is in the shop's warehouse."""
    return next((s for s in stocks or [] if s["warehouse"]["id"] == places.warehouse), None)


def own_listing(listings: list[dict[str, Any]] | None, places: ShopPlaces) -> dict[str, Any] | None:
    """Return what is listed in our channel."""
    return next((item for item in listings or [] if item["channel"]["id"] == places.channel), None)


class Categories:
    """Saleor's categories by path; names are compared without case and accents."""

    def __init__(self, client: SaleorClient) -> None:
        self._client = client
        self.load()

    def load(self) -> None:
        """Read all of them."""
        self._nodes: dict[str, dict[str, Any]] = {}
        self._children: dict[tuple[str | None, str], str] = {}
        after = None
        while True:
            page = self._client.run("catalogue_categories", after=after)["categories"]
            for edge in page["edges"]:
                node = edge["node"]
                self._nodes[node["id"]] = node
                parent = node["parent"] and node["parent"]["id"]
                self._children.setdefault((parent, plain(node["name"])), node["id"])
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def find(self, path: tuple[str, ...]) -> str | None:
        """Return the id of a path, None when there is no such category."""
        parent: str | None = None
        for name in path:
            parent = self._children.get((parent, plain(name)))
            if parent is None:
                return None
        return parent

    def ensure(self, path: tuple[str, ...]) -> str:
        """Return the id of a path, whose missing parts are created.

        :raises SaleorRefused: Saleor refuses a name.
        """
        found = self.find(path)
        if found is not None:
            return found
        parent = self.ensure(path[:-1]) if len(path) > 1 else None
        slug = "-".join(slug_text(name) for name in path)
        fields = {"name": path[-1], "slug": slug[:200] or "rayon"}
        try:
            payload = self._client.run("catalogue_create_category", input=fields, parent=parent)
        except SaleorRefused:
            self.load()  # another shop's import made it meanwhile
            found = self.find(path)
            if found is None:
                raise
            return found
        created = str(payload["categoryCreate"]["category"]["id"])
        self._children[parent, plain(path[-1])] = created
        self._nodes[created] = {"name": path[-1], "parent": parent and {"id": parent}}
        return created

    def path(self, category: str | None) -> tuple[str, ...]:
        """Return the names from the root to a category."""
        names: list[str] = []
        while category in self._nodes:
            node = self._nodes[category]
            names.insert(0, node["name"])
            category = node["parent"] and node["parent"]["id"]
        return tuple(names)
