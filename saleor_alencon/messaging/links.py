"""Addresses of pages in messages. Without OFFICE_URL a message has no link."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import NoReverseMatch, reverse

OPT_OUT_SALT = "messaging.opt-out"


def page_url(name: str, *arguments: object) -> str:
    """Return the full address of one of this service's pages, or nothing when it has none."""
    if settings.OFFICE_URL is None:
        return ""
    try:
        path = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    return settings.OFFICE_URL.rstrip("/") + path


def opt_out_url(address: str, kind: str) -> str:
    """Return the page on which whoever has the message refuses the next ones of its kind."""
    return page_url("opt-out", signing.dumps([address.lower(), kind], salt=OPT_OUT_SALT))


def read_opt_out(token: str) -> tuple[str, str]:
    """Return the address and the kind that a link names.

    :raises signing.BadSignature: the link is not one of ours.
    """
    address, kind = signing.loads(token, salt=OPT_OUT_SALT)
    return str(address), str(kind)


OrderLink = Callable[[Any], str]
_ORDER_LINKS: list[OrderLink] = []


def lead_to_orders(maker: OrderLink) -> None:
    """Let ``maker`` give the address of the page that an order's shopper opens without account."""
    _ORDER_LINKS[:] = [maker]


def order_url(order: Any) -> str:
    """Return the shopper's page of an order, or nothing as long as there is none to lead to."""
    if order is None or settings.OFFICE_URL is None or not _ORDER_LINKS:
        return ""
    return _ORDER_LINKS[0](order)
