"""Financial years: twelve months that begin on the first of the association's month.

A year is named after the calendar year in which it ends, as in « exercice clos en 2026 ».
Source: Code de commerce, art. L123-12: the accounts are closed once a year.
"""

import datetime
from dataclasses import dataclass

DAY = datetime.timedelta(days=1)
MONTHS = 12


@dataclass(frozen=True)
class FinancialYear:
    """One year, both days included. ``year`` is the calendar year of ``last_day``."""

    year: int
    first_day: datetime.date
    last_day: datetime.date

    def __post_init__(self) -> None:
        assert self.first_day < self.last_day, self
        assert self.last_day.year == self.year, self

    def has(self, day: datetime.date) -> bool:
        """Say whether ``day`` belongs to the year."""
        return self.first_day <= day <= self.last_day

    def is_over(self, today: datetime.date) -> bool:
        """Say whether the year's last day has passed."""
        return today > self.last_day

    def months(self) -> tuple[datetime.date, ...]:
        """Return the first day of each month of the year, in order."""
        return tuple(_first_of(self.first_day, shift) for shift in range(MONTHS))


def financial_year(year: int, start_month: int) -> FinancialYear:
    """Return the year that ends in calendar year ``year``.

    ``start_month`` is 1 to 12: year 2026 is January to December 2026 for 1, and September 2025
    to August 2026 for 9.

    :raises ValueError: when the month is none.
    """
    if not 1 <= start_month <= MONTHS:
        raise ValueError(f"{start_month} is no month")
    first_day = datetime.date(year if start_month == 1 else year - 1, start_month, 1)
    return FinancialYear(year, first_day, _first_of(first_day, MONTHS) - DAY)


def financial_year_of(day: datetime.date, start_month: int) -> FinancialYear:
    """Return the year that ``day`` belongs to."""
    ends_next = start_month > 1 and day.month >= start_month
    return financial_year(day.year + 1 if ends_next else day.year, start_month)


def _first_of(day: datetime.date, months: int) -> datetime.date:
    years, month = divmod(day.month - 1 + months, MONTHS)
    return datetime.date(day.year + years, month + 1, 1)
