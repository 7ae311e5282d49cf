"""``/plugins/alencon.merchants/...``: what the Office asks of the merchants' scope.

``GET who`` with ``Authorization: Bearer <token that the Dashboard gave our page>``:
200 ``{"email", "merchant", "shops": [{"slug", "read_only"}], "sees_orders", "look"}``, where
``look`` is null or ``{"shop", "until"}``; 401 the token is not valid, 403 it is for another App.

The others take the token of a Saleor app with MANAGE_STAFF, and a JSON body where they are POSTs:

- ``POST app {"url"}``: keep the page's App; ``{"outcome"}``.
- ``GET acts?before=&limit=&shop=&email=&name=&kind=&outcome=&since=&until=``: the trail, newest
  first; ``{"acts": [...], "before": <id to go on from, or null>}``.
- ``POST looks {"email", "shop", "reason"}``: open a look; ``{"look", "until"}``, or 409
  ``{"code", "error"}`` (code: reason, account, merchant or shop).
- ``POST looks/end {"email"}``: ``{"ended"}``.

Answers to what is malformed: 400; without known token: 401; without permission: 403; another
method: 405.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import graphene
import jwt
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from saleor.core.auth import get_token_from_request
from saleor.core.db.connection import allow_writer
from saleor.core.jwt import JWT_THIRDPARTY_ACCESS_TYPE, get_user_from_access_payload, jwt_decode

from ..capture.endpoint import find_app, refuse
from .acts import list_acts
from .looks import LookRefused, find_look, look_end, look_open, until
from .merchants import MerchantShop, find_merchant
from .town_app import is_town_app, keep_town_app

MANAGE_STAFF = "account.manage_staff"
MANAGE_ORDERS = "order.manage_orders"


class Malformed(Exception):
    """Raised for a request that says not what it must; the text says what is missing."""


def answer_who(request: HttpRequest) -> JsonResponse:
    """Say for whom the page's token speaks."""
    if request.method != "GET":
        return refuse(405, "Use GET.", Allow="GET")
    try:
        claims = jwt_decode(get_token_from_request(request) or "")
        with allow_writer():
            user = get_user_from_access_payload(claims)
    except (jwt.PyJWTError, KeyError):
        user = None
    if user is None:
        return refuse(401, "The token is not valid.", **{"WWW-Authenticate": "Bearer"})
    if claims.get("type") != JWT_THIRDPARTY_ACCESS_TYPE or not is_town_app(app_number(claims)):
        return refuse(403, "The token is not for this App.")
    with allow_writer():
        user = type(user).objects.get(pk=user.pk)  # the token narrows its permissions to none
        if not user.is_staff:
            return refuse(403, "The account is not one of the staff.")
        return JsonResponse(describe(user))


def app_number(claims: dict[str, Any]) -> int:
    """Return the number of the App that a token is for, 0 when it names none."""
    try:
        kind, number = graphene.Node.from_global_id(str(claims.get("app")))
        return int(number) if kind == "App" else 0
    except Exception:
        return 0


def describe(user: Any) -> dict[str, Any]:
    """Return the shops whose eyes a staff user has, and whether it may see everybody's orders."""
    merchant = find_merchant(user)
    look = find_look(user) if merchant is None else None
    shops = merchant.shops if merchant is not None else ()
    if look is not None:
        shops = (MerchantShop(look.shop, read_only=True),)
    return {
        "email": user.email,
        "merchant": merchant is not None,
        "shops": [{"slug": shop.slug, "read_only": shop.read_only} for shop in shops],
        "sees_orders": merchant is None and look is None and bool(user.has_perm(MANAGE_ORDERS)),
        "look": look and {"shop": look.shop, "until": until(look).isoformat()},
    }


def for_the_office(method: str, answer: Callable[..., dict[str, Any]]) -> Any:
    """Return a view that an app with MANAGE_STAFF may use; its body or parameters go to answer."""

    def view(request: HttpRequest) -> JsonResponse:
        if request.method != method:
            return refuse(405, f"Use {method}.", Allow=method)
        app = find_app(request)
        if app is None:
            return refuse(401, "Send the token of a Saleor app.", **{"WWW-Authenticate": "Bearer"})
        if not app.has_perm(MANAGE_STAFF):
            return refuse(403, "The app needs the permission MANAGE_STAFF.")
        try:
            given = request.GET.dict() if method == "GET" else read_body(request.body)
            with allow_writer():
                return JsonResponse(answer(given))
        except Malformed as error:
            return refuse(400, str(error))
        except LookRefused as error:
            return JsonResponse({"code": error.code, "error": str(error)}, status=409)

    return view


def read_body(body: bytes) -> dict[str, str]:
    """Return a JSON object of texts.

    :raises Malformed: it is none.
    """
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise Malformed("The body is a JSON object of texts.")
    return given


def take(given: dict[str, str], *names: str) -> list[str]:
    """Return the texts of these names.

    :raises Malformed: one is not there.
    """
    missing = [name for name in names if name not in given]
    if missing:
        raise Malformed(f"Missing: {', '.join(missing)}.")
    return [given[name] for name in names]


def keep_app(given: dict[str, str]) -> dict[str, Any]:
    """Answer ``POST app``."""
    (url,) = take(given, "url")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > 200:
        raise Malformed('"url" is an address that begins with https://.')
    return {"outcome": keep_town_app(url)}


def list_trail(given: dict[str, str]) -> dict[str, Any]:
    """Answer ``GET acts``."""
    try:
        return list_acts(given)
    except ValueError as error:
        raise Malformed(str(error)) from None


def open_look(given: dict[str, str]) -> dict[str, Any]:
    """Answer ``POST looks``."""
    email, shop, reason = take(given, "email", "shop", "reason")
    look = look_open(email=email, shop=shop, reason=reason, now=timezone.now())
    return {"look": look.pk, "until": until(look).isoformat()}


def end_look(given: dict[str, str]) -> dict[str, Any]:
    """Answer ``POST looks/end``."""
    (email,) = take(given, "email")
    return {"ended": look_end(email=email, now=timezone.now())}
