"""``POST /plugins/alencon.capture/sweep``: lets the Office ask for a sweep.

Request: header ``Authorization: Bearer <token of a Saleor app with MANAGE_ORDERS>``; optional
JSON body ``{"limit": 500}``, the number of orders after which to answer (1 to 5000).

Answers, all JSON: 200 ``{"captured", "failed", "examined", "watermark", "complete"}``;
401 no or unknown token; 403 the app lacks MANAGE_ORDERS; 405 not a POST; 400 a malformed body;
409 another sweep is running; 503 a database is away, try again.
"""

import json
from typing import Any

from django.http import JsonResponse

from .errors import CaptureError
from .sweep import sweep

DEFAULT_LIMIT = 500
LARGEST_LIMIT = 5000
MANAGE_ORDERS = "order.manage_orders"


def answer_sweep(request: Any) -> JsonResponse:
    """Check method, app and permission, then sweep and report."""
    if request.method != "POST":
        return refuse(405, "Use POST.", Allow="POST")
    app = find_app(request)
    if app is None:
        return refuse(401, "Send the token of a Saleor app.", **{"WWW-Authenticate": "Bearer"})
    if not app.has_perm(MANAGE_ORDERS):
        return refuse(403, "The app needs the permission MANAGE_ORDERS.")
    try:
        limit = read_limit(request.body)
    except ValueError as error:
        return refuse(400, str(error))
    try:
        report = sweep(limit=limit)
    except CaptureError as error:
        return refuse(503 if error.retryable else 500, type(error).__name__)
    if report.busy:
        return refuse(409, "Another sweep is running.")
    return JsonResponse(
        {
            "captured": report.captured,
            "failed": report.failed,
            "examined": report.examined,
            "watermark": report.watermark.isoformat(),
            "complete": report.complete,
        }
    )


def refuse(status: int, reason: str, **headers: str) -> JsonResponse:
    """Answer with a reason that tells nothing about the data."""
    return JsonResponse({"error": reason}, status=status, headers=headers)


def find_app(request: Any) -> Any:
    """Return the active app whose token the request carries, or None."""
    from saleor.core.auth import get_token_from_request
    from saleor.graphql.app.dataloaders import get_app_promise

    if not get_token_from_request(request):
        return None
    request.dataloaders = {}
    request.allow_replica = False
    app = get_app_promise(request).get()
    return app if app is not None and app.is_active else None


def read_limit(body: bytes) -> int:
    """Return the limit a request's body asks for.

    :raises ValueError: the body is not ``{}`` or ``{"limit": <1..5000>}``.
    """
    if not body.strip():
        return DEFAULT_LIMIT
    try:
        document = json.loads(body)
    except ValueError:
        raise ValueError("The body is not JSON.") from None
    if not isinstance(document, dict) or set(document) - {"limit"}:
        raise ValueError('The body may hold "limit" only.')
    limit = document.get("limit", DEFAULT_LIMIT)
    if type(limit) is not int or not 1 <= limit <= LARGEST_LIMIT:
        raise ValueError(f'"limit" is a number from 1 to {LARGEST_LIMIT}.')
    return limit
