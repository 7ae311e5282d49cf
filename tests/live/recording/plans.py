"""Which orders the recording places, and what happens to each of them afterwards.

Everything follows from one seed. Times are hours after the order was placed.
"""

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from saleor_alencon.local.demo_catalogue import ARTICLES
from saleor_alencon.local.demo_shops import read_live_shops
from saleor_alencon.local.saleor_seed import CENTRAL_POINT, HOME_METHOD

SEED = 61000
FIRST_DAY = datetime.datetime(2026, 9, 21, 7, tzinfo=datetime.UTC)
LAST_MOMENT = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)
REGULAR_ORDERS = 68


@dataclass(frozen=True)
class Step:
    """Something that happens to an order."""

    hours: float
    action: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """One order: when, what, how paid, and what follows."""

    title: str
    placed_at: datetime.datetime
    basket: dict[str, int]
    steps: tuple[Step, ...]
    checkout: dict[str, Any] = field(default_factory=dict)
    payment: str = "card"  # card, gift, mixed, two-gifts, none, partial, over


def article(shop: str, number: int) -> str:
    """Return the article number of the shop's nth product."""
    return f"{shop}-{number}"


def pick_basket(rng: random.Random, shops: list[dict[str, Any]]) -> dict[str, int]:
    """Return one to three articles of each given shop, a few pieces each."""
    basket = {}
    for shop in shops:
        count = len(ARTICLES[shop["kind"]])
        for number in rng.sample(range(1, count + 1), rng.choice((1, 1, 2, 3))):
            if ARTICLES[shop["kind"]][number - 1][1] > 20000 and rng.random() < 0.8:
                number = 3
            basket[article(shop["slug"], number)] = rng.choice((1, 1, 1, 2, 3))
    if set(basket) == {"librairie-des-halles-5"}:  # the free bookmark comes with a book
        basket["librairie-des-halles-1"] = 1
    return basket


def make_plans() -> list[Plan]:
    """Return all plans in the order in which they are placed."""
    rng = random.Random(SEED)
    shops = read_live_shops()
    plans = make_regular_plans(rng, shops) + make_special_plans(rng, shops)
    return sorted(plans, key=lambda plan: plan.placed_at)


def pick_moment(rng: random.Random, first_day: int, last_day: int) -> datetime.datetime:
    """Return a moment of a day (0 is the first) between 7:00 and 19:00 UTC."""
    day = rng.randint(first_day, last_day)
    return FIRST_DAY + datetime.timedelta(days=day, seconds=rng.randint(0, 12 * 3600))


def make_regular_plans(rng: random.Random, shops: list[dict[str, Any]]) -> list[Plan]:
    """Return paid orders that are handed over: from one shop or several, collected or sent."""
    plans = []
    for index in range(REGULAR_ORDERS):
        first = shops[index % len(shops)]
        others = [shop for shop in shops if shop is not first]
        chosen = [first, *rng.sample(others, rng.choice((0, 0, 1, 1, 2, 3)))]
        checkout: dict[str, Any] = {}
        if index % 4 == 1:
            checkout["delivery"] = HOME_METHOD
        elif index % 8 == 2:
            checkout["delivery"] = first["slug"] if len(chosen) == 1 else CENTRAL_POINT
        if index % 7 == 3:
            checkout["voucher"] = "MERCI10" if index % 2 else "FETE7"
        basket = pick_basket(rng, chosen)
        hours = rng.uniform(3, 120)
        steps: tuple[Step, ...] = (Step(hours, "fulfil"),)
        if len(chosen) > 1 and index % 3 == 0:  # one shop first, the others later
            steps = (
                Step(hours, "fulfil", {"shop": first["slug"]}),
                Step(hours + rng.uniform(2, 60), "fulfil"),
            )
        plans.append(Plan("regular", pick_moment(rng, 0, 55), basket, steps, checkout, "card"))
    return plans


def make_special_plans(rng: random.Random, shops: list[dict[str, Any]]) -> list[Plan]:
    """Return the orders that test the books: every kind of tender, refund and cancellation."""
    slugs = [shop["slug"] for shop in shops]
    plans = []
    for index, (title, payment, checkout, steps) in enumerate(SPECIAL):
        count = 1 if "one shop" in title else 3
        chosen = [shops[(index * 3 + offset * 5) % len(slugs)] for offset in range(count)]
        basket = pick_basket(rng, chosen)
        if "zero" in title:
            basket = {"librairie-des-halles-5": 1, "librairie-des-halles-2": 1}
        if "three rates" in title:
            basket = {"fleurs-de-la-sarthe-1": 2, "cave-notre-dame-3": 3, "cave-notre-dame-2": 1}
        if "several pieces" in title:
            basket = dict.fromkeys(basket, 3)
        plans.append(Plan(title, pick_moment(rng, 2, 50), basket, steps, dict(checkout), payment))
    return plans


HOME = {"delivery": HOME_METHOD}
FULFIL = Step(30, "fulfil")

# title, payment, checkout, steps
SPECIAL: list[tuple[str, str, dict[str, Any], tuple[Step, ...]]] = [
    ("three rates", "card", {}, (FULFIL,)),
    ("three rates, home delivery, percentage", "card", {**HOME, "voucher": "MERCI10"}, (FULFIL,)),
    ("zero price line", "card", {}, (FULFIL,)),
    ("gift card and card", "mixed", {}, (FULFIL,)),
    ("gift card and card, home", "mixed", HOME, (FULFIL,)),
    ("gift card alone", "gift", {}, (FULFIL,)),
    ("two gift cards and card", "two-gifts", {"voucher": "FETE7"}, (FULFIL,)),
    (
        "gift card and card, partly refunded to both",
        "mixed",
        {},
        (
            FULFIL,
            Step(100, "refund", {"amount": "5.01", "tender": 0}),
            Step(101, "refund", {"amount": "3.33", "tender": 1}),
        ),
    ),
    ("refund of a line", "card", {}, (FULFIL, Step(90, "refund", {"lines": 1}))),
    ("refund of a line before hand-over", "card", {}, (Step(5, "refund", {"lines": 1}), FULFIL)),
    ("refund by amount", "card", {}, (FULFIL, Step(200, "refund", {"amount": "4.99"}))),
    (
        "two refunds by amount",
        "card",
        {},
        (
            FULFIL,
            Step(70, "refund", {"amount": "1.01"}),
            Step(150, "refund", {"amount": "2.02"}),
        ),
    ),
    ("full refund", "card", HOME, (FULFIL, Step(120, "refund", {"all": True}))),
    ("full refund, one shop", "card", {}, (Step(4, "refund", {"all": True}),)),
    (
        "refund of a line and the delivery",
        "card",
        HOME,
        (FULFIL, Step(60, "refund", {"lines": 1, "shipping": True})),
    ),
    ("refund of the delivery only", "card", HOME, (FULFIL, Step(50, "refund", {"shipping": True}))),
    (
        "refund that fails, then succeeds",
        "card",
        {},
        (
            FULFIL,
            Step(80, "refund", {"lines": 1, "mode": "failure"}),
            Step(81, "refund-again", {}),
        ),
    ),
    (
        "refund that stays pending for a day",
        "card",
        {},
        (
            FULFIL,
            Step(80, "refund", {"amount": "6.66", "mode": "pending"}),
            Step(104, "refund-done", {}),
        ),
    ),
    ("refund after weeks", "card", {}, (FULFIL, Step(460, "refund", {"lines": 1}))),
    ("cancelled before payment", "none", {}, (Step(20, "cancel"),)),
    ("cancelled before payment, one shop", "none", {}, (Step(3, "cancel"),)),
    (
        "cancelled after payment",
        "card",
        HOME,
        (Step(10, "cancel"), Step(11, "refund", {"all": True})),
    ),
    (
        "refunded, then cancelled",
        "card",
        {},
        (Step(10, "refund", {"all": True}), Step(12, "cancel")),
    ),
    (
        "handed over in pieces, several pieces",
        "card",
        {},
        (
            Step(10, "fulfil", {"quantity": 1}),
            Step(34, "fulfil", {"quantity": 1}),
            Step(58, "fulfil"),
        ),
    ),
    (
        "handed over, taken back, handed over again",
        "card",
        {},
        (FULFIL, Step(40, "unfulfil"), Step(66, "fulfil")),
    ),
    (
        "taken back and refunded, one shop",
        "card",
        {},
        (FULFIL, Step(40, "unfulfil"), Step(41, "refund", {"all": True}), Step(42, "cancel")),
    ),
    ("sent with a tracking number", "card", HOME, (FULFIL, Step(32, "track"))),
    ("never paid", "none", {}, ()),
    ("paid later", "none", {}, (Step(26, "pay"), Step(50, "fulfil"))),
    ("partly paid, the rest later", "partial", {}, (Step(48, "pay"), Step(72, "fulfil"))),
    ("partly paid for ever", "partial", {}, ()),
    ("overpaid", "over", {}, (FULFIL,)),
    ("not yet handed over", "card", {}, ()),
    ("not yet handed over, home", "card", HOME, ()),
    ("one of three shops is late", "card", {}, (Step(20, "fulfil", {"first": 2}),)),
]

PARTIAL_SHARE = Decimal("0.40")
EXTRA_PAID = Decimal("1.50")
