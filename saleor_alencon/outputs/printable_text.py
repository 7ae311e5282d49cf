"""Text that people typed, made safe to print with the fonts every document embeds.

An archived PDF (PDF/A) may only contain characters its fonts can draw; one emoji in a product's
name must not stop a shop's statement. What cannot be drawn is replaced by a visible square,
never dropped in silence.
"""

import unicodedata
from bisect import bisect_right

REPLACEMENT = "□"
ZERO_WIDTH_SPACE = "\u200b"

LONGEST_WORD = 22
LONGEST_TEXT = 300

# What Libertinus Serif and DejaVu Sans Mono, both inside typst, can draw between them in every
# weight (bold has fewer), by block; marks that combine with a letter are left out. A unit test
# prints every one of them in every weight.
DRAWABLE_RANGES = (
    (0x21, 0x7E),  # Latin
    (0xA1, 0xAC),
    (0xAE, 0x241),
    (0x250, 0x2E9),
    (0x386, 0x38A),  # Greek
    (0x38E, 0x3A1),
    (0x3A3, 0x3CE),
    (0x400, 0x45F),  # Cyrillic
    (0x490, 0x4C4),
    (0x5D0, 0x5EA),  # Hebrew
    (0x621, 0x63A),  # Arabic
    (0x640, 0x64A),
    (0x660, 0x669),
    (0x1E00, 0x1E9B),  # Latin, further
    (0x1E9E, 0x1EF9),
    (0x2010, 0x2027),  # dashes, quotation marks, bullets
    (0x2030, 0x2037),
    (0x2039, 0x203F),
    (0x2074, 0x208E),  # superscripts and subscripts
    (0x20A0, 0x20B5),  # currencies
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2153, 0x2184),  # fractions
    (0x2190, 0x2220),  # arrows, mathematics
    (0x2500, 0x262F),  # boxes, shapes, symbols
    (0x2638, 0x268B),
    (0x2706, 0x2709),
    (0x270C, 0x2727),
)
_STARTS = tuple(start for start, _ in DRAWABLE_RANGES)

_KEPT_SPACES = "\u00a0\u202f"


def is_drawable(character: str) -> bool:
    """Return whether the documents' fonts have this character (spaces excepted)."""
    code = ord(character)
    position = bisect_right(_STARTS, code) - 1
    return position >= 0 and code <= DRAWABLE_RANGES[position][1]


def printable_text(text: str) -> str:
    """Return `text` on one line, drawable, and breakable within a table's column.

    Composed (NFC); white space becomes single spaces; controls, direction overrides and lone
    combining marks disappear; each run of characters no font can draw becomes one "□"; words
    over 22 characters get invisible breaks; beyond 300 characters the text ends with "…".
    """
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character in _KEPT_SPACES or is_drawable(character):
            shown.append(character)
        elif character.isspace():
            shown.append(" ")
        elif unicodedata.category(character)[0] not in "CM":
            if not shown or shown[-1] != REPLACEMENT:
                shown.append(REPLACEMENT)
        elif unicodedata.category(character) in ("Cs", "Co", "Cn"):
            shown.append(REPLACEMENT)
    line = " ".join(word for word in "".join(shown).split(" ") if word)
    if len(line) > LONGEST_TEXT:
        line = line[: LONGEST_TEXT - 1] + "…"
    return " ".join(_breakable(word) for word in line.split(" "))


def _breakable(word: str) -> str:
    if len(word) <= LONGEST_WORD:
        return word
    step = LONGEST_WORD // 2
    return ZERO_WIDTH_SPACE.join(word[i : i + step] for i in range(0, len(word), step))
