"""SQL conditions: does a row belong to the shop of the running request?

Each takes an SQL expression (a column) and returns an SQL condition. They name the whole way to
the shop, because they are used twice: in row security policies, and in triggers that run as the
tables' owner, for whom no policy applies.
"""

SHOP = "nullif(current_setting('alencon.shop', true), '')"
USER = "nullif(current_setting('alencon.user', true), '')::integer"
SHOP_KEY = "alencon.shop"
SELLER = "boutique"  # the attribute by which a product's page names its shop; of its values too
TOWN_APP = "alencon.town"


def marked(row: str) -> str:
    """Say that a row carries the shop in its private metadata."""
    return f"{row}.private_metadata ->> '{SHOP_KEY}' = {SHOP}"


def unmarked(row: str) -> str:
    """Say that a row carries no shop at all: it is the Office's."""
    return f"NOT {row}.private_metadata ? '{SHOP_KEY}'"


def product(column: str) -> str:
    """Say that a column names a product of the shop."""
    return f"EXISTS (SELECT FROM product_product op WHERE op.id = {column} AND {marked('op')})"


def variant(column: str) -> str:
    """Say that a column names a variant of one of the shop's products."""
    return (
        "EXISTS (SELECT FROM product_productvariant ov JOIN product_product op"
        f" ON op.id = ov.product_id WHERE ov.id = {column} AND {marked('op')})"
    )


def warehouse(column: str) -> str:
    """Say that a column names the shop's warehouse."""
    return f"EXISTS (SELECT FROM warehouse_warehouse ow WHERE ow.id = {column} AND {marked('ow')})"


def collection(column: str) -> str:
    """Say that a column names the shop's collection."""
    return f"EXISTS (SELECT FROM product_collection oc WHERE oc.id = {column} AND {marked('oc')})"


def shop_value(row: str) -> str:
    """Say that an attribute's value does not name another shop as the seller."""
    return (
        f"({row}.external_reference = '{SELLER}/' || {SHOP} OR NOT EXISTS (SELECT FROM"
        f" attribute_attribute sa WHERE sa.id = {row}.attribute_id AND sa.slug = '{SELLER}'))"
    )


def order_line_row(row: str) -> str:
    """Say that an order line's row is the shop's: by its variant, or by the mark of a lost one."""
    return f"({marked(row)} OR {variant(f'{row}.variant_id')})"


def order_line(column: str) -> str:
    """Say that a column names an order line of the shop."""
    return (
        f"EXISTS (SELECT FROM order_orderline ol WHERE ol.id = {column} AND {order_line_row('ol')})"
    )


def order(column: str) -> str:
    """Say that a column names an order with a line of the shop."""
    return (
        "(EXISTS (SELECT FROM order_orderline ol JOIN product_productvariant ov"
        " ON ov.id = ol.variant_id JOIN product_product op ON op.id = ov.product_id"
        f" WHERE ol.order_id = {column} AND {marked('op')})"
        " OR EXISTS (SELECT FROM order_orderline ol"
        f" WHERE ol.order_id = {column} AND {marked('ol')}))"
    )


def transaction(column: str, key: str = "id") -> str:
    """Say that a column names a payment of an order with a line of the shop."""
    return (
        "EXISTS (SELECT FROM payment_transactionitem ot"
        f" WHERE ot.{key} = {column} AND {order('ot.order_id')})"
    )


def lines_all_own(table: str, parent: str) -> str:
    """Say, of the parent ``$1``, that it has lines in a table, all of them the shop's."""
    return (
        f"EXISTS (SELECT FROM {table} l WHERE l.{parent} = $1)"
        f" AND NOT EXISTS (SELECT FROM {table} l JOIN order_orderline ol"
        f" ON ol.id = l.order_line_id WHERE l.{parent} = $1"
        f" AND NOT coalesce({order_line_row('ol')}, false))"
    )


# A policy that asks for what is *not* there must look past the policies of the tables it asks:
# in the merchant's role the other shops' lines are never there.
DEFINER_FUNCTIONS = {
    "alencon_own_fulfilment": lines_all_own("order_fulfillmentline", "fulfillment_id"),
    "alencon_own_refund": lines_all_own("order_ordergrantedrefundline", "granted_refund_id"),
}


def fulfilment(column: str) -> str:
    """Say that a column names a fulfilment with lines, all of them the shop's."""
    return f"alencon_own_fulfilment({column})"


def granted_refund(column: str) -> str:
    """Say that a column names a refund with lines, all of them the shop's."""
    return f"alencon_own_refund({column})"


def town_app(row: str) -> str:
    """Say that a row is the App of the Office's page in the Dashboard."""
    return (
        f"({row}.identifier = '{TOWN_APP}' AND {row}.type = 'thirdparty' AND {row}.is_active"
        f" AND {row}.removed_at IS NULL)"
    )
