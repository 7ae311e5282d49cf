"""Opening hours in French, as a shop's door shows them.

A no-break space (U+00A0) stands before and after "h", as the Imprimerie nationale writes hours.
"""

from itertools import groupby

from saleor_alencon.domain.opening_hours import (
    MINUTES_OF_DAY,
    OpeningHours,
    Periods,
)

NO_BREAK_SPACE = "\u00a0"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
CLOSED = "fermé"


def week_text(hours: OpeningHours) -> list[str]:
    """Return one line per group of days with the same hours.

    ``["lundi fermé", "mardi au samedi 9 h – 12 h 30, 14 h – 19 h", "dimanche fermé"]``
    """
    return [
        f"{days_text(first, last)} {periods_text(periods)}"
        for first, last, periods in same_days(hours)
    ]


def same_days(hours: OpeningHours) -> list[tuple[int, int, Periods]]:
    """Return the runs of neighbouring days with the same periods: first, last (0 is Monday)."""
    runs = groupby(enumerate(hours.week), key=lambda pair: pair[1])
    found = []
    for periods, pairs in runs:
        days = [day for day, _periods in pairs]
        found.append((days[0], days[-1], periods))
    return found


def days_text(first: int, last: int) -> str:
    """Return "lundi", "lundi et mardi" or "lundi au vendredi" (0 is Monday)."""
    if first == last:
        return WEEKDAYS[first]
    joined = "et" if last == first + 1 else "au"
    return f"{WEEKDAYS[first]} {joined} {WEEKDAYS[last]}"


def periods_text(periods: Periods) -> str:
    """Return "9 h – 12 h 30, 14 h – 19 h", or "fermé"."""
    texts = (
        f"{hour_text(each.opens_minutes)} – {hour_text(each.closes_minutes)}" for each in periods
    )
    return ", ".join(texts) or CLOSED


def hour_text(minutes: int) -> str:
    """Return a time of day: "9 h", "12 h 30", "minuit" for its end."""
    if minutes == MINUTES_OF_DAY:
        return "minuit"
    hours, rest = divmod(minutes, 60)
    text = f"{hours}{NO_BREAK_SPACE}h"
    return f"{text}{NO_BREAK_SPACE}{rest:02d}" if rest else text
