"""The read API's schema. It has no mutations: changes are made in the back-office."""

import graphene

from saleor_alencon.api.queries.balances import BalanceQueries
from saleor_alencon.api.queries.orders import OrderQueries
from saleor_alencon.api.queries.settlement import SettlementQueries
from saleor_alencon.api.queries.shops import ShopQueries


class Query(ShopQueries, OrderQueries, SettlementQueries, BalanceQueries, graphene.ObjectType):
    """What may be asked. Each person gets the rows that their role or their shops allow."""

    node = graphene.relay.Node.Field()


schema = graphene.Schema(query=Query)
