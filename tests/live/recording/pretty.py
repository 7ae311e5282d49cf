"""Writes a snapshot for people and for git: keys in order, short values on one line."""

import json
from typing import Any

WIDTH = 100


def write_pretty(value: Any, indent: int = 0, room: int = WIDTH) -> str:
    """Return JSON whose objects and lists are on one line whenever they fit."""
    flat = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(flat) <= room or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + 1
    pad, end = " " * inner, " " * indent
    if isinstance(value, list):
        items = [write_pretty(item, inner, WIDTH - inner - 1) for item in value]
        opening, closing = "[", "]"
    else:
        items = []
        for key in sorted(value):
            name = f"{json.dumps(key, ensure_ascii=False)}: "
            room = WIDTH - inner - len(name) - 1
            items.append(name + write_pretty(value[key], inner, room))
        opening, closing = "{", "}"
    body = ",\n".join(pad + item for item in items)
    return f"{opening}\n{body}\n{end}{closing}"
