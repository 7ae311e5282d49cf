"""Draws on a square of 100 by 100 units, in the colours of one palette."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

UNITS = 100
SCALE = 12  # drawn large, then reduced, so that edges come out smooth

Point = tuple[float, float]


@dataclass(frozen=True)
class Palette:
    """Colours as "#rrggbb": the background, two for the object, its paper and its outlines."""

    ground: str
    main: str
    second: str
    paper: str
    dark: str


class Pen:
    """Shapes in units; a colour is the name of one of the palette's."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self.image = Image.new("RGB", (UNITS * SCALE, UNITS * SCALE), palette.ground)
        self._draw = ImageDraw.Draw(self.image)

    def colour(self, name: str) -> str:
        """Return a colour of the palette, or a mix such as "main+paper" of two in halves."""
        if "+" not in name:
            return str(getattr(self.palette, name))
        first, second = (self.colour(part) for part in name.split("+"))
        return "#" + "".join(
            f"{(int(first[at : at + 2], 16) + int(second[at : at + 2], 16)) // 2:02x}"
            for at in (1, 3, 5)
        )

    def box(self, x0: float, y0: float, x1: float, y1: float, name: str, radius: float = 0) -> None:
        """Fill a rectangle, with round corners when ``radius`` is given."""
        corners = [x0 * SCALE, y0 * SCALE, x1 * SCALE, y1 * SCALE]
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=self.colour(name))

    def disc(self, x: float, y: float, radius: float, name: str, tall: float | None = None) -> None:
        """Fill a circle, or an ellipse of half-height ``tall``."""
        high = radius if tall is None else tall
        corners = [
            (x - radius) * SCALE, (y - high) * SCALE, (x + radius) * SCALE, (y + high) * SCALE
        ]  # fmt: skip
        self._draw.ellipse(corners, fill=self.colour(name))

    def ring(
        self, x: float, y: float, radius: float, name: str, width: float, tall: float | None = None
    ) -> None:
        """Draw a circle's or an ellipse's outline."""
        self.arc(x, y, radius, name, width, 0, 360, tall)

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        name: str,
        width: float,
        start: float,
        end: float,
        tall: float | None = None,
    ) -> None:
        """Draw a part of a circle; degrees go clockwise from three o'clock."""
        high = radius if tall is None else tall
        corners = [
            (x - radius) * SCALE, (y - high) * SCALE, (x + radius) * SCALE, (y + high) * SCALE
        ]  # fmt: skip
        self._draw.arc(corners, start, end, fill=self.colour(name), width=round(width * SCALE))

    def pie(self, x: float, y: float, radius: float, name: str, start: float, end: float) -> None:
        """Fill a slice of a circle."""
        corners = [value * SCALE for value in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.pieslice(corners, start, end, fill=self.colour(name))

    def shape(self, points: Sequence[Point], name: str) -> None:
        """Fill a polygon with straight edges."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=self.colour(name))

    def blob(self, points: Sequence[Point], name: str) -> None:
        """Fill a closed curve through the points."""
        self.shape(smooth(points), name)

    def line(self, points: Sequence[Point], name: str, width: float) -> None:
        """Draw a line with round ends and corners."""
        placed = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(placed, fill=self.colour(name), width=round(width * SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, name)

    def finished(self, pixels: int) -> Image.Image:
        """Return the picture, ``pixels`` wide and high."""
        return self.image.resize((pixels, pixels), Image.Resampling.LANCZOS)


def smooth(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """Return a closed Catmull-Rom curve through the points."""
    count = len(points)
    curve = []
    for index in range(count):
        before, start, end, after = (points[(index + offset) % count] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            part = step / steps
            curve.append(
                (
                    blend(before[0], start[0], end[0], after[0], part),
                    blend(before[1], start[1], end[1], after[1], part),
                )
            )
    return curve


def blend(before: float, start: float, end: float, after: float, part: float) -> float:
    """Return the Catmull-Rom value between ``start`` and ``end``."""
    return 0.5 * (
        2 * start
        + (end - before) * part
        + (2 * before - 5 * start + 4 * end - after) * part**2
        + (3 * start - before - 3 * end + after) * part**3
    )


def around(x: float, y: float, radius: float, count: int, turn: float = 0) -> list[Point]:
    """Return ``count`` points spread over a circle, the first at ``turn`` degrees."""
    return [
        (
            x + radius * math.cos(math.radians(turn + 360 * index / count)),
            y + radius * math.sin(math.radians(turn + 360 * index / count)),
        )
        for index in range(count)
    ]
