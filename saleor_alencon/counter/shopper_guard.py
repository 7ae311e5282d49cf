"""What every page behind a shopper's link has in common: it is private, and opens no other order.

Wrong, renewed and expired links get one and the same answer. Too many of them from one place are
answered with 429 for a while.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from saleor_alencon.orders.models import Order
from saleor_alencon.outputs.theme_css import tokens_css
from saleor_alencon.pickups.links import order_of_token
from saleor_alencon.shopper.throttle import count_up, counted

WRONG_LINKS_AT_MOST = 60
LANGUAGE = "langue"
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    # Not "no-referrer": a form would then be sent with the origin "null", which Django refuses.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Let nobody keep, index or frame a page, in the language that its link asks for."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get(LANGUAGE, "")
        if asked in dict(settings.LANGUAGES):
            translation.activate(asked)
            request.LANGUAGE_CODE = asked
        answer = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            answer[name] = value
        patch_vary_headers(answer, ("Accept-Language", "Cookie"))
        if asked in dict(settings.LANGUAGES):
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            )
        return answer

    return wrapped


def with_order(view: View) -> View:
    """Give a view the order that the link opens, in place of the link."""

    @private
    @wraps(view)
    def wrapped(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        now, place = timezone.now(), place_of(request)
        if counted(what="link", place=place, now=now) >= WRONG_LINKS_AT_MOST:
            return shopper_page(request, "shopper/too_often.html", {}, status=429)
        order: Order | None = order_of_token(token, now=now)
        if order is None:
            count_up(what="link", place=place, now=now)
            return wrong_link(request)
        return view(request, order=order, token=token, **kwargs)

    return wrapped


def wrong_link(request: HttpRequest) -> HttpResponse:
    """Answer what opens nothing: always the same, whatever is wrong with it."""
    return shopper_page(request, "shopper/wrong_link.html", {}, status=404)


def shopper_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render one of the shopper's pages with the theme."""
    languages = [each for each in settings.LANGUAGES if each[0] != translation.get_language()]
    context = {"tokens": tokens_css(), "other_languages": languages, **context}
    return render(request, template, context, status=status)


def place_of(request: HttpRequest) -> str:
    """Return where a request comes from: what the nearest proxy says, else its address."""
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return forwarded or request.META.get("REMOTE_ADDR", "")
