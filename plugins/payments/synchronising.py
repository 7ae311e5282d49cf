"""Brings what Saleor knows of one payment to what Stripe says now.

The whole state is asked for and whatever Saleor lacks is reported, so it does not matter which
message came, in which order, or whether any did.
"""

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from saleor.core.db.connection import allow_writer
from saleor.payment.models import TransactionItem
from saleor.payment.transaction_item_calculations import recalculate_transaction_amounts
from saleor.payment.utils import process_order_or_checkout_with_transaction
from saleor.plugins.manager import get_plugins_manager

from .locks import exclusive
from .messages import staff_message
from .models import Intent, IntentState, Refund
from .port import PaymentIntent, PaymentProvider, ProviderDispute, ProviderRefund
from .refunds import finish_refund
from .reporting import has_event, report_event
from .reports import Knows, Report, charge_report, dispute_reports, refund_report
from .requestor import ensure_payment_app

FIRST_LOOK = datetime.timedelta(minutes=2)


def synchronise(row: Intent, provider: PaymentProvider) -> PaymentIntent:
    """Report to Saleor what it lacks about a payment, its refunds and its disputes.

    :raises ProviderUnreachable, ProviderRefused: nothing, or a part, was reported; call again.
    :raises PaymentAway, ReportRefused: Saleor's side needs a person.
    """
    assert row.intent_id is not None
    with exclusive(f"payment:{row.intent_id}"):
        intent = provider.retrieve_intent(row.intent_id)
        told = [report_charge(row, intent)]
        if intent.status == "succeeded":
            told += [report_refund(row, refund) for refund in provider.list_refunds(intent.id)]
            for dispute in provider.list_disputes(intent.id):
                told += report_dispute(row, dispute)
        if False in told:
            repair_amounts(row.transaction_token)
        note_status(row, intent)
    return intent


def report_charge(row: Intent, intent: PaymentIntent) -> bool | None:
    """Report how the charge itself stands.

    :returns: whether that was new to Saleor; None when there is nothing to report.
    """
    due = charge_report(intent, knows(row))
    if due is None:
        return None
    if due.type == "CHARGE_SUCCESS":
        text = staff_message("charged", method=intent.method or "stripe")
        return tell(row, due, text, actions=["REFUND"], intent=intent)
    if due.type == "CHARGE_REQUEST":
        return tell(row, due, "", actions=[])
    detail = intent.refusal_code or intent.status
    return tell(row, due, staff_message("delayed_failed", detail=detail))


def report_refund(row: Intent, refund: ProviderRefund) -> bool | None:
    """Report a refund: one that Saleor asked for by its request, others as they are."""
    own = None
    if refund.request.isdecimal():
        own = Refund.objects.filter(request_event=refund.request, intent_id=row.intent_id).first()
    if own is not None:
        return finish_refund(own, refund)
    due = refund_report(refund, knows(row))
    return tell(row, due, staff_message("dashboard")) if due else None


def report_dispute(row: Intent, dispute: ProviderDispute) -> list[bool]:
    """Report money that the bank took back, and that it came again when the dispute is won."""
    texts = {
        "CHARGE_BACK": staff_message("dispute", detail=dispute.reason or dispute.id),
        "CHARGE_SUCCESS": staff_message("dispute_won"),
    }
    return [tell(row, due, texts[due.type]) for due in dispute_reports(dispute)]


def knows(row: Intent) -> Knows:
    """Return the question whether Saleor counts an event of the payment's transaction."""
    return lambda kind, reference: has_event(row.transaction_token, kind, reference)


def tell(row: Intent, due: Report, text: str, **more: Any) -> bool:
    """Report one event; return False when Saleor has it already."""
    return report_event(
        row.transaction_token, due.type, due.reference, due.amount_cents, message=text, **more
    )


def note_status(row: Intent, intent: PaymentIntent) -> None:
    """Keep what Stripe says on the row; the watch goes on from there."""
    row.status = intent.status
    fields = ["status", "state", "charged_at", "outcome", "not_before"]
    if row.state == IntentState.OPEN:
        if intent.status == "succeeded":
            row.state, row.charged_at = IntentState.CHARGED, timezone.now()
            row.not_before = timezone.now() + FIRST_LOOK
        elif intent.status == "canceled":
            row.state, row.outcome = IntentState.CLOSED, "canceled"
    row.save(update_fields=fields)


def repair_amounts(transaction_token: UUID) -> None:
    """Count the transaction again, and its basket or order.

    Saleor stores an event and counts it in two steps, and takes an event that it has for counted:
    a process killed in between would leave a paid basket unpaid for ever.
    """
    with allow_writer():
        with transaction.atomic():
            item = (
                TransactionItem.objects.select_for_update(of=("self",))
                .filter(token=transaction_token)
                .first()
            )
            if item is None:
                return
            before = (item.authorized_value, item.charged_value, item.refunded_value)
            recalculate_transaction_amounts(item)
        process_order_or_checkout_with_transaction(
            item,
            get_plugins_manager(allow_replica=False),
            None,
            ensure_payment_app(),
            previous_authorized_value=before[0],
            previous_charged_value=before[1],
            previous_refunded_value=before[2],
        )


def is_uuid(text: str) -> bool:
    """Say whether a text is a UUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
