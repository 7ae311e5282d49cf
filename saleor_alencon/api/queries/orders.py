"""Root fields ``shopOrders`` and ``pickups``."""

import graphene
from django.db.models import QuerySet

from saleor_alencon.api.types.base import PageField
from saleor_alencon.api.types.orders import (
    PickupStateEnum,
    PickupType,
    ShopOrderStateEnum,
    ShopOrderType,
)
from saleor_alencon.orders.models import Pickup, ShopOrder


class OrderQueries(graphene.ObjectType):
    shop_orders = PageField(
        ShopOrderType,
        required=True,
        shop=graphene.String(description="The shop's slug."),
        state=ShopOrderStateEnum(),
        order_number=graphene.String(),
    )
    pickups = PageField(
        PickupType,
        required=True,
        shop=graphene.String(description="The shop's slug."),
        state=PickupStateEnum(),
    )

    @staticmethod
    def resolve_shop_orders(
        _root: None,
        _info: graphene.ResolveInfo,
        shop: str | None = None,
        state: str | None = None,
        order_number: str | None = None,
        **_page: object,
    ) -> "QuerySet[ShopOrder]":
        found = ShopOrder.objects.all()
        if shop is not None:
            found = found.filter(shop__slug=shop)
        if state is not None:
            found = found.filter(state=state)
        if order_number is not None:
            found = found.filter(order__number=order_number)
        return found

    @staticmethod
    def resolve_pickups(
        _root: None,
        _info: graphene.ResolveInfo,
        shop: str | None = None,
        state: str | None = None,
        **_page: object,
    ) -> "QuerySet[Pickup]":
        found = Pickup.objects.all()
        if shop is not None:
            found = found.filter(shop__slug=shop)
        if state is not None:
            found = found.filter(state=state)
        return found
