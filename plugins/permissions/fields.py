"""What a merchant sees of rows that several shops share, field by field.

Row security hides other shops' rows; the order itself is one row for all its shops. Every field of
``Order`` is in one of the tables below; one that is in none is refused, and a test fails on it.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from measurement.measures import Weight
from prices import Money, TaxedMoney
from promise import Promise
from saleor.channel.models import Channel
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.channel.utils import get_default_channel_slug_or_graphql_error
from saleor.graphql.core.context import get_database_connection_name
from saleor.graphql.order.dataloaders import (
    OrderGrantedRefundsByOrderIdLoader,
    OrderLinesByOrderIdLoader,
)
from saleor.graphql.utils.filters import filter_by_period
from saleor.order import OrderStatus
from saleor.order.models import Order, OrderLine

from saleor_alencon.domain.delivery_choices import KEY as DELIVERY_KEY

from .dashboard_fields import DASHBOARD_FIELDS

Mask = Callable[[Any, Any, Any, Any, dict[str, Any]], Any]

# Root fields a merchant may ask; every other is refused. Some the Dashboard always asks, though
# their tables are hidden: pages and the Office's events are empty lists. Of apps it sees one, the
# Office's page in the Dashboard.
QUERIES = frozenset({
    "addressValidationRules", "app", "appExtension", "appExtensions", "apps", "attribute",
    "attributes", "categories", "category", "channel", "channels", "collection", "collections",
    "customers", "draftOrders", "homepageEvents", "me", "order", "orders", "ordersTotal",
    "pageTypes", "pages", "product", "productType", "productTypes", "productVariant",
    "productVariants", "products", "refundSettings", "reportProductSales", "returnSettings",
    "shippingZone", "shippingZones", "shop", "stock", "stocks", "taxClass", "taxClasses",
    "taxConfiguration", "taxConfigurations", "taxCountryConfiguration",
    "taxCountryConfigurations", "warehouse", "warehouses", "_service",
})  # fmt: skip

# Fields of Order that say nothing of other shops, or that row security has narrowed already.
ORDER_PLAIN = frozenset({
    "id", "created", "updatedAt", "status", "statusDisplay", "shippingMethodName",
    "collectionPointName", "channel", "fulfillments", "lines", "number", "origin",
    "authorizeStatus", "chargeStatus", "taxExemption", "shippingMethod", "deliveryMethod",
    "shippingTaxClass", "shippingTaxClassName", "shippingTaxClassMetadata",
    "shippingTaxClassPrivateMetadata", "token", "isShippingRequired", "languageCode",
    "languageCodeEnum", "displayGrossPrices", "transactions", "grantedRefunds",
    "totalGrantedRefund",
})  # fmt: skip
# Fields whose value is not the shop's business, and what is answered instead.
NOTHING: dict[str, Any] = {
    "user": None, "userEmail": None, "original": None, "voucher": None, "voucherCode": None,
    "discount": None, "discountName": None, "translatedDiscountName": None, "checkoutId": None,
    "redirectUrl": None, "externalReference": None, "availableShippingMethods": None,
    "privateMetafield": None, "privateMetafields": None, "metafields": None,
    "trackingClientId": "", "customerNote": "", "weight": Weight(kg=0),
    "shippingTaxRate": 0.0, "canFinalize": False,
    "invoices": [], "payments": [], "giftCards": [], "events": [],
    "discounts": [], "errors": [], "shippingMethods": [], "actions": [],
    "availableCollectionPoints": [], "privateMetadata": [],
}  # fmt: skip
# Money that moves between the shopper and the Office, not the shop.
ZERO_MONEY = (
    "undiscountedShippingPrice", "totalAuthorized", "totalCanceled", "totalAuthorizePending",
    "totalChargePending", "totalCancelPending",
)  # fmt: skip
PAID = ("full", "overcharged")
PAYMENT_STATUS = {
    "full": "fully-charged",
    "overcharged": "fully-charged",
    "partial": "partially-charged",
    "none": "not-charged",
}
# By these the order list may be filtered and sorted: any other would tell, by what it finds, of
# lines, amounts and people that are not shown.
ORDER_FILTERS = frozenset({
    "status", "created", "updatedAt", "channels", "ids", "numbers", "chargeStatus",
    "authorizeStatus",
})  # fmt: skip
ORDER_WHERE = frozenset({
    "status", "createdAt", "updatedAt", "channelId", "ids", "number", "chargeStatus",
    "authorizeStatus",
})  # fmt: skip
ORDER_SORTS = ("NUMBER", "CREATION_DATE", "CREATED_AT", "LAST_MODIFIED_AT", "STATUS")
FILTER_REFUSED = "Les commandes ne se filtrent pas ainsi pour une boutique : {name}."


def own_lines(root: Any, info: Any) -> Promise:
    """Promise the shop's lines of an order, which row security leaves."""
    return OrderLinesByOrderIdLoader(info.context).load(root.node.id)


def own_share(net: str, gross: str) -> Mask:
    """Mask an order's amount by the sum of the shop's lines."""

    def mask(_scope: Any, _resolver: Any, root: Any, info: Any, _arguments: Any) -> Any:
        return own_lines(root, info).then(lambda lines: sum_lines(lines, root, net, gross))

    return mask


def sum_lines(lines: list[Any], root: Any, net: str, gross: str) -> TaxedMoney:
    """Add two stored amounts over lines."""
    currency = root.node.currency
    return TaxedMoney(
        Money(sum((getattr(line, net) for line in lines), Decimal(0)), currency),
        Money(sum((getattr(line, gross) for line in lines), Decimal(0)), currency),
    )


def share_paid(_scope: Any, _resolver: Any, root: Any, info: Any, _arguments: Any) -> Any:
    """Answer the shop's share, less what it gave back, once the whole order is paid."""

    def compute(found: Any) -> Money:
        lines, given_back = found
        paid = root.node.charge_status in PAID
        return sum_lines(lines, root, *TOTAL).gross - given_back if paid else given_back * 0

    given_back = refunds_in("success", "pending")(_scope, _resolver, root, info, _arguments)
    return Promise.all([own_lines(root, info), given_back]).then(compute)


def refunds_in(*statuses: str) -> Mask:
    """Mask an amount by the sum of the refunds of the shop's lines that have a status."""

    def mask(_scope: Any, _resolver: Any, root: Any, info: Any, _arguments: Any) -> Any:
        def add(refunds: list[Any]) -> Money:
            chosen = [refund.amount for refund in refunds if refund.status in statuses]
            return sum(chosen, Money(0, root.node.currency))

        return OrderGrantedRefundsByOrderIdLoader(info.context).load(root.node.id).then(add)

    return mask


def orders_total(
    scope: Any, _resolver: Any, _root: Any, info: Any, arguments: Any
) -> TaxedMoney | None:
    """Add up what the shop sold in a period: its lines of the orders that Saleor's own sum counts.

    :returns: None when there is no such channel, or no shop.
    """
    if scope.shop is None:
        return None
    database = get_database_connection_name(info.context)
    slug = arguments.get("channel") or get_default_channel_slug_or_graphql_error(
        allow_replica=info.context.allow_replica
    )
    channel = Channel.objects.using(database).filter(slug=slug).first()
    if channel is None:
        return None
    orders = Order.objects.using(database).non_draft().filter(channel=channel)
    orders = orders.exclude(status__in=[OrderStatus.CANCELED, OrderStatus.EXPIRED])
    if arguments.get("period") is not None:
        orders = filter_by_period(orders, arguments["period"], "created_at")
    sold = OrderLine.objects.using(database).filter(order__in=orders)
    sums = sold.aggregate(net=Sum(TOTAL[0]), gross=Sum(TOTAL[1]))
    net, gross = (Money(sums[key] or Decimal(0), channel.currency_code) for key in ("net", "gross"))
    return TaxedMoney(net, gross)


def balance(_scope: Any, _resolver: Any, root: Any, info: Any, _arguments: Any) -> Any:
    """Answer what is missing of the shop's share: nothing, or all of it."""
    total = own_lines(root, info).then(lambda lines: sum_lines(lines, root, *TOTAL).gross)
    nothing = Money(0, root.node.currency)
    return total.then(lambda money: nothing if root.node.charge_status in PAID else -money)


def fixed(value: Any) -> Mask:
    """Answer always the same."""
    return lambda _scope, _resolver, _root, _info, _arguments: value


def zero(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> Money:
    """Answer no money."""
    return Money(0, root.node.currency)


def zero_taxed(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> TaxedMoney:
    """Answer no money, net and gross."""
    return TaxedMoney(Money(0, root.node.currency), Money(0, root.node.currency))


def is_paid(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> bool:
    """Say whether all of the order is paid."""
    return root.node.charge_status in PAID


def payment_status(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> str:
    """Say how far the order is paid; the payments themselves are not shown."""
    return PAYMENT_STATUS[root.node.charge_status]


def own_choice(order: Any, scope: Any) -> dict[str, Any] | None:
    """Return what the shopper chose for this shop in the order's metadata, if anything."""
    try:
        choices = json.loads(order.metadata.get(DELIVERY_KEY) or "{}")["shops"]
        choice = choices.get(scope.shop.slug)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return choice if isinstance(choice, dict) else None


def own_metadata(order: Any, scope: Any) -> dict[str, str]:
    """Return the part of an order's metadata that is the shop's: its delivery choice."""
    choice = own_choice(order, scope)
    if choice is None:
        return {}
    return {DELIVERY_KEY: json.dumps({"version": 1, "shops": {scope.shop.slug: choice}})}


def metadata(scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> Any:
    """List the shop's part of the metadata."""
    return [{"key": key, "value": value} for key, value in own_metadata(root.node, scope).items()]


def metafield(scope: Any, _resolver: Any, root: Any, _info: Any, arguments: Any) -> Any:
    """Answer one entry of the shop's part of the metadata."""
    return own_metadata(root.node, scope).get(arguments.get("key", ""))


def is_delivered(order: Any, method: Any, scope: Any) -> bool:
    """Say whether the shop sends its part: by the shopper's choice, else the basket's method."""
    choice = own_choice(order, scope)
    if choice is not None:
        return choice.get("choice") == "home"
    return method is not None and (method.metadata or {}).get(DELIVERY_KEY) == "home"


def person_only(address: Any) -> Any:
    """Return a copy with the name and the telephone number: enough to hand something over."""
    from saleor.account.models import Address

    if address is None:
        return None
    return Address(
        pk=address.pk,
        first_name=address.first_name,
        last_name=address.last_name,
        phone=address.phone,
        country=address.country,
        validation_skipped=True,
    )


def billing_address(_scope: Any, resolver: Any, root: Any, info: Any, arguments: Any) -> Any:
    """Show who ordered, not where they live."""
    return Promise.resolve(resolver(root, info, **arguments)).then(person_only)


def shipping_address(scope: Any, resolver: Any, root: Any, info: Any, arguments: Any) -> Any:
    """Show the address to the shop that delivers to it, and the person to one that waits."""
    from saleor.graphql.shipping.dataloaders import ShippingMethodByIdLoader

    def show(method: Any) -> Any:
        found = Promise.resolve(resolver(root, info, **arguments))
        return found if is_delivered(root.node, method, scope) else found.then(person_only)

    number = root.node.shipping_method_id
    if number is None:
        return show(None)
    return ShippingMethodByIdLoader(info.context).load(number).then(show)


def orders(_scope: Any, resolver: Any, root: Any, info: Any, arguments: Any) -> Any:
    """List orders, by what the shop may know only; a search is one for an order's number.

    :raises PermissionDenied: naming the filter that is not open to merchants.
    """
    arguments = dict(arguments)
    for name, allowed in (("filter", ORDER_FILTERS), ("where", ORDER_WHERE)):
        given = dict(arguments.get(name) or {})
        search = given.pop("search", None)
        check_filter(given, allowed)
        if search:
            arguments["search"] = search
            arguments[name] = given
    sort = arguments.get("sort_by") or {}
    if sort.get("field") is not None and not is_open_sort(sort["field"]):
        raise PermissionDenied(FILTER_REFUSED.format(name="sortBy"))
    search = arguments.pop("search", None)
    if search and search.strip():
        number = search.strip().lstrip("#")
        wanted = [number if number.isdigit() and len(number) < 10 else "0"]
        if arguments.get("where"):
            arguments["where"] = {"AND": [arguments["where"], {"number": {"one_of": wanted}}]}
        else:
            arguments["filter"] = {**(arguments.get("filter") or {}), "numbers": wanted}
    return resolver(root, info, **arguments)


def check_filter(given: dict[str, Any], allowed: frozenset[str]) -> None:
    """See that a filter of orders, with all that it combines, is open to merchants.

    :raises PermissionDenied: naming the part that is not.
    """
    for key, value in given.items():
        if key in ("AND", "OR"):
            for one in value or []:
                check_filter(one, allowed)
        elif value is not None and to_camel(key) not in allowed:
            raise PermissionDenied(FILTER_REFUSED.format(name=to_camel(key)))


def is_open_sort(field: Any) -> bool:
    """Say whether orders may be sorted by an enum's value."""
    from saleor.graphql.order.sorters import OrderSortField

    return field in [OrderSortField[name].value for name in ORDER_SORTS]


def to_camel(name: str) -> str:
    """Turn ``is_preorder`` into ``isPreorder``."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


TOTAL = ("total_price_net_amount", "total_price_gross_amount")
UNDISCOUNTED = ("undiscounted_total_price_net_amount", "undiscounted_total_price_gross_amount")
ORDER_MASKED: dict[str, Mask] = {
    "total": own_share(*TOTAL),
    "subtotal": own_share(*TOTAL),
    "undiscountedTotal": own_share(*UNDISCOUNTED),
    "shippingPrice": zero_taxed,
    "totalCaptured": share_paid,
    "totalCharged": share_paid,
    "totalBalance": balance,
    "totalRefunded": refunds_in("success"),
    "totalRefundPending": refunds_in("pending"),
    "totalRemainingGrant": refunds_in("none", "failure"),
    "isPaid": is_paid,
    "paymentStatus": payment_status,
    "paymentStatusDisplay": payment_status,
    "billingAddress": billing_address,
    "shippingAddress": shipping_address,
    "metadata": metadata,
    "metafield": metafield,
    **dict.fromkeys(ZERO_MONEY, zero),
    **{name: fixed(value) for name, value in NOTHING.items()},
}
FIELDS: dict[tuple[str, str], Mask] = {
    ("Order", name): mask for name, mask in ORDER_MASKED.items()
} | {
    ("Query", "orders"): orders,
    ("Query", "ordersTotal"): orders_total,
    ("User", "orders"): fixed(None),
    ("User", "checkouts"): fixed(None),
    ("User", "giftCards"): fixed(None),
    ("User", "events"): fixed(None),
    ("OrderLine", "voucherCode"): fixed(None),
    **DASHBOARD_FIELDS,
}
