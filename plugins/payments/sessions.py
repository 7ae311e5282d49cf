"""Answers Saleor's two session questions, in the shapes that the stock storefront reads.

``transactionInitialize`` opens a PaymentIntent and hands its client secret out; the shopper's
browser pays it; ``transactionProcess`` asks Stripe how that ended. Stripe charges at once, whatever
flow the channel prefers.

A basket has one open payment at a time: a new one cancels the ones before it, so a second tab
cannot charge the shopper twice. What was paid meanwhile is told to Saleor first.
"""

import logging
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone
from saleor.payment.models import TransactionItem

from .amounts import to_amount, to_cents
from .errors import (
    AmountNotExact,
    PaymentError,
    ProviderBroken,
    ProviderRefused,
    ProviderUnreachable,
)
from .locks import exclusive
from .messages import message, staff_message
from .models import Intent, IntentState
from .port import PaymentIntent, PaymentProvider
from .reporting import describe_method_answer
from .synchronising import FIRST_LOOK, note_status, synchronise

logger = logging.getLogger(__name__)

Answer = dict[str, Any]
METHOD = re.compile(r"[a-z][a-z0-9_]{0,39}")


class SessionRefused(Exception):
    """Raised inside this module when a payment cannot begin; holds the shopper's text."""


def initialize_session(data: Any, provider: PaymentProvider) -> Answer:
    """Open the payment of a basket; the answer's data holds Stripe's client secret.

    :param data: Saleor's TransactionSessionData.
    """
    source, language = data.source_object, data.source_object.language_code
    try:
        check_data(data.payment_gateway_data.data, language)
        amount_cents = read_amount(data.action, language)
        with exclusive(f"basket:{source.pk}"):
            close_earlier(source, data.transaction, provider)
            check_left(source, data.transaction, amount_cents, language)
            row = write_intent(data, amount_cents)
            intent = open_intent(row, provider)
    except SessionRefused as refusal:
        return failure(str(refusal))
    except ProviderRefused as refusal:
        logger.warning("Stripe refused a payment: %s", refusal)
        return failure(message("refused", language, detail=refusal.message or refusal.code))
    except PaymentError as error:
        logger.warning("A payment could not begin: %s", error)
        return failure(message("unavailable", language))
    return {
        "result": "CHARGE_ACTION_REQUIRED",
        "pspReference": intent.id,
        "amount": to_amount(intent.amount_cents),
        "actions": [],
        "message": message("unfinished", language),
        "data": {"paymentIntent": {"stripeClientSecret": intent.client_secret}},
    }


def process_session(data: Any, provider: PaymentProvider) -> Answer:
    """Say how the payment stands at Stripe.

    :param data: Saleor's TransactionSessionData.
    """
    language = data.source_object.language_code
    row = Intent.objects.filter(transaction_token=data.transaction.token).first()
    if row is None or row.intent_id is None:
        return failure(message("unknown", language))
    try:
        intent = provider.retrieve_intent(row.intent_id)
    except (ProviderUnreachable, ProviderRefused) as error:
        logger.warning("%s could not be looked at: %s", row, error)
        return {
            "result": "CHARGE_ACTION_REQUIRED",
            "pspReference": row.intent_id,
            "amount": to_amount(row.amount_cents),
            "actions": [],
            "message": message("asking", language),
        }
    note_status(row, intent)
    return describe(intent, language)


def describe(intent: PaymentIntent, language: str) -> Answer:
    """Return the answer that a payment's status means."""
    answer: Answer = {
        "pspReference": intent.id,
        "amount": to_amount(intent.amount_cents),
        "actions": [],
    }
    if intent.status == "succeeded":
        details = describe_method_answer(intent)
        return answer | {
            "result": "CHARGE_SUCCESS",
            "amount": to_amount(intent.received_cents),
            "actions": ["REFUND"],
            "message": staff_message("charged", method=intent.method or "stripe"),
            **({"paymentMethodDetails": details} if details else {}),
        }
    if intent.status == "processing":
        text = message("processing", language)
        return answer | {"result": "CHARGE_REQUEST", "message": text}
    if intent.status == "canceled":
        return answer | failure(message("canceled", language))
    # Not final: the browser may try another card on the same payment.
    if intent.refusal:
        text = message("refused", language, detail=intent.refusal)
        errors = [{"code": intent.refusal_code or "refused", "message": text}]
        return answer | {
            "result": "CHARGE_ACTION_REQUIRED",
            "message": text,
            "data": {"paymentIntent": {"errors": errors}},
        }
    return answer | {
        "result": "CHARGE_ACTION_REQUIRED",
        "message": message("unfinished", language),
    }


def failure(text: str) -> Answer:
    """Return the answer that ends a payment; Saleor shows its text to the shopper."""
    return {
        "result": "CHARGE_FAILURE",
        "message": text,
        "data": {"paymentIntent": {"errors": [{"code": "refused", "message": text}]}},
    }


def check_data(data: Any, language: str) -> None:
    """Accept ``{"paymentIntent": {"paymentMethod": "card"}}``, or nothing at all.

    The method only says what the shopper chose: which are offered is set in Stripe's dashboard.
    """
    if data is None:
        return
    intent = data.get("paymentIntent") if isinstance(data, dict) else None
    if not isinstance(intent, dict):
        raise SessionRefused(message("data", language, detail="paymentIntent"))
    method = intent.get("paymentMethod", "card")
    if not isinstance(method, str) or not METHOD.fullmatch(method):
        raise SessionRefused(message("data", language, detail="paymentIntent.paymentMethod"))


def read_amount(action: Any, language: str) -> int:
    """Return the asked amount in cents."""
    try:
        return to_cents(action.amount, action.currency)
    except AmountNotExact as error:
        raise SessionRefused(message("currency", language)) from error


def close_earlier(source: Any, transaction: TransactionItem, provider: PaymentProvider) -> None:
    """Give up the basket's other open payments; report those that were made meanwhile."""
    earlier = Intent.objects.filter(source_token=source.pk, state=IntentState.OPEN)
    for row in earlier.exclude(transaction_token=transaction.token).exclude(intent_id=None):
        try:
            intent = provider.cancel_intent(str(row.intent_id))
        except ProviderRefused:
            synchronise(row, provider)  # it is paid, or on its way
        else:
            note_status(row, intent)


def check_left(source: Any, transaction: TransactionItem, asked_cents: int, language: str) -> None:
    """Refuse to take more than the basket costs, all means of payment counted."""
    left: Decimal = source.total_gross_amount
    for other in source.payment_transactions.model.objects.filter(
        **{f"{source._meta.model_name}_id": source.pk}
    ).exclude(pk=transaction.pk):
        left -= max(other.authorized_value, other.charged_value)
        left -= other.authorize_pending_value + other.charge_pending_value
    if left <= 0:
        raise SessionRefused(message("paid", language))
    if to_amount(asked_cents) > left or asked_cents == 0:
        words = {"left": f"{left:.2f}", "asked": f"{to_amount(asked_cents):.2f}"}
        raise SessionRefused(message("total", language, **words))


def write_intent(data: Any, amount_cents: int) -> Intent:
    """Return the payment's row, committed before Stripe hears of it."""
    row, _created = Intent.objects.get_or_create(
        transaction_token=data.transaction.token,
        defaults={
            "source_token": data.source_object.pk,
            "amount_cents": amount_cents,
            "currency": data.action.currency,
            "not_before": timezone.now() + FIRST_LOOK,  # the shopper is faster than the watch
        },
    )
    return row


def open_intent(row: Intent, provider: PaymentProvider) -> PaymentIntent:
    """Return the row's payment at Stripe; a call that was cut off is made again as the same one."""
    if row.intent_id is not None:
        return provider.retrieve_intent(row.intent_id)
    try:
        intent = create_intent(row, provider)
    except ProviderBroken:
        # Nobody holds the secret of what may have been made: it can never be paid.
        row.key = uuid4()
        row.save(update_fields=["key"])
        intent = create_intent(row, provider)
    except ProviderUnreachable:
        intent = create_intent(row, provider)
    row.intent_id = intent.id
    row.status = intent.status
    row.save(update_fields=["intent_id", "status"])
    return intent


def create_intent(row: Intent, provider: PaymentProvider) -> PaymentIntent:
    """Create the payment under the row's key."""
    return provider.create_intent(
        key=str(row.key),
        amount_cents=row.amount_cents,
        currency=row.currency,
        metadata={
            "saleor_transaction": str(row.transaction_token),
            "alencon_checkout": str(row.source_token),
        },
    )
