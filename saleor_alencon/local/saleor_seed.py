"""Puts the demo shops and what they sell into an empty Saleor, through its public API."""

from collections.abc import Callable
from typing import Any

from saleor_alencon.local.demo_catalogue import ARTICLES
from saleor_alencon.local.demo_shops import read_live_shops
from saleor_alencon.saleor_api.client import SaleorClient

CHANNEL = "alencon"
STOCK = 100_000
HOME_PRICE = "4.90"
TAX_CLASSES = {550: "TVA 5,5 %", 1000: "TVA 10 %", 2000: "TVA 20 %"}
COLLECT_METHOD = "Retrait en boutique"
CENTRAL_METHOD = "Point de retrait central"
HOME_METHOD = "Livraison à domicile"
ADDRESS = {
    "firstName": "Cliente",
    "lastName": "Démo",
    "streetAddress1": "1 rue de Démonstration",
    "postalCode": "61000",
    "city": "Alençon",
    "country": "FR",
    "phone": "+33261910000",
}
CENTRAL_POINT = "point-de-retrait-central"
VOUCHERS = {"MERCI10": ("PERCENTAGE", "10"), "FETE7": ("FIXED", "7.77")}

FIND_CHANNEL = "query($slug: String!) { channel(slug: $slug) { id } }"
CREATE_CHANNEL = """
mutation($input: ChannelCreateInput!) {
  channelCreate(input: $input) { channel { id } errors { field code message } }
}"""
FIND_TAX_CONFIGURATION = """
{ taxConfigurations(first: 100) { edges { node { id channel { slug } } } } }"""
UPDATE_TAX_CONFIGURATION = """
mutation($id: ID!, $input: TaxConfigurationUpdateInput!) {
  taxConfigurationUpdate(id: $id, input: $input) { errors { field code message } }
}"""
CREATE_TAX_CLASS = """
mutation($input: TaxClassCreateInput!) {
  taxClassCreate(input: $input) { taxClass { id } errors { field code message } }
}"""
CREATE_WAREHOUSE = """
mutation($input: WarehouseCreateInput!) {
  createWarehouse(input: $input) { warehouse { id } errors { field code message } }
}"""
UPDATE_WAREHOUSE = """
mutation($id: ID!, $input: WarehouseUpdateInput!) {
  updateWarehouse(id: $id, input: $input) { errors { field code message } }
}"""
UPDATE_CHANNEL = """
mutation($id: ID!, $input: ChannelUpdateInput!) {
  channelUpdate(id: $id, input: $input) { errors { field code message } }
}"""
SET_PRIVATE_METADATA = """
mutation($id: ID!, $input: [MetadataInput!]!) {
  updatePrivateMetadata(id: $id, input: $input) { errors { field code message } }
}"""
SET_METADATA = """
mutation($id: ID!, $input: [MetadataInput!]!) {
  updateMetadata(id: $id, input: $input) { errors { field code message } }
}"""
CREATE_ZONE = """
mutation($input: ShippingZoneCreateInput!) {
  shippingZoneCreate(input: $input) { shippingZone { id } errors { field code message } }
}"""
CREATE_SHIPPING = """
mutation($input: ShippingPriceInput!) {
  shippingPriceCreate(input: $input) { shippingMethod { id } errors { field code message } }
}"""
LIST_SHIPPING = """
mutation($id: ID!, $input: ShippingMethodChannelListingInput!) {
  shippingMethodChannelListingUpdate(id: $id, input: $input) { errors { field code message } }
}"""
CREATE_PRODUCT_TYPE = """
mutation($input: ProductTypeInput!) {
  productTypeCreate(input: $input) { productType { id } errors { field code message } }
}"""
CREATE_CATEGORY = """
mutation($input: CategoryInput!) {
  categoryCreate(input: $input) { category { id } errors { field code message } }
}"""
CREATE_PRODUCTS = """
mutation($products: [ProductBulkCreateInput!]!) {
  productBulkCreate(products: $products, errorPolicy: REJECT_EVERYTHING) {
    count
    results { product { id variants { id } } errors { path code message } }
    errors { path code message }
  }
}"""
CREATE_VOUCHER = """
mutation($input: VoucherInput!) {
  voucherCreate(input: $input) { voucher { id } errors { field code message } }
}"""
LIST_VOUCHER = """
mutation($id: ID!, $input: VoucherChannelListingInput!) {
  voucherChannelListingUpdate(id: $id, input: $input) { errors { field code message } }
}"""
LAST_STEP = "alencon.seeded"
FIND_MARK = "query($slug: String!, $key: String!) { channel(slug: $slug) { metafield(key: $key) } }"


class SeedCutOff(RuntimeError):
    """Raised when an earlier seeding stopped half-way: remove the stack's data and start again."""


def seed_saleor(url: str, token: str, tell: Callable[[str], None] = print) -> None:
    """Create channel, taxes, warehouses, delivery, products and vouchers, once.

    :raises SaleorRefused: with Saleor's own message.
    :raises SeedCutOff: an earlier call created the channel and did not finish.
    """
    client = SaleorClient(url, token)
    try:
        channel = client.execute(FIND_MARK, slug=CHANNEL, key=LAST_STEP)["channel"]
        if channel and channel["metafield"]:
            return
        if channel:
            raise SeedCutOff("Saleor's demo data is half-way: remove this stack's data folder.")
        tell("Putting the demo shops into Saleor.")
        create_everything(client, read_live_shops())
    finally:
        client.close()


def create_everything(client: SaleorClient, shops: list[dict[str, Any]]) -> None:
    """Seed in the order in which the parts need each other; the mark comes last."""
    tax_classes = create_tax_classes(client)
    channel_id = create_channel(client)
    warehouses = create_warehouses(client, shops, channel_id)
    create_delivery(client, channel_id, list(warehouses.values()), tax_classes[2000])
    create_products(client, shops, channel_id, warehouses, tax_classes)
    create_vouchers(client, channel_id)
    client.mutate(SET_METADATA, id=channel_id, input=[{"key": LAST_STEP, "value": "1"}])


def create_channel(client: SaleorClient) -> str:
    """Create the sales channel: euros, gross prices, orders confirmed at once."""
    payload = client.mutate(
        CREATE_CHANNEL,
        input={
            "name": "Acheter à Alençon",
            "slug": CHANNEL,
            "currencyCode": "EUR",
            "defaultCountry": "FR",
            "isActive": True,
            "orderSettings": {
                "automaticallyConfirmAllNewOrders": True,
                "markAsPaidStrategy": "TRANSACTION_FLOW",
            },
            "stockSettings": {"allocationStrategy": "PRIORITIZE_SORTING_ORDER"},
        },
    )
    configurations = client.execute(FIND_TAX_CONFIGURATION)["taxConfigurations"]["edges"]
    for edge in configurations:
        if edge["node"]["channel"]["slug"] == CHANNEL:
            client.mutate(
                UPDATE_TAX_CONFIGURATION,
                id=edge["node"]["id"],
                input={
                    "chargeTaxes": True,
                    "taxCalculationStrategy": "FLAT_RATES",
                    "pricesEnteredWithTax": True,
                    "displayGrossPrices": True,
                },
            )
    return str(payload["channel"]["id"])


def create_tax_classes(client: SaleorClient) -> dict[int, str]:
    """Create the French VAT rates; return their ids by basis points."""
    classes = {}
    for rate_bps, name in TAX_CLASSES.items():
        rates = [{"countryCode": "FR", "rate": rate_bps / 100}]
        payload = client.mutate(CREATE_TAX_CLASS, input={"name": name, "createCountryRates": rates})
        classes[rate_bps] = payload["taxClass"]["id"]
    return classes


def create_warehouses(
    client: SaleorClient, shops: list[dict[str, Any]], channel_id: str
) -> dict[str, str]:
    """Create one warehouse per shop, and the central collection point; return ids by slug."""
    places = [(shop["slug"], shop["name"], shop["address_line"], "LOCAL") for shop in shops]
    places.append((CENTRAL_POINT, CENTRAL_METHOD, "1 place de la Magdeleine", "ALL"))
    warehouses = {}
    for slug, name, address_line, option in places:
        address = {
            "companyName": name,
            "streetAddress1": address_line,
            "postalCode": "61000",
            "city": "Alençon",
            "country": "FR",
        }
        payload = client.mutate(
            CREATE_WAREHOUSE, input={"name": name, "slug": slug, "address": address}
        )
        warehouses[slug] = payload["warehouse"]["id"]
        client.mutate(
            UPDATE_WAREHOUSE,
            id=warehouses[slug],
            input={"isPrivate": False, "clickAndCollectOption": option},
        )
        if slug != CENTRAL_POINT:
            client.mutate(
                SET_PRIVATE_METADATA,
                id=warehouses[slug],
                input=[{"key": "alencon.shop", "value": slug}],
            )
    client.mutate(UPDATE_CHANNEL, id=channel_id, input={"addWarehouses": list(warehouses.values())})
    return warehouses


def create_delivery(
    client: SaleorClient, channel_id: str, warehouse_ids: list[str], tax_class_id: str
) -> None:
    """Create the zone and its methods: collect in each shop or centrally, home delivery."""
    zone = client.mutate(
        CREATE_ZONE,
        input={
            "name": "Alençon",
            "countries": ["FR"],
            "addChannels": [channel_id],
            "addWarehouses": warehouse_ids,
        },
    )["shippingZone"]["id"]
    for name, price, kind in (
        (COLLECT_METHOD, "0", "collect"),
        (CENTRAL_METHOD, "0", "central"),
        (HOME_METHOD, HOME_PRICE, "home"),
    ):
        method = client.mutate(
            CREATE_SHIPPING,
            input={
                "name": name,
                "type": "PRICE",
                "shippingZone": zone,
                "taxClass": tax_class_id,
            },
        )["shippingMethod"]["id"]
        client.mutate(
            LIST_SHIPPING,
            id=method,
            input={"addChannels": [{"channelId": channel_id, "price": price}]},
        )
        client.mutate(SET_METADATA, id=method, input=[{"key": "alencon.delivery", "value": kind}])


def create_products(
    client: SaleorClient,
    shops: list[dict[str, Any]],
    channel_id: str,
    warehouses: dict[str, str],
    tax_classes: dict[int, str],
) -> None:
    """Create what each shop sells, with stock in its own warehouse only."""
    product_type = client.mutate(
        CREATE_PRODUCT_TYPE,
        input={"name": "Article", "slug": "article", "isShippingRequired": True},
    )["productType"]["id"]
    products = []
    for shop in shops:
        category = client.mutate(
            CREATE_CATEGORY, input={"name": shop["name"], "slug": f"rayon-{shop['slug']}"}
        )["category"]["id"]
        for number, (name, price_cents, rate_bps) in enumerate(ARTICLES[shop["kind"]], start=1):
            variant = {
                "attributes": [],
                "sku": f"{shop['slug']}-{number}",
                "trackInventory": True,
                "stocks": [{"warehouse": warehouses[shop["slug"]], "quantity": STOCK}],
                "channelListings": [
                    {
                        "channelId": channel_id,
                        "price": f"{price_cents // 100}.{price_cents % 100:02}",
                    }
                ],
            }
            listing = {
                "channelId": channel_id,
                "isPublished": True,
                "visibleInListings": True,
                "isAvailableForPurchase": True,
            }
            products.append(
                {
                    "name": name,
                    "slug": f"{shop['slug']}-{number}",
                    "productType": product_type,
                    "category": category,
                    "taxClass": tax_classes[rate_bps],
                    "privateMetadata": [{"key": "alencon.shop", "value": shop["slug"]}],
                    "channelListings": [listing],
                    "variants": [variant],
                }
            )
    client.mutate(CREATE_PRODUCTS, products=products)


def create_vouchers(client: SaleorClient, channel_id: str) -> None:
    """Create one voucher in percent and one of a fixed amount, on the whole basket."""
    for code, (kind, value) in VOUCHERS.items():
        voucher = client.mutate(
            CREATE_VOUCHER,
            input={
                "type": "ENTIRE_ORDER",
                "name": code,
                "addCodes": [code],
                "discountValueType": kind,
                "startDate": "2026-01-01T00:00:00Z",
            },
        )["voucher"]["id"]
        listing = {"channelId": channel_id, "discountValue": value}
        client.mutate(LIST_VOUCHER, id=voucher, input={"addChannels": [listing]})
