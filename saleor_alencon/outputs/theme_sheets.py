"""The colours of this project's own stylesheets, rewritten from a theme's tokens.

The sheets are static files, which browsers keep: a colour is a custom property whose name ends with
the token's, such as ``--office-text-muted``, under ``:root`` for light and under a rule for dark.
"""

import re

from saleor_alencon.outputs.theme import DEFAULT_THEME, ThemeError, load_tokens

SHEETS = {
    "office/static/office/office.css": "--office-",
    "counter/static/counter/frame.css": "--",
}
"""Each sheet, relative to the package, with what its properties' names begin with."""
DARK = re.compile(r"(\.dark|\[data-theme=\"?dark\"?\]|prefers-color-scheme:\s*dark)[^{]*\{")


def sheet_with_tokens(text: str, sheet: str, theme: str = DEFAULT_THEME) -> str:
    """Return a stylesheet with the theme's colours, all else as it is.

    :raises ThemeError: if the sheet has no dark part, or a property that names no token.
    """
    start = DARK.search(text)
    if start is None:
        raise ThemeError(f"{sheet}: no rule for dark colours")
    tokens, prefix = load_tokens(theme), SHEETS[sheet]
    line = re.compile(rf"^(\s*){re.escape(prefix)}([a-z-]+): #[0-9a-f]{{3,8}};$", re.MULTILINE)

    def coloured(part: str, palette: dict[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            token = match[2].replace("-", "_")
            if token not in palette:
                raise ThemeError(f"{sheet}: {prefix}{match[2]} names no token")
            return f"{match[1]}{prefix}{match[2]}: {palette[token]};"

        return line.sub(value, part)

    light, dark = text[: start.start()], text[start.start() :]
    return coloured(light, dict(tokens.light)) + coloured(dark, dict(tokens.dark))
