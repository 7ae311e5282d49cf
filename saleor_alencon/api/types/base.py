"""What every type of the API shares: counted connections and scoped look-ups."""

from typing import Any

import graphene
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from graphene_django import DjangoConnectionField, DjangoObjectType
from graphene_django.settings import graphene_settings
from graphql import GraphQLError
from graphql_relay import from_global_id

from saleor_alencon.api.scope import visible


class CountedConnection(graphene.relay.Connection):
    """A relay connection that also says how many rows there are in all."""

    class Meta:
        abstract = True

    total_count = graphene.Int(required=True)

    @staticmethod
    def resolve_total_count(root: Any, _info: graphene.ResolveInfo) -> int:
        return int(root.length)


class PageField(DjangoConnectionField):
    """A list by pages, which says what is wrong with the page asked for."""

    @classmethod
    def connection_resolver(cls, *settings: Any, **arguments: Any) -> Any:
        maximum = graphene_settings.RELAY_CONNECTION_MAX_LIMIT
        for name in ("first", "last"):
            if not 0 <= (arguments.get(name) or 0) <= maximum:
                text = _("« %(name)s » va de 0 à %(maximum)s.")
                raise GraphQLError(text % {"name": name, "maximum": maximum})
        offset = arguments.get("offset")
        if offset is not None and (offset < 0 or arguments.get("before") is not None):
            raise GraphQLError(_("« offset » est positif et va sans « before »."))
        return super().connection_resolver(*settings, **arguments)


def find_node(info: graphene.ResolveInfo, global_id: str) -> Model | None:
    """Return the row of an id, or None for an id that no visible row has."""
    name, key = from_global_id(global_id)
    found = getattr(info.schema.get_type(name), "graphene_type", None)
    if found is None or graphene.relay.Node not in getattr(found._meta, "interfaces", ()):
        return None
    row: Model | None = found.get_node(info, key)
    return row


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
