"""The shopper's link: it opens the page of one order, without an account.

The link names the order and its generation, signed with ``SECRET_KEY``: who has no link can make
none up. A renewed link ends those before it.
"""

import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from saleor_alencon.orders.models import Order
from saleor_alencon.pickups.models import OrderAccess

LINK_DAYS = 180
"""How long a link lasts from the sale or its renewal on: longer than any term of the law's."""
LONGEST_TOKEN = 120
_SIGNER = Signer(salt="alencon.shopper.order", sep=".")


def order_link(order: Order) -> str:
    """Return the address of the order's page, for the shopper alone.

    It is complete where ``OFFICE_URL`` is set, and begins with "/" where it is not.
    """
    return absolute_url(reverse("counter:order-pickups", args=(order_token(order),)))


def absolute_url(path: str) -> str:
    """Return the address of one of this service's pages, as a message needs it."""
    return f"{(settings.OFFICE_URL or '').rstrip('/')}{path}"


def order_token(order: Order) -> str:
    """Return the signed part of the order's link."""
    generation, _since = _access(order)
    return _SIGNER.sign(f"{order.pk}.{generation}")


def order_of_token(token: str, *, now: datetime.datetime) -> Order | None:
    """Return the order that a link opens; None for any that is wrong, renewed or too old."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise BadSignature
        order_id, generation = map(int, _SIGNER.unsign(token).split("."))
    except (BadSignature, ValueError):
        return None
    order = Order.objects.select_related("access").filter(pk=order_id).first()
    if order is None:
        return None
    known, since = _access(order)
    is_open = generation == known and now < since + datetime.timedelta(days=LINK_DAYS)
    return order if is_open else None


def link_is_open(order: Order, *, now: datetime.datetime) -> bool:
    """Say whether the order's link still opens its page."""
    return now < _access(order)[1] + datetime.timedelta(days=LINK_DAYS)


def link_renew(*, order_id: int, now: datetime.datetime) -> Order:
    """End the links that were given out, and begin a new one's time."""
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True).get(pk=order_id)
        access, _created = OrderAccess.objects.get_or_create(
            order=order, defaults={"renewed_at": now}
        )
        access.generation += 1
        access.renewed_at = now
        access.save()
    return Order.objects.select_related("access").get(pk=order_id)


def _access(order: Order) -> tuple[int, datetime.datetime]:
    try:
        return order.access.generation, order.access.renewed_at
    except OrderAccess.DoesNotExist:
        return 0, order.created_at
