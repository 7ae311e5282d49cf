"""Reads Stripe's form encoding, and checks parameters as Stripe does before it executes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .errors import StripeError

MOST_METADATA_KEYS = 50
LONGEST_METADATA_KEY = 40
LONGEST_METADATA_VALUE = 500
LARGEST_PAGE = 100
RANGE_KEYS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Param:
    """What one parameter may be.

    ``kind``: integer, text, boolean, metadata, object, list, choice, or range (a moment, or
    gt/gte/lt/lte of moments).
    """

    kind: str
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None


Spec = Mapping[str, Param]

TEXT = Param("text")
INTEGER = Param("integer")
BOOLEAN = Param("boolean")
OBJECT = Param("object")
LIST = Param("list")
METADATA = Param("metadata")
AMOUNT = Param("integer", minimum=1)
COMMON: Spec = {"expand": LIST}
CURSOR: Spec = {"limit": INTEGER, "starting_after": TEXT, "ending_before": TEXT}
PAGE: Spec = {**CURSOR, "created": Param("range")}


def decode_form(text: str) -> dict[str, Any]:
    """Return the nested value of ``a[b][0]=c``; a key ``a[]`` appends.

    >>> decode_form("a[b][0]=1&a[b][1]=2&expand[]=x")
    {'a': {'b': ['1', '2']}, 'expand': ['x']}
    """
    root: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        head, _, rest = key.partition("[")
        parts = [head, *(rest[:-1].split("][") if rest else [])]
        place = root
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise StripeError(f"Invalid object: {key}", param=head)
            place = inner
        last = parts[-1] or str(len(place))
        place[last] = value
    return {key: make_lists(value) for key, value in root.items()}


def make_lists(value: Any) -> Any:
    """Turn each mapping whose keys are all numbers into a list, in the order of the numbers."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [make_lists(value[key]) for key in sorted(value, key=int)]
    return {key: make_lists(inner) for key, inner in value.items()}


def read_parameters(spec: Spec, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with their types.

    :raises StripeError: unknown, missing, or of another type, with Stripe's code and ``param``.
    """
    spec = {**COMMON, **spec}
    for name in raw:
        if name not in spec:
            raise StripeError(
                f"Received unknown parameter: {name}", code="parameter_unknown", param=name
            )
    for name, param in spec.items():
        if param.required and name not in raw:
            raise StripeError(
                f"Missing required param: {name}.", code="parameter_missing", param=name
            )
    return {name: read_value(name, spec[name], value) for name, value in raw.items()}


def read_value(name: str, param: Param, value: Any) -> Any:
    """Return one value with its type."""
    if value == "" and param.kind in ("integer", "boolean", "choice"):
        raise StripeError(
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to "
            f"unset a field; however '{name}' cannot be unset. You should remove '{name}' from "
            "your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=name,
        )
    return READERS[param.kind](name, param, value)


def read_integer(name: str, param: Param, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise StripeError(
            f"Invalid integer: {value}", code="parameter_invalid_integer", param=name
        ) from None
    if param.minimum is not None and number < param.minimum:
        raise StripeError(
            f"This value must be greater than or equal to {param.minimum}.",
            code="parameter_invalid_integer",
            param=name,
        )
    return number


def read_text(name: str, param: Param, value: Any) -> str:
    if not isinstance(value, str):
        raise StripeError(f"Invalid string: {value}", param=name)
    return value


def read_boolean(name: str, param: Param, value: Any) -> bool:
    if value not in ("true", "false", "True", "False"):
        raise StripeError(f"Invalid boolean: {value}", param=name)
    return value in ("true", "True")


def read_choice(name: str, param: Param, value: Any) -> str:
    if value not in param.choices:
        last = f"or {param.choices[-1]}"
        raise StripeError(
            f"Invalid {name}: must be one of {', '.join([*param.choices[:-1], last])}", param=name
        )
    return str(value)


def read_object(name: str, param: Param, value: Any) -> dict[str, Any]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise StripeError("Invalid object", param=name)
    return value


def read_list(name: str, param: Param, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise StripeError("Invalid array", param=name)
    return value


def read_range(name: str, param: Param, value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        moment = read_integer(name, INTEGER, value)
        return {"gte": moment, "lte": moment}
    for key in value:
        if key not in RANGE_KEYS:
            raise StripeError(
                f"Received unknown parameter: {name}[{key}]",
                code="parameter_unknown",
                param=f"{name}[{key}]",
            )
    return {key: read_integer(f"{name}[{key}]", INTEGER, inner) for key, inner in value.items()}


def read_metadata(name: str, param: Param, value: Any) -> dict[str, str] | None:
    """Return the keys to set (an empty value removes one), or None to remove all."""
    if value == "":
        return None
    if not isinstance(value, dict) or not all(isinstance(inner, str) for inner in value.values()):
        raise StripeError("Metadata must be a hash of strings.", param=name)
    for key, inner in value.items():
        if len(key) > LONGEST_METADATA_KEY:
            raise StripeError(
                f"Metadata keys cannot be longer than {LONGEST_METADATA_KEY} characters. You "
                f"passed in a key that was {len(key)} characters.",
                param=name,
            )
        if len(inner) > LONGEST_METADATA_VALUE:
            raise StripeError(
                f"Metadata values can have up to {LONGEST_METADATA_VALUE} characters, but you "
                f"passed in a value that is {len(inner)} characters.",
                param=f"{name}[{key}]",
            )
    return value


READERS = {
    "integer": read_integer,
    "text": read_text,
    "boolean": read_boolean,
    "choice": read_choice,
    "object": read_object,
    "list": read_list,
    "range": read_range,
    "metadata": read_metadata,
}


def merge_metadata(old: Mapping[str, str], new: Mapping[str, str] | None) -> dict[str, str]:
    """Return metadata after an update: an empty value removes a key, None removes all.

    :raises StripeError: more keys than an object may have.
    """
    if new is None:
        return {}
    merged = {key: value for key, value in {**old, **new}.items() if value != ""}
    if len(merged) > MOST_METADATA_KEYS:
        raise StripeError(
            f"You can only have up to {MOST_METADATA_KEYS} metadata keys.", param="metadata"
        )
    return merged


def require_one(params: Mapping[str, Any], names: Iterable[str]) -> None:
    """Require one of several parameters."""
    names = list(names)
    if not any(name in params for name in names):
        raise StripeError(
            f"One of the following params should be provided for this request: "
            f"{' or '.join(names)}."
        )
