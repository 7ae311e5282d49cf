"""Balances as the API shows them: what is owed is positive, in integer cents."""

from typing import Any

import graphene
from django.utils.translation import gettext

from saleor_alencon.api.types.base import CountedConnection, ScopedType
from saleor_alencon.api.types.shops import ShopType
from saleor_alencon.domain.accounts import PLAN, AccountKind
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.shops.models import Shop

AccountKindEnum = graphene.Enum.from_enum(AccountKind)

# Assets and expenses, whose balance is a debit. Every other account is a debt or a revenue.
DEBIT_KINDS = frozenset(
    {
        AccountKind.PSP_CLEARING,
        AccountKind.BANK,
        AccountKind.SHOP_RECEIVABLE,
        AccountKind.PSP_FEES,
        AccountKind.OTHER_TENDER_CLEARING,
        AccountKind.DISPUTE_LOSSES,
    }
)


def natural_cents(kind: AccountKind, signed_cents: int) -> int:
    """Turn a ledger balance (debit positive) into one that is positive on its natural side."""
    return signed_cents if kind in DEBIT_KINDS else -signed_cents


class ShopBalanceType(ScopedType):
    """What the Office holds for one shop, owes it, and has to get back from it."""

    class Meta:
        name = "ShopBalance"
        model = Shop
        skip_registry = True
        use_connection = True
        connection_class = CountedConnection
        fields = ("slug",)

    shop = graphene.Field(ShopType, required=True)
    held_cents = graphene.BigInt(required=True)
    available_cents = graphene.BigInt(required=True)
    receivable_cents = graphene.BigInt(required=True)

    @staticmethod
    def resolve_shop(root: Shop, _info: graphene.ResolveInfo) -> Shop:
        return root

    @staticmethod
    def resolve_held_cents(root: Shop, info: graphene.ResolveInfo) -> int:
        return shop_cents(root, AccountKind.SHOP_HOLD, info)

    @staticmethod
    def resolve_available_cents(root: Shop, info: graphene.ResolveInfo) -> int:
        return shop_cents(root, AccountKind.SHOP_AVAILABLE, info)

    @staticmethod
    def resolve_receivable_cents(root: Shop, info: graphene.ResolveInfo) -> int:
        return shop_cents(root, AccountKind.SHOP_RECEIVABLE, info)


def shop_cents(shop: Shop, kind: AccountKind, info: graphene.ResolveInfo) -> int:
    """Return one balance of ``shop``; the ledger is summed once per request."""
    balances: dict[int, dict[AccountKind, int]] | None
    balances = getattr(info.context, "alencon_shop_balances", None)
    if balances is None:
        balances = info.context.alencon_shop_balances = shop_balances()
    return natural_cents(kind, balances.get(shop.pk, {}).get(kind, 0))


class AccountTotalType(graphene.ObjectType):
    """One kind of account, over all shops."""

    class Meta:
        name = "AccountTotal"

    kind = graphene.Field(AccountKindEnum, required=True)
    number = graphene.String(required=True)
    label = graphene.String(required=True)
    amount_cents = graphene.BigInt(required=True)


class AssociationTotalsType(graphene.ObjectType):
    """The association's books in one view, for the Office only."""

    class Meta:
        name = "AssociationTotals"

    held_cents = graphene.BigInt(required=True)
    available_cents = graphene.BigInt(required=True)
    commission_cents = graphene.BigInt(required=True)
    accounts = graphene.List(graphene.NonNull(AccountTotalType), required=True)

    @staticmethod
    def resolve_held_cents(root: dict[AccountKind, int], _info: Any) -> int:
        return root[AccountKind.SHOP_HOLD]

    @staticmethod
    def resolve_available_cents(root: dict[AccountKind, int], _info: Any) -> int:
        return root[AccountKind.SHOP_AVAILABLE]

    @staticmethod
    def resolve_commission_cents(root: dict[AccountKind, int], _info: Any) -> int:
        return root[AccountKind.COMMISSION_REVENUE]

    @staticmethod
    def resolve_accounts(root: dict[AccountKind, int], _info: Any) -> list[AccountTotalType]:
        return [
            AccountTotalType(
                kind=kind,
                number=PLAN[kind].number,
                label=gettext(PLAN[kind].label),
                amount_cents=cents,
            )
            for kind, cents in root.items()
        ]
