"""Background work for shoppers."""

from celery import shared_task
from django.utils import timezone

from saleor_alencon.shopper.mails import mails_send
from saleor_alencon.shopper.throttle import throttles_forget


@shared_task
def send_mails() -> dict[str, int]:
    """Send the links and acknowledgements that wait."""
    throttles_forget(now=timezone.now())
    return mails_send(clock=timezone.now)
