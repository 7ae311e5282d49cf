"""The pages of the back-office; Django's autodiscovery imports this package."""

from saleor_alencon.office.admin import (
    inbox,
    ledger,
    orders,
    payouts,
    people,
    runs,
    shops,
)

__all__ = ["inbox", "ledger", "orders", "payouts", "people", "runs", "shops"]
