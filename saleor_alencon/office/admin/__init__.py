"""The pages of the back-office; Django's autodiscovery imports this package."""

from saleor_alencon.office.admin import (
    commission,
    imports,
    inbox,
    ledger,
    orders,
    payouts,
    people,
    pickups,
    provider,
    provisions,
    runs,
    saleor_commands,
    shops,
)

__all__ = [
    "commission",
    "imports",
    "inbox",
    "ledger",
    "orders",
    "payouts",
    "people",
    "pickups",
    "provider",
    "provisions",
    "runs",
    "saleor_commands",
    "shops",
]
