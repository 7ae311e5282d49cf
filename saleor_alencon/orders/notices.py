"""What an order's new state tells its shopper and its shops: messages written with it."""

import datetime
from typing import Any

from django.db.models import Sum

from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.services import Draft, messages_queue
from saleor_alencon.orders.models import Order, Pickup, ShopOrder, Tender

TOLD_WITHIN = datetime.timedelta(days=3)
"""What became known later than that is history: nobody is written to about it."""
LANGUAGES = ("fr", "en")
RECEIVED = (ShopOrderState.TO_PREPARE, ShopOrderState.PARTLY_HANDED_OVER)


def language_of(code: str) -> str:
    """Return the language to write in, French for any that is not ours: "en_GB" is "en"."""
    language = code[:2].lower()
    return language if language in LANGUAGES else LANGUAGES[0]


def refunded_cents(saleor_id: str) -> int:
    """Return what the order's tenders gave back, as it stands."""
    total = Tender.objects.filter(order__saleor_id=saleor_id).aggregate(
        cents=Sum("refunded_cents")
    )["cents"]
    return int(total or 0)


def order_tell(
    order: Order, *, refunded_before_cents: int, at: datetime.datetime, now: datetime.datetime
) -> None:
    """Write to the shopper and to the shops what is new since the order was last seen."""
    if now - at > TOLD_WITHIN:
        return
    shop_orders = list(
        ShopOrder.objects.filter(order=order).select_related("shop", "pickup").order_by("shop_id")
    )
    drafts = [
        _shop_draft(order, shop_order) for shop_order in shop_orders if shop_order.state in RECEIVED
    ]
    waits = any(each.state == ShopOrderState.AWAITING_PAYMENT for each in shop_orders)
    if drafts and not waits:
        drafts.append(_received_draft(order, shop_orders))
    refunded = refunded_cents(order.saleor_id)
    if refunded > refunded_before_cents:
        drafts.append(_refund_draft(order, refunded, refunded - refunded_before_cents))
    known = Message.objects.filter(key__in=[draft.key for draft in drafts])
    told = set(known.values_list("key", flat=True))
    messages_queue([draft for draft in drafts if draft.key not in told], now=now)


def shopper_draft(order: Order, key: str, kind: Kind, facts: dict[str, Any]) -> Draft:
    """Return a message to an order's shopper."""
    return Draft(
        key=key,
        kind=kind,
        recipient=order.customer_email,
        recipient_name=order.customer_name,
        language=language_of(order.language_code),
        order_id=order.pk,
        facts={"order": order.number, "name": order.customer_name, **facts},
    )


def _received_draft(order: Order, shop_orders: list[ShopOrder]) -> Draft:
    parts = [
        {
            "shop": each.shop.name,
            "total_cents": each.goods_gross_cents + each.shipping_share_cents,
            **_pickup_facts(each),
        }
        for each in shop_orders
        if each.state in RECEIVED
    ]
    return shopper_draft(order, f"order:{order.pk}", Kind.ORDER_RECEIVED, {"parts": parts})


def _refund_draft(order: Order, total_cents: int, new_cents: int) -> Draft:
    key = f"refund:{order.pk}:{total_cents}"
    return shopper_draft(order, key, Kind.REFUND, {"amount_cents": new_cents})


def _shop_draft(order: Order, shop_order: ShopOrder) -> Draft:
    shop = shop_order.shop
    lines = shop_order.lines.filter(quantity__gt=0).order_by("position")
    return Draft(
        key=f"shop-order:{shop_order.pk}",
        kind=Kind.SHOP_ORDER,
        recipient=shop.email,
        recipient_name=shop.name,
        shop_id=shop.pk,
        order_id=order.pk,
        facts={
            "order": order.number,
            "shop": shop.name,
            "customer": order.customer_name,
            "lines": [{"quantity": line.quantity, "name": line.name} for line in lines],
            "total_cents": shop_order.goods_gross_cents,
            "url": page_url("counter:shop"),
            **_pickup_facts(shop_order),
        },
    )


def _pickup_facts(shop_order: ShopOrder) -> dict[str, Any]:
    pickup = Pickup.objects.filter(shop_order=shop_order).first()
    if pickup is None:
        return {}
    facts = {"code": pickup.code}
    if pickup.slot_starts_at and pickup.slot_ends_at:
        facts["slot_starts_at"] = pickup.slot_starts_at.isoformat()
        facts["slot_ends_at"] = pickup.slot_ends_at.isoformat()
    return facts
