"""Background work for shoppers."""

from celery import shared_task
from django.utils import timezone

from saleor_alencon.shopper.throttle import throttles_forget


@shared_task
def forget_throttles() -> int:
    """Forget from where something came too often, once it no longer matters."""
    return throttles_forget(now=timezone.now())
