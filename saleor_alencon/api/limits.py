"""What one request may ask at most, so that no query can keep the service busy."""

from django.utils.translation import gettext as _
from graphene.validation import depth_limit_validator
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
)

from saleor_alencon.api.schema import schema

LENGTH_MAX = 10_000  # characters of a query
DEPTH_MAX = 10
COST_MAX = 200  # one per field with fragments expanded, and ROOT_FIELD_COST per root field
ROOT_FIELD_COST = 10


def query_errors(query: str) -> list[GraphQLError]:
    """Return why ``query`` is refused, or an empty list.

    Cost and depth are measured on a valid document only: their walks rely on fragments that
    exist and do not contain themselves.
    """
    if len(query) > LENGTH_MAX:
        text = _("La requête dépasse %(maximum)s caractères.")
        return [GraphQLError(text % {"maximum": LENGTH_MAX})]
    try:
        document = parse(query)
        errors = validate(schema.graphql_schema, document, specified_rules)
        if errors:
            return errors
        cost = max(operation_costs(document), default=0)
        if cost > COST_MAX:
            text = _("La requête coûte %(cost)s ; la limite est %(maximum)s.")
            return [GraphQLError(text % {"cost": cost, "maximum": COST_MAX})]
        return validate(schema.graphql_schema, document, [depth_limit_validator(DEPTH_MAX)])
    except GraphQLError as error:
        return [error]
    except RecursionError:
        return [GraphQLError(_("La requête est trop imbriquée."))]


def refuse(query: str) -> ExecutionResult | None:
    """Return the answer to a refused query, or nothing when it may run."""
    errors = query_errors(query)
    return ExecutionResult(data=None, errors=errors) if errors else None


def operation_costs(document: DocumentNode) -> list[int]:
    """Return the cost of each operation of a valid document."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    known: dict[tuple[str, bool], int] = {}
    return [
        selection_cost(node.selection_set, fragments, known, is_root=True)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]


def selection_cost(
    selection: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    known: dict[tuple[str, bool], int],
    *,
    is_root: bool,
) -> int:
    """Return the cost of a selection; ``known`` holds each fragment's, by name and place."""
    cost = 0
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            if node.name.value.startswith("__"):  # Its own rule limits introspection.
                continue
            cost += ROOT_FIELD_COST if is_root else 1
            cost += selection_cost(node.selection_set, fragments, known, is_root=False)
        elif isinstance(node, InlineFragmentNode):
            cost += selection_cost(node.selection_set, fragments, known, is_root=is_root)
        elif isinstance(node, FragmentSpreadNode):
            key = (node.name.value, is_root)
            if key not in known:
                inner = fragments[node.name.value].selection_set
                known[key] = selection_cost(inner, fragments, known, is_root=is_root)
            cost += known[key]
    return cost
