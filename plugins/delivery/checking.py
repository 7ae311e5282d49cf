"""Whether the choices of a checkout can be kept, by what shops publish on their warehouses."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from saleor_alencon.domain.delivery_choices import (
    KEY,
    DeliveryChoicesError,
    ShopDelivery,
    read_delivery_choices,
)
from saleor_alencon.domain.opening_hours import HoursError, OpeningHours
from saleor_alencon.domain.pickup_slots import is_slot_offered
from saleor_alencon.domain.shop_orders import DeliveryChoice

from .messages import message

SHOP_KEY = "alencon.shop"
HOURS_KEY = "alencon.hours"
PAYMENT_TIME = datetime.timedelta(minutes=30)
"""A slot that was offered when the shopper went to pay is still kept."""


@dataclass(frozen=True)
class Refusal:
    """Why a choice cannot be kept: a code of ``messages.py``, and the text for the shopper."""

    code: str
    shop: str
    text: str


def find_shops(lines: Iterable[Any]) -> set[str]:
    """Return the slugs of the shops that sell the lines."""
    found = {line.product.get_value_from_private_metadata(SHOP_KEY) for line in lines}
    return {slug for slug in found if slug}


def find_warehouses(slugs: Iterable[str]) -> dict[str, Any]:
    """Return the shops' warehouses by slug."""
    from saleor.warehouse.models import Warehouse

    return {warehouse.slug: warehouse for warehouse in Warehouse.objects.filter(slug__in=slugs)}


def read_hours(warehouse: Any) -> OpeningHours | None:
    """Return the hours a shop publishes, None when it has none that can be read."""
    value = warehouse.get_value_from_metadata(HOURS_KEY)
    if not value:
        return None
    try:
        return OpeningHours.from_json(json.loads(value))
    except (ValueError, HoursError):
        return None


def offers_pickup(warehouse: Any | None) -> bool:
    """Say whether a shop lets collect at its counter."""
    from saleor.warehouse import WarehouseClickAndCollectOption

    disabled = WarehouseClickAndCollectOption.DISABLED
    return warehouse is not None and warehouse.click_and_collect_option != disabled


def basket_choice(checkout_info: Any) -> DeliveryChoice:
    """Return how the basket's own delivery method reaches the shopper."""
    method = checkout_info.get_delivery_method_info().delivery_method
    if method is None:
        return DeliveryChoice.NONE
    if checkout_info.collection_point is not None:
        return DeliveryChoice.COLLECT
    kind = (getattr(method, "metadata", None) or {}).get(KEY)
    return DeliveryChoice.COLLECT if kind in ("collect", "central") else DeliveryChoice.HOME


def read_choices_text(checkout: Any) -> str | None:
    """Return what the storefront wrote on the checkout."""
    storage = getattr(checkout, "metadata_storage", None)
    return storage.metadata.get(KEY) if storage is not None else None


def check_choices(
    checkout_info: Any, lines: Iterable[Any], now: datetime.datetime
) -> Refusal | None:
    """Return the first choice that cannot be kept, or None."""
    language = checkout_info.checkout.language_code
    text = read_choices_text(checkout_info.checkout)
    try:
        choices = read_delivery_choices(text)
    except DeliveryChoicesError as error:
        return Refusal("malformed", "", message("malformed", language, detail=str(error)))
    if not choices:
        return None
    sold = find_shops(lines)
    warehouses = find_warehouses(choices)
    basket = basket_choice(checkout_info)
    for slug, wanted in sorted(choices.items()):
        code = _refusal(wanted, slug in sold, warehouses.get(slug), basket, now)
        if code:
            warehouse = warehouses.get(slug)
            name = warehouse.name if warehouse and slug in sold else slug
            return Refusal(code, slug, message(code, language, shop=name))
    return None


def _refusal(
    wanted: ShopDelivery,
    is_sold: bool,
    warehouse: Any | None,
    basket: DeliveryChoice,
    now: datetime.datetime,
) -> str | None:
    if not is_sold:
        return "not_in_basket"
    if wanted.choice is DeliveryChoice.HOME:
        # The fee is paid, and the postal code served, by the basket's own method only.
        return None if basket is DeliveryChoice.HOME else "not_delivered"
    if not offers_pickup(warehouse):
        return "no_pickup"
    if wanted.slot is None:
        return None
    hours = read_hours(warehouse)
    if hours is None:
        return "no_hours"
    kept = any(is_slot_offered(hours, wanted.slot, moment) for moment in (now, now - PAYMENT_TIME))
    return None if kept and wanted.slot.ends_at > now else "slot_gone"
