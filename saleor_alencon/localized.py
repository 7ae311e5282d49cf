"""Amounts, rates and dates as a page shows them, in the language of whoever reads it.

Documents are French whoever asks for them: they use :mod:`saleor_alencon.outputs.french_text`.
"""

from datetime import date

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language

from saleor_alencon.domain import opening_text
from saleor_alencon.domain.opening_hours import (
    ExceptionalDay,
    OpeningHours,
    Periods,
    text_of,
)
from saleor_alencon.outputs import french_text
from saleor_alencon.outputs.french_text import CURRENCY_SIGNS, MINUS


def is_english() -> bool:
    """Say whether the page is in English; it is in French otherwise."""
    return (get_language() or "").startswith("en")


def amount_text(amount_cents: int, currency: str = "EUR") -> str:
    """Return an amount with its currency: 123456 is "1 234,56 €", in English "€1,234.56"."""
    if not is_english():
        return french_text.amount_text(amount_cents, currency)
    units, cents = divmod(abs(amount_cents), 100)
    return _signed(
        amount_cents, f"{CURRENCY_SIGNS.get(currency, currency + ' ')}{units:,}.{cents:02}"
    )


def figure_text(amount_cents: int) -> str:
    """Return an amount without currency: 123456 is "1 234,56", in English "1,234.56"."""
    if not is_english():
        return french_text.figure_text(amount_cents)
    units, cents = divmod(abs(amount_cents), 100)
    return _signed(amount_cents, f"{units:,}.{cents:02}")


def units_text(euros: int) -> str:
    """Return whole euros: 3000 is "3 000 €", in English "€3,000"."""
    if not is_english():
        return f"{french_text.count_text(euros)}{french_text.NO_BREAK_SPACE}€"
    return _signed(euros, f"€{abs(euros):,}")


def rate_text(rate_bps: int) -> str:
    """Return a rate given in basis points: 550 is "5,5 %", in English "5.5%"."""
    if not is_english():
        return french_text.rate_text(rate_bps)
    percent, rest = divmod(abs(rate_bps), 100)
    decimals = f".{rest:02}".rstrip("0") if rest else ""
    return _signed(rate_bps, f"{percent}{decimals}%")


def date_text(day: date) -> str:
    """Return a date in words: "1er octobre 2026", in English "Oct. 1, 2026"."""
    return date_format(day, "DATE_FORMAT") if is_english() else french_text.date_text(day)


def day_text(day: date) -> str:
    """Return a day of the year, short: "01/10", in English "1 Oct"."""
    return date_format(day, "j M" if is_english() else "d/m")


def week_text(hours: OpeningHours) -> list[str]:
    """Return the week's hours, days that are alike on one line.

    "lundi et mardi fermé", in English "Monday and Tuesday closed".
    """
    if not is_english():
        return opening_text.week_text(hours)
    return [
        f"{_english_days(first, last)} {_english_periods(periods)}"
        for first, last, periods in opening_text.same_days(hours)
    ]


def exceptional_text(first: ExceptionalDay, last: ExceptionalDay) -> str:
    """Return days that follow each other alike: "du 1er août 2026 au 9 août 2026 : fermé"."""
    start, end = date_text(first.date), date_text(last.date)
    if is_english():
        days = start if first == last else f"{start} to {end}"
        return f"{days}: {_english_periods(first.periods)}"
    days = start if first == last else f"du {start} au {end}"
    return f"{days} : {opening_text.periods_text(first.periods)}"


def _english_days(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS[first])
    joined = "and" if last == first + 1 else "to"
    return f"{WEEKDAYS[first]} {joined} {WEEKDAYS[last]}"


def _english_periods(periods: Periods) -> str:
    texts = (f"{text_of(each.opens_minutes)}–{text_of(each.closes_minutes)}" for each in periods)
    return ", ".join(texts) or "closed"


def _signed(number: int, text: str) -> str:
    return f"{MINUS}{text}" if number < 0 else text
