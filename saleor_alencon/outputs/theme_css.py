"""A theme's tokens as CSS custom properties, light and dark: what a page needs to look like it."""

from collections.abc import Mapping

from saleor_alencon.outputs.theme import DEFAULT_THEME, load_tokens

GENERIC = frozenset({"serif", "sans-serif", "monospace", "system-ui", "ui-monospace"})


def tokens_css(theme: str = DEFAULT_THEME) -> str:
    """Return the theme's colours, type, spaces and corners as properties of ``:root``.

    :raises ThemeError: if the theme is missing or incomplete.
    """
    tokens = load_tokens(theme)
    sizes = {
        f"size-{name}": f"{value / 1000:g}rem" for name, value in tokens.size_milli_rem.items()
    }
    fixed = {
        "serif": _families(tokens.serif),
        "sans": _families(tokens.sans),
        "mono": _families(tokens.mono),
        **sizes,
        **{f"line-{name}": f"{value}%" for name, value in tokens.line_height_percent.items()},
        **{f"space-{name}": f"{value}px" for name, value in tokens.space_px.items()},
        **{f"radius-{name}": f"{value}px" for name, value in tokens.radius_px.items()},
    }
    light, dark = _colours(tokens.light), _colours(tokens.dark)
    return (
        f":root{{color-scheme:light dark;{_properties(fixed)}{light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    )


def _families(names: tuple[str, ...]) -> str:
    return ",".join(name if name in GENERIC else f'"{name}"' for name in names)


def _colours(palette: Mapping[str, str]) -> str:
    return _properties({name.replace("_", "-"): value for name, value in palette.items()})


def _properties(values: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())
