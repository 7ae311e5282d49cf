"""What the Office's pages inside Saleor's Dashboard have in common.

A page itself holds no data and no cookie. The Dashboard gives it a token by message; with it the
page asks for what is shown, and Saleor says for whom the token speaks.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import OFFICE_ROLES
from saleor_alencon.errors import AlenconError
from saleor_alencon.saleor_api.merchants import ScopeRefused, who_speaks

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors {dashboard}"
)
PREFIX = "Bearer "

Who = dict[str, Any]
"""For whom a token speaks: see ``who_speaks``."""


class NotForYou(AlenconError):
    """Raised when a page of the Dashboard is not for whoever opened it; the message says why."""


def dashboard_origin() -> str:
    """Return scheme, host and port of the Dashboard.

    :raises Http404: the settings name none, and the page can be in no frame.
    """
    if settings.DASHBOARD_URL is None:
        raise Http404(_("DASHBOARD_URL n'est pas défini : voir docs/settings.md."))
    parts = urlsplit(settings.DASHBOARD_URL)
    return f"{parts.scheme}://{parts.netloc}"


def frame_page(title: str | Promise, source: str) -> Callable[..., HttpResponse]:
    """Return the view of a page, which any address may ask for and only the Dashboard may frame.

    ``source`` names the address that gives what the page shows.
    """

    @xframe_options_exempt
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        origin = dashboard_origin()
        context = {"dashboard": origin, "title": title, "source": source}
        answer = render(request, "counter/frame.html", context)
        answer["Content-Security-Policy"] = POLICY.format(dashboard=origin)
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return view


def spoken_for(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view for whom the request's token speaks; answer a sentence when it is for nobody."""

    @wraps(view)
    @vary_on_headers("Authorization", "Accept-Language")
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        dashboard_origin()
        header = request.headers.get("Authorization", "")
        token = header.removeprefix(PREFIX) if header.startswith(PREFIX) else ""
        try:
            if not token:
                raise ScopeRefused("There is no token.", status=401)
            answer = view(request, who_speaks(token), *args, **kwargs)
        except ScopeRefused as error:
            text = _(
                "Votre session dans le tableau de bord n'est plus valable : rechargez la page."
            )
            answer = message(request, text, error.status)
        except NotForYou as error:
            answer = message(request, str(error), 403)
        except AlenconError as error:
            answer = message(request, str(error), 503)
        answer["Cache-Control"] = "private, no-store"
        return answer

    return wrapped


def message(request: HttpRequest, text: str, status: int) -> HttpResponse:
    """Answer with a sentence in place of what the page shows."""
    return render(request, "counter/frame_message.html", {"message": text}, status=status)


def speaks_for_shops(who: Who) -> bool:
    """Say whether somebody sees through a shop's eyes: a merchant, or an operator who looks."""
    return bool(who["merchant"] or who["look"] is not None)


def office_person(who: Who, permission: str) -> User:
    """Return the Office's account of the person: its role there says what it may see here.

    Saleor's own permissions do not count, a superuser's neither: money is the Office's to show.

    :raises NotForYou: it is a merchant, looks through a shop's eyes, or has no such account.
    """
    if speaks_for_shops(who):
        raise NotForYou(_("Cette page est celle de l'Office : elle ne s'ouvre pas d'une boutique."))
    people = User.objects.filter(is_active=True, role__in=OFFICE_ROLES)
    person = people.filter(email=who["email"].lower()).first()
    if person is None or not person.has_perm(permission):
        raise NotForYou(
            _(
                "L'Office ne vous connaît pas sous l'adresse %(email)s : un administrateur "
                "ajoute votre compte dans le bureau, sous « Utilisateurs »."
            )
            % {"email": who["email"]}
        )
    return person
