"""Documents for the leak test, generated from Saleor's own schema so that none is forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_required_argument,
)

CHANNEL = "alencon"
COMPOSITE = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)
PLAIN_VALUES = {
    "Int": 1, "Float": 1.0, "Boolean": True, "Decimal": 1, "PositiveDecimal": 1, "PositiveInt": 1,
    "Date": "2026-01-01", "DateTime": "2026-01-01T00:00:00Z", "JSONString": "{}", "JSON": {},
    "GenericScalar": 1, "WeightScalar": 1, "Minute": 1, "Day": 1, "Hour": 1, "Upload": None,
    "Metadata": {}, "_Any": {},
}  # fmt: skip
# What a mutation is about, where its name says something else.
ABOUT_OTHERWISE = {
    "orderGrantRefundUpdate": "OrderGrantedRefund",
    "orderFulfillmentCancel": "Fulfillment",
    "orderFulfillmentUpdateTracking": "Fulfillment",
    "orderFulfillmentApprove": "Fulfillment",
    "transactionRequestRefundForGrantedRefund": "TransactionItem",
    "transactionRequestAction": "TransactionItem",
}
OWN_FIRST = ("id", "order", "productId", "orderId", "variantId")
# What an argument is called that names a thing, where the thing is called otherwise.
NAMED_OTHERWISE = {
    "variant": "ProductVariant", "variants": "ProductVariant", "line": "OrderLine",
    "media": "ProductMedia", "medias": "ProductMedia", "lines": "OrderLine",
    "users": "User", "customer": "User", "customers": "User",
    "transaction": "TransactionItem", "grantedRefund": "OrderGrantedRefund",
    "removeLines": "OrderGrantedRefundLine", "fulfillmentLine": "FulfillmentLine",
}  # fmt: skip


@cache
def read_schema(source: Path) -> GraphQLSchema:
    """Read the schema of the Saleor that runs."""
    text = (source / "saleor/graphql/schema.graphql").read_text("utf-8")
    return build_schema(text, assume_valid=True)


@dataclass
class Probe:
    """One document with its variables, and where it comes from."""

    place: str
    text: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass
class Values:
    """What to put into arguments: the ids of one shop by type, and one text for everything else."""

    ids: dict[str, str]
    text: str
    email: str
    uuid: str

    def fill(self, kind: Any, name: str, owner: str, depth: int = 0) -> Any:
        """Return a value of an input type; of an input object, what is required and every id."""
        if isinstance(kind, GraphQLNonNull):
            return self.fill(kind.of_type, name, owner, depth)
        if isinstance(kind, GraphQLList):
            return [self.fill(kind.of_type, name, owner, depth)]
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return {
                key: self.fill(one.type, key, owner, depth + 1)
                for key, one in kind.fields.items()
                if isinstance(one.type, GraphQLNonNull)
                or (depth < 4 and leads_to_id(one.type, 3) and not key.endswith("Reference"))
            }
        if kind.name == "ID":
            return self.pick_id(name, owner)
        if kind.name == "UUID":
            return self.uuid
        if kind.name == "String":
            return self.email if "mail" in name else self.text
        return PLAIN_VALUES[kind.name]

    def pick_id(self, name: str, owner: str) -> str:
        """Return the id that an argument of this name most likely means."""
        bare = name.removesuffix("Ids").removesuffix("Id")
        candidates = [NAMED_OTHERWISE.get(bare, ""), bare[:1].upper() + bare[1:]]
        candidates += [candidates[-1].removesuffix("s"), owner]
        for candidate in candidates:
            if candidate in self.ids:
                return self.ids[candidate]
        return self.ids["Product"]


def leads_to_id(kind: Any, depth: int) -> bool:
    """Say whether an id can be given somewhere in a value of this type."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        return depth > 0 and any(leads_to_id(one.type, depth - 1) for one in named.fields.values())
    return named.name == "ID"


def own_arguments(one: GraphQLField) -> str | None:
    """Return the arguments a field below the root is asked with; None when it cannot be asked."""
    given = []
    for name, argument in one.args.items():
        if name == "first":
            given.append("first: 5")
        elif name == "channel":
            given.append(f'channel: "{CHANNEL}"')
        elif not is_required_argument(argument):
            continue
        elif name == "key":
            given.append('key: "x"')
        elif name in ("languageCode", "countryCode"):
            given.append(f"{name}: FR")
        elif name == "size":
            given.append("size: 64")
        else:
            return None
    return f"({', '.join(given)})" if given else ""


def leaves(kind: GraphQLNamedType) -> list[str]:
    """Return every field of a type that has no fields itself."""
    if isinstance(kind, GraphQLUnionType):
        return ["__typename"]
    found = ["__typename"]
    for name, one in kind.fields.items():  # type: ignore[attr-defined]
        arguments = own_arguments(one)
        if arguments is not None and not isinstance(get_named_type(one.type), COMPOSITE):
            found.append(f"{name}{arguments}")
    return found


def children(kind: GraphQLNamedType) -> Iterator[tuple[str, GraphQLNamedType]]:
    """Yield each field of a type that has fields itself, as it is asked, with its type."""
    if isinstance(kind, GraphQLUnionType):
        return
    for name, one in kind.fields.items():  # type: ignore[attr-defined]
        named = get_named_type(one.type)
        arguments = own_arguments(one)
        if isinstance(named, COMPOSITE) and arguments is not None:
            yield f"{name}{arguments}", named


def selections(kind: GraphQLNamedType, depth: int) -> Iterator[str]:
    """Yield selections that together reach every field of a type within ``depth`` steps."""
    if not isinstance(kind, COMPOSITE):
        yield ""
        return
    yield " ".join(leaves(kind))
    if depth == 0:
        return
    for name, child in children(kind):
        for inner in selections(child, depth - 1):
            yield f"{name} {{ {inner} }}"


def root_fields(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """Return every field of Query."""
    assert schema.query_type is not None
    return dict(schema.query_type.fields)


def mutations(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """Return every field of Mutation."""
    assert schema.mutation_type is not None
    return dict(schema.mutation_type.fields)


def node_type(one: GraphQLField) -> GraphQLNamedType:
    """Return what a root field is about: of a connection, what it lists."""
    named = get_named_type(one.type)
    if isinstance(named, GraphQLObjectType) and "edges" in named.fields:
        edge = get_named_type(named.fields["edges"].type)
        return get_named_type(edge.fields["node"].type)
    return named


def ask_root(
    kind: str, name: str, one: GraphQLField, given: dict[str, Any], selection: str, place: str
) -> Probe:
    """Return a document with one root field, its arguments as variables."""
    definitions = ", ".join(f"${key}: {one.args[key].type}" for key in given)
    passed = ", ".join(f"{key}: ${key}" for key in given)
    head = f"{kind}({definitions})" if given else kind
    call = f"{name}({passed})" if given else name
    body = f" {{ {selection} }}" if selection else ""
    return Probe(place, f"{head} {{ {call}{body} }}", given)


def wrap(one: GraphQLField, selection: str) -> str:
    """Put a selection where a root field's type wants it."""
    named = get_named_type(one.type)
    if isinstance(named, GraphQLObjectType) and "edges" in named.fields:
        count = "totalCount " if "totalCount" in named.fields else ""
        return f"{count}edges {{ node {{ {selection} }} }}"
    return selection if isinstance(named, COMPOSITE) else ""


def plain_arguments(one: GraphQLField, values: Values) -> dict[str, Any]:
    """Return the arguments a root field cannot be asked without."""
    given: dict[str, Any] = {}
    for name, argument in one.args.items():
        if name == "first":
            given[name] = 20
        elif name == "channel":
            given[name] = CHANNEL
        elif is_required_argument(argument):
            given[name] = values.fill(argument.type, name, node_type(one).name)
    return given


def walks(schema: GraphQLSchema, own: Values, depth: int) -> Iterator[Probe]:
    """Yield documents that reach every field from every root field within ``depth`` steps.

    A root field that needs an id begins at one of the merchant's own rows.
    """
    for name, one in root_fields(schema).items():
        given = plain_arguments(one, own)
        kind = node_type(one)
        if "id" in one.args and kind.name in own.ids:
            given["id"] = own.ids[kind.name]
        for number, selection in enumerate(selections(kind, depth)):
            place = f"Query.{name}#{number}"
            yield ask_root("query", name, one, given, wrap(one, selection), place)


def lookups(schema: GraphQLSchema, values: Values) -> Iterator[Probe]:
    """Yield documents that look for a row by each argument of each root field, filters included."""
    for name, one in root_fields(schema).items():
        kind = node_type(one)
        selection = wrap(one, names(kind))
        for argument_name, argument in one.args.items():
            if argument_name in ("first", "last", "before", "after", "channel"):
                continue
            for value, part in variants(argument, argument_name, kind.name, values):
                given = plain_arguments(one, values) | {argument_name: value}
                place = f"Query.{name}({argument_name}{part})"
                yield ask_root("query", name, one, given, selection, place)


def names(kind: GraphQLNamedType) -> str:
    """Ask for what tells one row from another, which a merchant may always ask."""
    if not isinstance(kind, COMPOSITE):
        return ""
    fields = getattr(kind, "fields", {})
    wanted = [name for name in ("id", "name", "slug", "sku", "number") if name in fields]
    return " ".join(["__typename", *wanted])


def variants(
    argument: GraphQLArgument, name: str, owner: str, values: Values
) -> Iterator[tuple[Any, str]]:
    """Yield an argument's value; of an input object, one value for each of its fields."""
    named = get_named_type(argument.type)
    if not isinstance(named, GraphQLInputObjectType):
        if name == "id" and owner not in values.ids:
            yield from ((value, f": {kind}") for kind, value in values.ids.items())
        else:
            yield values.fill(argument.type, name, owner), ""
        return
    for key, one in named.fields.items():
        inner = get_named_type(one.type)
        if isinstance(inner, GraphQLEnumType) and name == "sortBy" and key == "field":
            for choice in inner.values:
                yield {"field": choice, "direction": "ASC"}, f".{choice}"
        elif key in ("AND", "OR", "NOT") or name == "sortBy":
            continue
        else:
            yield {key: fill_filter(one.type, key, owner, values, 3)}, f".{key}"


def fill_filter(kind: Any, name: str, owner: str, values: Values, depth: int) -> Any:
    """Return a filter's value: of one with choices of comparison, an equality."""
    if isinstance(kind, GraphQLNonNull):
        return fill_filter(kind.of_type, name, owner, values, depth)
    if isinstance(kind, GraphQLList):
        return [fill_filter(kind.of_type, name, owner, values, depth)]
    if isinstance(kind, GraphQLInputObjectType):
        for key in ("eq", "oneOf", "value", "gte"):
            if key in kind.fields and len(kind.fields) <= 4:
                return {key: fill_filter(kind.fields[key].type, name, owner, values, depth - 1)}
        return {
            key: fill_filter(one.type, key, owner, values, depth - 1)
            for key, one in kind.fields.items()
            if depth > 0 and key not in ("AND", "OR", "NOT")
        }
    return values.fill(kind, name, owner)


def commands(schema: GraphQLSchema, values: Values, own: Values | None = None) -> Iterator[Probe]:
    """Yield every mutation once with one shop's ids; with ``own``, on its own rows' ids.

    With ``own`` the argument that names the row is its own, and everything in the others is the
    other shop's; a mutation without others is left out.
    """
    for name, one in mutations(schema).items():
        owner = guess_kind(name, one, values)
        given, with_others = {}, False
        for key, argument in one.args.items():
            if not is_required_argument(argument) and not leads_to_id(argument.type, 4):
                continue
            is_own = own is not None and key in OWN_FIRST
            with_others |= not is_own and leads_to_id(argument.type, 4)
            given[key] = (own if own and is_own else values).fill(argument.type, key, owner)
        if own and not (with_others and given.keys() & set(OWN_FIRST)):
            continue  # nothing of the other shop's would be in it
        payload = get_named_type(one.type)
        yield ask_root("mutation", name, one, given, payload_selection(payload), f"Mutation.{name}")


def payload_selection(payload: GraphQLNamedType) -> str:
    """Ask for everything a mutation's payload shows, one step deep."""
    parts = list(leaves(payload))
    for name, child in children(payload):
        parts.append(f"{name} {{ {' '.join(leaves(child))} }}")
    return " ".join(parts)


def guess_kind(name: str, one: GraphQLField, values: Values) -> str:
    """Return the type a mutation is about: the longest one its name begins with, or contains."""
    if name in ABOUT_OTHERWISE:
        return ABOUT_OTHERWISE[name]
    lowered = name.lower()
    found = [kind for kind in values.ids if kind.lower() in lowered]
    return max(found, key=len) if found else "Product"


def split(probe: Probe) -> Iterator[Probe]:
    """Yield a document for each field of the innermost selection: one refused hides no other."""
    head, _brace, rest = probe.text.rpartition("{ ")
    inner, _end, tail = rest.partition(" }")
    for found in re.finditer(r"\w+(\([^)]*\))?", inner):
        yield Probe(probe.place, f"{head}{{ {found.group()} }}{tail}", probe.variables)
