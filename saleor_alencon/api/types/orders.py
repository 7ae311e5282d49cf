"""Orders, shop orders and pickups as the API shows them. Money is in integer cents."""

from typing import Any

import graphene
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from graphene_django import DjangoObjectType

from saleor_alencon.api import rows
from saleor_alencon.api.scope import can_view_all
from saleor_alencon.api.types.base import CountedConnection, ScopedType
from saleor_alencon.api.types.shops import ShopType
from saleor_alencon.domain.shop_orders import (
    DeliveryChoice,
    PickupPlace,
    PickupState,
    ShopOrderState,
)
from saleor_alencon.orders.models import Order, Pickup, ShopOrder, ShopOrderLine
from saleor_alencon.pickups.links import order_link

ShopOrderStateEnum = graphene.Enum.from_enum(ShopOrderState)
PickupPlaceEnum = graphene.Enum.from_enum(PickupPlace)
PickupStateEnum = graphene.Enum.from_enum(PickupState)
DeliveryChoiceEnum = graphene.Enum.from_enum(DeliveryChoice)


class OfficeOnly(graphene.Field):
    """A nullable field that reads the attribute for the Office and is null for a merchant."""

    def wrap_resolve(self, parent_resolver: Any) -> Any:
        def resolve(root: Any, info: graphene.ResolveInfo, **arguments: Any) -> Any:
            if not can_view_all(info.context.user, type(root)):
                return None
            return parent_resolver(root, info, **arguments)

        return resolve


class OrderType(ScopedType):
    """One order of Saleor. A merchant sees its own part: no totals, no other shop's part."""

    class Meta:
        name = "Order"
        model = Order
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = (
            "id",
            "saleor_id",
            "number",
            "created_at",
            "currency",
            "customer_name",
            "customer_email",
            "customer_phone",
            "captured_at",
        )

    delivery_choice = graphene.Field(DeliveryChoiceEnum, required=True)
    saleor_status = OfficeOnly(graphene.String)
    total_gross_cents = OfficeOnly(graphene.BigInt)
    shipping_gross_cents = OfficeOnly(graphene.BigInt)
    shopper_credit_cents = OfficeOnly(graphene.BigInt)
    shopper_link = graphene.String(
        description="The shopper's page, for who may work on pickups; null for anybody else."
    )
    shop_orders = graphene.List(graphene.NonNull(lambda: ShopOrderType), required=True)

    @staticmethod
    def resolve_shopper_link(root: Order, info: graphene.ResolveInfo) -> str | None:
        return order_link(root) if info.context.user.has_perm("pickups.work") else None

    @classmethod
    def with_parts(cls, queryset: "QuerySet[Order]", user: Any) -> "QuerySet[Order]":
        return rows.with_order_parts(queryset, user)

    @staticmethod
    def resolve_shop_orders(root: Order, _info: graphene.ResolveInfo) -> list[ShopOrder]:
        # Only what rows.shop_order_parts prefetched, which is scoped to the person.
        return list(root._prefetched_objects_cache["shop_orders"])  # type: ignore[attr-defined]


class ShopOrderLineType(DjangoObjectType):
    """One line of a shop order."""

    class Meta:
        name = "ShopOrderLine"
        model = ShopOrderLine
        fields = (
            "id",
            "saleor_id",
            "position",
            "name",
            "sku",
            "quantity",
            "quantity_handed_over",
            "vat_rate_bps",
            "sold_at",
            "commission_rule_name",
            "commission_rate_bps",
            "commission_fixed_cents",
            "commission_minimum_cents",
            "commission_maximum_cents",
            "commission_vat_rate_bps",
        )

    gross_cents = graphene.BigInt(required=True)
    net_cents = graphene.BigInt(required=True)
    paid_cents = graphene.BigInt(required=True)
    refunded_cents = graphene.BigInt(required=True)
    commission_cents = graphene.BigInt(required=True)
    commission_vat_cents = graphene.BigInt(required=True)


class ShopOrderType(ScopedType):
    """The part of one order that one shop serves."""

    class Meta:
        name = "ShopOrder"
        model = ShopOrder
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = (
            "id",
            "handed_over_at",
            "released_at",
        )

    state = graphene.Field(ShopOrderStateEnum, required=True)
    delivery_choice = graphene.Field(
        DeliveryChoiceEnum, required=True, description="How this shop's part is delivered."
    )
    order = graphene.Field(OrderType, required=True)
    shop = graphene.Field(ShopType, required=True)
    pickup = graphene.Field(lambda: PickupType)
    lines = graphene.List(graphene.NonNull(ShopOrderLineType), required=True)
    goods_gross_cents = graphene.BigInt(required=True)
    shipping_share_cents = graphene.BigInt(required=True)
    paid_cents = graphene.BigInt(required=True)
    refunded_cents = graphene.BigInt(required=True)
    commission_cents = graphene.BigInt(required=True)
    commission_vat_cents = graphene.BigInt(required=True)
    net_cents = graphene.BigInt(required=True)

    @classmethod
    def with_parts(cls, queryset: "QuerySet[ShopOrder]", user: Any) -> "QuerySet[ShopOrder]":
        return rows.with_shop_order_parts(queryset, user)

    @staticmethod
    def resolve_lines(root: ShopOrder, _info: graphene.ResolveInfo) -> list[ShopOrderLine]:
        return list(root.lines.all())

    @staticmethod
    def resolve_pickup(root: ShopOrder, _info: graphene.ResolveInfo) -> Pickup | None:
        try:
            return root.pickup
        except ObjectDoesNotExist:
            return None


class PickupType(ScopedType):
    """Handing one shop order over. The code is the shopper's proof: merchants do not read it."""

    class Meta:
        name = "Pickup"
        model = Pickup
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = ("id", "slot_starts_at", "slot_ends_at", "slot_asked")

    state = graphene.Field(PickupStateEnum, required=True)
    place = graphene.Field(PickupPlaceEnum, required=True)
    code = OfficeOnly(graphene.String)
    shop = graphene.Field(ShopType, required=True)
    shop_order = graphene.Field(ShopOrderType, required=True)

    @classmethod
    def with_parts(cls, queryset: "QuerySet[Pickup]", user: Any) -> "QuerySet[Pickup]":
        return rows.with_pickup_parts(queryset, user)
