"""What this plugin must remember, in Saleor's database: a row before each call to Stripe.

Nothing here is the truth about money: that is Stripe's, and is asked for. A row holds the
idempotency key of a call, so that a call cut off is repeated as the same call, and when to look
next.
"""

import uuid

from django.db import models
from django.utils import timezone


class IntentState(models.TextChoices):
    """How far a payment is from needing no more attention."""

    OPEN = "open", "not paid, may still be"
    CHARGED = "charged", "paid, the order is awaited"
    CLOSED = "closed", "settled"


class Intent(models.Model):
    """One payment of a basket (or of an unpaid order): a Stripe PaymentIntent."""

    transaction_token = models.UUIDField(unique=True)  # Saleor's transaction
    source_token = models.UUIDField(db_index=True)  # Saleor's checkout, or order
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    intent_id = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    status = models.CharField(max_length=32, blank=True)  # Stripe's, when it was last asked
    state = models.CharField(max_length=8, choices=IntentState, default=IntentState.OPEN)
    outcome = models.CharField(max_length=16, blank=True)  # why it is closed: watching.py
    created_at = models.DateTimeField(default=timezone.now)
    charged_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(default=timezone.now)
    failed_attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"],
                name="alencon_intent_to_look_at",
                condition=~models.Q(state="closed"),
            )
        ]

    def __str__(self) -> str:
        return self.intent_id or f"intent {self.key}"


class Refund(models.Model):
    """One refund that Saleor asked for; ``request_event`` is the key of its REFUND_REQUEST."""

    request_event = models.BigIntegerField(unique=True)
    transaction_token = models.UUIDField(db_index=True)
    intent_id = models.CharField(max_length=64, db_index=True)
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    refund_id = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    status = models.CharField(max_length=32, blank=True)
    closed = models.BooleanField(default=False)  # done, or refused for good, and told to Saleor
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    failed_attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"],
                name="alencon_refund_to_look_at",
                condition=models.Q(closed=False),
            )
        ]

    def __str__(self) -> str:
        return self.refund_id or f"refund {self.key}"


class EventState(models.TextChoices):
    """What became of a message of Stripe."""

    PENDING = "pending", "to be processed"
    DONE = "done", "processed"
    FOREIGN = "foreign", "about a payment that is not this shop's"
    UNKNOWN = "unknown", "of a type this plugin does not act on"


class ProviderEvent(models.Model):
    """One signed message of Stripe, kept before anything is done about it.

    Its body is not kept: it holds secrets and the shopper's data, and it may be older than what
    Stripe answers when it is asked.
    """

    event_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=100, db_index=True)
    object_id = models.CharField(max_length=64, blank=True)
    intent_id = models.CharField(max_length=64, blank=True, db_index=True)
    created_at = models.DateTimeField()  # at Stripe
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=EventState, default=EventState.PENDING)
    not_before = models.DateTimeField(default=timezone.now)
    failed_attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["not_before"],
                name="alencon_event_to_process",
                condition=models.Q(state="pending"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
