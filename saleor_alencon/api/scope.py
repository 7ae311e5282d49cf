"""Which rows a person may read: the one place the API decides it.

The Office's roles read a model when they hold its ``view`` permission. A merchant reads the rows
of the shops it is a member of. Anybody else, inactive users included, reads nothing.
"""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.settlement.models import Payout, SettlementRun, Statement
from saleor_alencon.shops.models import Shop, ShopMember

AnyModel = TypeVar("AnyModel", bound=Model)

# How each model names its shop. A model that is not listed is never shown to a merchant.
SHOP_LOOKUPS: dict[type[Model], str] = {
    Shop: "pk",
    ShopOrder: "shop",
    Pickup: "shop",
    Statement: "shop",
    Payout: "shop",
}
OFFICE_ONLY: frozenset[type[Model]] = frozenset({SettlementRun})


def can_view_all(user: Any, model: type[Model]) -> bool:
    """Say whether ``user`` reads every row of ``model``, whatever the shop."""
    return isinstance(user, User) and user.has_perm(
        f"{model._meta.app_label}.view_{model._meta.model_name}"
    )


def member_shop_ids(user: Any) -> "QuerySet[ShopMember, int]":
    """Return the ids of the shops whose rows ``user`` reads as a merchant, as a subquery."""
    memberships = ShopMember.objects.all()
    if isinstance(user, User) and user.is_active and user.role == Role.MERCHANT:
        memberships = memberships.filter(user=user)
    else:
        memberships = memberships.none()
    return memberships.values_list("shop_id", flat=True)


def visible(queryset: "QuerySet[AnyModel]", user: Any) -> "QuerySet[AnyModel]":
    """Keep the rows of ``queryset`` that ``user`` may read."""
    model = queryset.model
    if can_view_all(user, model):
        return queryset
    if model in OFFICE_ONLY:
        return queryset.none()
    if model is Order:
        own = ShopOrder.objects.filter(shop__in=member_shop_ids(user))
        return queryset.filter(pk__in=own.values("order"))
    return queryset.filter(**{f"{SHOP_LOOKUPS[model]}__in": member_shop_ids(user)})
