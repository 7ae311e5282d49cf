"""Reads the trail, page by page."""

import datetime
from typing import Any

from django.db.models import Q

from .looks import until
from .models import Act, ActKind, Outcome

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 500
CHOICES = {"kind": set(ActKind.values), "outcome": set(Outcome.values)}


def list_acts(given: dict[str, str]) -> dict[str, Any]:
    """Return the acts that match every parameter, the newest first, each with its end.

    :raises ValueError: naming the parameter that cannot be read.
    """
    known = {"before", "limit", "shop", "email", "name", "kind", "outcome", "since", "until"}
    if set(given) - known:
        raise ValueError(f"Unknown: {', '.join(sorted(set(given) - known))}.")
    given = {name: value for name, value in given.items() if value}
    limit = number(given, "limit", DEFAULT_LIMIT)
    if not 1 <= limit <= LARGEST_LIMIT:
        raise ValueError(f'"limit" is a number from 1 to {LARGEST_LIMIT}.')
    acts = Act.objects.filter(begun__isnull=True).select_related("end").order_by("-id")
    acts = acts.filter(**conditions(given))
    if "outcome" in given:
        wanted = given["outcome"]
        acts = acts.filter(Q(end__outcome=wanted) | Q(end__isnull=True, outcome=wanted))
    found = list(acts[: limit + 1])
    return {
        "acts": [describe(act) for act in found[:limit]],
        "before": found[limit - 1].pk if len(found) > limit else None,
    }


def conditions(given: dict[str, str]) -> dict[str, Any]:
    """Return the filters on an act itself."""
    for name, allowed in CHOICES.items():
        if given.get(name) not in (None, *allowed):
            raise ValueError(f'"{name}" is one of {", ".join(sorted(allowed))}.')
    wanted: dict[str, Any] = {}
    for name, lookup in (
        ("shop", "shop"),
        ("email", "email__icontains"),
        ("name", "name__icontains"),
        ("kind", "kind"),
    ):
        if name in given:
            wanted[lookup] = given[name]
    if "before" in given:
        wanted["id__lt"] = number(given, "before", 0)
    for name, lookup in (("since", "at__gte"), ("until", "at__lt")):
        if name in given:
            wanted[lookup] = moment(given, name)
    return wanted


def number(given: dict[str, str], name: str, default: int) -> int:
    """Return a number of the parameters."""
    text = given.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise ValueError(f'"{name}" is a number.')
    return int(text)


def moment(given: dict[str, str], name: str) -> datetime.datetime:
    """Return a moment of the parameters."""
    try:
        value = datetime.datetime.fromisoformat(given[name])
    except ValueError:
        value = None
    if value is None or value.utcoffset() is None:
        raise ValueError(f'"{name}" is a moment with offset, like 2026-12-24T14:00:00+01:00.')
    return value


def describe(act: Act) -> dict[str, Any]:
    """Return one act with its end."""
    end = getattr(act, "end", None)
    return {
        "id": act.pk,
        "at": act.at.isoformat(),
        "kind": act.kind,
        "shop": act.shop,
        "email": act.email,
        "name": act.name,
        "ids": list(dict.fromkeys([*act.ids, *(end.ids if end else [])])),
        "outcome": end.outcome if end else act.outcome,
        "reason": (end and end.reason) or act.reason,
        "ended_at": end and end.at.isoformat(),
        "look": act.look_id,
        "until": until(act).isoformat() if act.kind == ActKind.LOOK else None,
    }
