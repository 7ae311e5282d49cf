"""Who stands at the counter: the shop, the account that signed in, and the person who acts."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.desk.devices import device_seen
from saleor_alencon.desk.models import Device
from saleor_alencon.shops.models import Shop

ACTING = "acting"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Desk:
    """One shop's counter on one device."""

    shop: Shop
    signed_in: User
    acting: User
    device: Device

    @property
    def handed_on(self) -> bool:
        """Whether somebody else than the account's owner acts."""
        return self.acting != self.signed_in


def desk_of(request: HttpRequest) -> Desk:
    """Return the counter of a signed-in merchant; the acting person must still be of the shop."""
    assert isinstance(request.user, User)
    shop = own_shop(request.user)
    if request.session.session_key is None:
        request.session.save()
    device = device_seen(
        user_id=request.user.pk,
        session_key=str(request.session.session_key),
        user_agent=request.headers.get("User-Agent", ""),
        now=timezone.now(),
    )
    acting = None
    if (chosen := request.session.get(ACTING)) is not None:
        acting = User.objects.filter(pk=chosen, is_active=True, shop_memberships__shop=shop).first()
    return Desk(shop, request.user, acting or request.user, device)


def at_desk(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the counter of whoever is signed in, and its answer the counter's policy."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return keep_in(view(request, desk_of(request), *args, **kwargs))

    return wrapped


def keep_in(answer: HttpResponse) -> HttpResponse:
    """Let a page run this service's scripts only, and no cache on the way keep it."""
    answer["Content-Security-Policy"] = POLICY
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "same-origin"
    return answer
