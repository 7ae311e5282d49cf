"""Carries out what Saleor, or its staff, ask of a payment: capture, cancel, refund."""

import logging
from typing import Any

from django.db import connection
from saleor.core.db.connection import allow_writer
from saleor.payment.models import TransactionEvent
from saleor.payment.utils import create_transaction_event_from_request_and_webhook_response

from .amounts import to_amount
from .errors import AmountNotExact, ProviderRefused, ProviderUnreachable
from .locks import exclusive
from .messages import staff_message
from .models import Intent
from .port import PaymentProvider
from .refunds import carry_out, refund_for_event
from .requestor import ensure_payment_app
from .synchronising import note_status

logger = logging.getLogger(__name__)


def request_refund(event: TransactionEvent, provider: PaymentProvider) -> None:
    """Give money back; without an answer of Stripe the watch goes on with it."""
    if connection.in_atomic_block:
        raise RuntimeError("A refund needs its own commits: request it outside atomic blocks.")
    try:
        row = refund_for_event(event)
    except AmountNotExact as error:
        answer_request(event, {"result": "REFUND_FAILURE", "message": str(error)})
        return
    carry_out(row, provider)


def request_charge(event: TransactionEvent, provider: PaymentProvider) -> None:
    """Say that Stripe charges at once, and whether it has."""
    row = Intent.objects.filter(transaction_token=event.transaction.token).first()
    answer = {"result": "CHARGE_FAILURE", "message": staff_message("nothing_to_capture")}
    try:
        if row is not None and row.intent_id is not None:
            intent = provider.retrieve_intent(row.intent_id)
            note_status(row, intent)
            if intent.status == "succeeded":
                answer = {
                    "result": "CHARGE_SUCCESS",
                    "pspReference": intent.id,
                    "amount": str(to_amount(intent.received_cents)),
                    "actions": ["REFUND"],
                }
            else:
                answer["message"] = staff_message("not_charged")
    except (ProviderUnreachable, ProviderRefused) as error:
        answer["message"] = str(error)
    answer_request(event, answer)


def request_cancel(event: TransactionEvent, provider: PaymentProvider) -> None:
    """Give up a payment that is not made yet."""
    row = Intent.objects.filter(transaction_token=event.transaction.token).first()
    answer: dict[str, Any] = {"result": "CANCEL_FAILURE"}
    if row is None or row.intent_id is None:
        answer["message"] = staff_message("not_cancelable")
        answer_request(event, answer)
        return
    with exclusive(f"payment:{row.intent_id}"):
        try:
            intent = provider.cancel_intent(row.intent_id)
        except ProviderRefused:
            answer["message"] = staff_message("not_cancelable")
        except ProviderUnreachable as error:
            answer["message"] = str(error)
        else:
            note_status(row, intent)
            answer = {"result": "CANCEL_SUCCESS", "pspReference": intent.id, "actions": []}
    answer_request(event, answer)


def answer_request(event: TransactionEvent, answer: dict[str, Any]) -> None:
    """Answer Saleor's request as a payment app would."""
    with allow_writer():
        create_transaction_event_from_request_and_webhook_response(
            event, ensure_payment_app(), answer
        )
