"""The big town of ``alencon bench scope``: one order by Saleor's API, and copies of it by SQL."""

import base64
from pathlib import Path
from typing import Any

import psycopg
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from psycopg import sql

from saleor_alencon.local.saleor_seed import ADDRESS, CHANNEL, HOME_METHOD
from saleor_alencon.saleor_api.client import SaleorClient

SHOPS = 100
PRODUCTS = 2_000
ORDERS = 100_000
COUNTED = ("product_product", "product_productvariant", "order_order", "order_orderline")
PASSWORD = "merchant-bench"  # noqa: S105
TOWN_SQL = Path(__file__).with_suffix(".sql")
ARTICLE = "librairie-des-halles-1"
FIND_PARTS = """
query($channel: String!, $slug: String!) {
  channel(slug: $channel) { id }
  product(slug: $slug, channel: $channel) {
    variants { id stocks { warehouse { id slug } } }
  }
  shippingZones(first: 100) { edges { node { shippingMethods { id name } } } }
}"""
CREATE_DRAFT = """
mutation($input: DraftOrderCreateInput!) {
  draftOrderCreate(input: $input) { order { id } errors { field code message } }
}"""
COMPLETE_DRAFT = """
mutation($id: ID!) {
  draftOrderComplete(id: $id) {
    order { id lines { id } total { gross { amount } } } errors { field code message }
  }
}"""
PAY = """
mutation($id: ID!, $transaction: TransactionCreateInput!) {
  transactionCreate(id: $id, transaction: $transaction) { errors { field code message } }
}"""
FULFIL = """
mutation($order: ID!, $input: OrderFulfillInput!) {
  orderFulfill(order: $order, input: $input) { errors { field code message } }
}"""
FIND_SLUGS = """
SELECT p.slug FROM product_product p JOIN product_productchannellisting l ON l.product_id = p.id
 WHERE p.slug LIKE 'bench-%' AND l.is_published ORDER BY md5(p.slug) LIMIT 200"""
FIND_VARIANTS = """
SELECT v.id FROM product_productvariant v JOIN warehouse_stock s ON s.product_variant_id = v.id
  JOIN product_productchannellisting l ON l.product_id = v.product_id
 WHERE v.sku LIKE 'bench-%' AND s.quantity > 0 AND l.is_published ORDER BY md5(v.sku) LIMIT 200"""
FIND_PRODUCTS = """
SELECT id FROM product_product WHERE private_metadata ->> 'alencon.shop' = %s
 ORDER BY md5(slug) LIMIT 12"""
FIND_ORDERS = """
SELECT DISTINCT ON (o.number) o.id, o.number FROM order_order o
  JOIN order_orderline l ON l.order_id = o.id
  JOIN product_productvariant v ON v.id = l.variant_id JOIN product_product p ON p.id = v.product_id
 WHERE p.private_metadata ->> 'alencon.shop' = %s ORDER BY o.number DESC LIMIT 12"""
EXAMPLE = """
CREATE TEMP TABLE example AS
SELECT o.id AS order_id, o.channel_id, o.shipping_address_id AS shopper_address_id,
       l.id AS line_id, l.variant_id, v.product_id, s.warehouse_id, w.address_id,
       m.shipping_zone_id AS zone_id
  FROM order_order o JOIN order_orderline l ON l.order_id = o.id
  JOIN shipping_shippingmethod m ON m.id = o.shipping_method_id
  JOIN product_productvariant v ON v.id = l.variant_id
  JOIN warehouse_stock s ON s.product_variant_id = v.id
  JOIN warehouse_warehouse w ON w.id = s.warehouse_id
 ORDER BY o.number DESC LIMIT 1"""


def build_town(connection: psycopg.Connection[Any], client: SaleorClient) -> dict[str, int]:
    """Fill a freshly seeded Saleor; return the number of rows of the largest tables.

    ``connection`` is a superuser's, for itself alone: foreign keys and triggers are passed by.
    """
    make_example(client)
    settings = {
        "shops": SHOPS,
        "products": PRODUCTS,
        "orders": ORDERS,
        "password": PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-bench"),
    }
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", [f"alencon.{name}", str(value)])
    connection.execute(EXAMPLE.encode())
    connection.execute(TOWN_SQL.read_bytes())
    connection.execute("VACUUM ANALYZE")
    counts = {}
    for table in COUNTED:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        counts[table] = int(connection.execute(query).fetchall()[0][0])
    return counts


def find_bench_ids(connection: psycopg.Connection[Any], shops: tuple[str, ...]) -> dict[str, Any]:
    """Return ids to ask for: of each shop by its slug, and what shoppers may see."""

    def column(query: str, *values: Any) -> list[Any]:
        return [row[0] for row in connection.execute(query.encode(), values or None).fetchall()]

    ids: dict[str, Any] = {
        "slugs": column(FIND_SLUGS),
        "collections": column("SELECT slug FROM product_collection WHERE slug LIKE 'bench-%'"),
        "variants": [global_id("ProductVariant", one) for one in column(FIND_VARIANTS)],
        "category": global_id(
            "Category", *column("SELECT id FROM product_category WHERE slug = 'bench-rayon-7'")
        ),
    }
    for slug in shops:
        orders = connection.execute(FIND_ORDERS.encode(), [slug]).fetchall()
        ids[slug] = {
            "products": [global_id("Product", one) for one in column(FIND_PRODUCTS, slug)],
            "orders": [global_id("Order", key) for key, _number in orders],
            "order_numbers": [number for _key, number in orders],
        }
    return ids


def global_id(kind: str, key: Any) -> str:
    """Return an id as Saleor's API shows it."""
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


def make_example(client: SaleorClient) -> None:
    """Let Saleor make one paid order of one line, and hand it over."""
    parts = client.execute(FIND_PARTS, channel=CHANNEL, slug=ARTICLE)
    variant = parts["product"]["variants"][0]
    zones = parts["shippingZones"]["edges"]
    methods = {one["name"]: one["id"] for zone in zones for one in zone["node"]["shippingMethods"]}
    draft = client.mutate(
        CREATE_DRAFT,
        input={
            "channelId": parts["channel"]["id"],
            "userEmail": "bench@client.example",
            "lines": [{"variantId": variant["id"], "quantity": 1}],
            "billingAddress": ADDRESS,
            "shippingAddress": ADDRESS,
            "shippingMethod": methods[HOME_METHOD],
        },
    )["order"]["id"]
    order = client.mutate(COMPLETE_DRAFT, id=draft)["order"]
    amount = {"amount": str(order["total"]["gross"]["amount"]), "currency": "EUR"}
    transaction = {"name": "Carte", "pspReference": "pi_bench", "amountCharged": amount}
    client.mutate(PAY, id=order["id"], transaction=transaction)
    stock = {"quantity": 1, "warehouse": variant["stocks"][0]["warehouse"]["id"]}
    line = {"orderLineId": order["lines"][0]["id"], "stocks": [stock]}
    client.mutate(FULFIL, order=order["id"], input={"lines": [line], "notifyCustomer": False})
