"""Plain text as Saleor keeps rich text: the JSON of EditorJS."""

import html
import json
from typing import Any


def editor_json(text: str) -> str:
    """Return paragraphs (parted by empty lines) and headings (``# ...``) as EditorJS blocks.

    >>> json.loads(editor_json("# Titre"))["blocks"]
    [{'id': '1', 'type': 'header', 'data': {'text': 'Titre', 'level': 2}}]
    """
    blocks: list[dict[str, Any]] = []
    for number, part in enumerate(filter(None, map(str.strip, text.split("\n\n"))), start=1):
        line = html.escape(" ".join(part.split()), quote=False)
        if line.startswith("# "):
            block = {"type": "header", "data": {"text": line[2:], "level": 2}}
        else:
            block = {"type": "paragraph", "data": {"text": line}}
        blocks.append({"id": str(number), **block})
    return json.dumps({"time": 0, "blocks": blocks, "version": "2.24.3"}, ensure_ascii=False)


def plain_text(editor: str | None) -> str:
    """Return the words of EditorJS blocks, to compare two texts whatever their ids and times.

    >>> plain_text(editor_json("Un & deux.\\n\\nTrois."))
    'Un & deux.\\n\\nTrois.'
    """
    blocks = json.loads(editor or "{}").get("blocks") or []
    texts = (str(block.get("data", {}).get("text", "")) for block in blocks)
    return "\n\n".join(html.unescape(text) for text in texts)
