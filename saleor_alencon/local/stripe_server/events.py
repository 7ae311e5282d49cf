"""Records what happened, and plans its delivery to the endpoints that want it."""

from dataclasses import replace
from typing import Any

from .errors import Json
from .store import new_id
from .views import view
from .work import PLATFORM, Work

OLDEST_VERSION = "2000-01-01"


def emit(work: Work, kind: str, body: Json, *, previous: Json | None = None) -> Json:
    """Record an event about an object as it is now; ``previous`` are the changed fields before.

    The object is kept with all that any version shows, and cut down when the event is shown.
    """
    shown = view(with_version(work, OLDEST_VERSION), body)
    data: Json = {"object": shown}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Json = {
        "id": new_id("evt_"),
        "object": "event",
        "api_version": work.rules.api_version,
        "created": work.now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": work.request_id, "idempotency_key": work.idempotency_key},
        "type": kind,
    }
    if work.account != PLATFORM:
        event["account"] = work.account
    work.add(event)
    for endpoint in work.store.find("webhook_endpoint", oldest_first=True):
        if wants(endpoint, event):
            plan_delivery(work, event["id"], endpoint["id"])
    return event


def with_version(work: Work, version: str) -> Work:
    """Return the same work as a caller of another version sees it."""
    return replace(work, version=version, publishable=False)


def plan_delivery(work: Work, event: str, endpoint: str) -> None:
    """Plan the first attempt for now."""
    work.store.connection.execute(
        "INSERT INTO delivery (event, endpoint, due) VALUES (?, ?, ?)", (event, endpoint, work.now)
    )


def wants(endpoint: Json, event: Json) -> bool:
    """Say whether an endpoint receives an event: Connect endpoints those of connected accounts."""
    return (
        endpoint["status"] == "enabled"
        and endpoint["_connect"] == ("account" in event)
        and ("*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"])
    )


def changes(before: Json, after: Json) -> dict[str, Any]:
    """Return the former values of the fields that differ, as ``previous_attributes``."""
    return {
        key: before.get(key)
        for key in after
        if not key.startswith("_") and before.get(key) != after[key]
    }
