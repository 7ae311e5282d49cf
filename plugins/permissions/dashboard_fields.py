"""What the Dashboard asks on pages that its menu shows a merchant, and Saleor refuses one.

The menu follows permissions: who may see orders is offered customers and drafts, and a page that
fulfils asks for settings. A refusal would be a red message on a page that is otherwise right.
"""

from collections.abc import Callable
from typing import Any

from saleor.account.models import User
from saleor.graphql.account.types import UserCountableConnection
from saleor.graphql.account.utils import get_user_accessible_channels
from saleor.graphql.core.connection import create_connection_slice
from saleor.graphql.order.types import OrderCountableConnection
from saleor.graphql.shipping.resolvers import resolve_shipping_zones
from saleor.graphql.shipping.types import ShippingZoneCountableConnection
from saleor.graphql.site.dataloaders import get_site_promise
from saleor.order.models import Order

Mask = Callable[[Any, Any, Any, Any, dict[str, Any]], Any]
PAGING = ("first", "last", "before", "after")


def empty_list(model: Any, connection_type: Any) -> Mask:
    """Answer a list without rows, whatever was searched for."""

    def mask(_scope: Any, _resolver: Any, _root: Any, info: Any, arguments: Any) -> Any:
        paging, _search = split_paging(arguments)
        return create_connection_slice(model.objects.none(), info, paging, connection_type)

    return mask


def site_setting(name: str) -> Mask:
    """Answer a setting of the town that says nothing of any shop."""

    def mask(_scope: Any, _resolver: Any, _root: Any, info: Any, _arguments: Any) -> Any:
        return get_site_promise(info.context).then(lambda site: getattr(site.settings, name))

    return mask


def channels(_scope: Any, resolver: Any, _root: Any, info: Any, arguments: Any) -> Any:
    """List the channels that the merchant's groups reach."""
    own = {channel.pk for channel in get_user_accessible_channels(info, info.context.user)}
    return [channel for channel in resolver(_root, info, **arguments) if channel.pk in own]


def shipping_zones(_scope: Any, resolver: Any, root: Any, info: Any, arguments: Any) -> Any:
    """List the town's zones, which are no secret, without Saleor's permission for changing them."""
    paging, others = split_paging(arguments)
    if others:
        return resolver(root, info, **arguments)
    zones = resolve_shipping_zones(info, None)
    return create_connection_slice(zones, info, paging, ShippingZoneCountableConnection)


def split_paging(arguments: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return which page of a list is asked for, and by what else it is asked for."""
    paging = {key: value for key, value in arguments.items() if key in PAGING}
    return paging, {
        key: value for key, value in arguments.items() if key not in PAGING and value is not None
    }


# Customers and drafts are the Office's.
DASHBOARD_FIELDS: dict[tuple[str, str], Mask] = {
    ("Query", "channels"): channels,
    ("Query", "customers"): empty_list(User, UserCountableConnection),
    ("Query", "draftOrders"): empty_list(Order, OrderCountableConnection),
    ("Query", "shippingZones"): shipping_zones,
    ("Shop", "reserveStockDurationAnonymousUser"): site_setting(
        "reserve_stock_duration_anonymous_user"
    ),
    ("Shop", "reserveStockDurationAuthenticatedUser"): site_setting(
        "reserve_stock_duration_authenticated_user"
    ),
    ("Shop", "limitQuantityPerCheckout"): site_setting("limit_quantity_per_checkout"),
}
