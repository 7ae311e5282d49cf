"""Background work on messages."""

from celery import shared_task
from django.utils import timezone

from saleor_alencon.messaging.sending import messages_send


@shared_task
def send_messages() -> dict[str, int]:
    """Send what waits in the outbox."""
    return messages_send(clock=timezone.now)
