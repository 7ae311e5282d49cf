"""Any text in the characters that every SEPA bank must accept.

The set is the one of EPC217-08 (SEPA conversion table): a-z A-Z 0-9 / - ? : ( ) . , ' + and
space. Letters lose their accents, other scripts are transliterated, the rest becomes a space.
"""

import re

from text_unidecode import unidecode  # type: ignore[import-untyped]

_REPLACED = str.maketrans(
    {"&": "+", "@": "(at)", "_": "-", "’": "'", "€": "EUR", "«": " ", "»": " ", "№": "No"}
)


def sepa_text(text: str) -> str:
    """Return `text` in SEPA's Latin set, single-spaced: "Café & Cie" is "Cafe + Cie"."""
    latin = unidecode(text.translate(_REPLACED))
    return " ".join(re.sub(r"[^A-Za-z0-9/\-?:().,'+ ]", " ", latin).split())
