"""Root field ``shops``."""

import graphene
from django.db.models import QuerySet

from saleor_alencon.api.types.base import PageField
from saleor_alencon.api.types.shops import ShopStateEnum, ShopType
from saleor_alencon.shops.models import Shop


class ShopQueries(graphene.ObjectType):
    shops = PageField(ShopType, required=True, slug=graphene.String(), state=ShopStateEnum())

    @staticmethod
    def resolve_shops(
        _root: None,
        _info: graphene.ResolveInfo,
        slug: str | None = None,
        state: str | None = None,
        **_page: object,
    ) -> "QuerySet[Shop]":
        found = Shop.objects.order_by("name", "pk")
        if slug is not None:
            found = found.filter(slug=slug)
        if state is not None:
            found = found.filter(state=state)
        return found
