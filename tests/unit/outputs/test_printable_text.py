import typst
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.outputs.printable_text import (
    DRAWABLE_RANGES,
    LONGEST_TEXT,
    LONGEST_WORD,
    is_drawable,
    printable_text,
)

TEMPLATE = b"""
#set document(title: "Police")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), fallback: false, lang: "fr")
#set page(height: auto)
#for weight in ("regular", "semibold", "bold") [
  #set text(weight: weight)
  #for word in read("text.txt").split(" ") [#word ]
]
"""


def set_in_pdf_a(text):
    sources = {"main.typ": TEMPLATE, "text.txt": text.encode()}
    return typst.compile(sources, pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True)


def test_every_weight_of_the_fonts_has_every_character_that_is_let_through():
    drawable = [chr(code) for start, end in DRAWABLE_RANGES for code in range(start, end + 1)]
    assert all(is_drawable(character) for character in drawable)
    kept = [character for character in drawable if printable_text(character) != "□"]
    assert len(kept) >= len(drawable) - 2  # "□" itself, and what normalisation composes
    set_in_pdf_a(" ".join(kept))


def test_ranges_are_sorted_and_apart():
    flat = [bound for pair in DRAWABLE_RANGES for bound in pair]
    assert flat == sorted(flat)


def test_an_emoji_becomes_a_visible_square():
    assert printable_text("Pain 🥖 chaud") == "Pain □ chaud"
    assert printable_text("👨‍👩‍👧") == "□"
    assert printable_text("日本") == "□"


def test_accents_typed_apart_are_composed():
    assert printable_text("e\u0301te\u0301") == "été"


def test_controls_and_direction_overrides_disappear():
    assert printable_text("a\x00b\u202ec\u2066d\nligne\tsuivante") == "abcd ligne suivante"


def test_a_long_word_can_break_and_a_long_text_is_cut():
    word = printable_text("A" * 60)
    assert max(len(part) for part in word.split("\u200b")) <= LONGEST_WORD
    assert word.replace("\u200b", "") == "A" * 60
    assert printable_text("mot " * 200).endswith("…")
    assert len(printable_text("mot " * 200)) <= LONGEST_TEXT


def test_french_prose_is_left_alone():
    prose = "Le Perche à pied : « 32 randonnées », l’œuvre n° 3 — 12,50\u00a0€"
    assert printable_text(prose) == prose


@given(st.text())
def test_whatever_is_typed_the_result_is_drawable(text):
    shown = printable_text(text)
    assert all(c in " \u00a0\u202f\u200b" or is_drawable(c) for c in shown)
    assert printable_text(shown.replace("\u200b", "")) == shown
