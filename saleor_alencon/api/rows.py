"""What is read together with a row, so that a page costs a fixed number of queries.

Whole documents and files are left in the database.
"""

from typing import Any

from django.db.models import Prefetch, QuerySet

from saleor_alencon.api.scope import visible
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.settlement.models import Payout, SettlementRun, Statement


def shop_order_parts(user: Any) -> "QuerySet[ShopOrder]":
    """Return the shop orders of one order that ``user`` may read, for prefetching."""
    parts = ShopOrder.objects.select_related("shop", "pickup__shop").prefetch_related("lines")
    return visible(parts, user)


def with_order_parts(queryset: "QuerySet[Order]", user: Any) -> "QuerySet[Order]":
    return queryset.select_related("access").prefetch_related(
        Prefetch("shop_orders", shop_order_parts(user))
    )


def with_shop_order_parts(queryset: "QuerySet[ShopOrder]", user: Any) -> "QuerySet[ShopOrder]":
    return queryset.select_related("shop", "order__access", "pickup__shop").prefetch_related(
        "lines", Prefetch("order__shop_orders", shop_order_parts(user))
    )


def with_pickup_parts(queryset: "QuerySet[Pickup]", user: Any) -> "QuerySet[Pickup]":
    return queryset.select_related(
        "shop", "shop_order__shop", "shop_order__order__access"
    ).prefetch_related(
        "shop_order__lines", Prefetch("shop_order__order__shop_orders", shop_order_parts(user))
    )


def with_statement_parts(queryset: "QuerySet[Statement]", _user: Any) -> "QuerySet[Statement]":
    return (
        queryset.select_related("run", "shop", "payout__shop")
        .defer("document", "run__payment_file")
        .prefetch_related("lines__shop_order__order")
    )


def with_payout_parts(queryset: "QuerySet[Payout]", _user: Any) -> "QuerySet[Payout]":
    return (
        queryset.select_related("shop", "statement__run", "statement__shop")
        .defer("statement__document", "statement__run__payment_file")
        .prefetch_related("statement__lines__shop_order__order")
    )


def with_run_parts(queryset: "QuerySet[SettlementRun]", user: Any) -> "QuerySet[SettlementRun]":
    statements = with_statement_parts(visible(Statement.objects.all(), user), user)
    return (
        queryset.select_related("created_by", "approved_by", "executed_by")
        .defer("payment_file")
        .prefetch_related(Prefetch("statements", statements))
    )
