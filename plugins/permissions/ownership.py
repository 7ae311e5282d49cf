"""Checks, in the merchant's role, that a command's arguments name rows of its shop only."""

from collections.abc import Iterator
from typing import Any

import graphene
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import connection
from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from .commands import AT_COUNTER, KEPT_KEYS, LOOKUPS, Command
from .tables import TABLES, Own, Shared

ANOTHERS = "Ceci ne fait pas partie de votre boutique."
BY_ID_ONLY = "Désignez l'objet par son identifiant (id)."
OFFICE_KEY = "Les métadonnées « alencon. » sont tenues par l'Office."


class Refused(Exception):
    """Raised for arguments that a merchant may not give; the text is for the merchant."""


def check_arguments(info: Any, command: Command, arguments: dict[str, Any]) -> None:
    """Look at every value, at any depth.

    :raises Refused: an id that is not the shop's nor shared, a lookup that passes by ids, or a
        metadata key that the Office keeps.
    """
    definition = info.parent_type.fields[info.field_name]
    for name, argument in definition.args.items():
        value = arguments.get(argument.out_name or name)
        if value is None:
            continue
        if name in LOOKUPS and not command.account:
            raise Refused(BY_ID_ONLY)
        for kind, one in leaves(argument.type, value):
            if kind == "ID":
                check_id(info.schema, one, command.kinds if name == "id" else ())
            elif kind == "MetadataKey" and str(one).startswith(KEPT_KEYS):
                raise Refused(OFFICE_KEY)
        if name == "keys" and any(str(key).startswith(KEPT_KEYS) for key in value):
            raise Refused(OFFICE_KEY)


def leaves(kind: Any, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield each scalar of a value with its type's name, whatever it is nested in."""
    if value is None:
        return
    if isinstance(kind, GraphQLNonNull):
        yield from leaves(kind.of_type, value)
    elif isinstance(kind, GraphQLList):
        for one in value if isinstance(value, list | tuple) else [value]:
            yield from leaves(kind.of_type, one)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            inner = value.get(field.out_name or name)
            if kind.name == "MetadataInput" and name == "key":
                yield "MetadataKey", inner
            elif name.endswith("ExternalReference") and inner is not None:
                raise Refused(BY_ID_ONLY)
            else:
                yield from leaves(field.type, inner)
    else:
        yield kind.name, value


def check_id(schema: Any, global_id: Any, kinds: tuple[str, ...]) -> None:
    """See that a global id names a row the merchant can see, of a kind a command may name.

    :raises Refused: it does not, in the same words whether the row is another's or is not there.
    """
    try:
        name, key = graphene.Node.from_global_id(str(global_id))
        model = schema.get_type(name).graphene_type._meta.model
        table = TABLES[model._meta.db_table]
    except Exception:
        raise Refused(ANOTHERS) from None
    if kinds and name not in kinds:
        raise Refused(AT_COUNTER if name == "Warehouse" else ANOTHERS)
    if not isinstance(table, Own | Shared):
        raise Refused(ANOTHERS)
    # A transaction's id is made of its token, every other one of the row's key.
    by = "token" if name == "TransactionItem" else "pk"
    try:
        found = model._base_manager.using(connection.alias).filter(**{by: key}).exists()
    except (DjangoValidationError, ValueError, TypeError, OverflowError):
        found = False
    if not found:
        raise Refused(ANOTHERS)
