"""This project's own stylesheets have the theme's colours, and are rewritten from it."""

from importlib.resources import files

import pytest

from saleor_alencon.outputs.theme import ThemeError
from saleor_alencon.outputs.theme_sheets import SHEETS, sheet_with_tokens


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_is_as_the_tokens_say(sheet):
    text = files("saleor_alencon").joinpath(sheet).read_text("utf-8")
    assert sheet_with_tokens(text, sheet) == text


def test_a_stale_colour_is_rewritten_in_its_own_look():
    sheet = "office/static/office/office.css"
    text = ":root {\n  --office-primary: #000000;\n}\n\n.dark {\n  --office-primary: #ffffff;\n}\n"
    assert sheet_with_tokens(text, sheet) == (
        ":root {\n  --office-primary: #1d3461;\n}\n\n.dark {\n  --office-primary: #9db8ea;\n}\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (":root { }", "no rule for dark"),
        (":root {\n  --office-sky: #0000ff;\n}\n.dark {\n}", "--office-sky names no token"),
    ],
)
def test_a_sheet_of_another_shape_is_refused(text, said):
    with pytest.raises(ThemeError, match=said):
        sheet_with_tokens(text, "office/static/office/office.css")
