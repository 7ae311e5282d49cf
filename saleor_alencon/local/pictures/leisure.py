"""Things to read, to write, to play and to make."""

from saleor_alencon.local.pictures.pen import Pen, around


def book(pen: Pen) -> None:
    pen.shape([(26, 20), (70, 16), (74, 76), (30, 82)], "main")
    pen.shape([(30, 82), (74, 76), (78, 80), (36, 86)], "paper")
    pen.shape([(74, 76), (70, 16), (75, 19), (79, 80)], "main+paper")
    pen.shape([(26, 20), (31, 19.5), (35, 81), (30, 82)], "second")
    pen.line([(41, 34), (63, 32)], "paper", 3)
    pen.line([(43, 42), (60, 40.4)], "paper", 1.8)
    pen.blob([(54, 52), (62, 60), (54, 69), (46, 61)], "second")


def notebook(pen: Pen) -> None:
    pen.box(26, 18, 76, 84, "main", 4)
    pen.box(64, 18, 69, 84, "second")
    pen.box(34, 30, 58, 44, "paper", 2)
    pen.line([(38, 37), (54, 37)], "main", 1.6)
    for y in range(24, 82, 8):
        pen.line([(22, y), (31, y)], "dark", 2)


def newspaper(pen: Pen) -> None:
    pen.shape([(22, 22), (74, 18), (80, 78), (28, 82)], "paper")
    pen.shape([(28, 82), (80, 78), (80, 82), (30, 86)], "second+paper")
    pen.line([(29, 31), (69, 28)], "dark", 5)
    pen.shape([(31, 40), (49, 38.6), (51.4, 60), (33.4, 61.4)], "main")
    for y in (40, 46, 52, 58):
        pen.line([(54 + y / 30, y - 1), (71 + y / 30, y - 2.3)], "second", 1.8)
    for y in (67, 73):
        pen.line([(29 + y / 12, y), (66 + y / 12, y - 3)], "second", 1.8)


def envelope(pen: Pen) -> None:
    pen.box(16, 32, 84, 76, "paper", 3)
    pen.shape([(16, 74), (44, 52), (56, 52), (84, 74), (82, 77), (18, 77)], "second+paper")
    pen.shape([(16, 34), (84, 34), (54, 60), (46, 60)], "main")
    pen.disc(50, 57, 7, "second")
    pen.shape(around(50, 57, 3.4, 6), "paper")


def pencil(pen: Pen) -> None:
    for x, top, name in ((36, 30, "main"), (52, 20, "second"), (68, 34, "main+paper")):
        pen.box(x - 6, top + 12, x + 6, 84, name)
        pen.box(x - 6, 76, x + 6, 80, "paper")
        pen.shape([(x - 6, top + 12), (x + 6, top + 12), (x, top - 4)], "paper")
        pen.shape([(x - 2.4, top + 2.4), (x + 2.4, top + 2.4), (x, top - 4)], "dark")
        pen.line([(x - 2, top + 16), (x - 2, 73)], "ground", 1)


def palette(pen: Pen) -> None:
    pen.blob([(50, 24), (76, 32), (84, 52), (70, 62), (62, 66), (62, 76), (46, 80), (24, 70),
              (16, 50), (28, 31)], "second+paper")  # fmt: skip
    pen.disc(45, 66, 5, "ground")
    for x, y, name in ((34, 40, "main"), (52, 34, "second"), (70, 44, "dark"), (28, 56, "paper")):
        pen.disc(x, y, 6, name)
    pen.line([(58, 58), (86, 22)], "dark", 2.6)
    pen.line([(58, 58), (62, 53)], "main", 5)


def scissors(pen: Pen) -> None:
    pen.line([(36, 66), (66, 18)], "dark", 4)
    pen.line([(64, 66), (34, 18)], "second", 4)
    for x, name in ((32, "main"), (68, "main")):
        pen.ring(x, 72, 11, name, 4.4)
    pen.disc(50, 44, 2.4, "paper")


def thread(pen: Pen) -> None:
    pen.box(30, 20, 70, 29, "second", 3)
    pen.box(36, 29, 64, 74, "main")
    for y in range(33, 73, 5):
        pen.line([(36, y + 1), (64, y - 2)], "main+paper", 1.6)
    pen.box(30, 73, 70, 82, "second", 3)
    pen.line([(64, 66), (78, 62), (84, 72), (78, 84)], "main", 1.6)
    pen.line([(82, 84), (76, 50)], "dark", 1.4)


def button(pen: Pen) -> None:
    for x, y, radius, name in ((38, 40, 21, "main"), (67, 62, 17, "second")):
        pen.disc(x, y, radius, name)
        pen.ring(x, y, radius * 0.76, f"{name}+paper", 1.6)
        for hole_x, hole_y in around(x, y, radius * 0.3, 4, 45):
            pen.disc(hole_x, hole_y, radius * 0.13, "ground")
    pen.disc(34, 74, 9, "paper")
    pen.disc(31, 74, 1.4, "dark")
    pen.disc(37, 74, 1.4, "dark")


def fabric(pen: Pen) -> None:
    pen.shape([(22, 36), (78, 36), (78, 84), (68, 78), (58, 84), (48, 78), (38, 84), (28, 78),
               (22, 82)], "main")  # fmt: skip
    for x in range(28, 78, 10):
        for y in (50, 62, 72):
            pen.disc(x + (y % 4) * 1.2, y, 2, "paper")
    pen.box(16, 22, 84, 40, "main+paper", 9)
    pen.disc(80, 31, 9, "second")
    pen.disc(80, 31, 4, "paper")


def record(pen: Pen) -> None:
    pen.box(16, 26, 66, 76, "main", 2)
    pen.disc(60, 51, 24, "dark")
    for radius in (20, 16, 12):
        pen.ring(60, 51, radius, "main", 0.8)
    pen.disc(60, 51, 8, "second")
    pen.disc(60, 51, 1.6, "paper")
    pen.shape([(16, 26), (44, 26), (44, 76), (16, 76)], "main")
    pen.disc(30, 44, 8, "second")
    pen.line([(22, 64), (38, 64)], "paper", 1.8)


def note(pen: Pen) -> None:
    for y in (30, 39, 48, 57, 66):
        pen.line([(14, y + 2), (86, y + 2)], "second+paper", 1)
    pen.line([(40, 66), (40, 26)], "main", 3)
    pen.line([(70, 60), (70, 20)], "main", 3)
    pen.shape([(38.5, 24), (71.5, 18), (71.5, 29), (38.5, 35)], "main")
    pen.disc(33, 68, 9, "main", 7)
    pen.disc(63, 62, 9, "second", 7)


def guitar(pen: Pen) -> None:
    pen.line([(52, 50), (80, 18)], "dark", 6)
    pen.line([(77, 17), (83, 23)], "second", 8)
    pen.blob([(32, 48), (44, 42), (54, 46), (58, 56), (52, 66), (48, 78), (32, 82), (20, 72),
              (24, 60), (32, 56)], "second")  # fmt: skip
    pen.disc(44, 58, 6.4, "dark")
    pen.line([(30, 73), (36, 79)], "main", 3)
    for shift in (-1.4, 0, 1.4):
        pen.line([(33 + shift, 76 + shift), (79 + shift, 20 + shift)], "paper", 0.5)


def blocks(pen: Pen) -> None:
    pen.box(20, 54, 49, 82, "main", 2)
    pen.box(51, 54, 80, 82, "second", 2)
    pen.box(36, 26, 65, 53, "main+paper", 2)
    pen.disc(34.5, 68, 8, "paper")
    pen.shape([(65.5, 59), (74, 75), (57, 75)], "paper")
    pen.shape(around(50.5, 40, 9, 4, 45), "paper")


def puzzle(pen: Pen) -> None:
    pen.box(20, 30, 52, 62, "main", 2)
    pen.disc(36, 28, 6.4, "main")
    pen.disc(53, 46, 6.4, "main")
    pen.disc(36, 62, 6.4, "ground")
    pen.box(56, 48, 84, 78, "second", 2)
    pen.disc(57, 63, 5.6, "ground")
    pen.disc(70, 46, 5.6, "second")


def ball(pen: Pen) -> None:
    pen.disc(50, 52, 30, "paper")
    pen.shape(around(50, 52, 11, 5, -90), "main")
    for inner, outer in zip(around(50, 52, 11, 5, -90), around(50, 52, 21, 5, -90), strict=True):
        pen.line([inner, outer], "main", 2)
    for x, y in around(50, 52, 26.5, 5, -90):
        pen.disc(x, y, 6, "second")
    pen.ring(50, 52, 33, "ground", 3.2)
    pen.ring(50, 52, 30, "main", 2)


def dice(pen: Pen) -> None:
    for x, y, size, name, dots in (
        (20, 44, 34, "main", ((0, 0), (-1, -1), (1, 1), (-1, 1), (1, -1))),
        (52, 24, 30, "second", ((-1, -1), (0, 0), (1, 1))),
    ):
        pen.box(x, y, x + size, y + size, name, 6)
        for step_x, step_y in dots:
            pen.disc(x + size / 2 + step_x * size * 0.27, y + size / 2 + step_y * size * 0.27,
                     size * 0.085, "paper")  # fmt: skip


def cards(pen: Pen) -> None:
    pen.shape([(20, 34), (46, 22), (70, 68), (44, 80)], "second")
    pen.shape([(23, 36), (45, 26), (66, 67), (45, 76)], "second+paper")
    pen.box(44, 24, 80, 78, "paper", 4)
    pen.blob([(62, 61), (51, 49), (53, 41), (62, 45), (71, 41), (73, 49)], "main")
    pen.disc(50, 31, 2.4, "main")
    pen.disc(74, 71, 2.4, "main")


SHAPES = {
    "ball": ball, "blocks": blocks, "book": book, "button": button, "cards": cards, "dice": dice,
    "envelope": envelope, "fabric": fabric, "guitar": guitar, "newspaper": newspaper, "note": note,
    "notebook": notebook, "palette": palette, "pencil": pencil, "puzzle": puzzle, "record": record,
    "scissors": scissors, "thread": thread,
}  # fmt: skip
