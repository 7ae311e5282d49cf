"""``/plugins/alencon.payments/``: Stripe's messages come in, the Office looks at what became.

- ``POST webhook``: for Stripe. 200 ``{"received": true}`` once the message is kept, also the second
  time; 400 the signature is not Stripe's, older than 5 minutes, or the body is none of Stripe's;
  405 not a POST; 413 longer than a message can be; 503 no keys, or the database is away: Stripe
  tries again.
- ``GET status``: for an app with MANAGE_ORDERS. 200 as ``status.describe_status`` says; 401, 403,
  405.
"""

import json
import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseNotFound, JsonResponse

from .errors import MessageRefused
from .messages_of_stripe import keep_message, read_message

logger = logging.getLogger(__name__)

LONGEST_BODY = 1_000_000
MANAGE_ORDERS = "order.manage_orders"


def answer(request: Any, path: str) -> HttpResponse:
    """Answer one request."""
    if path == "webhook":
        return answer_webhook(request)
    if path == "status":
        return answer_status(request)
    return HttpResponseNotFound()


def answer_webhook(request: Any) -> JsonResponse:
    """Check the message, keep it, have it processed, and say that it came."""
    if request.method != "POST":
        return refuse(405, "Use POST.", Allow="POST")
    keys = settings.ALENCON_STRIPE
    if keys is None:
        return refuse(503, "Stripe's keys are not set.")
    if len(request.body) > LONGEST_BODY:
        return refuse(413, "Too long.")
    signature = request.headers.get("Stripe-Signature", "")
    try:
        message = read_message(request.body, signature, keys.webhook_secret)
    except MessageRefused as error:
        logger.warning("A message to the Stripe webhook was refused: %s", error)
        return refuse(400, str(error))
    try:
        row, is_new = keep_message(message)
    except DatabaseError:
        logger.exception("A message of Stripe could not be kept; Stripe sends it again.")
        return refuse(503, "Try again.")
    if is_new:
        hand_over(row.pk)
    return JsonResponse({"received": True})


def hand_over(event_pk: int) -> None:
    """Have the message processed now; when that fails the watch does it."""
    from .tasks import process_message

    try:
        process_message.apply_async((event_pk,), retry=False)
    except Exception:
        logger.warning("Message %s waits for the watch.", event_pk, exc_info=True)


def answer_status(request: Any) -> JsonResponse:
    """Tell an app of the Office what is open."""
    from ..capture.endpoint import find_app
    from .status import describe_status

    if request.method != "GET":
        return refuse(405, "Use GET.", Allow="GET")
    app = find_app(request)
    if app is None:
        return refuse(401, "Send the token of a Saleor app.", **{"WWW-Authenticate": "Bearer"})
    if not app.has_perm(MANAGE_ORDERS):
        return refuse(403, "The app needs the permission MANAGE_ORDERS.")
    return JsonResponse(json.loads(json.dumps(describe_status(), default=str)))


def refuse(status: int, reason: str, **headers: str) -> JsonResponse:
    """Answer with a reason that tells nothing about the data."""
    return JsonResponse({"error": reason}, status=status, headers=headers)
