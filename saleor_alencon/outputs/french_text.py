"""Amounts, rates and dates as French readers expect them on a printed document.

Typography follows the Lexique des règles typographiques en usage à l'Imprimerie nationale:
a narrow no-break space (U+202F) between thousands, a no-break space (U+00A0) before the
currency sign and the percent sign, a decimal comma, and a true minus (U+2212).
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"

CURRENCY_SIGNS = {"EUR": "€"}

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

# The Office and its shops live in one town; a document is dated by its clocks.
TOWN_TIME = ZoneInfo("Europe/Paris")


def amount_text(amount_cents: int, currency: str = "EUR") -> str:
    """Return an amount with its currency: 123456 is "1 234,56 €"."""
    sign = CURRENCY_SIGNS.get(currency, currency)
    return f"{figure_text(amount_cents)}{NO_BREAK_SPACE}{sign}"


def figure_text(amount_cents: int) -> str:
    """Return an amount without currency, for a table's column: -5 is "−0,05"."""
    units, cents = divmod(abs(amount_cents), 100)
    thousands = f"{units:,}".replace(",", NARROW_SPACE)
    return f"{MINUS if amount_cents < 0 else ''}{thousands},{cents:02d}"


def rate_text(rate_bps: int) -> str:
    """Return a rate given in basis points, without useless zeros: 550 is "5,5 %"."""
    percent, rest = divmod(abs(rate_bps), 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{MINUS if rate_bps < 0 else ''}{percent}{decimals}{NO_BREAK_SPACE}%"


def count_text(count: int) -> str:
    """Return a whole number: 3000 is "3 000"."""
    return f"{MINUS if count < 0 else ''}{abs(count):,}".replace(",", NARROW_SPACE)


def date_text(day: date) -> str:
    """Return a date in words: "1er octobre 2026"."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NO_BREAK_SPACE}{MONTHS[day.month - 1]} {day.year}"


def short_date_text(day: date) -> str:
    """Return a date in figures: "01/10/2026"."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def moment_text(moment: datetime) -> str:
    """Return an aware moment in the town's time: "30 septembre 2026 à 23 h 59".

    :raises ValueError: if `moment` has no UTC offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a UTC offset")
    local = moment.astimezone(TOWN_TIME)
    space = NO_BREAK_SPACE
    return f"{date_text(local.date())} à {local.hour}{space}h{space}{local.minute:02d}"


def masked_iban_text(iban: str) -> str:
    """Return an IBAN with all but its country, key and last four characters hidden."""
    compact = "".join(iban.split())
    if len(compact) < 12:
        return "•" * len(compact)
    return f"{compact[:4]} •••• •••• {compact[-4:]}"
