"""Two shops with rows of every kind, and marks by which a leaked value is known anywhere."""

from dataclasses import dataclass, field
from typing import Any

from tests.live.leak_documents import Values
from tests.live.merchants import Shops, global_id
from tests.live.shopping import Town

# No other test of this Saleor needs these two: every mutation is run on their rows.
OWN = "optique-de-la-place"
OTHER = "mode-rue-du-bercail"
MARK = "CanaryOfB"
SECRET = "CanaryOfOrder"
MARKED_TEXTS = {
    "product_product": ("name", "description_plaintext", "seo_title", "slug"),
    "product_productvariant": ("name", "sku"),
    "product_productmedia": ("alt",),
    "product_collection": ("name", "slug"),
    "warehouse_warehouse": ("name", "slug", "email"),
    "order_orderline": ("product_name", "variant_name", "product_sku"),
}
CREATE_NOTE = """mutation($id: ID!, $t: String!) { orderNoteAdd(order: $id, input: {message: $t}) {
  errors { field code message } } }"""
CREATE_INVOICE = """mutation($id: ID!, $n: String!) { invoiceCreate(orderId: $id,
  input: {number: $n, url: "http://127.0.0.1/f.pdf"}) { errors { field code message } } }"""


@dataclass
class LeakTown:
    """The ids of both shops' rows, and every text that the merchant of A must never see."""

    shops: Shops
    own: Values
    other: Values
    nobody: Values
    secrets: list[str] = field(default_factory=list)

    def found_in(self, text: str) -> list[str]:
        """Return the secrets that an answer holds."""
        return [secret for secret in self.secrets if secret in text]

    def fingerprint(self) -> dict[str, str]:
        """Return a digest of B's rows by table, and of every table no merchant may write."""
        admin = self.shops.live.admin
        tables = admin.execute(
            "SELECT relname, to_regprocedure('alencon_own_' || relname || '(' || relname || ')')"
            " IS NOT NULL, EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid"
            " AND tgname = 'alencon_refuse') FROM pg_class c"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
        digests = {}
        admin.execute("SELECT set_config('alencon.shop', %s, false)", [OTHER])
        try:
            for name, own, refused in tables:
                condition = f"alencon_own_{name}(t)" if own else "true"
                if own or refused:
                    digests[name] = admin.execute(
                        f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
                        f" FROM {name} t WHERE {condition}"
                    ).fetchone()[0]
        finally:
            admin.execute("SELECT set_config('alencon.shop', '', false)")
        return digests


def open_leak_town(shops: Shops) -> LeakTown:
    """Fill both shops, and mark all that is B's or the shopper's."""
    town = shops.live.town
    mixed = town.buy({f"{OWN}-1": 1, f"{OTHER}-1": 3}, voucher="MERCI10")
    theirs = town.buy({f"{OTHER}-2": 1}, delivery="Livraison à domicile")
    ours = town.buy({f"{OWN}-2": 1}, delivery="Livraison à domicile")
    for order in (mixed, theirs):
        town.fulfil(order.id, {f"{OTHER}-1", f"{OTHER}-2"})
        refund_part(town, order.id, {f"{OTHER}-1", f"{OTHER}-2"}, f"{SECRET} refund")
        town.staff.mutate(CREATE_NOTE, id=order.id, t=f"{SECRET} note")
        town.staff.mutate(CREATE_INVOICE, id=order.id, n=f"{SECRET}-{order.number}")
    town.fulfil(ours.id)
    refund_part(town, ours.id, {f"{OWN}-2"}, "Abîmé")
    mark_everything(shops, mixed.id, theirs.id)
    total = town.order(mixed.id)["total"]["gross"]["amount"]
    return LeakTown(
        shops,
        find_ids(shops, OWN, ours.id, shops.a.email),
        find_ids(shops, OTHER, theirs.id, shops.b.email, hidden=True),
        make_strangers(shops),
        [MARK, SECRET, shops.b.email, f": {total}", f":{total}", theirs.id],
    )


def refund_part(town: Town, order_id: str, skus: set[str], reason: str) -> None:
    """Give one piece of an order's articles back, with its money."""
    order = town.order(order_id)
    pieces = {line["productSku"]: 1 for line in order["lines"] if line["productSku"] in skus}
    transaction = order["transactions"][0]["id"]
    refund, _amount = town.grant_refund(order_id, transaction, skus=pieces, reason=reason)
    town.request_refund(transaction, refund)


def mark_everything(shops: Shops, *orders: str) -> None:
    """Put a mark into every text of B's rows, and of what belongs to the shopper alone."""
    admin = shops.live.admin
    admin.execute("SELECT set_config('alencon.shop', %s, false)", [OTHER])
    guards = "SELECT set_config('session_replication_role', %s, false)"
    admin.execute(guards, ["replica"])
    for table, columns in MARKED_TEXTS.items():
        owner = (
            "private_metadata ->> 'alencon.shop' = current_setting('alencon.shop')"
            if table == "product_collection"
            else f"alencon_own_{table}({table})"
        )
        for column in columns:
            admin.execute(
                f"UPDATE {table} SET {column} = '{MARK}' || coalesce({column}, '') WHERE {owner}"
            )
    admin.execute("SELECT set_config('alencon.shop', '', false)")
    admin.execute(guards, ["origin"])
    keys = [shops.key(order) for order in orders]
    admin.execute(
        "UPDATE order_order SET user_email = %s, customer_note = %s, voucher_code = %s,"
        " metadata = jsonb_build_object('note', %s::text),"
        " private_metadata = jsonb_build_object('note', %s::text), search_document = %s"
        " WHERE id = ANY(%s::uuid[])",
        [f"{SECRET.lower()}@client.example", *[SECRET] * 5, keys],
    )
    admin.execute(
        "UPDATE payment_transactionitem SET psp_reference = psp_reference || %s,"
        " name = %s WHERE order_id = ANY(%s::uuid[])",
        [SECRET, SECRET, keys],
    )
    admin.execute(
        "UPDATE account_address SET company_name = %s, street_address_1 = %s WHERE id IN"
        " (SELECT unnest(ARRAY[shipping_address_id, billing_address_id]) FROM order_order"
        "   WHERE id = ANY(%s::uuid[]))",
        [SECRET, SECRET, keys],
    )


def unmark_everything(shops: Shops) -> None:
    """Give B's rows their texts back; the orders keep their marks."""
    admin = shops.live.admin
    admin.execute("SELECT set_config('session_replication_role', 'replica', false)")
    for table, columns in MARKED_TEXTS.items():
        for column in columns:
            admin.execute(
                f"UPDATE {table} SET {column} = substr({column}, {len(MARK) + 1})"
                f" WHERE {column} LIKE '{MARK}%'"
            )
    admin.execute("SELECT set_config('session_replication_role', 'origin', false)")


ID_QUERIES = {
    "Product": "SELECT id FROM product_product WHERE {product} ORDER BY id LIMIT 1",
    "ProductVariant": "SELECT v.id FROM product_productvariant v JOIN product_product p"
    " ON p.id = v.product_id WHERE {p_product} ORDER BY v.id LIMIT 1",
    "Stock": "SELECT s.id FROM warehouse_stock s JOIN warehouse_warehouse w"
    " ON w.id = s.warehouse_id WHERE w.{product} ORDER BY s.id LIMIT 1",
    "Warehouse": "SELECT id FROM warehouse_warehouse WHERE {product}",
    "OrderLine": "SELECT id FROM order_orderline WHERE order_id = {order} LIMIT 1",
    "Fulfillment": "SELECT id FROM order_fulfillment WHERE order_id = {order} LIMIT 1",
    "FulfillmentLine": "SELECT l.id FROM order_fulfillmentline l JOIN order_fulfillment f"
    " ON f.id = l.fulfillment_id WHERE f.order_id = {order} LIMIT 1",
    "Address": "SELECT shipping_address_id FROM order_order WHERE id = {order}",
    "TransactionItem": "SELECT token FROM payment_transactionitem WHERE order_id = {order}",
    "OrderGrantedRefund": "SELECT id FROM order_ordergrantedrefund WHERE order_id = {order}",
    "OrderGrantedRefundLine": "SELECT l.id FROM order_ordergrantedrefundline l"
    " JOIN order_ordergrantedrefund r ON r.id = l.granted_refund_id WHERE r.order_id = {order}",
    "Invoice": "SELECT id FROM invoice_invoice WHERE order_id = {order}",
    "OrderEvent": "SELECT id FROM order_orderevent WHERE order_id = {order} LIMIT 1",
    "User": "SELECT id FROM account_user WHERE email = {email}",
    "Group": "SELECT g.group_id FROM account_user_groups g JOIN account_user u"
    " ON u.id = g.user_id WHERE u.email = {email}",
    "Voucher": "SELECT id FROM discount_voucher LIMIT 1",
    "App": "SELECT id FROM app_app LIMIT 1",
    "Channel": "SELECT id FROM channel_channel WHERE slug = 'alencon'",
    "Category": "SELECT id FROM product_category ORDER BY id LIMIT 1",
    "ProductType": "SELECT id FROM product_producttype WHERE slug = 'article'",
    "TaxClass": "SELECT id FROM tax_taxclass ORDER BY id LIMIT 1",
    "ShippingZone": "SELECT id FROM shipping_shippingzone ORDER BY id LIMIT 1",
}
OF_THE_OFFICE = ("Voucher", "App", "Channel", "Category", "ProductType", "TaxClass", "ShippingZone")


def find_ids(shops: Shops, slug: str, order_id: str, email: str, *, hidden: bool = False) -> Values:
    """Return one id of each kind of a shop's rows, an order of its own included."""
    uuid = shops.key(order_id)
    marked = f"private_metadata ->> 'alencon.shop' = '{slug}'"
    words = {
        "product": marked, "p_product": f"p.{marked}", "order": f"'{uuid}'", "email": f"'{email}'",
    }  # fmt: skip
    ids = {"Order": order_id}
    for kind, sql in ID_QUERIES.items():
        row = shops.live.admin.execute(sql.format(**words)).fetchone()
        if row is not None:
            ids[kind] = global_id(kind, row[0])
    return Values(ids, MARK if hidden else slug, email, uuid)


def make_strangers(shops: Shops) -> Values:
    """Return ids and texts like B's, of rows that do not exist."""
    uuid = "12345678-1234-4321-8765-123456789012"
    ids: dict[str, Any] = {"Order": global_id("Order", uuid)}
    for kind in ID_QUERIES:
        uses_uuid = kind in ("OrderLine", "Warehouse", "TransactionItem")
        ids[kind] = global_id(kind, uuid if uses_uuid else 987654321)
    return Values(ids, "NobodyKnows", "nobody@alencon.example", uuid)
