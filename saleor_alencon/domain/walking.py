"""In which order to walk to the shops of one basket.

The rules:

- The walk begins at a shop that is open; with none open, at the one that opens first.
- It misses as few shops as possible: a shop whose doors close for the day before one arrives is
  missed. Then it ends as early as possible, waiting at closed doors included.
- Up to ``EXACT_AT_MOST`` shops every order is tried; beyond, one goes to the nearest next.
- A shop without coordinates comes last, by its number in the street order, then by its key.
"""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

EXACT_AT_MOST = 8
METRES_A_MINUTE = 70
"""Four kilometres an hour, with a bag."""
MINUTES_IN_A_SHOP = 5
EARTH_METRES = 6_371_000
DETOUR_PERCENT = 130
"""Streets are longer than the straight line."""


@dataclass(frozen=True)
class Place:
    """Where a shop is, in millionths of a degree."""

    latitude_micro: int
    longitude_micro: int

    def __post_init__(self) -> None:
        if abs(self.latitude_micro) > 90_000_000 or abs(self.longitude_micro) > 180_000_000:
            raise ValueError(f"{self.latitude_micro}, {self.longitude_micro} is no place on earth")


@dataclass(frozen=True)
class Visit:
    """One shop to go to; ``openings`` are those of the day, from and until, in time's order."""

    key: str
    place: Place | None = None
    street_order: int | None = None
    openings: tuple[tuple[datetime.datetime, datetime.datetime], ...] = ()


def walking_order(visits: Sequence[Visit], now: datetime.datetime) -> tuple[str, ...]:
    """Return the keys in the order of the walk: each once, whatever order they come in."""
    placed = sorted((each for each in visits if each.place is not None), key=lambda each: each.key)
    rest = sorted((each for each in visits if each.place is None), key=_street_key)
    exact = len(placed) <= EXACT_AT_MOST
    walked = _Search(placed, now).best() if exact else _nearest(placed, now)
    order = tuple(each.key for each in (*walked, *rest))
    assert sorted(order) == sorted(each.key for each in visits)
    return order


def walking_minutes(start: Place, end: Place) -> int:
    """Return the whole minutes from one place to another on foot, rounded up."""
    mean = math.radians((start.latitude_micro + end.latitude_micro) / 2e6)
    north = math.radians((end.latitude_micro - start.latitude_micro) / 1e6)
    east = math.radians((end.longitude_micro - start.longitude_micro) / 1e6) * math.cos(mean)
    metres = math.hypot(north, east) * EARTH_METRES * DETOUR_PERCENT / 100
    return math.ceil(metres / METRES_A_MINUTE)


def _street_key(visit: Visit) -> tuple[bool, int, str]:
    return visit.street_order is None, visit.street_order or 0, visit.key


def _starts(visits: Sequence[Visit], now: datetime.datetime) -> list[Visit]:
    """Return where the walk may begin: at any open shop, else at the one that opens first."""
    opening = {each.key: _opens_at(each, now) for each in visits}
    is_open = [each for each in visits if opening[each.key] == now]
    if is_open:
        return is_open
    later = [each for each in visits if opening[each.key] is not None]
    # None of them opens today: then every place is as good to begin at.
    return sorted(later, key=lambda each: (opening[each.key], each.key))[:1] or list(visits)


def _opens_at(visit: Visit, moment: datetime.datetime) -> datetime.datetime | None:
    """Return from when on the shop serves who arrives at a moment; None when not any more."""
    for opens, closes in visit.openings:
        if moment < closes:
            return max(opens, moment)
    return None


def _after(visit: Visit, arrives: datetime.datetime) -> tuple[int, datetime.datetime]:
    """Return how many shops were missed there (0 or 1), and when one leaves it again."""
    served = _opens_at(visit, arrives)
    if served is None:
        return 1, arrives
    return 0, served + datetime.timedelta(minutes=MINUTES_IN_A_SHOP)


def _walk(start: Visit, end: Visit) -> datetime.timedelta:
    assert start.place is not None
    assert end.place is not None
    return datetime.timedelta(minutes=walking_minutes(start.place, end.place))


class _Search:
    """Every order, left as soon as it cannot be the best any more."""

    def __init__(self, visits: Sequence[Visit], now: datetime.datetime) -> None:
        self.visits, self.now = visits, now
        self.found: tuple[tuple[int, datetime.datetime], tuple[Visit, ...]] | None = None

    def best(self) -> tuple[Visit, ...]:
        for start in _starts(self.visits, self.now):
            self._go((start,), *_after(start, self.now))
        return self.found[1] if self.found else ()

    def _go(self, done: tuple[Visit, ...], missed: int, moment: datetime.datetime) -> None:
        if self.found is not None and (missed, moment) >= self.found[0]:
            return
        if len(done) == len(self.visits):
            self.found = ((missed, moment), done)
            return
        left = [each for each in self.visits if each not in done]
        for each in sorted(left, key=lambda visit: (_walk(done[-1], visit), visit.key)):
            more, then = _after(each, moment + _walk(done[-1], each))
            self._go((*done, each), missed + more, then)


def _nearest(visits: Sequence[Visit], now: datetime.datetime) -> tuple[Visit, ...]:
    done = [_starts(visits, now)[0]]
    while len(done) < len(visits):
        left = [each for each in visits if each not in done]
        done.append(min(left, key=lambda visit: (_walk(done[-1], visit), visit.key)))
    return tuple(done)
