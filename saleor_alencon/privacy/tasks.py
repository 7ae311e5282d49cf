"""Background work on shoppers' data."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from saleor_alencon.privacy.saleor import saleor_erase
from saleor_alencon.privacy.services import erase_due, requests_continue
from saleor_alencon.saleor_api.client import office_client


@shared_task
def erase_persons() -> dict[str, int]:
    """Erase whom it is time to erase, here and in Saleor's orders."""
    now = timezone.now()
    erased = erase_due(now=now)
    done = requests_continue(now=now)
    told = 0
    if settings.SALEOR_API_URL:
        with office_client() as client:
            told = saleor_erase(client=client, clock=timezone.now)
    return {
        "orders": erased.orders,
        "documents": erased.documents,
        "requests": done,
        "saleor": told,
    }
