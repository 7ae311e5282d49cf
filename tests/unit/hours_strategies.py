"""Any opening hours at all, and moments near what makes them hard."""

import datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from saleor_alencon.domain.opening_hours import ExceptionalDay, OpeningHours, Period

PARIS = ZoneInfo("Europe/Paris")

# Both changes of the clocks, a leap day, year ends, and ordinary days of 2026 to 2028.
HARD_DAYS = [
    datetime.date(2026, 3, 29),
    datetime.date(2026, 10, 25),
    datetime.date(2026, 12, 31),
    datetime.date(2027, 3, 28),
    datetime.date(2027, 10, 31),
    datetime.date(2028, 2, 29),
]


@st.composite
def periods(draw: st.DrawFn) -> tuple[Period, ...]:
    edges = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted))
    return tuple(Period(*pair) for pair in zip(edges[::2], edges[1::2], strict=False))


def days() -> st.SearchStrategy[datetime.date]:
    near = st.builds(
        lambda day, shift: day + datetime.timedelta(days=shift),
        st.sampled_from(HARD_DAYS),
        st.integers(-3, 3),
    )
    return near | st.dates(datetime.date(2026, 1, 1), datetime.date(2028, 12, 31))


def moments() -> st.SearchStrategy[datetime.datetime]:
    return st.builds(
        lambda day, minutes: (
            datetime.datetime.combine(day, datetime.time(), datetime.UTC)
            + datetime.timedelta(minutes=minutes)
        ).astimezone(PARIS),
        days(),
        st.integers(-120, 1440),
    )


@st.composite
def opening_hours(draw: st.DrawFn, *, slot_minutes: int | None = None) -> OpeningHours:
    dates = draw(st.lists(days(), max_size=5, unique=True).map(sorted))
    return OpeningHours(
        week=tuple(draw(periods()) for _day in range(7)),
        exceptions=tuple(ExceptionalDay(day, draw(periods())) for day in dates),
        preparation_minutes=draw(st.integers(0, 3000)),
        slot_minutes=slot_minutes or draw(st.integers(15, 240)),
        cut_off_minutes=draw(st.none() | st.integers(0, 1440)),
    )
