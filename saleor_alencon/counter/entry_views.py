"""From a page inside the Dashboard to the counter, signed in as the same merchant."""

from typing import Any

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from saleor_alencon.counter.desk import keep_in
from saleor_alencon.counter.frame import NotForYou, Who, spoken_for
from saleor_alencon.desk.devices import device_seen
from saleor_alencon.desk.entry import EntryRefused, entry_person, entry_ticket

BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGES = {
    "": "counter:today",
    "documents": "counter:documents",
    "horaires": "counter:hours",
}
"""Where a ticket may lead, beside one of the shop's pickups by its number."""


@csrf_exempt  # no cookie is read: the token in the header is what lets in
@require_POST
@spoken_for
def entry_make(request: HttpRequest, who: Who) -> HttpResponse:
    """Answer the address that opens the merchant's counter once: ``{"url"}``."""
    if not who["merchant"]:
        raise NotForYou(_("Le comptoir s'ouvre du compte d'un commerçant."))
    slugs = [each["slug"] for each in who["shops"]]
    try:
        ticket = entry_ticket(email=who["email"], slugs=slugs, now=timezone.now())
    except EntryRefused as error:
        return JsonResponse({"error": str(error)}, status=409)
    path = reverse("frame-entry", args=[ticket])
    target = request.GET.get("vers", "")
    query = f"?vers={target}" if target.isascii() and target.isalnum() else ""
    return JsonResponse({"url": request.build_absolute_uri(path + query)})


@require_http_methods(["GET", "HEAD", "POST"])
def entry_page(request: HttpRequest, ticket: str) -> HttpResponse:
    """Ask once more, then sign in. Nothing happens by opening the address, nor on another's page.

    A link that somebody else made would sign the visitor in under that person's name: the page
    says whose counter it is, and its form is protected as any other.
    """
    now = timezone.now()
    target = target_of(request.GET.get("vers", ""))
    try:
        if request.method == "POST":
            with transaction.atomic():
                user = entry_person(ticket=ticket, now=now)
                login(request, user, backend=BACKEND)
            device_seen(
                user_id=user.pk,
                session_key=str(request.session.session_key),
                user_agent=request.headers.get("User-Agent", ""),
                now=now,
            )
            return HttpResponseRedirect(target)
        user = entry_person(ticket=ticket, now=now)
    except EntryRefused as error:
        return shown(request, {"refusal": str(error)}, status=403)
    if request.user == user:
        return HttpResponseRedirect(target)
    return shown(request, {"person": user, "other": request.user.is_authenticated})


def target_of(name: str) -> str:
    """Return the page that a ticket leads to: the list when the name is none that is known."""
    if name.isdecimal() and len(name) < 19:
        return reverse("counter:pickup", args=[int(name)])
    return reverse(PAGES.get(name, PAGES[""]))


def shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return keep_in(render(request, "counter/entry.html", context, status=status))
