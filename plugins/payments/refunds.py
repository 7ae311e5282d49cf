"""Gives money back: each refund that Saleor asks for is made once, and told to Saleor once."""

import datetime
import logging
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from saleor.core.db.connection import allow_writer
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.utils import create_transaction_event_from_request_and_webhook_response

from .amounts import to_amount, to_cents
from .errors import ProviderBroken, ProviderRefused, ProviderUnreachable
from .locks import exclusive
from .messages import staff_message
from .models import Intent, Refund
from .port import PaymentProvider, ProviderRefund
from .requestor import APP_IDENTIFIER, ensure_payment_app

logger = logging.getLogger(__name__)

LONGEST_WAIT = datetime.timedelta(hours=1)
FINAL = ("succeeded", "failed", "canceled")


def refund_for_event(event: TransactionEvent) -> Refund:
    """Return the row of one of Saleor's REFUND_REQUEST events, committed before Stripe hears.

    The refund goes to the payment that took the money: the one this plugin made for the
    transaction, else the one that the transaction names.

    :raises AmountNotExact: the amount is no whole number of cents of a euro.
    """
    item = event.transaction
    intent = Intent.objects.filter(transaction_token=item.token).first()
    row, _created = Refund.objects.get_or_create(
        request_event=event.pk,
        defaults={
            "transaction_token": item.token,
            "intent_id": (intent.intent_id if intent else None) or item.psp_reference or "",
            "amount_cents": to_cents(event.amount_value, event.currency),
            "currency": event.currency,
        },
    )
    return row


def ask_for_refund(item: TransactionItem, amount_cents: int, reason: str) -> Refund:
    """Ask, in Saleor's own way, for money back that no person asked for; one commit."""
    with allow_writer(), transaction.atomic():
        app = ensure_payment_app()
        event = TransactionEvent.objects.create(
            transaction=item,
            type=TransactionEventType.REFUND_REQUEST,
            amount_value=to_amount(amount_cents),
            currency=item.currency,
            app=app,
            app_identifier=APP_IDENTIFIER,
            idempotency_key=str(uuid4()),
            message=reason,
        )
        return refund_for_event(event)


def carry_out(row: Refund, provider: PaymentProvider) -> None:
    """Make the refund at Stripe, unless it is made, and tell Saleor.

    Stripe is asked first: whether an earlier call of a killed process, or one without an answer,
    did it. When Stripe cannot be reached the row waits for the watch.
    """
    with exclusive(f"payment:{row.intent_id}"):
        row.refresh_from_db()
        if row.closed:
            return
        try:
            finish_refund(row, make_refund(row, provider))
        except ProviderRefused as refusal:
            refuse_refund(row, refusal)
        except ProviderUnreachable as error:
            postpone(row, error)


def make_refund(row: Refund, provider: PaymentProvider) -> ProviderRefund:
    """Return the row's refund, made now or before; a call without an answer is asked after once."""
    try:
        return find_refund(row, provider) or create_refund(row, provider)
    except ProviderBroken:
        row.key = uuid4()  # for the watch, which first looks whether it was made nevertheless
        row.save(update_fields=["key"])
        raise
    except ProviderUnreachable:
        return find_refund(row, provider) or create_refund(row, provider)


def find_refund(row: Refund, provider: PaymentProvider) -> ProviderRefund | None:
    """Return the refund made for the row, None when there is none."""
    refunds = provider.list_refunds(row.intent_id)
    return next((refund for refund in refunds if refund.request == str(row.request_event)), None)


def create_refund(row: Refund, provider: PaymentProvider) -> ProviderRefund:
    """Make the refund under the row's key."""
    return provider.create_refund(
        key=str(row.key),
        request=str(row.request_event),
        intent_id=row.intent_id,
        amount_cents=row.amount_cents,
    )


def finish_refund(row: Refund, refund: ProviderRefund) -> bool:
    """Answer Saleor's request with how the refund stands; return whether that was new."""
    if row.closed and row.status == refund.status:
        return False
    answer: dict[str, Any] = {"pspReference": refund.id}
    amount = to_amount(refund.amount_cents)
    if refund.status == "succeeded":
        answer |= {"result": "REFUND_SUCCESS", "amount": amount, "actions": ["REFUND"]}
    elif refund.status in ("failed", "canceled"):
        text = staff_message("refund_failed", detail=refund.reason or refund.status)
        answer |= {"result": "REFUND_FAILURE", "amount": amount, "message": text}
        answer["actions"] = ["REFUND"]
    if row.refund_id is None or row.status != refund.status:
        tell_saleor(row, answer)
    row.refund_id, row.status = refund.id, refund.status
    row.closed = refund.status in FINAL
    row.not_before = timezone.now() + LONGEST_WAIT
    row.save(update_fields=["refund_id", "status", "closed", "not_before"])
    return True


def refuse_refund(row: Refund, refusal: ProviderRefused) -> None:
    """Tell Saleor that Stripe will not do it; a person decides what then."""
    logger.error("Stripe refused refund %s: %s", row.key, refusal)
    text = staff_message("refund_refused", detail=refusal.message or refusal.code)
    tell_saleor(row, {"result": "REFUND_FAILURE", "message": text, "actions": ["REFUND"]})
    row.status, row.closed, row.last_error = "refused", True, str(refusal)[:300]
    row.save(update_fields=["status", "closed", "last_error"])


def tell_saleor(row: Refund, answer: dict[str, Any]) -> None:
    """Answer the request as a payment app would."""
    with allow_writer():
        event = (
            TransactionEvent.objects.filter(pk=row.request_event)
            .select_related("transaction", "related_granted_refund")
            .first()
        )
        if event is None:
            logger.error("Saleor's request of refund %s is gone: %s", row.key, answer)
            return
        create_transaction_event_from_request_and_webhook_response(
            event, ensure_payment_app(), answer
        )


def postpone(row: Intent | Refund, error: Exception) -> None:
    """Come back later: after 1, 2, 4 ... minutes, at most an hour."""
    logger.warning("%s waits: %s", row, error)
    row.failed_attempts += 1
    wait = min(datetime.timedelta(minutes=2 ** min(row.failed_attempts - 1, 10)), LONGEST_WAIT)
    row.not_before = timezone.now() + wait
    row.last_error = f"{type(error).__name__}: {error}"[:300]
    row.save(update_fields=["failed_attempts", "not_before", "last_error"])
