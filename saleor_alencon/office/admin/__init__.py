"""The pages of the back-office; Django's autodiscovery imports this package."""

from saleor_alencon.office.admin import (
    dues,
    imports,
    inbox,
    invoices,
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
    "dues",
    "imports",
    "inbox",
    "invoices",
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
