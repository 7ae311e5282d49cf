"""Background work on orders."""

from celery import shared_task
from django.utils import timezone

from saleor_alencon.orders.services import inbox_ingest


@shared_task
def ingest_inbox() -> dict[str, int]:
    """Process what Saleor delivered."""
    return inbox_ingest(now=timezone.now())
