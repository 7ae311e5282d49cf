"""The read API's schema. It has no mutations: changes are made in the back-office."""

import graphene
from django.db.models import Model

from saleor_alencon.api.queries.balances import BalanceQueries
from saleor_alencon.api.queries.orders import OrderQueries
from saleor_alencon.api.queries.settlement import SettlementQueries
from saleor_alencon.api.queries.shops import ShopQueries
from saleor_alencon.api.types.base import find_node


class Query(ShopQueries, OrderQueries, SettlementQueries, BalanceQueries, graphene.ObjectType):
    """What may be asked. Each person gets the rows that their role or their shops allow."""

    node = graphene.Field(
        graphene.relay.Node, id=graphene.ID(required=True, description="The ID of the object")
    )

    @staticmethod
    def resolve_node(_root: None, info: graphene.ResolveInfo, id: str) -> Model | None:
        return find_node(info, id)


schema = graphene.Schema(query=Query)
