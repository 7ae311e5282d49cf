"""What a shopper chose per shop: collect here (and when), deliver that.

A storefront that can ask writes it into the checkout's public metadata, key ``alencon.delivery``;
Saleor copies it to the order::

    {"version": 1, "shops": {"librairie-des-halles": {
        "choice": "collect", "slot": "2026-12-24T14:00:00+01:00/2026-12-24T15:00:00+01:00"}}}

A shop that is not named follows the basket's delivery method.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from saleor_alencon.domain.opening_hours import HoursError
from saleor_alencon.domain.pickup_slots import Slot
from saleor_alencon.domain.shop_orders import DeliveryChoice

KEY = "alencon.delivery"
VERSION = 1
CHOICES = (DeliveryChoice.COLLECT, DeliveryChoice.HOME)


class DeliveryChoicesError(ValueError):
    """Raised when the text is not as above; the message names the place and what is expected."""


@dataclass(frozen=True)
class ShopDelivery:
    """One shop's part: how it reaches the shopper, and the slot asked for, if any."""

    choice: DeliveryChoice
    slot: Slot | None = None


def read_delivery_choices(text: str | None) -> dict[str, ShopDelivery]:
    """Return the choices by shop slug; none when there is no text.

    :raises DeliveryChoicesError: naming the place.
    """
    if not text:
        return {}
    try:
        document = json.loads(text)
    except ValueError as error:
        raise DeliveryChoicesError(f"{KEY}: no JSON ({error})") from None
    if not isinstance(document, Mapping) or set(document) != {"version", "shops"}:
        raise DeliveryChoicesError(f'{KEY}: an object with "version" and "shops" is expected')
    if document["version"] != VERSION:
        raise DeliveryChoicesError(f"{KEY}.version: {document['version']!r} is not {VERSION}")
    if not isinstance(document["shops"], Mapping):
        raise DeliveryChoicesError(f"{KEY}.shops: an object by shop is expected")
    return {slug: _read_shop(slug, value) for slug, value in document["shops"].items()}


def _read_shop(slug: str, value: object) -> ShopDelivery:
    place = f"{KEY}.shops.{slug}"
    if not isinstance(value, Mapping) or not {"choice"} <= set(value) <= {"choice", "slot"}:
        raise DeliveryChoicesError(f'{place}: an object with "choice", and maybe "slot"')
    if value["choice"] not in CHOICES:
        raise DeliveryChoicesError(
            f'{place}.choice: {value["choice"]!r} is not "collect" or "home"'
        )
    choice = DeliveryChoice(value["choice"])
    if value.get("slot") is None:
        return ShopDelivery(choice)
    if choice is not DeliveryChoice.COLLECT:
        raise DeliveryChoicesError(f"{place}.slot: a slot is for collecting only")
    try:
        return ShopDelivery(choice, Slot.from_text(value["slot"]))
    except HoursError as error:
        raise DeliveryChoicesError(f"{place}.slot: {error}") from error
