"""States of a shop order and of its pickup, derived from what Saleor says of the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ShopOrderState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    TO_PREPARE = "to_prepare"
    PARTLY_HANDED_OVER = "partly_handed_over"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class DeliveryChoice(StrEnum):
    COLLECT = "collect"
    HOME = "home"
    NONE = "none"


class PickupPlace(StrEnum):
    SHOP = "shop"
    CENTRAL = "central"


class PickupState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    TO_PREPARE = "to_prepare"
    READY = "ready"
    HANDED_OVER = "handed_over"
    UNCOLLECTED = "uncollected"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class LineProgress:
    """How much of a line was ordered, handed over (or delivered) and returned, in pieces.

    Returned are the pieces that the shopper does not have: brought back, or refused by the shop.
    """

    quantity: int
    handed_over: int
    returned: int = 0


def derive_shop_order_state(
    lines: Sequence[LineProgress],
    *,
    order_cancelled: bool,
    gross_cents: int,
    paid_cents: int,
    refunded_cents: int,
) -> ShopOrderState:
    """Return the state of a shop order.

    Cancelled wins; then whatever was handed over; then, with nothing handed over, money that
    went back whole means cancelled, and money that is missing means it waits for payment.
    Pieces that were returned are not waited for; when all were, and the money was kept, the
    shop order counts as handed over: it is the shop's money.
    """
    handed_over = sum(line.handed_over for line in lines)
    if order_cancelled:
        return ShopOrderState.CANCELLED
    moved = handed_over + sum(line.returned for line in lines)
    if moved and all(line.handed_over + line.returned >= line.quantity for line in lines):
        kept = handed_over or refunded_cents < paid_cents
        return ShopOrderState.HANDED_OVER if kept else ShopOrderState.CANCELLED
    if handed_over:
        return ShopOrderState.PARTLY_HANDED_OVER
    if refunded_cents and refunded_cents >= paid_cents:
        return ShopOrderState.CANCELLED
    if paid_cents < gross_cents:
        return ShopOrderState.AWAITING_PAYMENT
    return ShopOrderState.TO_PREPARE


def derive_pickup_state(
    shop_order: ShopOrderState, current: PickupState | None, *, handing_over: bool = False
) -> PickupState:
    """Return the pickup's state, keeping what only the shop knows (ready, uncollected).

    Nothing is prepared before it is paid: a direct debit takes days, and a bank may refuse it.
    ``handing_over`` says that the shop handed over and Saleor was not told yet. A hand-over that
    Saleor took back (a cancelled fulfilment) returns the pickup to prepare.
    """
    if shop_order is ShopOrderState.CANCELLED:
        return PickupState.CANCELLED
    if shop_order is ShopOrderState.HANDED_OVER or handing_over:
        return PickupState.HANDED_OVER
    if shop_order is ShopOrderState.AWAITING_PAYMENT:
        return PickupState.AWAITING_PAYMENT
    if current in (PickupState.READY, PickupState.UNCOLLECTED):
        return current
    return PickupState.TO_PREPARE
