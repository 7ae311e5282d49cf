import json
from xml.etree import ElementTree

import pytest

from saleor_alencon.outputs import theme
from saleor_alencon.outputs.theme import COLOUR_NAMES, ThemeError, load_tokens, read_theme_file

TEXT_PAIRS = [
    *((ink, ground) for ink in ("text", "text_muted", "link", "primary", "accent")
      for ground in ("surface", "surface_sunken", "surface_raised")),
    *((kind, f"{kind}_soft") for kind in ("primary", "accent", "success", "warning", "danger")),
    *((f"on_{kind}", kind) for kind in ("primary", "accent", "success", "warning", "danger")),
    *((kind, "surface") for kind in ("success", "warning", "danger")),
    *(("text", f"{kind}_soft") for kind in ("primary", "accent", "success", "warning", "danger")),
]  # fmt: skip
GRAPHIC_PAIRS = [("border_strong", "surface"), ("focus", "surface"), ("focus", "surface_sunken")]


def luminance(colour):
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    """Contrast ratio as WCAG 2.2 defines it."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_says():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable_as_wcag_aa_asks(mode, ink, ground):
    palette = getattr(load_tokens(), mode)
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), GRAPHIC_PAIRS)
def test_controls_and_focus_stand_out_as_wcag_aa_asks(mode, line, ground):
    palette = getattr(load_tokens(), mode)
    assert contrast(palette[line], palette[ground]) >= 3


def test_tokens_are_complete_and_read_only():
    tokens = load_tokens()
    assert tokens.light.keys() == tokens.dark.keys() == COLOUR_NAMES
    assert tokens.space_px["m"] == 16
    with pytest.raises(TypeError):
        tokens.light["text"] = "#000000"


@pytest.mark.parametrize("name", ["logo.svg", "logo-dark.svg", "logo-mark.svg"])
def test_a_logo_stands_alone_and_says_its_name(name):
    content = read_theme_file(name)
    root = ElementTree.fromstring(content)  # noqa: S314 - our own file
    assert root.get("aria-label") == "Acheter à Alençon"
    assert root.get("viewBox")
    for outside in (b"<text", b"<image", b"<script", b"href"):
        assert outside not in content


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("../__init__.py", "alencon"),
        ("pdf/../tokens.json", "alencon"),
        ("/etc/passwd", "alencon"),
        ("tokens.json", "../alencon"),
        ("missing.svg", "alencon"),
        ("pdf", "alencon"),
    ],
)
def test_a_file_outside_the_theme_is_refused(path, name):
    with pytest.raises(ThemeError):
        read_theme_file(path, name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.update(tokens_version=2), "unknown tokens version 2"),
        (lambda t: t["colour"]["dark"].pop("gold"), "gold"),
        (lambda t: t["colour"]["light"].update(text="black"), "not #rrggbb"),
        (lambda t: t["space_px"].update(m=1.5), "integers"),
        (lambda t: t.pop("type"), "not well formed"),
    ],
)
def test_incomplete_tokens_are_refused(monkeypatch, change, message):
    tokens = json.loads(read_theme_file("tokens.json"))
    change(tokens)
    monkeypatch.setattr(theme, "read_theme_file", lambda path, name: json.dumps(tokens).encode())
    with pytest.raises(ThemeError, match=message):
        load_tokens.__wrapped__("alencon")
