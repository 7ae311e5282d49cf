"""From a shop's opening hours to the slots in which an order can be collected.

The rules, all on the clocks of Europe/Paris:

- Only opening time prepares: with 120 minutes of preparation, an order placed one hour before
  closing is ready one hour after the next opening.
- An order placed at the cut-off or later is prepared from the next day on.
- Each opening period is cut into slots from its opening on; the last one ends at closing and may
  be shorter. A slot is offered when it begins at the moment the order is ready, or later.
- Minutes are real minutes. In spring, a period within the hour that does not exist has no length;
  in autumn, a time that comes twice means its first occurrence.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from saleor_alencon.domain.opening_hours import (
    MINUTES_OF_DAY,
    TIMEZONE,
    HoursError,
    OpeningHours,
)

PARIS = ZoneInfo(TIMEZONE)
DAYS_AHEAD = 14
DAYS_SEARCHED = 366


@dataclass(frozen=True, order=True)
class Slot:
    """A time to collect in, from ``starts_at`` until ``ends_at``: the town's clock, with offset.

    Both carry a fixed offset and not the time zone's name, because Python compares two moments of
    one zone by their clock time: the two 2:30 of an autumn night would be equal.
    """

    starts_at: datetime.datetime
    ends_at: datetime.datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", on_town_clock(self.starts_at))
        object.__setattr__(self, "ends_at", on_town_clock(self.ends_at))
        if self.starts_at >= self.ends_at:
            raise HoursError(f"the slot {self.to_text()} ends before it begins")

    def to_text(self) -> str:
        """Return "<start>/<end>" (an ISO 8601 interval with offsets)."""
        return f"{self.starts_at.isoformat()}/{self.ends_at.isoformat()}"

    @classmethod
    def from_text(cls, text: object) -> Self:
        """Read what :meth:`to_text` writes.

        :raises HoursError: when it is no interval of two moments with offsets.
        """
        try:
            start, end = str(text).split("/")
            moments = (datetime.datetime.fromisoformat(part) for part in (start, end))
            return cls(*moments)
        except HoursError:
            raise
        except (ValueError, OverflowError) as error:
            raise HoursError(
                f"{text!r} is no slot: write <start>/<end>, each like 2026-12-24T14:00:00+01:00"
            ) from error


def ready_at(hours: OpeningHours, placed_at: datetime.datetime) -> datetime.datetime | None:
    """Return when an order placed at a moment is prepared, or None when no day within a year is.

    Without preparation time it is ready at once, be the shop open or not.
    """
    start = on_town_clock(placed_at)
    if hours.cut_off_minutes is not None and minutes_of_clock(start) >= hours.cut_off_minutes:
        start = instant(start.date(), MINUTES_OF_DAY)
    missing = datetime.timedelta(minutes=hours.preparation_minutes)
    if not missing:
        return start
    for opens, closes in openings(hours, start.date()):
        begins = max(opens, start)
        if begins >= closes:
            continue
        if closes - begins >= missing:
            return on_town_clock(begins + missing)
        missing -= closes - begins
    return None


def compute_slots(
    hours: OpeningHours,
    *,
    ready_not_before: datetime.datetime,
    days_ahead: int = DAYS_AHEAD,
) -> list[Slot]:
    """Return the slots for an order that is ready at a moment, in the order of time.

    They are those of the first day that has one, and of the ``days_ahead`` days after it: a shop
    on holiday offers its first days back. None within a year: the list is empty.
    """
    found: list[Slot] = []
    ready = on_town_clock(ready_not_before)
    last_day: datetime.date | None = None
    for opens, closes in openings(hours, ready.date()):
        if last_day is not None and opens.date() > last_day:
            break
        offered = [
            slot for slot in cut(opens, closes, hours.slot_minutes) if slot.starts_at >= ready
        ]
        if offered and last_day is None:
            last_day = opens.date() + datetime.timedelta(days=days_ahead)
        found += offered
    return found


def offered_slots(
    hours: OpeningHours, *, placed_at: datetime.datetime, days_ahead: int = DAYS_AHEAD
) -> list[Slot]:
    """Return the slots that an order placed at a moment may choose."""
    ready = ready_at(hours, placed_at)
    return (
        [] if ready is None else compute_slots(hours, ready_not_before=ready, days_ahead=days_ahead)
    )


def is_slot_offered(
    hours: OpeningHours,
    slot: Slot,
    placed_at: datetime.datetime,
    *,
    days_ahead: int = DAYS_AHEAD,
) -> bool:
    """Say whether an order placed at a moment may choose exactly this slot."""
    return slot in offered_slots(hours, placed_at=placed_at, days_ahead=days_ahead)


def first_slot(hours: OpeningHours, *, placed_at: datetime.datetime) -> Slot | None:
    """Return the earliest slot that an order placed at a moment may choose, None without any."""
    slots = offered_slots(hours, placed_at=placed_at, days_ahead=0)
    return slots[0] if slots else None


def on_town_clock(moment: datetime.datetime) -> datetime.datetime:
    """Return the same moment as the town's clocks show it, with its offset.

    :raises HoursError: when the moment has no offset.
    """
    if moment.utcoffset() is None:
        raise HoursError(f"{moment.isoformat()} has no offset from UTC")
    offset = moment.astimezone(PARIS).utcoffset()
    assert offset is not None
    return moment.astimezone(datetime.timezone(offset))


def minutes_of_clock(moment: datetime.datetime) -> int:
    return moment.hour * 60 + moment.minute


def instant(day: datetime.date, minutes: int) -> datetime.datetime:
    """Return the moment at which the town's clocks show a time of day for the first time.

    A time that spring's change skips is the moment of the change.
    """
    wall = datetime.datetime.combine(day, datetime.time())
    wall += datetime.timedelta(minutes=minutes)
    while True:
        moment = wall.replace(tzinfo=PARIS).astimezone(datetime.UTC)
        if moment.astimezone(PARIS).replace(tzinfo=None) == wall:
            return on_town_clock(moment)
        wall += datetime.timedelta(minutes=1)


def openings(
    hours: OpeningHours, first_day: datetime.date
) -> Iterator[tuple[datetime.datetime, datetime.datetime]]:
    """Yield when the shop opens and closes, from a day on, for a year."""
    for offset in range(DAYS_SEARCHED):
        day = first_day + datetime.timedelta(days=offset)
        for period in hours.periods_on(day):
            opens = instant(day, period.opens_minutes)
            closes = instant(day, period.closes_minutes)
            if opens < closes:
                yield opens, closes


def cut(opens: datetime.datetime, closes: datetime.datetime, minutes: int) -> Iterator[Slot]:
    """Yield the slots of one opening, each of so many real minutes, the last maybe shorter."""
    start = opens
    while start < closes:
        end = min(start + datetime.timedelta(minutes=minutes), closes)
        yield Slot(start, end)
        start = end
