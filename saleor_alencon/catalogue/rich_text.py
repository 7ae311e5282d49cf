"""Descriptions: plain paragraphs in a file, EditorJS in Saleor."""

import html
import json
import re
from typing import Any

TAG = re.compile(r"<[^>]*>")
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def to_editor(text: str) -> str:
    """Return paragraphs, parted by blank lines, as EditorJS."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n"))]
    blocks = [
        {
            "type": "paragraph",
            "data": {"text": html.escape(part, quote=False).replace("\n", "<br>")},
        }
        for part in paragraphs
        if part
    ]
    return json.dumps({"blocks": blocks}, ensure_ascii=False)


def to_text(description: str | None) -> str:
    """Return EditorJS as plain paragraphs, without what a sheet cannot hold."""
    if not description:
        return ""
    try:
        document = json.loads(description)
    except ValueError:
        return description
    blocks = document.get("blocks", []) if isinstance(document, dict) else []
    return "\n\n".join(filter(None, (block_text(block.get("data", {})) for block in blocks)))


def block_text(data: dict[str, Any]) -> str:
    """Return one block's text; a list has one line per item."""
    parts = [data["text"]] if isinstance(data.get("text"), str) else []
    for item in data.get("items") or []:
        parts.append(item.get("content", "") if isinstance(item, dict) else str(item))
    return "\n".join(
        html.unescape(TAG.sub("", LINE_BREAK.sub("\n", part))).strip() for part in parts
    )


def same_text(text: str, other: str) -> bool:
    """Say whether two descriptions differ at most by white space."""
    return text.split() == other.split()
