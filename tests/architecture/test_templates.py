"""What templates must not do."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
KEY = re.compile(r"\{\{\s*[\w.]*\b(?:pk|id)\s*(?:\|(?!stringformat:'d'|unlocalize)[^}]*)?\}\}")


def test_keys_are_written_without_a_separator_of_thousands() -> None:
    """Localized, the key 1117 is "1 117": no id, no name of a field and no address."""
    templates = list((PROJECT / "saleor_alencon").rglob("templates/**/*.html"))
    wrong = [
        f"{path.relative_to(PROJECT)}: {found}"
        for path in templates
        for found in KEY.findall(path.read_text("utf-8"))
    ]

    assert len(templates) > 50
    assert wrong == []
