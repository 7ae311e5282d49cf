"""Brings what Saleor knows of one payment to what Stripe says now.

The whole state is asked for and whatever Saleor lacks is reported, so it does not matter which
message came, in which order, or whether any did.
"""

import datetime
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
from .requestor import ensure_payment_app

REFUND_EVENTS = {
    "pending": "REFUND_REQUEST",
    "requires_action": "REFUND_REQUEST",
    "succeeded": "REFUND_SUCCESS",
    "failed": "REFUND_FAILURE",
    "canceled": "REFUND_FAILURE",
}
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
    token = row.transaction_token
    if intent.status == "succeeded":
        return report_event(
            token,
            "CHARGE_SUCCESS",
            intent.id,
            intent.received_cents,
            message=staff_message("charged", method=intent.method or "stripe"),
            actions=["REFUND"],
            intent=intent,
        )
    if intent.status == "processing":
        return report_event(
            token, "CHARGE_REQUEST", intent.id, intent.amount_cents, message="", actions=[]
        )
    # A refused card is tried again on the same payment; only a charge that Saleor counts as
    # under way has failed.
    if has_event(token, "CHARGE_REQUEST", intent.id) and intent.status in (
        "requires_payment_method",
        "canceled",
    ):
        detail = intent.refusal_code or intent.status
        text = staff_message("delayed_failed", detail=detail)
        return report_event(token, "CHARGE_FAILURE", intent.id, intent.amount_cents, message=text)
    return None


def report_refund(row: Intent, refund: ProviderRefund) -> bool | None:
    """Report a refund: one that Saleor asked for by its request, others as they are."""
    own = None
    if refund.request.isdecimal():
        own = Refund.objects.filter(request_event=refund.request, intent_id=row.intent_id).first()
    if own is not None:
        return finish_refund(own, refund)
    if (
        refund.status in ("failed", "canceled")
        and not has_event(row.transaction_token, "REFUND_REQUEST", refund.id)
        and not has_event(row.transaction_token, "REFUND_SUCCESS", refund.id)
    ):
        return None  # over before Saleor heard of it
    return report_event(
        row.transaction_token,
        REFUND_EVENTS[refund.status],
        refund.id,
        refund.amount_cents,
        message=staff_message("dashboard"),
    )


def report_dispute(row: Intent, dispute: ProviderDispute) -> list[bool]:
    """Report money that the bank took back, and that it came again when the dispute is won.

    Both events bear the dispute's own id, so Saleor counts them together: the second one undoes
    the first.
    """
    if not dispute.takes_money:
        return []
    token, amount_cents = row.transaction_token, dispute.amount_cents
    text = staff_message("dispute", detail=dispute.reason or dispute.id)
    told = [report_event(token, "CHARGE_BACK", dispute.id, amount_cents, message=text)]
    if dispute.status == "won":
        text = staff_message("dispute_won")
        told.append(report_event(token, "CHARGE_SUCCESS", dispute.id, amount_cents, message=text))
    return told


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
