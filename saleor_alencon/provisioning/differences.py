"""Compares what this project wants in Saleor with what is there. Pure: values in, values out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One value that is not as wanted. ``field`` is a path, for example ``address.city``."""

    field: str
    wanted: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.field}: {show(self.found)} -> {show(self.wanted)}"


def compare(
    wanted: Mapping[str, Any], found: Mapping[str, Any], inside: str = ""
) -> list[Difference]:
    """Return what differs, in the order of ``wanted``. What only ``found`` has does not matter.

    >>> compare({"a": 1, "b": {"c": 2}}, {"a": 1, "b": {"c": 3, "d": 4}})
    [Difference(field='b.c', wanted=2, found=3)]
    """
    differences: list[Difference] = []
    for name, value in wanted.items():
        field = f"{inside}{name}"
        other = found.get(name)
        if isinstance(value, Mapping):
            inner = other if isinstance(other, Mapping) else {}
            differences.extend(compare(value, inner, f"{field}."))
        elif value != other:
            differences.append(Difference(field, value, other))
    return differences


def touched(differences: list[Difference]) -> set[str]:
    """Return the outermost field of each difference.

    >>> sorted(touched([Difference("address.city", 1, 2), Difference("name", 1, 2)]))
    ['address', 'name']
    """
    return {difference.field.split(".")[0] for difference in differences}


def show(value: Any) -> str:
    """Return a value for one line of text.

    >>> show(None), show("x" * 100), show([1, "a"])
    ('nothing', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…', '1, a')
    """
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple | set | frozenset):
        text = ", ".join(str(item) for item in value) or "nothing"
    else:
        text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
