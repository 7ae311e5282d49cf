"""Settlement runs, statements and payouts as the API shows them. Money is in integer cents."""

from typing import Any

import graphene
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from graphene_django import DjangoObjectType

from saleor_alencon.api import rows
from saleor_alencon.api.types.base import CountedConnection, ScopedType
from saleor_alencon.api.types.shops import ShopType
from saleor_alencon.settlement.models import (
    Payout,
    PayoutState,
    RunState,
    SettlementRun,
    Statement,
    StatementLine,
    StatementLineKind,
)

RunStateEnum = graphene.Enum.from_enum(RunState)
PayoutStateEnum = graphene.Enum.from_enum(PayoutState)
StatementLineKindEnum = graphene.Enum.from_enum(StatementLineKind)


class StatementRunType(graphene.ObjectType):
    """What a shop may know of the run that made its statement."""

    class Meta:
        name = "StatementRun"

    number = graphene.String(required=True)
    cutoff = graphene.DateTime(required=True)
    state = graphene.Field(RunStateEnum, required=True)


class StatementLineType(DjangoObjectType):
    """One shop order, or one returned payout, on a statement."""

    class Meta:
        name = "StatementLine"
        model = StatementLine
        fields = ("id",)

    kind = graphene.Field(StatementLineKindEnum, required=True)
    order_number = graphene.String(description="Null on a returned payout.")
    shop_order_id = graphene.ID(description="For node(id:). Null on a returned payout.")
    gross_cents = graphene.BigInt(required=True)
    commission_cents = graphene.BigInt(required=True)
    commission_vat_cents = graphene.BigInt(required=True)
    fees_cents = graphene.BigInt(required=True)
    net_cents = graphene.BigInt(required=True)

    @staticmethod
    def resolve_order_number(root: StatementLine, _info: graphene.ResolveInfo) -> str | None:
        return root.shop_order.order.number if root.shop_order else None

    @staticmethod
    def resolve_shop_order_id(root: StatementLine, _info: graphene.ResolveInfo) -> str | None:
        if root.shop_order_id is None:
            return None
        return graphene.relay.Node.to_global_id("ShopOrder", root.shop_order_id)


class StatementType(ScopedType):
    """What one shop gets in one run: opening + net = payable + carried."""

    class Meta:
        name = "Statement"
        model = Statement
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = ("id", "number")

    run = graphene.Field(StatementRunType, required=True)
    shop = graphene.Field(ShopType, required=True)
    payout = graphene.Field(lambda: PayoutType)
    lines = graphene.List(graphene.NonNull(StatementLineType), required=True)
    carried_reason = graphene.String(required=True)
    opening_cents = graphene.BigInt(required=True)
    net_cents = graphene.BigInt(required=True)
    payable_cents = graphene.BigInt(required=True)
    carried_cents = graphene.BigInt(required=True)

    @classmethod
    def with_parts(cls, queryset: "QuerySet[Statement]", user: Any) -> "QuerySet[Statement]":
        return rows.with_statement_parts(queryset, user)

    @staticmethod
    def resolve_lines(root: Statement, _info: graphene.ResolveInfo) -> list[StatementLine]:
        return list(root.lines.all())

    @staticmethod
    def resolve_payout(root: Statement, _info: graphene.ResolveInfo) -> Payout | None:
        try:
            return root.payout
        except ObjectDoesNotExist:
            return None


class PayoutType(ScopedType):
    """One payment to one shop."""

    class Meta:
        name = "Payout"
        model = Payout
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = (
            "id",
            "payee_name",
            "iban",
            "bic",
            "end_to_end_id",
            "returned_at",
            "return_reason",
        )

    state = graphene.Field(PayoutStateEnum, required=True)
    shop = graphene.Field(ShopType, required=True)
    statement = graphene.Field(StatementType, required=True)
    amount_cents = graphene.BigInt(required=True)

    @classmethod
    def with_parts(cls, queryset: "QuerySet[Payout]", user: Any) -> "QuerySet[Payout]":
        return rows.with_payout_parts(queryset, user)


class SettlementRunType(ScopedType):
    """One closing, for the Office only."""

    class Meta:
        name = "SettlementRun"
        model = SettlementRun
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = (
            "id",
            "number",
            "cutoff",
            "created_at",
            "approved_at",
            "execution_date",
            "executed_at",
        )

    state = graphene.Field(RunStateEnum, required=True)
    created_by = graphene.String(required=True)
    approved_by = graphene.String()
    executed_by = graphene.String()
    statements = graphene.List(graphene.NonNull(StatementType), required=True)

    @classmethod
    def with_parts(
        cls, queryset: "QuerySet[SettlementRun]", user: Any
    ) -> "QuerySet[SettlementRun]":
        return rows.with_run_parts(queryset, user)

    @staticmethod
    def resolve_statements(root: SettlementRun, _info: graphene.ResolveInfo) -> list[Statement]:
        return list(root.statements.all())
