"""Things to wear, to carry and to give."""

from saleor_alencon.local.pictures.pen import Pen, around


def shoe(pen: Pen) -> None:
    pen.blob([(17, 44), (32, 42), (42, 50), (58, 57), (76, 60), (84, 68), (82, 74), (18, 74),
              (15, 60)], "main")  # fmt: skip
    pen.box(14, 72, 86, 79, "second", 3)
    pen.blob([(17, 44), (32, 42), (34, 48), (26, 52), (17, 51)], "main+paper")
    for x, y in ((42, 51), (49, 54), (56, 57)):
        pen.line([(x - 3, y + 5), (x + 4, y - 2)], "paper", 1.8)


def sneaker(pen: Pen) -> None:
    pen.blob([(16, 46), (26, 50), (36, 42), (46, 50), (62, 58), (80, 62), (86, 70), (80, 75),
              (18, 75), (14, 62)], "second")  # fmt: skip
    pen.box(12, 71, 88, 79, "paper", 4)
    pen.line([(14, 76), (86, 76)], "main", 1.6)
    pen.shape([(30, 69), (44, 54), (50, 57), (42, 69)], "main")
    for x, y in ((48, 52), (54, 55), (60, 58)):
        pen.line([(x - 3, y + 4), (x + 3, y - 3)], "paper", 1.8)


def shirt(pen: Pen) -> None:
    pen.shape([(36, 22), (64, 22), (88, 38), (78, 52), (70, 47), (70, 82), (30, 82), (30, 47),
               (22, 52), (12, 38)], "main")  # fmt: skip
    pen.pie(50, 21, 11, "ground", 0, 180)
    pen.arc(50, 21, 13, "second", 2, 0, 180)
    for y in (56, 64, 72):
        pen.line([(31, y), (69, y)], "paper", 2.4)


def trousers(pen: Pen) -> None:
    pen.shape([(30, 20), (70, 20), (76, 84), (57, 84), (50, 42), (43, 84), (24, 84)], "main")
    pen.box(30, 18, 70, 25, "second", 1)
    pen.line([(50, 25), (50, 40)], "main+paper", 1.4)
    pen.line([(34, 28), (40, 36)], "main+paper", 1.4)
    pen.line([(66, 28), (60, 36)], "main+paper", 1.4)


def sock(pen: Pen) -> None:
    pen.blob(
        [(38, 18), (60, 18), (60, 50), (72, 62), (76, 72), (66, 80), (52, 74), (38, 56)], "main"
    )
    pen.box(36, 16, 62, 26, "second", 2)
    for y in (33, 41, 49):
        pen.line([(39, y), (59, y)], "paper", 3)
    pen.blob([(64, 60), (74, 66), (75, 74), (66, 79), (60, 74)], "second")


def hat(pen: Pen) -> None:
    pen.disc(50, 66, 38, "main", 10)
    pen.blob(
        [(30, 62), (32, 36), (42, 28), (50, 32), (58, 28), (68, 36), (70, 62), (50, 68)], "main"
    )
    pen.shape([(30.5, 52), (69.5, 52), (70, 62), (50, 66), (30, 62)], "second")
    pen.arc(50, 66, 36, "main+paper", 1.6, 20, 160, 9)


def glove(pen: Pen) -> None:
    pen.blob([(30, 62), (32, 36), (44, 20), (58, 24), (64, 40), (64, 62)], "main")
    pen.blob([(60, 52), (72, 40), (80, 44), (74, 58), (62, 66)], "main")
    pen.box(29, 62, 66, 80, "second", 3)
    for x in (36, 43, 50, 57):
        pen.line([(x, 65), (x, 77)], "second+paper", 1.6)
    for x, y in ((40, 42), (50, 38), (47, 50)):
        pen.disc(x, y, 2, "paper")


def umbrella(pen: Pen) -> None:
    pen.line([(50, 22), (50, 78)], "dark", 2.4)
    pen.arc(56, 77, 6, "dark", 2.4, 0, 180)
    pen.pie(50, 52, 36, "main", 180, 360)
    pen.shape([(38, 52), (50, 16), (62, 52)], "second")
    for x in (26, 50, 74):
        pen.disc(x, 52, 12, "ground", 5)
    pen.disc(50, 16, 2, "dark")


def bag(pen: Pen) -> None:
    pen.ring(50, 40, 17, "second", 3.6, 20)
    pen.shape([(24, 42), (76, 42), (82, 80), (18, 80)], "main")
    pen.shape([(24, 42), (76, 42), (78, 54), (50, 62), (22, 54)], "main+paper")
    pen.disc(50, 61, 4.5, "second")


def wallet(pen: Pen) -> None:
    pen.box(18, 34, 82, 76, "main", 5)
    pen.box(24, 27, 70, 40, "paper", 2)
    pen.box(18, 38, 82, 76, "main", 5)
    pen.box(58, 50, 86, 64, "second", 4)
    pen.disc(66, 57, 3, "paper")
    for x in range(24, 56, 6):
        pen.line([(x, 71), (x + 3, 71)], "main+paper", 1)


def belt(pen: Pen) -> None:
    pen.ring(50, 54, 34, "main", 9, 25)
    pen.box(38, 68, 62, 86, "second", 2)
    pen.box(43, 73, 57, 81, "ground", 1)
    pen.line([(50, 77), (60, 77)], "second", 2)
    for x, y in ((70, 75), (76, 71), (81, 65)):
        pen.disc(x, y, 1.3, "paper")


def ring(pen: Pen) -> None:
    pen.ring(50, 60, 24, "second", 5)
    pen.shape([(36, 26), (64, 26), (72, 35), (50, 52), (28, 35)], "main")
    pen.shape([(36, 26), (50, 26), (43, 35)], "main+paper")
    pen.shape([(43, 35), (57, 35), (50, 52)], "main+paper")
    pen.line([(28, 35), (72, 35)], "paper", 1)


def necklace(pen: Pen) -> None:
    pen.arc(50, 24, 31, "second", 2, 0, 180, 40)
    for x, y in around(50, 24, 31, 24):
        if y > 30:
            pen.disc(x, 24 + (y - 24) * 40 / 31, 2, "second")
    pen.shape([(50, 62), (60, 71), (50, 84), (40, 71)], "main")
    pen.shape([(50, 62), (55, 71), (50, 84), (45, 71)], "main+paper")


def earring(pen: Pen) -> None:
    for x in (34, 66):
        pen.ring(x, 28, 5, "second", 1.8)
        pen.line([(x, 33), (x, 42)], "second", 1.6)
        pen.shape([(x, 41), (x + 11, 58), (x, 76), (x - 11, 58)], "main")
        pen.shape([(x, 41), (x + 4, 58), (x, 76), (x - 4, 58)], "main+paper")
        pen.disc(x, 79, 2.4, "second")


def watch(pen: Pen) -> None:
    pen.shape([(40, 12), (60, 12), (63, 34), (37, 34)], "main")
    pen.shape([(37, 68), (63, 68), (60, 90), (40, 90)], "main")
    pen.disc(50, 51, 24, "second")
    pen.disc(50, 51, 20, "paper")
    for x, y in around(50, 51, 16, 12):
        pen.disc(x, y, 1.2, "dark")
    pen.line([(50, 51), (50, 39)], "dark", 2)
    pen.line([(50, 51), (59, 55)], "dark", 2)
    pen.box(73, 48, 78, 54, "second", 1)


def glasses(pen: Pen) -> None:
    for x in (31, 69):
        pen.disc(x, 54, 17, "paper")
        pen.ring(x, 54, 17, "main", 4)
        pen.line([(x - 7, 52), (x - 1, 46)], "ground", 2)
    pen.arc(50, 52, 5, "main", 3.4, 180, 360)
    pen.line([(14, 50), (10, 40)], "main", 3.6)
    pen.line([(86, 50), (90, 40)], "main", 3.6)


def bodysuit(pen: Pen) -> None:
    pen.blob([(34, 26), (66, 26), (82, 36), (77, 48), (67, 46), (67, 62), (60, 70), (57, 80),
              (43, 80), (40, 70), (33, 62), (33, 46), (23, 48), (18, 36)], "main")  # fmt: skip
    pen.disc(50, 24, 11, "ground", 10)
    for x in (45, 50, 55):
        pen.disc(x, 77, 1.3, "paper")
    pen.blob([(50, 60), (41, 52), (43, 46), (50, 49), (57, 46), (59, 52)], "second")


def bear(pen: Pen) -> None:
    for x in (30, 70):
        pen.disc(x, 32, 11, "second")
        pen.disc(x, 32, 6, "second+paper")
    pen.disc(50, 52, 28, "second", 26)
    pen.disc(50, 62, 12, "paper", 9)
    pen.disc(50, 58, 4, "dark", 3)
    pen.line([(50, 60), (50, 65)], "dark", 1.4)
    for x in (39, 61):
        pen.disc(x, 47, 3, "dark")
    pen.shape([(50, 79), (36, 73), (36, 87)], "main")
    pen.shape([(50, 79), (64, 73), (64, 87)], "main")
    pen.disc(50, 80, 4, "main")


def gift(pen: Pen) -> None:
    pen.box(22, 46, 78, 82, "main", 2)
    pen.box(18, 38, 82, 50, "main+paper", 2)
    pen.box(45, 38, 55, 82, "second")
    pen.blob([(50, 37), (36, 38), (27, 29), (34, 21), (45, 27)], "second")
    pen.blob([(50, 37), (64, 38), (73, 29), (66, 21), (55, 27)], "second")
    pen.disc(50, 36, 4, "main")


def lace(pen: Pen) -> None:
    for x, y in around(50, 51, 29, 12):
        pen.disc(x, y, 9, "paper")
        pen.disc(x, y, 3, "ground")
    pen.disc(50, 51, 28, "paper")
    for x, y in around(50, 51, 19, 8, 22.5):
        pen.disc(x, y, 5.5, "second")
        pen.disc(x, y, 3, "paper")
    for x, y in around(50, 51, 9, 6):
        pen.disc(x, y, 4.5, "main")
    pen.disc(50, 51, 4, "second")


def perfume(pen: Pen) -> None:
    pen.box(27, 42, 73, 82, "main", 6)
    pen.box(33, 48, 67, 76, "main+paper", 3)
    pen.box(43, 33, 57, 42, "second")
    pen.box(40, 18, 60, 34, "dark", 3)
    pen.shape([(50, 54), (58, 63), (50, 72), (42, 63)], "second")


def soap(pen: Pen) -> None:
    pen.box(17, 48, 83, 80, "second", 11)
    pen.box(17, 44, 83, 72, "second+paper", 11)
    pen.box(28, 51, 72, 65, "paper", 6)
    for x, y, radius in ((34, 33, 6), (47, 25, 8), (62, 34, 5), (72, 26, 4)):
        pen.ring(x, y, radius, "main", 1.4)


def flacon(pen: Pen) -> None:
    pen.box(31, 40, 69, 82, "main", 6)
    pen.box(43, 28, 57, 40, "second")
    pen.box(36, 22, 62, 29, "second", 2)
    pen.line([(38, 25), (26, 27)], "second", 4)
    pen.box(36, 50, 64, 72, "paper", 3)
    pen.blob([(50, 54), (57, 62), (54, 68), (46, 68), (43, 62)], "second")


SHAPES = {
    "bag": bag, "bear": bear, "belt": belt, "bodysuit": bodysuit, "earring": earring,
    "flacon": flacon, "gift": gift, "glasses": glasses, "glove": glove, "hat": hat, "lace": lace,
    "necklace": necklace, "perfume": perfume, "ring": ring, "shirt": shirt, "shoe": shoe,
    "sneaker": sneaker, "soap": soap, "sock": sock, "trousers": trousers, "umbrella": umbrella,
    "wallet": wallet, "watch": watch,
}  # fmt: skip
