"""The parts of setting Saleor up, in their order."""

from saleor_alencon.provisioning.delivery_table import DeliveryTable
from saleor_alencon.provisioning.report import Report
from saleor_alencon.provisioning.setup_channel import (
    keep_central_point,
    keep_channel,
    keep_tax_classes,
)
from saleor_alencon.provisioning.setup_content import keep_content
from saleor_alencon.provisioning.setup_delivery import keep_delivery
from saleor_alencon.provisioning.setup_products import keep_products
from saleor_alencon.provisioning.setup_storefront import keep_storefront
from saleor_alencon.saleor_api.client import SaleorClient


def keep_everything(client: SaleorClient, report: Report, table: DeliveryTable) -> None:
    """Keep all parts, in the order in which they need each other."""
    tax_classes = keep_tax_classes(client, report)
    channel = keep_channel(client, report)
    keep_central_point(client, report, table.central, channel)
    keep_products(client, report, tax_classes)
    keep_delivery(client, report, table, channel["id"], tax_classes)
    keep_words(client, report, table, channel["id"])


def keep_words(client: SaleorClient, report: Report, table: DeliveryTable, channel_id: str) -> None:
    """Keep menus, pages, the storefront's words and what it shows first."""
    keep_content(client, report)
    keep_storefront(client, report, table, channel_id)
