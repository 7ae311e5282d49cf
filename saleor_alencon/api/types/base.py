"""What every type of the API shares: counted connections and scoped look-ups."""

from typing import Any

import graphene
from django.db.models import Model, QuerySet
from graphene_django import DjangoObjectType

from saleor_alencon.api.scope import visible


class CountedConnection(graphene.relay.Connection):
    """A relay connection that also says how many rows there are in all."""

    class Meta:
        abstract = True

    total_count = graphene.Int(required=True)

    @staticmethod
    def resolve_total_count(root: Any, _info: graphene.ResolveInfo) -> int:
        return int(root.length)


class ScopedType(DjangoObjectType):
    """A type whose every look-up, ``node(id:)`` included, goes through :func:`scope.visible`."""

    class Meta:
        abstract = True

    @classmethod
    def with_parts(cls, queryset: "QuerySet[Any]", _user: Any) -> "QuerySet[Any]":
        """Add what the type's nested fields read."""
        return queryset

    @classmethod
    def get_queryset(cls, queryset: Any, info: graphene.ResolveInfo) -> "QuerySet[Any]":
        user = info.context.user
        return cls.with_parts(visible(queryset.all(), user), user)

    @classmethod
    def get_node(cls, info: graphene.ResolveInfo, id: str) -> Model | None:
        if not id.isascii() or not id.isdigit():
            return None
        return cls.get_queryset(cls._meta.model.objects, info).filter(pk=id).first()
