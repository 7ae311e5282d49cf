"""What a shopper's page tells by e-mail: an order's link, and a withdrawal to all concerned."""

import datetime
from dataclasses import replace
from typing import Any

from saleor_alencon.messaging.kinds import Kind
from saleor_alencon.messaging.links import page_url
from saleor_alencon.messaging.models import Message
from saleor_alencon.messaging.services import Draft, messages_queue
from saleor_alencon.orders.models import Order
from saleor_alencon.orders.notices import shopper_draft
from saleor_alencon.shopper.models import Withdrawal
from saleor_alencon.shops.models import Association

LINK_PAUSE = datetime.timedelta(minutes=10)


def about_withdrawal(withdrawal_id: int) -> str:
    """Return what the messages about a withdrawal are found by."""
    return f"withdrawal:{withdrawal_id}"


def link_tell(order: Order, *, language: str, now: datetime.datetime) -> bool:
    """Send an order's link to its own address; False when it left within the last ten minutes.

    Called with the order locked: two who ask at once have it sent once.
    """
    recent = Message.objects.filter(order=order, kind=Kind.LINK, created_at__gt=now - LINK_PAUSE)
    if recent.exists():
        return False
    draft = shopper_draft(order, f"link:{order.pk}:{now.isoformat()}", Kind.LINK, {})
    return bool(messages_queue([replace(draft, language=language)], now=now))


def withdrawal_tell(withdrawal: Withdrawal, *, now: datetime.datetime) -> None:
    """Acknowledge a withdrawal to the shopper, and tell the shop and the Office of it."""
    order, shop = withdrawal.shop_order.order, withdrawal.shop_order.shop
    about, facts = about_withdrawal(withdrawal.pk), withdrawal_facts(withdrawal)
    office = Association.objects.first()
    drafts = [
        replace(shopper_draft(order, about, Kind.WITHDRAWAL, facts), language=withdrawal.language),
        Draft(f"{about}:shop", Kind.WITHDRAWAL_SHOP, shop.email, facts, shop.name),
    ]
    if office is not None:
        to_office = facts | {"url": page_url("admin:shopper_withdrawal_change", withdrawal.pk)}
        drafts.append(
            Draft(f"{about}:office", Kind.WITHDRAWAL_OFFICE, office.email, to_office, office.name)
        )
    messages_queue(
        [replace(draft, about=about, order_id=order.pk, shop_id=shop.pk) for draft in drafts],
        now=now,
    )


def withdrawal_facts(withdrawal: Withdrawal) -> dict[str, Any]:
    """Return all that a message about a withdrawal says."""
    order, shop = withdrawal.shop_order.order, withdrawal.shop_order.shop
    return {
        "order": order.number,
        "name": order.customer_name,
        "shop": shop.name,
        "address": f"{shop.address_line}, {shop.postal_code} {shop.city}",
        "declared_at": withdrawal.declared_at.isoformat(),
        "lines": [
            {"quantity": each.quantity, "name": each.line.name}
            for each in withdrawal.lines.select_related("line")
        ],
        "message": withdrawal.message,
    }
