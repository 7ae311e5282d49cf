"""Background work on pickups."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from saleor_alencon.pickups.notices import pickups_remind
from saleor_alencon.pickups.sending import commands_send
from saleor_alencon.pickups.services import uncollected_mark
from saleor_alencon.saleor_api.client import office_client


@shared_task
def send_commands() -> dict[str, int]:
    """Tell Saleor what shops did."""
    with office_client() as client:
        return commands_send(client=client, clock=timezone.now)


@shared_task
def mark_uncollected() -> int:
    """Mark the pickups that nobody came for."""
    return uncollected_mark(now=timezone.now())


@shared_task
def remind_of_pickups() -> int:
    """Write to the shoppers of what has waited for half the time that it may."""
    with transaction.atomic():
        return pickups_remind(now=timezone.now())
