"""Things of the house, the garden and the workshop."""

from saleor_alencon.local.pictures.pen import Pen, around


def flower(pen: Pen) -> None:
    for foot, head in (((46, 82), (30, 40)), ((50, 82), (51, 32)), ((54, 82), (70, 42))):
        pen.line([foot, head], "dark", 2)
    for x, y, name in ((30, 38, "main"), (51, 29, "second"), (70, 40, "main")):
        for petal_x, petal_y in around(x, y, 8, 6):
            pen.disc(petal_x, petal_y, 6, name)
        pen.disc(x, y, 5, "paper")
    pen.shape([(30, 54), (70, 54), (57, 86), (43, 86)], "paper")
    pen.shape([(30, 54), (50, 60), (43, 86)], "main+paper")
    pen.box(40, 66, 60, 71, "second", 2)


def pot(pen: Pen) -> None:
    for tip in ((24, 30), (38, 17), (50, 13), (62, 17), (76, 30)):
        middle_x, middle_y = (50 + tip[0]) / 2, (54 + tip[1]) / 2
        side = 6 if tip[0] >= 50 else -6
        pen.blob([(50, 54), (middle_x + side, middle_y + 4), tip, (middle_x - side, middle_y - 2)],
                 "main")  # fmt: skip
        pen.line([(50, 54), (middle_x, middle_y)], "main+paper", 1.2)
    pen.shape([(32, 54), (68, 54), (63, 84), (37, 84)], "second")
    pen.box(29, 50, 71, 58, "second+paper", 2)


def leaf(pen: Pen) -> None:
    pen.line([(50, 84), (50, 40)], "dark", 2)
    for y, reach in ((70, 24), (56, 22), (42, 17)):
        for side in (-1, 1):
            pen.blob([(50, y), (50 + side * reach * 0.4, y - 13), (50 + side * reach, y - 15),
                      (50 + side * reach * 0.7, y - 3)], "main")  # fmt: skip
            pen.line([(50, y), (50 + side * reach * 0.7, y - 9)], "main+paper", 1.2)
    pen.blob([(50, 42), (42, 30), (50, 15), (58, 30)], "main")
    pen.line([(50, 38), (50, 24)], "main+paper", 1.2)
    pen.box(40, 74, 60, 79, "second", 2)


def candle(pen: Pen) -> None:
    pen.blob([(50, 18), (57, 31), (50, 38), (43, 31)], "second")
    pen.blob([(50, 26), (53, 32), (50, 36), (47, 32)], "paper")
    pen.line([(50, 36), (50, 44)], "dark", 1.6)
    pen.box(32, 42, 68, 80, "main", 4)
    pen.disc(50, 44, 18, "main+paper", 4)
    pen.box(38, 54, 62, 70, "paper", 2)
    pen.line([(43, 62), (57, 62)], "second", 1.8)


def vase(pen: Pen) -> None:
    for start, tip in (((48, 34), (40, 12)), ((52, 34), (64, 15))):
        pen.line([start, tip], "dark", 1.6)
        for part in (0.35, 0.65, 0.95):
            x = start[0] + (tip[0] - start[0]) * part
            y = start[1] + (tip[1] - start[1]) * part
            pen.disc(x - 4, y, 3, "second", 2)
            pen.disc(x + 4, y, 3, "second", 2)
    pen.blob([(43, 32), (57, 32), (56, 42), (69, 58), (64, 78), (50, 83), (36, 78), (31, 58),
              (44, 42)], "main")  # fmt: skip
    pen.line([(33, 59), (67, 59)], "paper", 2)
    pen.line([(34, 65), (66, 65)], "second", 2)


def lamp(pen: Pen) -> None:
    pen.shape([(37, 18), (63, 18), (76, 48), (24, 48)], "second")
    pen.shape([(43, 18), (50, 18), (46, 48), (35, 48)], "second+paper")
    pen.line([(50, 48), (50, 76)], "dark", 3)
    pen.blob([(50, 54), (58, 62), (56, 74), (44, 74), (42, 62)], "main")
    pen.box(34, 76, 66, 82, "main", 3)


def bulb(pen: Pen) -> None:
    pen.blob([(50, 16), (70, 26), (73, 44), (62, 58), (59, 66), (41, 66), (38, 58), (27, 44),
              (30, 26)], "second")  # fmt: skip
    pen.line([(44, 64), (41, 44), (46, 48), (50, 43), (54, 48), (59, 44), (56, 64)], "paper", 1.8)
    pen.box(40, 66, 60, 80, "dark", 2)
    pen.line([(41, 71), (59, 71)], "paper", 1.4)
    pen.line([(41, 76), (59, 76)], "paper", 1.4)
    pen.disc(50, 82, 5, "dark", 3)


def tools(pen: Pen) -> None:
    pen.line([(30, 82), (62, 36)], "second", 6)
    pen.shape([(46, 24), (54, 18), (82, 38), (76, 46)], "main")
    pen.shape([(46, 24), (54, 18), (50, 30)], "main+paper")
    pen.line([(70, 82), (44, 48)], "dark", 5)
    pen.disc(40, 42, 11, "dark")
    pen.shape([(40, 42), (24, 40), (36, 26)], "ground")


def key(pen: Pen) -> None:
    pen.disc(34, 36, 18, "second")
    pen.disc(34, 36, 9, "ground")
    pen.line([(46, 48), (78, 80)], "second", 6)
    pen.line([(64, 66), (73, 57)], "second", 5)
    pen.line([(72, 74), (80, 66)], "second", 5)
    pen.arc(34, 36, 14, "second+paper", 1.6, 160, 280)


def tin(pen: Pen) -> None:
    pen.disc(50, 68, 30, "main", 12)
    pen.box(20, 48, 80, 68, "main")
    pen.disc(50, 48, 30, "second", 12)
    pen.disc(50, 48, 24, "second+paper", 9)
    pen.disc(50, 48, 17, "paper", 6)
    pen.blob([(50, 44), (58, 48), (50, 52), (42, 48)], "main")


def case(pen: Pen) -> None:
    pen.box(16, 38, 84, 76, "main", 10)
    pen.box(16, 38, 84, 56, "main+paper", 10)
    pen.box(16, 52, 84, 57, "main")
    pen.box(43, 51, 57, 61, "second", 2)
    pen.disc(50, 56, 2, "paper")


def loupe(pen: Pen) -> None:
    pen.line([(56, 58), (78, 82)], "main", 7)
    pen.disc(43, 43, 25, "second")
    pen.disc(43, 43, 20, "paper")
    pen.arc(43, 43, 15, "main+paper", 2.4, 190, 260)
    for y in (40, 46, 52):
        pen.line([(34, y), (52, y)], "ground", 1.8)


def bicycle(pen: Pen) -> None:
    for x in (26, 74):
        pen.ring(x, 62, 18, "dark", 2.6)
        pen.disc(x, 62, 2.4, "second")
    pen.line([(26, 62), (40, 38), (66, 38), (48, 62), (26, 62)], "main", 3.4)
    pen.line([(48, 62), (37, 32)], "main", 3.4)
    pen.line([(74, 62), (64, 30)], "main", 3.4)
    pen.line([(31, 31), (43, 31)], "second", 4)
    pen.line([(64, 30), (74, 28), (77, 32)], "second", 3)
    pen.disc(48, 62, 5, "second")


def gear(pen: Pen) -> None:
    for x, y in around(50, 51, 27, 12):
        pen.disc(x, y, 5.4, "main")
    pen.disc(50, 51, 27, "main")
    pen.disc(50, 51, 20, "ground")
    for x, y in around(50, 51, 22, 5, 18):
        pen.line([(50, 51), (x, y)], "main", 4)
    pen.disc(50, 51, 9, "second")
    pen.disc(50, 51, 4, "paper")


def pan(pen: Pen) -> None:
    pen.line([(66, 58), (92, 44)], "dark", 5)
    pen.box(14, 48, 68, 78, "main", 7)
    pen.disc(41, 48, 27, "main+paper", 8)
    pen.disc(41, 48, 23, "dark", 6)
    pen.box(20, 60, 24, 72, "main+paper", 2)
    for x in (32, 41, 50):
        pen.line([(x, 36), (x - 2, 30), (x + 2, 25), (x, 19)], "second", 2)


def knife(pen: Pen) -> None:
    pen.blob([(40, 14), (56, 22), (62, 44), (60, 56), (44, 56)], "paper")
    pen.line([(45, 18), (47, 54)], "second", 1.4)
    pen.box(42, 54, 62, 60, "second", 1)
    pen.box(44, 60, 60, 86, "main", 5)
    for y in (66, 73, 80):
        pen.disc(52, y, 1.8, "paper")


def cushion(pen: Pen) -> None:
    pen.blob(
        [(20, 26), (50, 31), (80, 26), (77, 52), (80, 78), (50, 74), (20, 78), (23, 52)], "main"
    )
    for x in (35, 50, 65):
        pen.line([(x, 33), (x, 72)], "main+paper", 2)
    pen.shape(around(50, 52, 11, 4), "second")
    for x, y in ((20, 26), (80, 26), (80, 78), (20, 78)):
        pen.disc(x, y, 4, "second")


def linen(pen: Pen) -> None:
    for y, name in ((64, "main"), (48, "paper"), (32, "second")):
        pen.box(20, y, 80, y + 15, name, 6)
        pen.pie(80 - 7.5, y + 7.5, 7.5, name, 270, 90)
        pen.arc(72, y + 7.5, 4, "ground", 1.2, 270, 90)
        pen.line([(26, y + 7.5), (68, y + 7.5)], "ground", 1)


def table(pen: Pen) -> None:
    pen.box(14, 44, 86, 51, "second", 2)
    for x in (22, 74):
        pen.shape([(x, 51), (x + 5, 51), (x + 3, 82), (x + 1, 82)], "second")
    pen.box(34, 51, 66, 60, "second+paper", 1)
    pen.disc(50, 55.5, 1.8, "dark")
    pen.blob([(44, 30), (56, 30), (59, 38), (56, 44), (44, 44), (41, 38)], "main")
    pen.line([(50, 30), (45, 18)], "dark", 1.6)
    pen.disc(44, 17, 4, "main+paper", 3)
    pen.line([(51, 30), (57, 20)], "dark", 1.6)
    pen.disc(58, 19, 4, "main+paper", 3)


def brush(pen: Pen) -> None:
    pen.line([(26, 20), (58, 58)], "second", 7)
    pen.shape([(50, 62), (64, 50), (70, 57), (56, 70)], "dark")
    pen.blob([(56, 70), (70, 57), (84, 72), (84, 84), (72, 84)], "main")
    for end in ((82, 80), (77, 83), (84, 74)):
        pen.line([(64, 66), end], "main+paper", 1)


def bone(pen: Pen) -> None:
    pen.line([(32, 66), (68, 38)], "paper", 13)
    for x, y in ((26, 62), (33, 74), (67, 30), (75, 41)):
        pen.disc(x, y, 9, "paper")
    pen.line([(38, 60), (60, 43)], "second", 1.8)
    for x, y in ((22, 32), (78, 68)):
        pen.disc(x, y, 4, "main")


def paw(pen: Pen) -> None:
    pen.blob(
        [(50, 48), (66, 60), (69, 74), (58, 79), (50, 76), (42, 79), (31, 74), (34, 60)], "main"
    )
    for x, y in ((24, 48), (40, 32), (60, 32), (76, 48)):
        pen.disc(x, y, 7.6, "main", 10)
    pen.blob([(50, 56), (58, 64), (57, 71), (50, 69), (43, 71), (42, 64)], "main+paper")


SHAPES = {
    "bicycle": bicycle, "bone": bone, "brush": brush, "bulb": bulb, "candle": candle, "case": case,
    "cushion": cushion, "flower": flower, "gear": gear, "key": key, "knife": knife, "lamp": lamp,
    "leaf": leaf, "linen": linen, "loupe": loupe, "pan": pan, "paw": paw, "pot": pot,
    "table": table, "tin": tin, "tools": tools, "vase": vase,
}  # fmt: skip
