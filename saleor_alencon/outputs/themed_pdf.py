"""A theme's typst template set with a document's data: what every PDF of the project shares."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import typst

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.theme import load_tokens, read_theme_file


def render_themed_pdf(
    template: str,
    view: Mapping[str, Any],
    *,
    theme: str,
    issued_on: date,
    standards: Sequence[str],
    error: type[AlenconError],
    name: str,
    files: Mapping[str, bytes] | None = None,
    tagged: bool = True,
) -> bytes:
    """Return the PDF of `view`, laid out by the theme's `pdf/<template>.typ`.

    The template reads `view`, the theme's light colours and the day of issue from "data.json",
    the logo and the lace, and what is in `files`. The same data gives the same bytes: the file is
    dated from `issued_on`, and only the fonts inside typst are used.

    :raises AlenconError: of the kind `error`, naming the document by `name`, if the template does
        not compile.
    :raises ThemeError: if the theme or one of its files is missing.
    """
    data = {
        **view,
        "colours": dict(load_tokens(theme).light),
        "issued": [issued_on.year, issued_on.month, issued_on.day],
    }
    # Any: typst takes a dict of files held in memory, and its stubs only a list of all standards.
    kept: Any = list(standards)
    sources: Any = {
        "main.typ": read_theme_file(f"pdf/{template}.typ", theme),
        "logo-mark.svg": read_theme_file("logo-mark.svg", theme),
        "lace-edge.svg": read_theme_file("pdf/lace-edge.svg", theme),
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
        **(files or {}),
    }
    try:
        pdf: bytes = typst.compile(
            sources,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards=kept,
            pdf_tags=tagged,
            timestamp=datetime.combine(issued_on, time(12), tzinfo=UTC),
        )
    except typst.TypstError as problem:
        raise error(f"{name}: {problem}") from problem
    return pdf
