"""The watch: looks after every payment until it is an order, or money given back.

Saleor has two tasks of its own. The automatic completion, which ``alencon saleor setup`` switches
on, makes most orders of shoppers who left; the watch calls its function once more before it gives
money back. The release of funds is not used: it is a setting per channel, asks once only and never
again after a failure, and does not know what only Stripe knows.
"""

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.core.db.connection import allow_writer
from saleor.order.models import Order
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem

from .amounts import to_cents
from .errors import PaymentAway, PaymentError
from .locks import exclusive
from .messages import staff_message
from .messages_of_stripe import collect_missed, process_event
from .models import EventState, Intent, IntentState, ProviderEvent, Refund
from .port import PaymentProvider
from .refunds import ask_for_refund, carry_out, postpone, refund_for_event
from .requestor import APP_IDENTIFIER
from .sessions import create_intent
from .synchronising import note_status, synchronise

logger = logging.getLogger(__name__)

BATCH_SIZE = 100
ABANDONED = datetime.timedelta(hours=24)
ORPHANED = datetime.timedelta(minutes=1)
OLDEST_ORPHAN = datetime.timedelta(days=30)
SHORTEST_WAIT = datetime.timedelta(minutes=1)
LONGEST_WAIT = datetime.timedelta(hours=6)
UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")


@dataclass
class WatchReport:
    """What one round did."""

    events: int = 0  # messages processed
    refunds: int = 0  # refunds looked after
    intents: int = 0  # payments looked after
    failed: int = 0  # of all three and the search for lost messages, to be tried again


def watch(provider: PaymentProvider, *, everything: bool = False) -> WatchReport:
    """Look after what is due; ``everything`` does not wait until it is."""
    report = WatchReport()
    now = timezone.now()
    due = {} if everything else {"not_before__lte": now}
    with allow_writer():
        try:
            collect_missed(provider)
        except PaymentError as error:
            logger.warning("Stripe was not asked for messages that never came: %s", error)
            report.failed += 1
        adopt_requests(now, now if everything else now - ORPHANED)
        events = ProviderEvent.objects.filter(state=EventState.PENDING, **due)
        report.events = each(events, lambda row: process_event(row, provider), report)
        refunds = Refund.objects.filter(closed=False, **due)
        report.refunds = each(refunds, lambda row: carry_out(row, provider), report)
        intents = Intent.objects.exclude(state=IntentState.CLOSED).filter(**due)
        report.intents = each(intents, lambda row: look_after(row, provider), report)
    return report


def each(rows: QuerySet[Any], act: Callable[[Any], None], report: WatchReport) -> int:
    """Do one thing to the oldest rows; a failure of one stops no other."""
    done = 0
    for row in rows.order_by("not_before", "pk")[:BATCH_SIZE]:
        attempts = row.failed_attempts
        try:
            act(row)
        except PaymentError as error:
            postpone(row, error)
        except Exception as error:
            logger.exception("%s could not be looked after.", row)
            postpone(row, error)
        report.failed += row.failed_attempts > attempts
        done += 1
    return done


def adopt_requests(now: datetime.datetime, made_before: datetime.datetime) -> None:
    """Take up refunds that Saleor asked for and whose process died before this plugin heard.

    One that is heard of at this very moment is not made twice: its row is unique.
    """
    failures = TransactionEventType.REFUND_FAILURE
    requests = TransactionEvent.objects.filter(
        type=TransactionEventType.REFUND_REQUEST,
        transaction__app_identifier=APP_IDENTIFIER,
        psp_reference=None,
        include_in_calculations=False,
        created_at__lt=made_before,
        created_at__gt=now - OLDEST_ORPHAN,
    )
    known = set(
        Refund.objects.filter(request_event__in=requests.values("pk")).values_list(
            "request_event", flat=True
        )
    )
    for event in requests.exclude(pk__in=known).select_related("transaction"):
        refused = event.transaction.events.filter(
            type=failures, created_at__gte=event.created_at, amount_value=event.amount_value
        )
        if not refused.exists():
            refund_for_event(event)


def look_after(row: Intent, provider: PaymentProvider) -> None:
    """Ask Stripe about a payment, tell Saleor, and bring it nearer to its end."""
    if row.intent_id is None:
        # The call was cut off. Made again it is the same payment, which nobody can pay. Stripe
        # forgets a key after a day; what it made is then found by nobody, and paid by nobody.
        if timezone.now() - row.created_at > ABANDONED:
            row.state, row.outcome = IntentState.CLOSED, "unanswered"
            row.save(update_fields=["state", "outcome"])
            return
        row.intent_id = create_intent(row, provider).id
        row.save(update_fields=["intent_id"])
        note_status(row, provider.cancel_intent(row.intent_id))
        return
    try:
        intent = synchronise(row, provider)
    except PaymentAway:
        give_back_unknown(row, provider)
        return
    if row.state == IntentState.CHARGED:
        settle(row, provider)
    elif row.state == IntentState.OPEN:
        age = timezone.now() - row.created_at
        if age > ABANDONED and intent.status in UNPAID:
            note_status(row, provider.cancel_intent(row.intent_id))
        else:
            come_back(row, max(age / 2, SHORTEST_WAIT))


def come_back(row: Intent, wait: datetime.timedelta) -> None:
    """Look again after a while, at least every six hours."""
    row.not_before = timezone.now() + min(wait, LONGEST_WAIT)
    row.save(update_fields=["not_before"])


def give_back_unknown(row: Intent, provider: PaymentProvider) -> None:
    """End a payment whose transaction Saleor has lost; a person must refund it if it was made."""
    intent = provider.retrieve_intent(str(row.intent_id))
    if intent.status in UNPAID:
        note_status(row, provider.cancel_intent(intent.id))
        return
    raise PaymentAway(
        f"Saleor has no transaction {row.transaction_token} for {intent.id}, which is "
        f"{intent.status}: refund it in Stripe's dashboard."
    )


def settle(row: Intent, provider: PaymentProvider) -> None:
    """Bring a paid basket to an order, or give the money back."""
    item = TransactionItem.objects.get(token=row.transaction_token)
    order = find_order(row, item)
    if order is None:
        order = wait_for_order(row, item, provider)
    if order is not None:
        give_excess_back(row, order, provider)


def find_order(row: Intent, item: TransactionItem) -> Order | None:
    """Return the order that was paid."""
    if item.order_id:
        return Order.objects.get(pk=item.order_id)
    return Order.objects.filter(checkout_token=str(row.source_token)).first()


def wait_for_order(row: Intent, item: TransactionItem, provider: PaymentProvider) -> Order | None:
    """Give the shopper time, then complete the checkout, else refund; return the order, if any."""
    assert row.charged_at is not None
    checkout = Checkout.objects.filter(pk=item.checkout_id).first() if item.checkout_id else None
    if checkout is not None:
        age = timezone.now() - row.charged_at
        limit = datetime.timedelta(minutes=settings.ALENCON_ORDER_MINUTES)
        if age < limit or checkout.is_checkout_locked():
            come_back(row, min(max(age, SHORTEST_WAIT), max(limit - age, SHORTEST_WAIT)))
            return None
        complete(checkout)
        item.refresh_from_db()
        order = find_order(row, item)
        if order is not None:
            return order
    give_back(row, item, item.charged_value, "no_order", "no_order", provider)
    return None


def complete(checkout: Checkout) -> None:
    """Complete a paid checkout as Saleor's own scheduler would; refusals are logged by Saleor."""
    from saleor.checkout.tasks import automatic_checkout_completion_task

    automatic_checkout_completion_task.apply(args=[checkout.pk])


def give_excess_back(row: Intent, order: Order, provider: PaymentProvider) -> None:
    """Refund what an order was paid above its total: by two tabs, or by a change after payment."""
    with exclusive(f"order:{order.pk}"):
        item = TransactionItem.objects.get(token=row.transaction_token)
        excess = -order.total_gross_amount
        for tender in TransactionItem.objects.filter(order_id=order.pk):
            excess += max(tender.authorized_value, tender.charged_value)
            excess += tender.authorize_pending_value + tender.charge_pending_value
        if excess <= 0 or item.charged_value <= 0:
            row.state, row.outcome = IntentState.CLOSED, "ordered"
            row.save(update_fields=["state", "outcome"])
            return
        amount = min(excess, item.charged_value)
        give_back(row, item, amount, "paid_twice", "excess", provider)


def give_back(
    row: Intent,
    item: TransactionItem,
    amount: Decimal,
    reason: str,
    outcome: str,
    provider: PaymentProvider,
) -> None:
    """Refund, once: the request and the end of the payment's watch are one commit."""
    refund = None
    with transaction.atomic():
        row.state, row.outcome = IntentState.CLOSED, outcome
        row.save(update_fields=["state", "outcome"])
        if amount > 0:
            refund = ask_for_refund(item, to_cents(amount, item.currency), staff_message(reason))
    if refund is not None:
        logger.warning("%s: %s is given back (%s).", row, amount, outcome)
        carry_out(refund, provider)
