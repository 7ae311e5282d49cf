"""What is open, for the command and the Office; nothing of it is a secret or about a person."""

from typing import Any

from django.db.models import Count, Min
from django.utils import timezone
from saleor.core.db.connection import allow_writer

from .models import EventState, Intent, IntentState, ProviderEvent, Refund

MOST_ERRORS = 20


def describe_status() -> dict[str, Any]:
    """Return counts by state, and what waits because it failed.

    ``{"messages": {type: {state: count}}, "payments": {state: count}, "payments_closed": {outcome:
    count}, "refunds": {status: count}, "waiting_since": time of the oldest unprocessed message or
    None, "failing": [{"what", "error", "attempts", "again_at"}]}``
    """
    with allow_writer():
        messages: dict[str, dict[str, int]] = {}
        counts = ProviderEvent.objects.values_list("type", "state").annotate(count=Count("pk"))
        for kind, state, count in counts.order_by("type", "state"):
            messages.setdefault(kind, {})[state] = count
        closed = Intent.objects.filter(state=IntentState.CLOSED).values_list("outcome")
        pending = ProviderEvent.objects.filter(state=EventState.PENDING)
        failing = [
            *Intent.objects.exclude(state=IntentState.CLOSED).filter(failed_attempts__gt=0),
            *Refund.objects.filter(closed=False, failed_attempts__gt=0),
            *pending.filter(failed_attempts__gt=0),
        ]
        return {
            "at": timezone.now(),
            "messages": messages,
            "payments": dict(
                Intent.objects.values_list("state").annotate(count=Count("pk")).order_by("state")
            ),
            "payments_closed": dict(closed.annotate(count=Count("pk")).order_by("outcome")),
            "refunds": dict(
                Refund.objects.values_list("status").annotate(count=Count("pk")).order_by("status")
            ),
            "waiting_since": pending.aggregate(oldest=Min("received_at"))["oldest"],
            "failing": [
                {
                    "what": str(row),
                    "error": row.last_error,
                    "attempts": row.failed_attempts,
                    "again_at": row.not_before,
                }
                for row in failing[:MOST_ERRORS]
            ],
        }
