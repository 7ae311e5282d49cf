"""Background work on shops in Saleor."""

import logging

from celery import shared_task
from django.utils import timezone

from saleor_alencon.errors import AlenconError
from saleor_alencon.provisioning.services import shop_provision, shop_verify
from saleor_alencon.provisioning.staff import office_staff_login
from saleor_alencon.saleor_api.client import office_client
from saleor_alencon.shops.models import Shop

logger = logging.getLogger(__name__)


@shared_task
def provision_shop(shop_id: int) -> None:
    """Bring one shop in Saleor up to date; a failure is kept on its page."""
    shop = Shop.objects.get(pk=shop_id)
    try:
        with office_client() as client, office_staff_login() as staff:
            shop_provision(shop=shop, client=client, staff=staff, now=timezone.now())
    except AlenconError as error:
        logger.warning("provisioning of shop %s failed: %s", shop.slug, error)


@shared_task
def verify_shop(shop_id: int) -> None:
    """Note what differs of one shop in Saleor."""
    shop = Shop.objects.get(pk=shop_id)
    try:
        with office_client() as client:
            shop_verify(shop=shop, client=client, now=timezone.now())
    except AlenconError as error:
        logger.warning("verification of shop %s failed: %s", shop.slug, error)
