"""Letting Saleor know what changed of a shop."""

from django.conf import settings

from saleor_alencon.provisioning.models import ShopProvision
from saleor_alencon.provisioning.tasks import provision_shop
from saleor_alencon.provisioning.wanted_shop import PROVISIONED
from saleor_alencon.shops.models import Shop, ShopState


def shop_publish(shop: Shop) -> bool:
    """Have a shop that belongs into Saleor brought up to date there; say whether it is asked for.

    The work is a task, which keeps its failure. Without Saleor there is nothing to do, nor for a
    shop that closes before it was ever there.
    """
    if not settings.SALEOR_API_URL or shop.state not in PROVISIONED:
        return False
    there = ShopProvision.objects.filter(shop=shop).exclude(warehouse_id="")
    if shop.state == ShopState.CLOSED and not there.exists():
        return False
    provision_shop.delay(shop.pk)
    return True
