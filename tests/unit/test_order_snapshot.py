"""The contract with the capture plugin: exact, closed, documented, and met by real orders."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)
from graphql import parse as parse_graphql
from jsonschema import Draft202012Validator

from saleor_alencon.inbox.snapshot import (
    FractionOfACent,
    MalformedSnapshot,
    Money,
    UnknownVersion,
    parse_snapshot,
    to_cents,
    write_schema,
)

PROJECT = Path(__file__).resolve().parents[2]
SCHEMA = PROJECT / "saleor_alencon/inbox/order-snapshot-v1.schema.json"
QUERY = PROJECT / "plugins/capture/order_snapshot.graphql"
DOCUMENTATION = PROJECT / "docs/order-snapshot.md"
RECORDED = sorted((PROJECT / "fixtures/snapshots/v1").glob("*.json"))


@pytest.fixture(scope="module")
def document() -> str:
    return RECORDED[0].read_text("utf-8")


def change(text: str, path: list[str | int], value: Any) -> str:
    """Return the document with one value replaced."""
    whole = json.loads(text)
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(whole)


def test_the_schema_file_is_current() -> None:
    assert SCHEMA.read_text("utf-8") == write_schema()


def test_every_field_is_documented() -> None:
    schema = json.loads(write_schema())
    text = DOCUMENTATION.read_text("utf-8")
    sections = {part.split("\n", 1)[0].strip(): part for part in text.split("\n### ")[1:]}
    definitions = {**schema["$defs"], "OrderSnapshot": schema}
    undocumented = [
        f"{name}.{field}"
        for name, definition in definitions.items()
        for field in definition["properties"]
        if f"| `{field}` |" not in sections.get(name, "")
    ]
    assert undocumented == []


def test_every_documented_field_exists() -> None:
    schema = json.loads(write_schema())
    definitions = {**schema["$defs"], "OrderSnapshot": schema}
    for part in DOCUMENTATION.read_text("utf-8").split("\n### ")[1:]:
        name = part.split("\n", 1)[0].strip()
        rows = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]
        assert set(rows) == set(definitions[name]["properties"]), name


def test_every_recorded_order_is_read_and_meets_the_schema() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    assert len(RECORDED) >= 80
    for path in RECORDED:
        text = path.read_text("utf-8")
        snapshot = parse_snapshot(text)
        validator.validate(json.loads(text))
        lines = sum(line.total_price.gross.cents for line in snapshot.order.lines)
        order = snapshot.order
        assert lines + order.shipping_price.gross.cents == order.total.gross.cents, path.name


def test_every_amount_of_a_recorded_order_keeps_its_digits() -> None:
    for path in RECORDED:
        text = path.read_text("utf-8")
        exact = json.loads(text, parse_float=Decimal)
        total = parse_snapshot(text).order.total.gross.amount
        assert total == exact["order"]["total"]["gross"]["amount"]


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12.34", 1234), ("0.1", 10), ("0.07", 7), ("7", 700), ("99999999.99", 9999999999)],
)
def test_an_amount_is_exact_to_the_cent(text: str, cents: int) -> None:
    assert Money.model_validate_json(f'{{"amount": {text}}}').cents == cents


def test_a_fraction_of_a_cent_is_refused_as_cents() -> None:
    with pytest.raises(FractionOfACent, match=r"0\.005"):
        to_cents(Decimal("0.005"))


@pytest.mark.parametrize("version", [2, 0, "1", 1.0, True, None])
def test_another_version_is_refused_by_name(document: str, version: object) -> None:
    with pytest.raises(UnknownVersion, match=r"^\$\.version: "):
        parse_snapshot(change(document, ["version"], version))


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["order", "lines", 0, "quantity"], "1", r"\$\.order\.lines\[0\]\.quantity"),
        (["order", "lines", 0, "quantity"], -1, r"\$\.order\.lines\[0\]\.quantity"),
        (["order", "total", "gross", "amount"], None, r"\$\.order\.total\.gross\.amount"),
        (["order", "status"], "LOST", r"\$\.order\.status"),
        (["order", "surprise"], 1, r"\$\.order\.surprise"),
        (["surprise"], 1, r"\$\.surprise"),
        (["capturedAt"], "2026-09-21T10:00:00", r"\$\.capturedAt"),
        (["order"], [], r"\$\.order"),
    ],
)
def test_a_malformed_document_is_refused_with_its_place(
    document: str, path: list[str | int], value: object, place: str
) -> None:
    with pytest.raises(MalformedSnapshot, match=place):
        parse_snapshot(change(document, path, value))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00", '{"version": 1}'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(MalformedSnapshot):
        parse_snapshot(text)


def test_not_a_number_is_no_amount(document: str) -> None:
    text = change(document, ["order", "total", "gross", "amount"], float("nan"))
    with pytest.raises(MalformedSnapshot):
        parse_snapshot(text)


def test_the_plugin_asks_for_exactly_the_fields_of_the_contract() -> None:
    document = parse_graphql(QUERY.read_text("utf-8"))
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    schema = json.loads(write_schema())

    def collect(node: Any) -> dict[str, list[Any]]:
        """Return the selections below a node by the name under which they are answered."""
        found: dict[str, list[Any]] = {}
        for item in node.selection_set.selections:
            if isinstance(item, FragmentSpreadNode):
                inner = collect(fragments[item.name.value])
            elif isinstance(item, InlineFragmentNode):
                inner = collect(item)
            else:
                inner = {(item.alias or item.name).value: [item]}
            for name, items in inner.items():
                found.setdefault(name, []).extend(items)
        return found

    def compare(node: Any, definition: dict[str, Any], path: str) -> None:
        objects = find_objects(definition, schema["$defs"])
        selected = collect(node)
        known: dict[str, Any] = {}
        for item in objects:
            known |= item["properties"]
        assert set(selected) == set(known), path
        for name, fields in selected.items():
            for field in fields:
                if field.selection_set:
                    compare(field, known[name], f"{path}.{name}")

    operation = next(n for n in document.definitions if isinstance(n, OperationDefinitionNode))
    order = operation.selection_set.selections[0]
    compare(order, {"$ref": "#/$defs/Order"}, "$.order")


def find_objects(definition: dict[str, Any], definitions: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the object types a schema node may be, through references, unions and lists."""
    if "$ref" in definition:
        return find_objects(definitions[definition["$ref"].rsplit("/", 1)[1]], definitions)
    if "properties" in definition:
        return [definition]
    inner = definition.get("anyOf", []) + definition.get("oneOf", [])
    inner += [definition["items"]] if "items" in definition else []
    return [found for item in inner for found in find_objects(item, definitions)]
