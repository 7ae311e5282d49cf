"""Which resolvers a merchant's request uses instead of Saleor's own.

graphql-core asks a middleware manager for each field's resolver. This one answers with Saleor's
own, but for root fields, mutations and the fields named in fields.py: the others cost a merchant
nothing, and a shopper's request has no manager at all.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from graphene.utils.str_converters import to_snake_case
from graphql.execution.middleware import MiddlewareManager
from promise import is_thenable
from saleor.core.db.connection import allow_writer
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.api import schema
from saleor.graphql.core.context import disallow_replica_in_context

from .commands import COMMANDS, INSTEAD, Command
from .fields import FIELDS, ORDER_PLAIN, QUERIES
from .looks import refusal
from .merchants import find_shops
from .order_rules import RULES
from .ownership import Refused, check_arguments
from .paid_orders import check_paid
from .payment_fields import PAYMENT_FIELDS, REFUND_PLAIN, TRANSACTION_PLAIN
from .scope import RequestScope
from .trail import SILENT, command_begin, command_end, command_failed, command_refused

logger = logging.getLogger(__name__)

NOT_FOR_MERCHANTS = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."
SUSPENDED = "Votre boutique est suspendue : vous pouvez tout consulter et ne rien changer."
CLOSED = "Votre boutique est fermée : vous pouvez tout consulter et ne rien changer."
REFUSED_BY_DATABASE = "42501"
REFUSAL_CODES = ("invalid", "graphql_error", "invalid_status", "not_found")
# Mutations that answer with the user whom they signed in. The Dashboard lets nobody in whose
# permissions are empty in that very answer.
LOGINS = ("tokenCreate", "setPassword")
# Of these types each field is named here, or masked, or refused: a new one is not shown.
PLAIN = {
    "Order": ORDER_PLAIN,
    "TransactionItem": TRANSACTION_PLAIN,
    "OrderGrantedRefund": REFUND_PLAIN,
}
MASKS = FIELDS | PAYMENT_FIELDS
assert len(MASKS) == len(FIELDS) + len(PAYMENT_FIELDS), "a field is masked twice"


class MerchantResolvers(MiddlewareManager):
    """Gives the resolvers of one merchant's request."""

    __slots__ = ("scope",)

    def __init__(self, scope: RequestScope | None) -> None:
        super().__init__(wrap_in_promise=False)
        self.scope: Any = scope

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
        if place in MASKS:
            return MASKS[place](self.scope, resolver, root, info, arguments)
        if place[0] in PLAIN and place[1] not in PLAIN[place[0]]:
            raise PermissionDenied(NOT_FOR_MERCHANTS)
        return resolver(root, info, **arguments)

    def why_read_only(self) -> str:
        """Say why nothing may be changed."""
        if self.scope.shop is None:
            return NOT_FOR_MERCHANTS
        return CLOSED if self.scope.shop.closed else SUSPENDED

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
        except Refused as error:
            command_refused(self.scope, info, arguments, str(error))
            return refuse(info, str(error))
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
            raise Refused(INSTEAD.get(info.field_name, NOT_FOR_MERCHANTS))
        if self.scope.read_only and not command.account:
            raise Refused(self.why_read_only())
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
            raise Refused(self.why_read_only())

    def run(self, resolver: Any, root: Any, info: Any, arguments: dict[str, Any]) -> Any:
        """Run a mutation as the tables' owner, between the two rows of its trail.

        :raises Refused: what it hands over is not paid, or a rule of order_rules.py refuses it.
        """
        with self.scope.elevated(), checked(info.field_name, self.scope, arguments):
            if COMMANDS[info.field_name].paid and arguments.get("order"):
                check_paid(arguments["order"])
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


def checked(
    name: str, scope: RequestScope, arguments: dict[str, Any]
) -> AbstractContextManager[None]:
    """Return the rule of a mutation, which may change its arguments."""
    return RULES[name](scope, arguments) if name in RULES else nullcontext()


class LoginResolvers(MerchantResolvers):
    """Resolves a document that signs somebody in: what follows a merchant's login is scoped.

    ``begin`` takes the request, and returns the scope of the user whom it has now, or None.
    """

    __slots__ = ("begin",)

    def __init__(self, begin: Callable[[Any], RequestScope | None]) -> None:
        super().__init__(None)
        self.begin = begin

    def resolve(self, resolver: Any, root: Any, info: Any, **arguments: Any) -> Any:
        """Resolve as for a shopper, until a merchant has signed in."""
        if self.scope is not None:
            return super().resolve(resolver, root, info, **arguments)
        result = resolver(root, info, **arguments)
        if info.parent_type.name == "Mutation" and info.field_name in LOGINS:
            if is_thenable(result):
                result = result.get()
            if getattr(result, "user", None) is None:
                return result  # nobody was signed in: there is no one to ask for
            self.scope = self.begin(info.context)
            if self.scope is not None:
                forget_relations(result)
        return result


def signs_in(document: Any) -> bool:
    """Say whether a document may sign somebody in."""
    return isinstance(document, str) and any(name in document for name in LOGINS)


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
            own_name = to_snake_case(name)
            if own_name not in ("errors", payload._meta.error_type_field) and is_required(field):
                extra[own_name] = empty(field)
        error = ValidationError(reason, code=refusal_code(payload._meta.error_type_class))
        try:
            return payload.handle_errors(ValidationError({"id": error}), **extra)
        except Exception as error:
            logger.debug("No payload for %s: %s", info.field_name, error)
    raise PermissionDenied(reason)


def refusal_code(error_type: Any) -> str:
    """Return the code of an error type that says "no" best: each has codes of its own."""
    kind = error_type._meta.fields["code"].type
    codes = [member.value for member in getattr(kind, "of_type", kind)._meta.enum]
    return next((code for code in REFUSAL_CODES if code in codes), codes[0])


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
    unknown = {
        (kind, name)
        for kind, plain in PLAIN.items()
        for name in schema.get_type(kind).fields.keys() - plain
    }
    for kind, name in MASKS.keys() | unknown:
        found.append(schema.get_type(kind).fields[name].resolver)
    assert all(found), "a field without resolver of its own cannot be watched"
    return frozenset(found)


SPECIAL = special_resolvers()
