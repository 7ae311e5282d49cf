"""A theme laid over a checkout of Saleor's storefront: values are set, none of its code is held.

Each edit names the value that it sets by its key. A key that is not there, or is there in another
shape, is an error that says where: the storefront is of another release than the theme knows.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees
from typing import Any

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.theme import DEFAULT_THEME, load_tokens, read_theme_file

KNOWN_RELEASE = "July 2026"
BRAND, STYLES, MANIFEST = "src/config/brand.ts", "src/styles/brand.css", "public/site.webmanifest"
LOGOS = {"public/logo.svg": "logo.svg", "public/logo-dark.svg": "logo-dark.svg"}
PARTS = frozenset({"brand", "manifest", "colours", "messages"})
CHANNELS = r"[0-9.]+ [0-9.]+ [0-9.]+"


class OverlayError(AlenconError):
    """A file of the storefront has not the shape that the theme knows; the message says where."""


@dataclass(frozen=True)
class Overlay:
    """What a theme sets in the storefront; colours are named by the theme's tokens."""

    brand: Mapping[str, str]
    manifest: Mapping[str, str]
    colours: Mapping[str, str]
    messages: Mapping[str, Mapping[str, str]]

    def paths(self) -> list[str]:
        """Return the files that are edited, relative to the checkout."""
        languages = [f"messages/{language}.json" for language in sorted(self.messages)]
        return [BRAND, STYLES, MANIFEST, *languages]


def read_overlay(theme: str = DEFAULT_THEME) -> Overlay:
    """Return a theme's overlay.

    :raises OverlayError: if it lacks a part or names a colour that is no token.
    :raises ThemeError: if the theme has none.
    """
    raw = json.loads(read_theme_file("storefront.json", theme))
    if raw.keys() != PARTS:
        raise OverlayError(f"storefront.json has the parts {sorted(raw)}, not {sorted(PARTS)}")
    known = load_tokens(theme).light
    if unknown := sorted(set(raw["colours"].values()) - known.keys()):
        raise OverlayError(f"storefront.json names colours that are no tokens: {unknown}")
    return Overlay(**raw)


def overlaid(
    overlay: Overlay, texts: Mapping[str, str], theme: str = DEFAULT_THEME
) -> dict[str, bytes]:
    """Return every file as it must be, from the texts of :meth:`Overlay.paths`.

    Doing it twice changes nothing more.

    :raises OverlayError: naming the file and the value that was not found.
    """
    palette = load_tokens(theme).light
    colours = {name: oklch(palette[token]) for name, token in overlay.colours.items()}
    bars = {
        "theme_color": palette["primary"],
        "background_color": palette["surface_sunken"],
    }
    found = {
        BRAND: _brand(texts[BRAND], overlay.brand),
        STYLES: _styles(texts[STYLES], colours),
        MANIFEST: _json(MANIFEST, texts[MANIFEST], {**overlay.manifest, **bars}),
    }
    for language, values in overlay.messages.items():
        path = f"messages/{language}.json"
        found[path] = _json(path, texts[path], values)
    drawings = {path: read_theme_file(name, theme) for path, name in LOGOS.items()}
    return {path: text.encode() for path, text in found.items()} | drawings


def oklch(colour: str) -> str:
    """Return "#rrggbb" as bare channels, as the storefront writes them: "0.33 0.087 263.5".

    The matrices are Ottosson's (https://bottosson.github.io/posts/oklab/).
    """
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    chroma = (a * a + b * b) ** 0.5
    hue = _degrees(a, b) if chroma > 0.0005 else 0.0
    return f"{lightness:.4g} {chroma:.3f} {hue:.1f}"


def _degrees(a: float, b: float) -> float:
    return degrees(atan2(b, a)) % 360


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def _brand(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        pattern = re.compile(rf'^(\s*{re.escape(key)}: )"(?:[^"\\\n]|\\.)*"(,)$', re.MULTILINE)
        text = _once(pattern, json.dumps(value, ensure_ascii=False), text, BRAND, key)
    return text


def _styles(text: str, colours: Mapping[str, str]) -> str:
    for name, channels in colours.items():
        pattern = re.compile(rf"^(\s*--{re.escape(name)}: ){CHANNELS}(;.*)$", re.MULTILINE)
        text = _once(pattern, channels, text, STYLES, f"--{name}")
    return text


def _once(pattern: re.Pattern[str], value: str, text: str, path: str, key: str) -> str:
    """Set the one value that a pattern finds between its two groups."""
    edited, times = pattern.subn(lambda match: f"{match[1]}{value}{match[2]}", text)
    if times != 1:
        raise _unknown(path, key, f"it stands there {times} times in the known shape")
    return edited


def _json(path: str, text: str, values: Mapping[str, str]) -> str:
    try:
        data: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise _unknown(path, "the file", str(error)) from error
    for key, value in values.items():
        *parents, last = key.split(".")
        place: Any = data
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if not isinstance(place, dict) or not isinstance(place.get(last), str):
            raise _unknown(path, key, "no such text")
        place[last] = value
    return json.dumps(data, ensure_ascii=False, indent="\t") + "\n"


def _unknown(path: str, key: str, why: str) -> OverlayError:
    return OverlayError(
        f"{path}: {key} cannot be set ({why}). The theme knows the storefront of {KNOWN_RELEASE}: "
        "take that release, or bring storefront.json of the theme up to date."
    )
