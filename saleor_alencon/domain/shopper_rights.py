"""What a shopper may do alone: cancel before the shop has prepared, withdraw after the sale.

The right of withdrawal is that of the Code de la consommation: 14 days from the day on which the
goods were received (art. L221-18), a day that does not count itself; a term that would end on a
Saturday, a Sunday or a public holiday ends on the next working day (art. L221-19). It may be used
from the sale on. Some goods are excepted (art. L221-28).
"""

import datetime
from enum import StrEnum

from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState

WITHDRAWAL_DAYS = 14
SATURDAY = 5


class CancelRule(StrEnum):
    NEVER = "never"
    MINUTES = "minutes"
    UNTIL_READY = "until_ready"


class Exception221(StrEnum):
    """The exceptions of art. L221-28 that a shop's goods may fall under, by its numbers."""

    MADE_TO_MEASURE = "3"
    PERISHABLE = "4"
    SEALED_HYGIENE = "5"
    MIXED = "6"
    SEALED_RECORDING = "9"
    PRESS = "10"
    DIGITAL = "13"


def may_cancel(
    rule: CancelRule,
    minutes: int,
    *,
    placed_at: datetime.datetime,
    shop_order: ShopOrderState,
    pickup: PickupState | None,
    prepared: bool,
    now: datetime.datetime,
) -> bool:
    """Say whether the shopper may cancel lines without asking the shop.

    ``prepared`` says that the shop has accepted the order, or began to prepare or deliver it.
    """
    if rule is CancelRule.NEVER or shop_order is not ShopOrderState.TO_PREPARE or prepared:
        return False
    if pickup not in (None, PickupState.TO_PREPARE):
        return False
    if rule is CancelRule.UNTIL_READY:
        return True
    return now < placed_at + datetime.timedelta(minutes=minutes)


def withdrawal_ends_on(received_on: datetime.date) -> datetime.date:
    """Return the last day on which goods received on a day may be withdrawn from."""
    day = received_on + datetime.timedelta(days=WITHDRAWAL_DAYS)
    while day.weekday() >= SATURDAY or day in public_holidays(day.year):
        day += datetime.timedelta(days=1)
    return day


def may_withdraw(received_on: datetime.date | None, today: datetime.date) -> bool:
    """Say whether the term is open; before the goods are received it has not begun to run."""
    return received_on is None or today <= withdrawal_ends_on(received_on)


def public_holidays(year: int) -> frozenset[datetime.date]:
    """Return France's public holidays of a year (Code du travail, art. L3133-1)."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    moving = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
    easter = easter_sunday(year)
    return frozenset(
        [datetime.date(year, month, day) for month, day in fixed]
        + [easter + datetime.timedelta(days=days) for days in moving]
    )


def easter_sunday(year: int) -> datetime.date:
    """Return Easter by the Gregorian computus (Meeus, Jones and Butcher).

    >>> easter_sunday(2026)
    datetime.date(2026, 4, 5)
    """
    century, rest = divmod(year, 100)
    golden = year % 19
    shift = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - shift + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return datetime.date(year, month, day + 1)
