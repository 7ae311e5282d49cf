"""One picture per family of products: an object before a lace edge, as a small PNG."""

import io

from saleor_alencon.local.pictures import food, home, leisure, wear
from saleor_alencon.local.pictures.pen import Palette, Pen
from saleor_alencon.outputs.theme import load_tokens

SHAPES = food.SHAPES | home.SHAPES | leisure.SHAPES | wear.SHAPES
PIXELS = 600
COLOURS = 64  # enough for smooth edges, and a quarter of the size
VARIETY = (
    ("primary_soft", "primary", "gold"),
    ("accent_soft", "accent", "gold"),
    ("success_soft", "success", "gold"),
    ("warning_soft", "accent", "gold"),
    ("surface_sunken", "primary", "accent"),
)
WARM = (0, 1, 2, 3)  # gold is the object's own colour
RED = (1, 3)
GREEN = (2,)
FITTING = (
    dict.fromkeys(("apple", "cake", "cards", "chocolate", "meat", "shell"), RED)
    | dict.fromkeys(("carrot", "flower", "leaf", "pot"), GREEN)
    | dict.fromkeys(
        ("bag_of_grain", "basket", "beer", "bread", "cheese", "envelope", "glass", "guitar",
         "honey", "lace", "lamp", "plate", "poultry", "ring", "round_cheese", "seed", "table"),
        WARM,
    )
)  # fmt: skip


def palette_of(shape: str, variety: int) -> Palette:
    """Return one of the theme's harmonies that become an object; any number is one of them."""
    light = load_tokens().light
    fitting = FITTING.get(shape, range(len(VARIETY)))
    ground, main, second = VARIETY[fitting[variety % len(fitting)]]
    return Palette(light[ground], light[main], light[second], light["surface"], light["text"])


def picture_png(shape: str, variety: int) -> bytes:
    """Return the picture of an object, 600 pixels wide and high, of some 10 kB."""
    pen = Pen(palette_of(shape, variety))
    draw_edge(pen)
    pen.disc(50, 83, 34, "ground+second", 4)
    SHAPES[shape](pen)
    buffer = io.BytesIO()
    small = pen.finished(PIXELS).quantize(COLOURS)
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def draw_edge(pen: Pen) -> None:
    """Draw scallops with openwork along the lower edge, as on the statements."""
    pen.box(0, 95, 100, 100, "paper")
    for place in range(0, 101, 10):
        pen.disc(place, 95, 5, "paper")
        pen.disc(place, 95, 1.7, "second")
        pen.disc(place + 5, 97.5, 0.8, "main")
