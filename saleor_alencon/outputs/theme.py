"""A town's theme: colours, type and spacing, logos and document templates.

Themes are data, packaged as `saleor_alencon_themes/<name>/`. They are read through
importlib.resources, so that they are found in a checkout and in an installed wheel alike.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from saleor_alencon.errors import AlenconError

DEFAULT_THEME = "alencon"
TOKENS_VERSION = 1

# Every theme gives each of these, in light and in dark: an interface may rely on them.
COLOUR_NAMES = frozenset(
    {
        "surface",
        "surface_sunken",
        "surface_raised",
        "text",
        "text_muted",
        "border",
        "border_strong",
        "primary",
        "on_primary",
        "primary_soft",
        "accent",
        "on_accent",
        "accent_soft",
        "link",
        "focus",
        "success",
        "on_success",
        "success_soft",
        "warning",
        "on_warning",
        "warning_soft",
        "danger",
        "on_danger",
        "danger_soft",
        "gold",
    }
)


class ThemeError(AlenconError):
    """A theme or one of its files is missing, or its tokens are incomplete."""


@dataclass(frozen=True)
class Tokens:
    """A theme's design tokens.

    Colours are "#rrggbb", in `light` and `dark` under the same names. Font stacks list
    families by preference. `size_milli_rem` is thousandths of a rem, `line_height_percent`
    per cent of the size, `space_px` and `radius_px` CSS pixels.
    """

    name: str
    label: str
    light: Mapping[str, str]
    dark: Mapping[str, str]
    serif: tuple[str, ...]
    sans: tuple[str, ...]
    mono: tuple[str, ...]
    size_milli_rem: Mapping[str, int]
    line_height_percent: Mapping[str, int]
    space_px: Mapping[str, int]
    radius_px: Mapping[str, int]


def read_theme_file(path: str, theme: str = DEFAULT_THEME) -> bytes:
    """Return the content of a theme's file, such as "logo.svg" or "pdf/statement.typ".

    :raises ThemeError: if the theme has no such file, or the path leaves the theme.
    """
    parts = path.split("/")
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", theme) or {"", ".", ".."} & set(parts):
        raise ThemeError(f"{theme!r} / {path!r} does not name a file of a theme")
    file = files("saleor_alencon_themes").joinpath(theme, *parts)
    if not file.is_file():
        raise ThemeError(f"theme {theme!r} has no file {path!r}")
    return file.read_bytes()


@cache
def load_tokens(theme: str = DEFAULT_THEME) -> Tokens:
    """Return a theme's tokens; both palettes hold exactly `COLOUR_NAMES`.

    :raises ThemeError: if the theme is missing, of another version, incomplete or mistyped.
    """
    try:
        raw = json.loads(read_theme_file("tokens.json", theme))
        if raw["tokens_version"] != TOKENS_VERSION:
            raise ThemeError(f"theme {theme!r}: unknown tokens version {raw['tokens_version']!r}")
        fonts = raw["type"]
        return Tokens(
            name=str(raw["name"]),
            label=str(raw["label"]),
            light=_palette(raw["colour"]["light"], f"{theme} light"),
            dark=_palette(raw["colour"]["dark"], f"{theme} dark"),
            serif=tuple(fonts["serif"]),
            sans=tuple(fonts["sans"]),
            mono=tuple(fonts["mono"]),
            size_milli_rem=_integers(fonts["size_milli_rem"], theme),
            line_height_percent=_integers(fonts["line_height_percent"], theme),
            space_px=_integers(raw["space_px"], theme),
            radius_px=_integers(raw["radius_px"], theme),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ThemeError(f"theme {theme!r}: tokens.json is not well formed: {error}") from error


def _palette(colours: dict[str, Any], where: str) -> Mapping[str, str]:
    if colours.keys() != COLOUR_NAMES:
        difference = sorted(colours.keys() ^ COLOUR_NAMES)
        raise ThemeError(f"{where}: missing or unknown colours {difference}")
    for name, value in colours.items():
        if not re.fullmatch(r"#[0-9a-f]{6}", value):
            raise ThemeError(f"{where}: {name} is {value!r}, not #rrggbb")
    return MappingProxyType(colours)


def _integers(values: dict[str, Any], where: str) -> Mapping[str, int]:
    if any(type(value) is not int for value in values.values()):
        raise ThemeError(f"{where}: sizes are integers, got {values}")
    return MappingProxyType(values)
