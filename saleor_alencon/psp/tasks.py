"""Background work with the payment provider."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from saleor_alencon.psp.gateway import Gateway, ProviderError
from saleor_alencon.psp.services import news_take

logger = logging.getLogger(__name__)


@shared_task
def fetch_from_provider() -> int:
    """Take the provider's news; nothing without a key. What failed is taken by the next pass."""
    if settings.STRIPE_SECRET_KEY is None:
        return 0
    try:
        return news_take(gateway=Gateway.from_settings(), now=timezone.now()).read
    except ProviderError as error:
        logger.warning("the payment provider's news were not taken: %s", error)
        return 0
