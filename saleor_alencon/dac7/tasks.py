"""Background work on what is declared of the sellers."""

from celery import shared_task
from django.utils import timezone

from saleor_alencon.dac7.requests import identities_remind


@shared_task
def remind_of_identities() -> int:
    """Send the reminders that are due of what is missing of the sellers' identity."""
    return identities_remind(now=timezone.now())
