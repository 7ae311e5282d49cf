"""A courier's pages, for a phone: the rounds of the day, what to load, and each door."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.domain.delivery_rounds import (
    FailReason,
    LeftWith,
    ParcelState,
    RoundState,
    StopState,
)
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.round_sheets import render_collection_pdf, render_route_pdf
from saleor_alencon.outputs.theme_css import tokens_css
from saleor_alencon.rounds import driving, planning
from saleor_alencon.rounds.models import DeliveryRound, Parcel, Stop
from saleor_alencon.rounds.sheets import recipient, round_sheet
from saleor_alencon.rounds.words import FAIL_REASONS, LEFT_WITH

SHOWN_AT_MOST = 30
PAPERS = {
    "collecte": (render_collection_pdf, "liste-de-collecte"),
    "route": (render_route_pdf, "feuille-de-route"),
}


def rounds_of(user: Any) -> "QuerySet[DeliveryRound]":
    """Return the rounds that a person may drive: the Office all, a courier its own and free ones.

    :raises PermissionDenied: when the person drives none.
    """
    if not isinstance(user, User) or not user.has_perm("rounds.drive"):
        raise PermissionDenied
    rounds = DeliveryRound.objects.select_related("courier")
    return rounds.filter(Q(courier=user) | Q(courier=None)) if user.role == Role.COURIER else rounds


@login_required
@require_GET
def rounds_page(request: HttpRequest) -> HttpResponse:
    """List the rounds that have not ended, then the last ones that have."""
    rounds = rounds_of(request.user)
    still = rounds.filter(state__in=[RoundState.PLANNED, RoundState.UNDER_WAY])
    over = rounds.filter(state=RoundState.FINISHED)[:SHOWN_AT_MOST]
    return _page(request, "rounds/list.html", {"still": still.order_by("day", "id"), "over": over})


@login_required
@require_GET
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one round: what to load, then its stops."""
    found = get_object_or_404(rounds_of(request.user), pk=pk)
    parcels = Parcel.objects.select_related("shop_order__shop", "shop_order__order").order_by("pk")
    stops = list(
        found.stops.select_related("order", "ended_by")
        .prefetch_related(Prefetch("parcels", parcels))
        .order_by("position")
    )
    rows = [parcel for stop in stops for parcel in stop.parcels.all()]
    return _page(
        request,
        "rounds/round.html",
        {
            "round": found,
            "places": _places(rows),
            "stops": [_stop(stop) for stop in stops],
            "to_fetch": sum(row.state == ParcelState.TO_FETCH for row in rows),
            "boxes": sum(row.boxes for row in rows if row.state != ParcelState.MISSING),
            "waiting": sum(stop.state == StopState.WAITING for stop in stops),
            "to_bring_back": any(row.state == ParcelState.FAILED for row in rows),
            "left_with": [(each.value, text) for each, text in LEFT_WITH.items()],
            "reasons": [(each.value, text) for each, text in FAIL_REASONS.items()],
            "planned": found.state == RoundState.PLANNED,
            "under_way": found.state == RoundState.UNDER_WAY,
        },
    )


def _places(rows: list[Parcel]) -> list[dict[str, Any]]:
    """Return where parcels are fetched, with what is to be fetched there."""
    places: dict[str, dict[str, Any]] = {}
    for parcel in rows:
        central = parcel.place == PickupPlace.CENTRAL
        shop = parcel.shop_order.shop
        name = _("Point de retrait central") if central else shop.name
        place = places.setdefault(
            name,
            {
                "name": name,
                "address": "" if central else f"{shop.address_line}, {shop.city}".strip(", "),
                "phone": "" if central else shop.phone,
                "rows": [],
            },
        )
        place["rows"].append(parcel)
    return [places[name] for name in sorted(places)]


def _stop(stop: Stop) -> dict[str, Any]:
    address = stop.address
    town = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    lines = [address.get("company"), address.get("line1"), address.get("line2"), town]
    return {
        "stop": stop,
        "recipient": recipient(stop.order),
        "lines": [line for line in lines if line],
        "phone": address.get("phone", ""),
        "note": address.get("note", ""),
        "parcels": [each for each in stop.parcels.all() if each.state != ParcelState.MISSING],
        "waiting": stop.state == StopState.WAITING,
    }


@login_required
@require_GET
def round_paper(request: HttpRequest, pk: int, paper: str) -> HttpResponse:
    """Download one of a round's papers."""
    if paper not in PAPERS:
        raise Http404
    found = get_object_or_404(rounds_of(request.user), pk=pk)
    render_pdf, name = PAPERS[paper]
    return HttpResponse(
        render_pdf(round_sheet(found)),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{found.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@login_required
@require_POST
def round_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Load all, leave, or finish."""
    found = get_object_or_404(rounds_of(request.user), pk=pk)
    who: dict[str, Any] = {"done_by": request.user, "now": timezone.now()}

    def fetch_all() -> None:
        waiting = Parcel.objects.filter(stop__round=found, state=ParcelState.TO_FETCH)
        for parcel_id in waiting.order_by("pk").values_list("pk", flat=True):
            driving.parcel_fetch(parcel_id=parcel_id, **who)

    def finish() -> None:
        place = PickupPlace(request.POST.get("place", PickupPlace.SHOP))
        driving.round_finish(round_id=pk, brought_to=place, **who)

    steps: dict[str, tuple[Callable[[], Any], str]] = {
        "charger": (fetch_all, _("Tout est chargé.")),
        "partir": (lambda: driving.round_start(round_id=pk, **who), _("Bonne route !")),
        "terminer": (finish, _("La tournée est terminée.")),
    }
    if step not in steps:
        raise Http404
    return _do(request, pk, *steps[step])


@login_required
@require_POST
def parcel_step(request: HttpRequest, pk: int, parcel: int, step: str) -> HttpResponse:
    """Load one parcel, or say that it is missing."""
    found = get_object_or_404(rounds_of(request.user), pk=pk)
    row = get_object_or_404(Parcel, pk=parcel, stop__round=found)
    who: dict[str, Any] = {"done_by": request.user, "now": timezone.now()}
    reason = request.POST.get("reason", "")
    steps: dict[str, tuple[Callable[[], Any], str]] = {
        "charge": (lambda: driving.parcel_fetch(parcel_id=row.pk, **who), _("Chargé.")),
        "manquant": (
            lambda: driving.parcel_missing(parcel_id=row.pk, reason=reason, **who),
            _("C'est noté : il attendra une autre tournée."),
        ),
    }
    if step not in steps:
        raise Http404
    return _do(request, pk, *steps[step])


@login_required
@require_POST
def stop_step(request: HttpRequest, pk: int, stop: int, step: str) -> HttpResponse:
    """Say what became of one stop, or move it."""
    found = get_object_or_404(rounds_of(request.user), pk=pk)
    row = get_object_or_404(Stop, pk=stop, round=found)
    who: dict[str, Any] = {"done_by": request.user, "now": timezone.now()}
    data, note = request.POST, request.POST.get("note", "")

    def leave() -> None:
        kind = LeftWith(data.get("left_with", LeftWith.NEIGHBOUR))
        driving.stop_leave(stop_id=row.pk, left_with=kind, note=note, **who)

    def fail() -> None:
        reason = FailReason(data.get("reason", FailReason.OTHER))
        driving.stop_fail(stop_id=row.pk, reason=reason, note=note, **who)

    steps: dict[str, tuple[Callable[[], Any], str]] = {
        "livre": (
            lambda: driving.stop_deliver(stop_id=row.pk, code=data.get("code", ""), **who),
            _("Livré, le code est bon."),
        ),
        "laisse": (leave, _("C'est noté, le client le lit.")),
        "pas-livre": (fail, _("C'est noté : rapportez les colis.")),
        "monter": (lambda: planning.stop_move(stop_id=row.pk, up=True, **who), _("Déplacé.")),
        "descendre": (lambda: planning.stop_move(stop_id=row.pk, up=False, **who), _("Déplacé.")),
    }
    if step not in steps:
        raise Http404
    return _do(request, pk, *steps[step])


def _do(request: HttpRequest, pk: int, command: Callable[[], Any], done: str) -> HttpResponse:
    try:
        command()
    except AlenconError as error:
        messages.error(request, str(error))
    except ValueError:
        messages.error(request, _("Choisissez une réponse de la liste."))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(reverse("counter:round", args=(pk,)))


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = render(request, template, {"tokens": tokens_css(), **context})
    answer["Cache-Control"] = "private, no-store"
    return answer
