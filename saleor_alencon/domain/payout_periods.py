"""On which days a shop's money is settled: every week, twice a month or once a month."""

import datetime
from enum import StrEnum


class PayoutPeriod(StrEnum):
    WEEKLY = "weekly"
    TWICE_A_MONTH = "twice_a_month"
    MONTHLY = "monthly"


TWICE = (1, 16)
"""The days of a month on which those are due that are settled twice a month."""


def latest_due(period: PayoutPeriod, weekday: int, day: datetime.date) -> datetime.date:
    """Return the last day, up to ``day`` and with it, on which a shop is due.

    ``weekday`` is ISO's, 1 for Monday to 7, and counts for weekly shops only.

    >>> latest_due(PayoutPeriod.WEEKLY, 1, datetime.date(2026, 11, 25))
    datetime.date(2026, 11, 23)
    >>> latest_due(PayoutPeriod.TWICE_A_MONTH, 1, datetime.date(2026, 11, 15))
    datetime.date(2026, 11, 1)
    >>> latest_due(PayoutPeriod.MONTHLY, 1, datetime.date(2026, 12, 1))
    datetime.date(2026, 12, 1)
    """
    if period is PayoutPeriod.WEEKLY:
        assert 1 <= weekday <= 7, weekday
        return day - datetime.timedelta(days=(day.isoweekday() - weekday) % 7)
    days = TWICE if period is PayoutPeriod.TWICE_A_MONTH else TWICE[:1]
    return day.replace(day=max(each for each in days if each <= day.day))


def next_due(period: PayoutPeriod, weekday: int, day: datetime.date) -> datetime.date:
    """Return the first day after ``day`` on which a shop is due.

    >>> next_due(PayoutPeriod.TWICE_A_MONTH, 1, datetime.date(2026, 12, 16))
    datetime.date(2027, 1, 1)
    """
    following = day + datetime.timedelta(days=1)
    while latest_due(period, weekday, following) != following:
        following += datetime.timedelta(days=1)
    return following
