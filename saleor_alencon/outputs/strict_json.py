"""Frozen dataclasses to JSON and back, refusing whatever does not fit exactly.

A statement is stored once and printed again years later. A lenient reader would print
something slightly different from what the shop received, so this one accepts a document with
exactly the known keys and types, or raises.
"""

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class StrictJsonError(ValueError):
    """A value does not have the shape its dataclass asks for; the message gives its path."""


def encode(value: object) -> Any:
    """Return `value` as JSON types: dataclass to dict, tuple to list, dates to ISO 8601.

    A moment is written in UTC, so that two equal moments give the same text.

    :raises TypeError: for a type that a document may not contain (a float, for one).
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be part of a document")


def decode(cls: type[T], value: Any, path: str = "document") -> T:
    """Return the dataclass `cls` that `encode` turned into `value`.

    :raises StrictJsonError: for a missing or unknown key, or a value of another type.
    """
    if not isinstance(value, dict):
        raise StrictJsonError(f"{path}: expected an object, got {type(value).__name__}")
    hints = _hints(cls)  # type: ignore[arg-type]
    missing, unknown = hints.keys() - value.keys(), value.keys() - hints.keys()
    if missing or unknown:
        raise StrictJsonError(f"{path}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    return cls(
        **{name: _decode_value(hint, value[name], f"{path}.{name}") for name, hint in hints.items()}
    )


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    """Return the types of a dataclass's fields: reading them takes longer than using them."""
    return get_type_hints(cls)


def _decode_value(hint: Any, value: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in get_args(hint):
            return None
        (hint,) = (option for option in get_args(hint) if option is not type(None))
        return _decode_value(hint, value, path)
    if origin is Literal:
        if value in get_args(hint) and isinstance(value, str):
            return value
        raise StrictJsonError(f"{path}: {value!r} is not one of {get_args(hint)}")
    if origin is tuple:
        if not isinstance(value, list):
            raise StrictJsonError(f"{path}: expected a list, got {type(value).__name__}")
        item_hint = get_args(hint)[0]
        return tuple(_decode_value(item_hint, v, f"{path}[{i}]") for i, v in enumerate(value))
    if is_dataclass(hint):
        return decode(hint, value, path)  # type: ignore[arg-type]
    return _decode_scalar(hint, value, path)


def _decode_scalar(hint: Any, value: Any, path: str) -> Any:
    # `type(...) is` and not isinstance: True is an int for Python, never for an amount.
    if hint in (int, str) and type(value) is hint:
        return value
    if hint in (date, datetime) and isinstance(value, str):
        try:
            return hint.fromisoformat(value)
        except ValueError as error:
            raise StrictJsonError(f"{path}: {value!r} is not a {hint.__name__}") from error
    raise StrictJsonError(f"{path}: expected {hint.__name__}, got {type(value).__name__}")
