"""Background work on settlement."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from saleor_alencon.settlement.release import release_due as release_due_now


@shared_task
def release_due() -> int:
    """Release what has been held long enough."""
    now = timezone.now()
    with transaction.atomic():
        return release_due_now(cutoff=now, now=now)
