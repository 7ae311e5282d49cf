"""Things to eat and drink."""

from saleor_alencon.local.pictures.pen import Pen, around


def cheese(pen: Pen) -> None:
    pen.shape([(15, 52), (64, 25), (85, 44)], "second+paper")
    pen.shape([(15, 52), (85, 44), (85, 72), (15, 79)], "second")
    pen.line([(15, 52), (85, 44)], "paper", 2)
    for x, y, radius in ((30, 62, 5), (50, 69, 4), (64, 56, 6.4), (78, 66, 3), (42, 55, 2.6)):
        pen.disc(x, y, radius, "second+paper")
        pen.arc(x, y, radius, "dark", 0.8, 150, 300)
    pen.disc(62, 37, 4, "second", 2)
    pen.disc(46, 45, 3, "second", 1.4)


def round_cheese(pen: Pen) -> None:
    pen.disc(50, 64, 34, "second+paper", 15)
    pen.box(16, 50, 84, 64, "second+paper")
    pen.disc(50, 50, 34, "paper", 15)
    pen.disc(50, 50, 25, "main", 10.5)
    pen.disc(50, 50, 22, "paper", 9)
    pen.blob([(50, 45), (58, 50), (50, 55), (42, 50)], "second")
    for x in (24, 36, 50, 64, 76):
        pen.line([(x, 66 + (6 - abs(x - 50) / 6)), (x, 70 + (6 - abs(x - 50) / 6))], "second", 1.2)


def meat(pen: Pen) -> None:
    pen.blob(
        [(22, 54), (30, 36), (50, 30), (72, 34), (81, 50), (72, 68), (48, 74), (28, 68)], "main"
    )
    pen.blob([(28, 54), (35, 41), (51, 36), (69, 40), (75, 51), (68, 62), (48, 68), (33, 63)],
             "main+paper")  # fmt: skip
    pen.line([(40, 46), (50, 52), (62, 47)], "paper", 2.2)
    pen.line([(42, 60), (54, 61), (66, 55)], "paper", 2.2)
    pen.disc(38, 53, 5, "paper")
    pen.disc(38, 53, 2.2, "main")


def poultry(pen: Pen) -> None:
    pen.line([(60, 54), (80, 32)], "paper", 6)
    pen.disc(80, 28, 4.6, "paper")
    pen.disc(85, 34, 4.6, "paper")
    pen.blob([(24, 62), (30, 42), (50, 36), (66, 44), (69, 58), (60, 74), (40, 79)], "second")
    pen.blob([(33, 60), (38, 48), (50, 44), (47, 52), (38, 58), (36, 64)], "second+paper")


def fish(pen: Pen) -> None:
    pen.blob(
        [(16, 52), (30, 39), (50, 35), (66, 43), (74, 51), (64, 61), (48, 67), (28, 64)], "main"
    )
    pen.shape([(68, 51), (87, 37), (83, 51), (87, 66)], "main")
    pen.shape([(42, 37), (56, 27), (60, 41)], "main+paper")
    pen.blob([(20, 54), (34, 56), (54, 57), (66, 55), (52, 64), (34, 63)], "main+paper")
    pen.disc(29, 49, 3, "paper")
    pen.disc(29, 49, 1.5, "dark")
    for x in (42, 50, 58):
        pen.arc(x, 51, 6, "paper", 1.2, 300, 60)


def shell(pen: Pen) -> None:
    pen.pie(50, 66, 34, "second", 190, 350)
    pen.shape([(38, 66), (62, 66), (57, 78), (43, 78)], "second")
    for x, y in ((20, 51), (32, 38), (50, 33), (68, 38), (80, 51)):
        pen.line([(50, 74), (x, y)], "paper", 1.8)
    pen.box(40, 73, 60, 79, "main", 2)


def can(pen: Pen) -> None:
    pen.box(27, 36, 73, 72, "main")
    pen.disc(50, 72, 23, "main", 8)
    pen.box(27, 44, 73, 65, "paper")
    pen.disc(50, 65, 23, "paper", 8)
    pen.disc(50, 44, 23, "main", 8)
    pen.disc(50, 36, 23, "second", 8)
    pen.disc(50, 36, 18, "second+paper", 6)
    pen.ring(50, 35, 4, "dark", 1.4, 2.4)
    pen.disc(50, 60, 7, "second")


def jar(pen: Pen) -> None:
    pen.box(28, 38, 72, 80, "paper", 8)
    pen.box(31, 48, 69, 77, "main", 6)
    pen.box(31, 26, 69, 38, "second", 3)
    pen.box(31, 31, 69, 33, "second+paper")
    pen.box(36, 55, 64, 70, "paper", 2)
    pen.line([(41, 60), (59, 60)], "second", 1.6)
    pen.line([(44, 65), (56, 65)], "second", 1.6)


def honey(pen: Pen) -> None:
    pen.blob(
        [(30, 44), (26, 60), (32, 77), (50, 80), (68, 77), (74, 60), (70, 44), (50, 41)], "second"
    )
    pen.box(30, 34, 70, 43, "paper", 4)
    pen.line([(60, 18), (52, 36)], "main", 3)
    for y in (48, 52, 56):
        pen.line([(44, y + 5), (56, y + 5)], "second+paper", 2.6)
    pen.shape(around(50, 66, 8, 6, 30), "paper")


def bread(pen: Pen) -> None:
    pen.blob(
        [(15, 60), (20, 44), (38, 34), (62, 34), (80, 44), (85, 60), (72, 73), (28, 73)], "second"
    )
    pen.blob([(21, 58), (26, 47), (40, 40), (61, 40), (75, 47), (79, 56), (60, 52), (36, 53)],
             "second+paper")  # fmt: skip
    for x in (32, 46, 60):
        pen.line([(x, 56), (x + 9, 41)], "paper", 3)


def cake(pen: Pen) -> None:
    pen.box(22, 46, 78, 76, "paper", 3)
    pen.box(22, 58, 78, 64, "second")
    pen.blob([(22, 44), (24, 37), (50, 34), (76, 37), (78, 44), (76, 52), (69, 50), (62, 56),
              (54, 50), (46, 56), (38, 50), (30, 55), (24, 52)], "main")  # fmt: skip
    pen.box(14, 76, 86, 80, "dark", 2)
    pen.disc(50, 30, 5, "second")
    pen.line([(50, 27), (54, 19)], "dark", 1.4)


def chocolate(pen: Pen) -> None:
    pen.box(28, 20, 72, 80, "dark", 2)
    for x in (32, 46, 60):
        for y in (24, 36, 48):
            pen.box(x - 1, y, x + 9, y + 9, "main", 1.5)
            pen.line([(x + 1, y + 2), (x + 6, y + 2)], "main+paper", 1)
    pen.shape([(26, 52), (34, 56), (42, 51), (50, 56), (58, 51), (66, 56), (74, 52), (74, 82),
               (26, 82)], "second")  # fmt: skip
    pen.box(33, 62, 67, 74, "paper", 1)


def candy(pen: Pen) -> None:
    pen.shape([(34, 50), (14, 36), (14, 64)], "second")
    pen.shape([(66, 50), (86, 36), (86, 64)], "second")
    pen.disc(50, 50, 21, "main")
    for turn in (20, 110, 200, 290):
        pen.pie(50, 50, 21, "paper", turn, turn + 38)
    pen.disc(50, 50, 6, "main")


def cloche(pen: Pen) -> None:
    pen.pie(50, 68, 32, "main", 180, 360)
    pen.arc(50, 68, 26, "main+paper", 2.4, 195, 255)
    pen.disc(50, 34, 4, "second")
    pen.box(12, 68, 88, 73, "second", 2.5)
    pen.box(24, 73, 76, 77, "paper", 2)


def plate(pen: Pen) -> None:
    pen.disc(50, 54, 27, "paper")
    pen.ring(50, 54, 24, "second", 1.4)
    pen.disc(50, 54, 17, "ground")
    pen.disc(50, 54, 16, "paper")
    for x in (14, 17, 20):
        pen.line([(x, 30), (x, 42)], "main", 1.6)
    pen.line([(14, 43), (20, 43)], "main", 2.4)
    pen.line([(17, 43), (17, 78)], "main", 2.8)
    pen.blob([(82, 30), (86, 38), (85, 50), (82, 53)], "main")
    pen.line([(83, 50), (83, 78)], "main", 2.8)


def carrot(pen: Pen) -> None:
    for start, end in (((60, 36), (60, 14)), ((62, 36), (76, 18)), ((64, 40), (85, 30))):
        pen.line([start, end], "main", 4.5)
    pen.blob(
        [(56, 34), (68, 36), (70, 46), (54, 62), (34, 78), (21, 83), (27, 70), (42, 48)], "second"
    )
    for x, y in ((50, 48), (42, 59), (34, 69)):
        pen.line([(x, y), (x + 8, y + 4)], "second+paper", 1.6)


def apple(pen: Pen) -> None:
    pen.blob([(50, 38), (64, 33), (78, 42), (77, 60), (66, 77), (50, 76), (34, 77), (23, 60),
              (22, 42), (36, 33)], "main")  # fmt: skip
    pen.line([(50, 39), (52, 24)], "dark", 2.4)
    pen.blob([(53, 30), (62, 20), (75, 21), (68, 31)], "second")
    pen.blob([(30, 46), (37, 41), (36, 50), (31, 58)], "main+paper")


def basket(pen: Pen) -> None:
    pen.ring(50, 50, 27, "second", 3.4, 30)
    for x, y, name in (
        (34, 48, "main"),
        (48, 43, "paper"),
        (63, 47, "main"),
        (56, 51, "main+paper"),
    ):
        pen.disc(x, y, 10, name)
    pen.shape([(18, 52), (82, 52), (73, 80), (27, 80)], "second")
    for y in (59, 66, 73):
        pen.line([(22, y), (78, y)], "second+paper", 1.4)
    pen.box(15, 50, 85, 56, "dark", 3)


def bottle(pen: Pen) -> None:
    pen.blob([(45, 18), (55, 18), (55, 36), (62, 44), (64, 54), (64, 78), (62, 82), (38, 82),
              (36, 78), (36, 54), (38, 44), (45, 36)], "main")  # fmt: skip
    pen.box(44, 12, 56, 24, "second", 1.5)
    pen.box(36, 52, 64, 70, "paper")
    pen.line([(42, 58), (58, 58)], "second", 1.6)
    pen.line([(45, 64), (55, 64)], "main", 1.6)


def glass(pen: Pen) -> None:
    pen.ring(68, 54, 12, "paper", 4, 14)
    pen.box(28, 34, 68, 80, "second", 3)
    pen.box(33, 44, 38, 74, "second+paper", 2)
    pen.box(43, 44, 48, 74, "second+paper", 2)
    pen.box(53, 44, 58, 74, "second+paper", 2)
    for x, y, radius in ((32, 33, 8), (44, 28, 10), (57, 29, 9), (65, 35, 7)):
        pen.disc(x, y, radius, "paper")
    pen.box(26, 33, 70, 40, "paper", 3)


def coffee(pen: Pen) -> None:
    pen.box(30, 28, 70, 82, "main", 3)
    pen.shape([(30, 31), (34, 20), (66, 20), (70, 31)], "dark")
    pen.box(36, 42, 64, 70, "paper", 2)
    for x, y in ((45, 52), (55, 58)):
        pen.disc(x, y, 5.4, "main", 7)
        pen.arc(x + 4, y, 5, "paper", 1.4, 120, 240, 8)


def teapot(pen: Pen) -> None:
    pen.ring(76, 54, 11, "main", 3.6, 13)
    pen.shape([(34, 50), (14, 40), (12, 45), (30, 66)], "main")
    pen.disc(50, 58, 27, "main", 22)
    pen.box(38, 33, 62, 39, "second", 3)
    pen.disc(50, 30, 4, "second")
    pen.arc(50, 58, 20, "main+paper", 2, 195, 260, 16)
    pen.box(38, 77, 62, 81, "second", 2)


def cup(pen: Pen) -> None:
    pen.ring(70, 54, 12, "main", 4)
    pen.box(26, 36, 68, 78, "main", 8)
    pen.box(26, 36, 68, 44, "second", 2)
    for x in (33, 40, 47, 54, 61):
        pen.disc(x, 44, 3.5, "second")
    pen.box(31, 52, 35, 68, "main+paper", 2)


def sack(pen: Pen) -> None:
    pen.blob(
        [(34, 32), (66, 32), (72, 48), (75, 70), (68, 81), (32, 81), (25, 70), (28, 48)], "second"
    )
    pen.shape(
        [(32, 20), (42, 24), (50, 19), (58, 24), (68, 20), (64, 34), (36, 34)], "second+paper"
    )
    pen.line([(35, 34), (65, 34)], "main", 3)
    pen.line([(50, 70), (50, 50)], "main", 2)
    for y in (54, 60, 66):
        pen.blob([(50, y + 2), (56, y - 5), (60, y - 4), (56, y + 2)], "main")
        pen.blob([(50, y + 2), (44, y - 5), (40, y - 4), (44, y + 2)], "main")


SHAPES = {
    "apple": apple, "bag_of_grain": sack, "basket": basket, "beer": glass, "bottle": bottle,
    "bread": bread, "cake": cake, "can": can, "candy": candy, "carrot": carrot, "cheese": cheese,
    "chocolate": chocolate, "cloche": cloche, "coffee": coffee, "cup": cup, "fish": fish,
    "glass": glass, "honey": honey, "jar": jar, "meat": meat, "plate": plate, "poultry": poultry,
    "round_cheese": round_cheese, "seed": sack, "shell": shell, "teapot": teapot,
}  # fmt: skip
