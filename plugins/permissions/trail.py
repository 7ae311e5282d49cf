"""Writes the trail of merchants' commands: before one runs, and when it has ended.

A command is not run when its row cannot be written, so that no change is without one. The two rows
are not in the change's own transaction: Saleor's mutations have several, speak to payment
providers between them, and rely on what they committed before they did.
"""

import logging
import re
from typing import Any

import graphene
from graphql import parse
from graphql.language.ast import OperationDefinition
from saleor.core.db.connection import allow_writer
from saleor.core.exceptions import PermissionDenied

from .models import Act, ActKind, Outcome
from .ownership import Refused, leaves
from .scope import RequestScope

logger = logging.getLogger(__name__)

MOST_IDS = 200
LONGEST_NAME = 100
LONGEST_REASON = 500
READABLE_ID = re.compile(r"[A-Za-z]{1,60}:[0-9A-Za-z-]{1,40}")
UNREADABLE = "?"
CODE = re.compile(r"[A-Za-z0-9_.]{1,60}")
SILENT = frozenset({"tokenRefresh", "tokenVerify"})
"""Every minute of a session, and nothing is changed by them."""


def command_begin(scope: RequestScope, info: Any, arguments: dict[str, Any]) -> Act | None:
    """Write that a command is about to run, as the tables' owner; None for what leaves no trace."""
    if info.field_name in SILENT:
        return None
    return add(scope, ActKind.COMMAND, info.field_name, argument_ids(info, arguments))


def command_end(act: Act | None, result: Any) -> None:
    """Write how a command ended: done, or refused by Saleor with its codes."""
    errors = list(getattr(result, "errors", None) or [])
    outcome = Outcome.INVALID if errors else Outcome.DONE
    close(act, outcome, error_codes(errors), payload_ids(result))


def command_failed(act: Act | None, error: Exception, *, refused: bool) -> None:
    """Write that a command was broken off; of an error its kind only is kept.

    A rule that refuses in the merchant's words while the command runs is kept with them.
    """
    if isinstance(error, Refused):
        close(act, Outcome.REFUSED, str(error), [])
        return
    outcome = Outcome.REFUSED if refused else Outcome.FAILED
    if isinstance(error, PermissionDenied):
        outcome = Outcome.INVALID
    close(act, outcome, type(error).__name__, [])


def command_refused(scope: RequestScope, info: Any, arguments: dict[str, Any], reason: str) -> None:
    """Write a command that was refused before it ran."""
    if info.field_name in SILENT:
        return
    ids = argument_ids(info, arguments)
    with scope.elevated():
        add(scope, ActKind.COMMAND, info.field_name, ids, Outcome.REFUSED, reason)


def read_begin(scope: RequestScope, document: Any) -> None:
    """Write that a document is about to be answered during a look."""
    with scope.elevated():
        add(scope, ActKind.READ, root_fields(document), [], Outcome.DONE)


def add(
    scope: RequestScope,
    kind: ActKind,
    name: str,
    ids: list[str],
    outcome: Outcome = Outcome.BEGUN,
    reason: str = "",
) -> Act:
    """Add a row of the running request."""
    with allow_writer():
        return Act.objects.create(
            kind=kind,
            user_id=scope.user_id,
            email=scope.email,
            shop=scope.shop.slug if scope.shop else "",
            name=name[:LONGEST_NAME],
            ids=ids,
            outcome=outcome,
            reason=reason[:LONGEST_REASON],
            look_id=scope.look.pk if scope.look else None,
        )


def close(act: Act | None, outcome: Outcome, reason: str, ids: list[str]) -> None:
    """Add the end of a row. A failure is logged: what was done is done, and its begin is there."""
    if act is None:
        return
    try:
        with allow_writer():
            Act.objects.create(
                kind=act.kind,
                user_id=act.user_id,
                email=act.email,
                shop=act.shop,
                name=act.name,
                ids=ids,
                outcome=outcome,
                reason=reason[:LONGEST_REASON],
                look_id=act.look_id,
                begun=act,
            )
    except Exception:
        logger.exception("The end of act %s is missing in the trail.", act.pk)


def argument_ids(info: Any, arguments: dict[str, Any]) -> list[str]:
    """Return each id among the arguments, as "Product:12"; what is no id is "?"."""
    found: dict[str, None] = {}
    for name, argument in info.parent_type.fields[info.field_name].args.items():
        value = arguments.get(argument.out_name or name)
        try:
            for kind, one in leaves(argument.type, value):
                if kind == "ID":
                    found[readable_id(one)] = None
        except Refused:
            continue
    return list(found)[:MOST_IDS]


def readable_id(global_id: Any) -> str:
    """Return a global id decoded, never a text that somebody put in its place."""
    try:
        text = ":".join(graphene.Node.from_global_id(str(global_id)))
    except Exception:
        return UNREADABLE
    return text if READABLE_ID.fullmatch(text) else UNREADABLE


def payload_ids(payload: Any) -> list[str]:
    """Return the ids of the objects that a command answers with: those it made or changed."""
    found: dict[str, None] = {}
    for value in list(vars(payload).values()) if hasattr(payload, "__dict__") else []:
        for one in value if isinstance(value, list | tuple) else [value]:
            instance = getattr(one, "node", one)
            if hasattr(instance, "_meta") and getattr(instance, "pk", None) is not None:
                found[f"{type(instance).__name__}:{instance.pk}"] = None
    return list(found)[:MOST_IDS]


def error_codes(errors: list[Any]) -> str:
    """Return "field: CODE" of each error; messages may hold what was typed."""
    return "; ".join(
        f"{known(getattr(error, 'field', None))}: {known(getattr(error, 'code', None))}"
        for error in errors[:10]
    )


def known(value: Any) -> str:
    """Return a name of Saleor's, and nothing else."""
    text = str(getattr(value, "value", value) or "-")
    return text if CODE.fullmatch(text) else UNREADABLE


def root_fields(document: Any) -> str:
    """Return the names of the fields that a document asks first."""
    try:
        definitions = parse(str(document)).definitions
    except Exception:
        return UNREADABLE
    names: dict[str, None] = {}
    for definition in definitions:
        if isinstance(definition, OperationDefinition):
            for selection in definition.selection_set.selections:
                name = getattr(selection, "name", None)
                names[name.value if name else "..."] = None
    return ", ".join(names) or UNREADABLE
