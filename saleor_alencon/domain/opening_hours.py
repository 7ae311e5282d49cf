"""When a shop is open: its week, its exceptional days, and how it prepares orders.

The plain dict of :meth:`OpeningHours.to_json` is what a warehouse's public metadata
``alencon.hours`` holds in Saleor. The rule from hours to pickup slots is in :mod:`.pickup_slots`.
"""

import datetime
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

VERSION = 1
TIMEZONE = "Europe/Paris"
DAYS_OF_WEEK = 7
MINUTES_OF_DAY = 24 * 60
PREPARATION_AT_MOST = 14 * MINUTES_OF_DAY
SLOT_AT_LEAST, SLOT_AT_MOST = 5, MINUTES_OF_DAY
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
REQUIRED_KEYS = frozenset(
    {"version", "timezone", "week", "exceptions", "preparation_minutes", "slot_minutes"}
)
OPTIONAL_KEYS = frozenset({"order_cut_off"})
TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)


class HoursError(ValueError):
    """Raised for hours that cannot be: the message names the place and what is expected."""


def minutes_of(text: str) -> int:
    """Return the minutes since midnight of "HH:MM"; "24:00" is the end of the day.

    >>> minutes_of("09:30"), minutes_of("24:00")
    (570, 1440)

    :raises HoursError: when the text is no time of day.
    """
    if not isinstance(text, str) or not TIME_OF_DAY.fullmatch(text):
        raise HoursError(f"{text!r} is no time of day: write HH:MM, from 00:00 to 24:00")
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def text_of(minutes: int) -> str:
    """Return minutes since midnight as "HH:MM"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass(frozen=True, order=True)
class Period:
    """Open from one minute of the day to another; the last possible one is 24:00 (1440).

    A shop that closes after midnight has a period until 24:00, and one from 00:00 the day after.
    """

    opens_minutes: int
    closes_minutes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens_minutes < self.closes_minutes <= MINUTES_OF_DAY:
            raise HoursError(
                f"{text_of(self.opens_minutes)} to {text_of(self.closes_minutes)}: "
                "a period closes after it opens, on the same day"
            )

    @classmethod
    def of(cls, opens: str, closes: str) -> Self:
        """Return the period between two texts: ``Period.of("09:00", "12:30")``."""
        return cls(minutes_of(opens), minutes_of(closes))

    def to_json(self) -> list[str]:
        return [text_of(self.opens_minutes), text_of(self.closes_minutes)]


Periods = tuple[Period, ...]


@dataclass(frozen=True, order=True)
class ExceptionalDay:
    """One date on which the week does not hold: other periods, or none when the shop is closed."""

    date: datetime.date
    periods: Periods = ()

    def __post_init__(self) -> None:
        check_periods(self.periods, str(self.date))


@dataclass(frozen=True)
class OpeningHours:
    """One shop's hours, and the rules that its pickup slots follow.

    ``week`` has seven entries, Monday first. An order placed at ``cut_off_minutes`` (since
    midnight) or later is prepared from the next day on; None means that there is no such limit.
    """

    week: tuple[Periods, ...]
    exceptions: tuple[ExceptionalDay, ...] = ()
    preparation_minutes: int = 120
    slot_minutes: int = 60
    cut_off_minutes: int | None = None

    def __post_init__(self) -> None:
        if len(self.week) != DAYS_OF_WEEK:
            raise HoursError(f"the week has {len(self.week)} days: seven are expected")
        for name, periods in zip(DAY_NAMES, self.week, strict=True):
            check_periods(periods, name)
        dates = [exception.date for exception in self.exceptions]
        if dates != sorted(set(dates)):
            raise HoursError("exceptional days are in the order of their dates, each date once")
        check_number("preparation_minutes", self.preparation_minutes, 0, PREPARATION_AT_MOST)
        check_number("slot_minutes", self.slot_minutes, SLOT_AT_LEAST, SLOT_AT_MOST)
        if self.cut_off_minutes is not None:
            check_number("cut_off_minutes", self.cut_off_minutes, 0, MINUTES_OF_DAY)

    def periods_on(self, day: datetime.date) -> Periods:
        """Return when the shop is open on a date, the exceptional day first."""
        for exception in self.exceptions:
            if exception.date == day:
                return exception.periods
        return self.week[day.weekday()]

    @property
    def is_ever_open(self) -> bool:
        """Whether the week has a period at all."""
        return any(self.week)

    def to_json(self) -> dict[str, Any]:
        """Return the plain dict that :meth:`from_json` reads."""
        cut_off = self.cut_off_minutes
        return {
            "version": VERSION,
            "timezone": TIMEZONE,
            "week": [[period.to_json() for period in periods] for periods in self.week],
            "exceptions": [
                {
                    "date": each.date.isoformat(),
                    "periods": [part.to_json() for part in each.periods],
                }
                for each in self.exceptions
            ],
            "preparation_minutes": self.preparation_minutes,
            "slot_minutes": self.slot_minutes,
            **({} if cut_off is None else {"order_cut_off": text_of(cut_off)}),
        }

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Read the plain dict of ``alencon.hours``.

        :raises HoursError: naming the key, when the dict does not have the shape of version 1.
        """
        if not isinstance(data, Mapping):
            raise HoursError("opening hours are a JSON object")
        keys = set(data)
        if missing := REQUIRED_KEYS - keys:
            raise HoursError(f"missing: {', '.join(sorted(missing))}")
        if unknown := keys - REQUIRED_KEYS - OPTIONAL_KEYS:
            raise HoursError(f"unknown: {', '.join(sorted(map(str, unknown)))}")
        if type(data["version"]) is not int or data["version"] != VERSION:
            raise HoursError(f"version {data['version']!r}: only {VERSION} is known")
        if data["timezone"] != TIMEZONE:
            raise HoursError(f"timezone {data['timezone']!r}: only {TIMEZONE} is known")
        week = list_of(data["week"], "week")
        if len(week) != DAYS_OF_WEEK:
            raise HoursError(f"the week has {len(week)} days: seven are expected")
        cut_off = data.get("order_cut_off")
        return cls(
            week=tuple(
                read_periods(day, f"week, {name}")
                for name, day in zip(DAY_NAMES, week, strict=True)
            ),
            exceptions=tuple(sorted(read_exceptions(data["exceptions"]))),
            preparation_minutes=data["preparation_minutes"],
            slot_minutes=data["slot_minutes"],
            cut_off_minutes=None if cut_off is None else minutes_of(cut_off),
        )


def check_periods(periods: Periods, place: str) -> None:
    """Check that the periods of a day follow each other.

    :raises HoursError: when two overlap or are out of order.
    """
    for before, after in itertools.pairwise(periods):
        if after.opens_minutes < before.closes_minutes:
            raise HoursError(
                f"{place}: the period from {text_of(after.opens_minutes)} begins before "
                f"the one before it ends at {text_of(before.closes_minutes)}"
            )


def check_number(name: str, value: object, lowest: int, highest: int) -> None:
    if type(value) is not int or not lowest <= value <= highest:
        raise HoursError(f"{name} is {value!r}: a whole number from {lowest} to {highest}")


def list_of(value: object, place: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise HoursError(f"{place}: a list is expected, got {value!r}")
    return value


def read_periods(value: object, place: str) -> Periods:
    found = []
    for pair in list_of(value, place):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise HoursError(f"{place}: {pair!r} is no pair of opening and closing time")
        try:
            found.append(Period.of(pair[0], pair[1]))
        except HoursError as error:
            raise HoursError(f"{place}: {error}") from error
    check_periods(tuple(found), place)
    return tuple(found)


def read_exceptions(value: object) -> Iterator[ExceptionalDay]:
    for each in list_of(value, "exceptions"):
        if not isinstance(each, Mapping) or set(each) != {"date", "periods"}:
            raise HoursError(f"exceptions: {each!r} is no object of date and periods")
        try:
            day = datetime.date.fromisoformat(each["date"])
        except (TypeError, ValueError) as error:
            raise HoursError(
                f"exceptions: {each['date']!r} is no date: write YYYY-MM-DD"
            ) from error
        yield ExceptionalDay(day, read_periods(each["periods"], f"exceptions, {day}"))
