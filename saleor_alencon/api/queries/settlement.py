"""Root fields ``settlementRuns``, ``statements`` and ``payouts``."""

import graphene
from django.db.models import QuerySet

from saleor_alencon.api.types.base import PageField
from saleor_alencon.api.types.settlement import (
    PayoutStateEnum,
    PayoutType,
    RunStateEnum,
    SettlementRunType,
    StatementType,
)
from saleor_alencon.settlement.models import Payout, SettlementRun, Statement


class SettlementQueries(graphene.ObjectType):
    settlement_runs = PageField(SettlementRunType, required=True, state=RunStateEnum())
    statements = PageField(
        StatementType, required=True, shop=graphene.String(description="The shop's slug.")
    )
    payouts = PageField(
        PayoutType,
        required=True,
        shop=graphene.String(description="The shop's slug."),
        state=PayoutStateEnum(),
    )

    @staticmethod
    def resolve_settlement_runs(
        _root: None, _info: graphene.ResolveInfo, state: str | None = None, **_page: object
    ) -> "QuerySet[SettlementRun]":
        found = SettlementRun.objects.all()
        return found if state is None else found.filter(state=state)

    @staticmethod
    def resolve_statements(
        _root: None, _info: graphene.ResolveInfo, shop: str | None = None, **_page: object
    ) -> "QuerySet[Statement]":
        found = Statement.objects.order_by("-run_id", "shop__name", "pk")
        return found if shop is None else found.filter(shop__slug=shop)

    @staticmethod
    def resolve_payouts(
        _root: None,
        _info: graphene.ResolveInfo,
        shop: str | None = None,
        state: str | None = None,
        **_page: object,
    ) -> "QuerySet[Payout]":
        found = Payout.objects.order_by("-run_id", "shop__name", "pk")
        if shop is not None:
            found = found.filter(shop__slug=shop)
        if state is not None:
            found = found.filter(state=state)
        return found
