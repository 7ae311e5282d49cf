"""Balances of the ledger, in signed cents: a debit is positive, a credit negative."""

from django.db.models import Sum

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.models import Entry


def balances_by_kind() -> dict[AccountKind, int]:
    """Return the balance of every kind of account that has entries."""
    rows = Entry.objects.values("account__kind").annotate(cents=Sum("amount_cents"))
    return {AccountKind(row["account__kind"]): int(row["cents"]) for row in rows}


def shop_balances() -> dict[int, dict[AccountKind, int]]:
    """Return, by shop id, the balance of each of the shop's own accounts."""
    rows = (
        Entry.objects.filter(account__shop__isnull=False)
        .values("account__shop_id", "account__kind")
        .annotate(cents=Sum("amount_cents"))
    )
    balances: dict[int, dict[AccountKind, int]] = {}
    for row in rows:
        shop = balances.setdefault(row["account__shop_id"], {})
        shop[AccountKind(row["account__kind"])] = int(row["cents"])
    return balances
