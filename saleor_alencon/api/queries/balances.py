"""Root fields ``balances`` and ``associationTotals``."""

import graphene
from django.db.models import QuerySet

from saleor_alencon.api.scope import can_view_all
from saleor_alencon.api.types.balances import (
    AssociationTotalsType,
    ShopBalanceType,
    natural_cents,
)
from saleor_alencon.api.types.base import PageField
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.ledger.models import Account
from saleor_alencon.shops.models import Shop


class BalanceQueries(graphene.ObjectType):
    balances = PageField(
        ShopBalanceType, required=True, shop=graphene.String(description="The shop's slug.")
    )
    association_totals = graphene.Field(AssociationTotalsType, description="Null for a merchant.")

    @staticmethod
    def resolve_balances(
        _root: None, _info: graphene.ResolveInfo, shop: str | None = None, **_page: object
    ) -> "QuerySet[Shop]":
        found = Shop.objects.order_by("name", "pk")
        return found if shop is None else found.filter(slug=shop)

    @staticmethod
    def resolve_association_totals(
        _root: None, info: graphene.ResolveInfo
    ) -> dict[AccountKind, int] | None:
        if not can_view_all(info.context.user, Account):
            return None
        signed = balances_by_kind()
        return {kind: natural_cents(kind, signed.get(kind, 0)) for kind in AccountKind}
