"""Shops as the API shows them."""

import graphene

from saleor_alencon.api.types.base import CountedConnection, ScopedType
from saleor_alencon.shops.models import Shop, ShopState

ShopStateEnum = graphene.Enum.from_enum(ShopState)


class ShopType(ScopedType):
    """A member merchant."""

    class Meta:
        name = "Shop"
        model = Shop
        interfaces = (graphene.relay.Node,)
        connection_class = CountedConnection
        fields = (
            "id",
            "slug",
            "name",
            "legal_name",
            "kind",
            "siret",
            "vat_number",
            "iban",
            "bic",
            "email",
            "phone",
            "address_line",
            "postal_code",
            "city",
            "created_at",
        )

    state = graphene.Field(ShopStateEnum, required=True)
