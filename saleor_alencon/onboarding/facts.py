"""What the checklist asks of apps that know Saleor, and what a shop still has to do."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from saleor_alencon.catalogue.models import ImportJob, ImportState
from saleor_alencon.domain.shop_checklist import Check, checklist
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.provisioning.models import ShopProvision
from saleor_alencon.shops.checklist import SaleorFacts, connected, facts_of
from saleor_alencon.shops.models import Dues, Shop

ENDED = (ShopOrderState.HANDED_OVER, ShopOrderState.CANCELLED)


@dataclass(frozen=True)
class Progress:
    """One shop and its checklist."""

    shop: Shop
    checks: list[Check]

    @property
    def missing(self) -> list[Check]:
        return [check for check in self.checks if not check.done]

    @property
    def done_count(self) -> int:
        return len(self.checks) - len(self.missing)


def saleor_facts(shop_ids: Collection[int]) -> dict[int, SaleorFacts]:
    """Return what Saleor is known to hold of each shop.

    A shop has products when a file of its catalogue was imported, or when it has sold one.
    """
    provisioned = set(
        ShopProvision.objects.filter(shop__in=shop_ids, provisioned_at__isnull=False).values_list(
            "shop_id", flat=True
        )
    )
    imported = (
        ImportJob.objects.filter(shop__in=shop_ids, state=ImportState.DONE)
        .annotate(brought=F("created") + F("updated") + F("unchanged"))
        .filter(brought__gt=0)
    )
    stocked = set(imported.values_list("shop_id", flat=True))
    stocked |= set(
        ShopOrder.objects.filter(shop__in=shop_ids).values_list("shop_id", flat=True).distinct()
    )
    return {
        shop_id: SaleorFacts(
            provisioned=shop_id in provisioned, products_imported=shop_id in stocked
        )
        for shop_id in shop_ids
    }


def shop_saleor_facts(shop: Shop) -> SaleorFacts:
    """Return what Saleor is known to hold of one shop."""
    return saleor_facts([shop.pk])[shop.pk]


def progress_of(shops: Collection[Shop], now: datetime.datetime) -> list[Progress]:
    """Return each shop's checklist, with as many queries for one shop as for all."""
    ids = [shop.pk for shop in shops]
    year = timezone.localdate(now).year
    paid = set(Dues.objects.filter(shop__in=ids, year=year).values_list("shop_id", flat=True))
    saleor, accounts = saleor_facts(ids), connected(ids)
    return [
        Progress(
            shop,
            checklist(
                facts_of(
                    shop,
                    saleor[shop.pk],
                    dues_years={year} if shop.pk in paid else (),
                    year=year,
                    connected=accounts[shop.pk],
                )
            ),
        )
        for shop in shops
    ]


def open_order_count(shop: Shop) -> int:
    """Return how many of a shop's orders are neither handed over nor cancelled."""
    return ShopOrder.objects.filter(shop=shop).exclude(state__in=ENDED).count()
