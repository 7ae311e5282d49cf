"""Stripe's webhook messages: checked, kept, and taken as a hint of what to ask Stripe about."""

import datetime
import json
import logging
import time
from typing import Any

import stripe
from django.utils import timezone
from saleor.core.db.connection import allow_writer

from .errors import MessageRefused, PaymentError
from .models import EventState, Intent, ProviderEvent
from .port import PaymentProvider
from .refunds import postpone
from .synchronising import is_uuid, synchronise

logger = logging.getLogger(__name__)

OLDEST_SECONDS = 300
MISSED_AFTER = datetime.timedelta(minutes=15)  # Stripe has tried again some times by then
KEPT_AT_STRIPE = datetime.timedelta(days=29)  # its list goes back 30 days
# What this plugin acts on; docs/payments.md has the same list for Stripe's dashboard.
ACTED_ON = frozenset(
    {
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.refund.updated",
        "charge.refunded",
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }
)


def read_message(body: bytes, signature: str, secret: str) -> dict[str, Any]:
    """Return the message when Stripe signed it within the last five minutes.

    :raises MessageRefused: it did not, or the body is no event.
    """
    try:
        text = body.decode("utf-8")
        stripe.WebhookSignature.verify_header(text, signature, secret, OLDEST_SECONDS)
    except (UnicodeDecodeError, stripe.error.SignatureVerificationError):
        raise MessageRefused("The signature is not Stripe's, or it is too old.") from None
    moments = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    if int(moments[0]) > time.time() + OLDEST_SECONDS:
        raise MessageRefused("The signature's time is in the future: check this host's clock.")
    try:
        message = json.loads(text)
        subject = message["data"]["object"]
        complete = (
            isinstance(message["id"], str)
            and isinstance(message["type"], str)
            and isinstance(message["created"], int)
            and isinstance(subject, dict)
        )
    except (ValueError, KeyError, TypeError):
        complete = False
    if not complete:
        raise MessageRefused("The body is not an event of Stripe.")
    return dict(message)


def keep_message(message: dict[str, Any]) -> tuple[ProviderEvent, bool]:
    """Store what identifies the message; return its row, and whether it came for the first time."""
    subject = message["data"]["object"]
    acted_on = message["type"] in ACTED_ON
    with allow_writer():
        return ProviderEvent.objects.get_or_create(
            event_id=message["id"][:64],
            defaults={
                "type": message["type"][:100],
                "object_id": str(subject.get("id") or "")[:64],
                "intent_id": find_intent_id(subject)[:64],
                "created_at": datetime.datetime.fromtimestamp(message["created"], datetime.UTC),
                "state": EventState.PENDING if acted_on else EventState.UNKNOWN,
            },
        )


def collect_missed(provider: PaymentProvider) -> int:
    """Keep the messages that Stripe could not deliver; return how many were not here yet.

    A webhook that was away too long, or is switched off, loses nothing.
    """
    now = timezone.now()
    messages = provider.list_undelivered(
        ACTED_ON, since=now - KEPT_AT_STRIPE, until=now - MISSED_AFTER
    )
    names = [message["id"] for message in messages]
    known = set(ProviderEvent.objects.filter(event_id__in=names).values_list("event_id", flat=True))
    missed = [message for message in messages if message["id"] not in known]
    for message in missed:
        keep_message(message)
    if missed:
        logger.warning("%s messages of Stripe never came: check its webhook.", len(missed))
    return len(missed)


def find_intent_id(subject: dict[str, Any]) -> str:
    """Return the PaymentIntent that an event's object is, or is about; empty for none."""
    if subject.get("object") == "payment_intent":
        return str(subject.get("id") or "")
    value = subject.get("payment_intent")
    return str(value.get("id") if isinstance(value, dict) else value or "")


def process_event(row: ProviderEvent, provider: PaymentProvider) -> None:
    """Ask Stripe about the payment that the message names, and tell Saleor what is new.

    A failure is kept on the row; the watch tries again.
    """
    if row.state != EventState.PENDING:
        return
    try:
        intent = find_intent(row, provider)
        if intent is None:
            row.state = EventState.FOREIGN
        else:
            synchronise(intent, provider)
            row.state = EventState.DONE
    except PaymentError as error:
        postpone(row, error)
        return
    row.processed_at, row.last_error = timezone.now(), ""
    row.save(update_fields=["state", "processed_at", "last_error"])


def find_intent(row: ProviderEvent, provider: PaymentProvider) -> Intent | None:
    """Return our payment that the message is about, None when it is another's.

    A process killed between Stripe's answer and its commit left the row without an id: then the
    payment itself says whose it is.
    """
    if not row.intent_id:
        return None
    known = Intent.objects.filter(intent_id=row.intent_id).first()
    if known is not None:
        return known
    token = provider.retrieve_intent(row.intent_id).transaction_token
    if not is_uuid(token):
        return None
    unnamed = Intent.objects.filter(transaction_token=token, intent_id=None).first()
    if unnamed is not None:
        unnamed.intent_id = row.intent_id
        unnamed.save(update_fields=["intent_id"])
    return unnamed
