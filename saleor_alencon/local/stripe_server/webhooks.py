"""Webhook endpoints, and the signed deliveries to them with their retries."""

import hashlib
import hmac
import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from .errors import Json, StripeError, no_such
from .events import plan_delivery, with_version
from .parameters import BOOLEAN, LIST, METADATA, PAGE, TEXT, Param, Spec, merge_metadata
from .store import Condition, new_id
from .views import show, show_page, view
from .work import Work

CREATE: Spec = {
    "url": Param("text", required=True),
    "enabled_events": Param("list", required=True),
    "api_version": TEXT,
    "connect": BOOLEAN,
    "description": TEXT,
    "metadata": METADATA,
}
UPDATE: Spec = {
    "url": TEXT,
    "enabled_events": LIST,
    "description": TEXT,
    "disabled": BOOLEAN,
    "metadata": METADATA,
}
EVENTS: Spec = {**PAGE, "type": TEXT, "types": LIST, "delivery_success": BOOLEAN}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TIMEOUT_SECONDS = 10
# Stripe publishes no intervals, only an exponential backoff over up to three days:
# docs.stripe.com/webhooks#automatic-retries.
RETRY_SECONDS = (60, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200)


def check_url(url: str) -> None:
    """Refuse an endpoint that is not on this machine: a test server calls nobody else."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise StripeError(
            f"Invalid URL: {url}. The test server delivers to http URLs on 127.0.0.1 only.",
            code="url_invalid",
            param="url",
        )


def create(work: Work, params: dict[str, Any], *, secret: str | None = None) -> Json:
    """POST /v1/webhook_endpoints; only this answer has the secret."""
    check_url(params["url"])
    secret = secret or new_id("whsec_", 32)
    endpoint = {
        "id": new_id("we_1"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": work.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata") or {}),
        "status": "enabled",
        "url": params["url"],
        "_connect": params.get("connect", False),
        "_secret": secret,
    }
    return {**show(work, work.add(endpoint)), "secret": secret}


def find_endpoint(work: Work, params: Json) -> Json:
    """Return the endpoint of the path."""
    name = params.pop("webhook_endpoint")
    found = work.store.get(name, kind="webhook_endpoint", account=work.account)
    if found is None:
        raise no_such("webhook endpoint", name, param="webhook_endpoint")
    return found


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/webhook_endpoints/:webhook_endpoint"""
    return show(work, find_endpoint(work, params))


def update(work: Work, params: Json) -> Json:
    """POST /v1/webhook_endpoints/:webhook_endpoint"""
    endpoint = find_endpoint(work, params)
    if "url" in params:
        check_url(params["url"])
    for name in ("url", "enabled_events", "description"):
        if name in params:
            endpoint[name] = params[name]
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    endpoint["metadata"] = merge_metadata(endpoint["metadata"], params.get("metadata", {}))
    return show(work, work.store.save(endpoint))


def delete(work: Work, params: Json) -> Json:
    """DELETE /v1/webhook_endpoints/:webhook_endpoint"""
    endpoint = find_endpoint(work, params)
    work.store.delete(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/webhook_endpoints"""
    return show_page(work, "webhook_endpoint", params, url="/v1/webhook_endpoints")


def retrieve_event(work: Work, params: Json) -> Json:
    """GET /v1/events/:id"""
    return show(work, work.require("event", params.pop("id"), param="id"))


def list_events(work: Work, params: Json) -> Json:
    """GET /v1/events"""
    conditions: list[Condition] = []
    types = params.get("types") or ([params["type"]] if "type" in params else [])
    if types:
        tests = " OR ".join(["json_extract(body, '$.type') GLOB ?"] * len(types))
        conditions.append((f"({tests})", *types))
    if "delivery_success" in params:
        waits = "EXISTS (SELECT 1 FROM delivery d WHERE d.event = object.id AND d.delivered = 0)"
        conditions.append((f"NOT {waits}" if params["delivery_success"] else waits,))
    return show_page(work, "event", params, url="/v1/events", conditions=conditions)


def sign(payload: bytes, secret: str, moment: int) -> str:
    """Return the Stripe-Signature header. Source: docs.stripe.com/webhooks#verify-manually."""
    signed = str(moment).encode() + b"." + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def write_event(work: Work, event: Json, endpoint: Json) -> bytes:
    """Return the body of a delivery: the event in the endpoint's version."""
    version = endpoint["api_version"] or work.rules.api_version
    shown = view(with_version(work, version), event)
    return json.dumps(shown, indent=2).encode()


def signed_delivery(work: Work, event: Json, endpoint: Json) -> tuple[bytes, str]:
    """Return body and signature of one delivery.

    The signature has the machine's own time, not the server's clock: the receiver compares it
    with its own.
    """
    body = write_event(work, event, endpoint)
    return body, sign(body, endpoint["_secret"], int(time.time()))


def send(url: str, body: bytes, signature: str) -> int:
    """Post a delivery; return the status, or 0 when nobody answered in time."""
    parts = urlsplit(url)
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port or 80, timeout=TIMEOUT_SECONDS
    )
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks) test server",
    }
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def take_due(work: Work) -> tuple[int, int, Json, bytes, str] | None:
    """Return the next delivery that is due: its id, attempts so far, endpoint, body, signature."""
    while True:
        row = work.store.connection.execute(
            "SELECT id, event, endpoint, attempts FROM delivery WHERE due <= ? "
            "ORDER BY due, id LIMIT 1",
            (work.now,),
        ).fetchone()
        if row is None:
            return None
        event, endpoint = work.store.get(row[1]), work.store.get(row[2])
        if event is not None and endpoint is not None and endpoint["status"] == "enabled":
            return row[0], row[3], endpoint, *signed_delivery(work, event, endpoint)
        # The endpoint was removed or disabled meanwhile: nothing more is sent to it.
        finish(work, row[0], status=0, due=None)


def record_attempt(work: Work, delivery: int, attempts: int, status: int) -> None:
    """Note how a delivery ended: any 2xx is success, all else is tried again later."""
    if 200 <= status < 300:
        finish(work, delivery, status=status, due=None, delivered=True)
    else:
        left = RETRY_SECONDS[attempts:]
        finish(work, delivery, status=status, due=work.now + left[0] if left else None)


def finish(
    work: Work, delivery: int, *, status: int, due: int | None, delivered: bool = False
) -> None:
    """Store the outcome of an attempt."""
    work.store.connection.execute(
        "UPDATE delivery SET attempts = attempts + 1, last_status = ?, due = ?, delivered = ? "
        "WHERE id = ?",
        (status, due, delivered, delivery),
    )


def resend(work: Work, event: Json, endpoint: Json) -> None:
    """Deliver an event once more, as the Dashboard's "resend" does."""
    plan_delivery(work, event["id"], endpoint["id"])
