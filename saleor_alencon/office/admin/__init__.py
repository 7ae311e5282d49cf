"""The pages of the back-office; Django's autodiscovery imports this package."""

from saleor_alencon.office.admin import (
    books,
    commission,
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
    "books",
    "commission",
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
