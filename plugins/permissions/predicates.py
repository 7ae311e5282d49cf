"""SQL conditions: does a row belong to the shop of the running request?

Each takes an SQL expression (a column) and returns an SQL condition. They are used twice: in row
security policies, and in triggers that run as the tables' owner, for whom no policy applies.

Where one row is asked about another, a function of the tables' owner answers (``SEES``):
PostgreSQL keeps its plan, while a condition spelt out is planned anew in each query, with the
policies of every table on the way to the shop. It is asked row by row; what is listed and counted
as a whole has conditions that an index answers: products, warehouses, stocks, orders, their lines.
"""

SHOP = "nullif(current_setting('alencon.shop', true), '')"
USER = "nullif(current_setting('alencon.user', true), '')::integer"
SHOP_KEY = "alencon.shop"
LINE_SHOP = "alencon_shop"  # a column of the order lines; installing.py keeps it
SEES_NAME = "alencon_sees_"
SELLER = "boutique"  # the attribute by which a product's page names its shop; of its values too
TOWN_APP = "alencon.town"
MERCHANT_PAGES = ("today", "payouts")  # of that App, in a merchant's menu; the others are staff's


def marked(row: str) -> str:
    """Say that a row carries the shop in its private metadata."""
    return f"{row}.private_metadata ->> '{SHOP_KEY}' = {SHOP}"


def unmarked(row: str) -> str:
    """Say that a row carries no shop at all: it is the Office's."""
    return f"NOT {row}.private_metadata ? '{SHOP_KEY}'"


def sees(what: str, column: str) -> str:
    """Say that a column names a row of the shop, by the function of that name in ``SEES``."""
    assert what in SEES, what
    return f"{SEES_NAME}{what}({column})"


def warehouse(column: str) -> str:
    """Say that a column names the shop's warehouse."""
    return f"{column} = ANY (ARRAY(SELECT ow.id FROM warehouse_warehouse ow WHERE {marked('ow')}))"


def shop_value(row: str) -> str:
    """Say that an attribute's value does not name another shop as the seller."""
    return (
        f"({row}.external_reference = '{SELLER}/' || {SHOP} OR NOT EXISTS (SELECT FROM"
        f" attribute_attribute sa WHERE sa.id = {row}.attribute_id AND sa.slug = '{SELLER}'))"
    )


def order_line_row(row: str) -> str:
    """Say that an order line's row is the shop's."""
    return f"{row}.{LINE_SHOP} = {SHOP}"


def order(column: str) -> str:
    """Say that a column names an order with a line of the shop."""
    return (
        f"EXISTS (SELECT FROM order_orderline ol WHERE ol.order_id = {column}"
        f" AND {order_line_row('ol')})"
    )


def transaction(column: str, key: str = "id") -> str:
    """Say that a column names a payment of an order with a line of the shop."""
    return (
        "EXISTS (SELECT FROM payment_transactionitem ot"
        f" WHERE ot.{key} = {column} AND {order('ot.order_id')})"
    )


def town_app(row: str) -> str:
    """Say that a row is the App of the Office's page in the Dashboard."""
    return (
        f"({row}.identifier = '{TOWN_APP}' AND {row}.type = 'thirdparty' AND {row}.is_active"
        f" AND {row}.removed_at IS NULL)"
    )


def merchant_page(row: str) -> str:
    """Say that an entry of the menu is one of that App's for merchants."""
    names = ", ".join(f"'{name}'" for name in MERCHANT_PAGES)
    return (
        f"({row}.identifier IN ({names}) AND EXISTS (SELECT FROM app_app oa"
        f" WHERE oa.id = {row}.app_id AND {town_app('oa')}))"
    )


# By name: the type of the key, and the condition on it, ``key``.
SEES: dict[str, tuple[str, str]] = {
    "product": (
        "integer",
        f"EXISTS (SELECT FROM product_product op WHERE op.id = key AND {marked('op')})",
    ),
    "variant": (
        "integer",
        "EXISTS (SELECT FROM product_productvariant ov JOIN product_product op"
        f" ON op.id = ov.product_id WHERE ov.id = key AND {marked('op')})",
    ),
    "media": (
        "integer",
        "EXISTS (SELECT FROM product_productmedia om JOIN product_product op"
        f" ON op.id = om.product_id WHERE om.id = key AND {marked('op')})",
    ),
    "assignment": (
        "integer",
        "EXISTS (SELECT FROM attribute_assignedvariantattribute oa JOIN product_productvariant ov"
        " ON ov.id = oa.variant_id JOIN product_product op ON op.id = ov.product_id"
        f" WHERE oa.id = key AND {marked('op')})",
    ),
    # A value that a product or a variant of the shop has.
    "value": (
        "integer",
        "EXISTS (SELECT FROM attribute_assignedproductattributevalue oa JOIN product_product op"
        f" ON op.id = oa.product_id WHERE oa.value_id = key AND {marked('op')})"
        " OR EXISTS (SELECT FROM attribute_assignedvariantattributevalue oa"
        " JOIN attribute_assignedvariantattribute ob ON ob.id = oa.assignment_id"
        " JOIN product_productvariant ov ON ov.id = ob.variant_id"
        " JOIN product_product op ON op.id = ov.product_id"
        f" WHERE oa.value_id = key AND {marked('op')})",
    ),
    "collection": (
        "integer",
        f"EXISTS (SELECT FROM product_collection oc WHERE oc.id = key AND {marked('oc')})",
    ),
    # The shop's, or one of the Office's, which all shops may see.
    "office_collection": (
        "integer",
        "EXISTS (SELECT FROM product_collection oc WHERE oc.id = key"
        f" AND ({marked('oc')} OR {unmarked('oc')}))",
    ),
    "stock": (
        "integer",
        "EXISTS (SELECT FROM warehouse_stock os JOIN warehouse_warehouse ow"
        f" ON ow.id = os.warehouse_id WHERE os.id = key AND {marked('ow')})",
    ),
    "order_line": (
        "uuid",
        f"EXISTS (SELECT FROM order_orderline ol WHERE ol.id = key AND {order_line_row('ol')})",
    ),
    # A fulfilment with lines, all of them the shop's.
    "fulfilment": (
        "integer",
        "(SELECT bool_and(coalesce("
        + order_line_row("ol")
        + ", false)) FROM order_fulfillmentline fl"
        " JOIN order_orderline ol ON ol.id = fl.order_line_id WHERE fl.fulfillment_id = key)",
    ),
    # A refund with lines, all of them the shop's.
    "refund": (
        "integer",
        "(SELECT bool_and(coalesce("
        + order_line_row("ol")
        + ", false)) FROM order_ordergrantedrefundline gl"
        " JOIN order_orderline ol ON ol.id = gl.order_line_id WHERE gl.granted_refund_id = key)",
    ),
    # The warehouse's, the Office's, and those of the shop's orders.
    "address": (
        "integer",
        "EXISTS (SELECT FROM warehouse_warehouse ow WHERE ow.address_id = key"
        f" AND {marked('ow')})"
        " OR EXISTS (SELECT FROM site_sitesettings WHERE company_address_id = key)"
        " OR EXISTS (SELECT FROM order_order oo JOIN order_orderline ol ON ol.order_id = oo.id"
        f" WHERE oo.shipping_address_id = key AND {order_line_row('ol')})"
        " OR EXISTS (SELECT FROM order_order oo JOIN order_orderline ol ON ol.order_id = oo.id"
        f" WHERE oo.billing_address_id = key AND {order_line_row('ol')})",
    ),
}
