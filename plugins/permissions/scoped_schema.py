"""Which resolvers a merchant's request uses instead of Saleor's own.

graphql-core asks a middleware manager for each field's resolver. This one answers with Saleor's
own, but for root fields, mutations and the fields named in fields.py: the others cost a merchant
nothing, and a shopper's request has no manager at all.
"""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from graphql.execution.middleware import MiddlewareManager
from promise import is_thenable
from saleor.core.db.connection import allow_writer
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.api import schema
from saleor.graphql.core.context import disallow_replica_in_context

from .commands import COMMANDS, Command
from .fields import FIELDS, ORDER_PLAIN, QUERIES
from .looks import refusal
from .merchants import find_shops
from .ownership import Refused, check_arguments
from .scope import RequestScope
from .trail import SILENT, command_begin, command_end, command_failed, command_refused

logger = logging.getLogger(__name__)

NOT_FOR_MERCHANTS = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."
SUSPENDED = "Votre boutique est suspendue : vous pouvez tout consulter et ne rien changer."
REFUSED_BY_DATABASE = "42501"


class MerchantResolvers(MiddlewareManager):
    """Gives the resolvers of one merchant's request."""

    __slots__ = ("scope",)

    def __init__(self, scope: RequestScope) -> None:
        super().__init__(wrap_in_promise=False)
        self.scope = scope

    def get_field_resolver(self, field_resolver: Any) -> Any:
        """Return the resolver of a field, or ours before it."""
        if field_resolver in SPECIAL:
            return partial(self.resolve, field_resolver)
        return field_resolver

    def resolve(self, resolver: Any, root: Any, info: Any, **arguments: Any) -> Any:
        """Resolve a field whose resolver is a special one's; others may share it."""
        place = (info.parent_type.name, info.field_name)
        if place[0] == "Mutation":
            return self.command(resolver, root, info, arguments)
        if place[0] == "Query" and place[1] not in QUERIES and not place[1].startswith("__"):
            raise PermissionDenied(NOT_FOR_MERCHANTS)
        if place[0] == "Order" and place[1] not in ORDER_PLAIN and place not in FIELDS:
            raise PermissionDenied(NOT_FOR_MERCHANTS)
        if place in FIELDS:
            return FIELDS[place](self.scope, resolver, root, info, arguments)
        return resolver(root, info, **arguments)

    def command(self, resolver: Any, root: Any, info: Any, arguments: dict[str, Any]) -> Any:
        """Check a mutation while scoped, run it elevated, and return to the merchant's role."""
        try:
            self.check(info, arguments)
        except Refused as error:
            command_refused(self.scope, info, arguments, str(error))
            return refuse(info, str(error))
        # What was read in one role must not be used in the other.
        info.context.dataloaders.clear()
        try:
            result = self.run(resolver, root, info, arguments)
        except DatabaseError as error:
            if not is_refused_by_database(error):
                raise
            logger.warning("The database refused a merchant's %s: %s", info.field_name, error)
            return refuse(info, NOT_FOR_MERCHANTS)
        finally:
            info.context.dataloaders.clear()
        forget_relations(result)
        return result

    def check(self, info: Any, arguments: dict[str, Any]) -> None:
        """See, while scoped, that a mutation is the merchant's to run on what it names.

        :raises Refused: with the reason for the merchant.
        """
        command = COMMANDS.get(info.field_name)
        look = self.scope.look
        if look is not None and info.field_name not in SILENT:
            raise Refused(refusal(look))
        if command is None:
            raise Refused(NOT_FOR_MERCHANTS)
        if self.scope.read_only and not command.account:
            raise Refused(SUSPENDED if self.scope.shop else NOT_FOR_MERCHANTS)
        disallow_replica_in_context(info.context)
        with allow_writer():
            self.confirm(command)
            check_arguments(info, command, arguments)

    def confirm(self, command: Command) -> None:
        """See in the database that is written to, not its copy, that the shop may still do this.

        :raises Refused: it was suspended, or the merchant left it, a moment ago.
        """
        if command.account:
            return
        shop = self.scope.shop
        shops = find_shops(self.scope.user_id, settings.DATABASE_CONNECTION_DEFAULT_NAME)
        self.scope.shop = next((one for one in shops if shop and one.slug == shop.slug), None)
        if self.scope.read_only:
            raise Refused(SUSPENDED if self.scope.shop else NOT_FOR_MERCHANTS)

    def run(self, resolver: Any, root: Any, info: Any, arguments: dict[str, Any]) -> Any:
        """Run a mutation as the tables' owner, between the two rows of its trail."""
        with self.scope.elevated():
            act = command_begin(self.scope, info, arguments)
            try:
                result = resolver(root, info, **arguments)
                if is_thenable(result):
                    result = result.get()
            except Exception as error:
                command_failed(act, error, refused=is_refused_by_database(error))
                raise
            command_end(act, result)
            return result


def is_refused_by_database(error: Exception) -> bool:
    """Say whether a trigger refused a row that is not the shop's."""
    return getattr(error.__cause__, "sqlstate", None) == REFUSED_BY_DATABASE


def forget_relations(payload: Any) -> None:
    """Drop what the command's objects keep of other rows, so that it is read again, scoped."""
    for value in list(vars(payload).values()) if hasattr(payload, "__dict__") else []:
        for one in value if isinstance(value, list | tuple) else [value]:
            instance = getattr(one, "node", one)
            state = getattr(instance, "_state", None)
            if state is not None:
                state.fields_cache.clear()
                instance.__dict__.pop("_prefetched_objects_cache", None)


def refuse(info: Any, reason: str) -> Any:
    """Answer a mutation with an error of its own kind, as the Dashboard shows them.

    :raises PermissionDenied: the mutation has no errors of its own.
    """
    kind = getattr(info.return_type, "of_type", None) or info.return_type
    payload = getattr(kind, "graphene_type", None)
    if hasattr(payload, "handle_errors") and payload._meta.error_type_class is not None:
        extra = {}
        for name, field in kind.fields.items():
            if name not in ("errors", payload._meta.error_type_field) and is_required(field):
                extra[field.out_name if hasattr(field, "out_name") else name] = empty(field)
        try:
            return payload.handle_errors(ValidationError({"id": ValidationError(reason)}), **extra)
        except Exception as error:
            logger.debug("No payload for %s: %s", info.field_name, error)
    raise PermissionDenied(reason)


def is_required(field: Any) -> bool:
    """Say whether a payload's field may not be null."""
    return type(field.type).__name__ == "GraphQLNonNull"


def empty(field: Any) -> Any:
    """Return a value for a field that may not be null: nothing was done."""
    return [] if type(field.type.of_type).__name__ == "GraphQLList" else 0


def special_resolvers() -> frozenset[Any]:
    """Return the resolvers of every mutation and root field, and of what fields.py masks."""
    found = [field.resolver for field in schema.get_mutation_type().fields.values()]
    found += [field.resolver for field in schema.get_query_type().fields.values()]
    unknown = {("Order", name) for name in schema.get_type("Order").fields} - {
        ("Order", name) for name in ORDER_PLAIN
    }
    for kind, name in FIELDS.keys() | unknown:
        found.append(schema.get_type(kind).fields[name].resolver)
    assert all(found), "a field without resolver of its own cannot be watched"
    return frozenset(found)


SPECIAL = special_resolvers()
