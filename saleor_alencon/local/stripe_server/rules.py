"""What differs between Stripe accounts: prices, delays, methods; changed by a control endpoint."""

import datetime
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from .errors import StripeError

DAY_SECONDS = 86_400
LATEST_VERSION = "2026-10-28.endive"
"""The version of the Office's stripe 16; an account made today has it."""


@dataclass(frozen=True)
class Rules:
    """A French account. Money in cents, rates in basis points, delays in business days.

    Prices are those that stripe.com/fr/pricing lists for cards of the European Economic Area
    (1.5 % + 0.25 EUR), SEPA direct debit (0.35 EUR) and disputes (20.00 EUR).
    """

    card_rate_bps: int = 150
    card_fixed_cents: int = 25
    sepa_fixed_cents: int = 35
    dispute_fee_cents: int = 2_000
    dispute_fee_returned_when_won: bool = False
    settlement_days: int = 3
    sepa_settlement_days: int = 5
    payout_arrival_days: int = 1
    smallest_charge_cents: int = 50
    largest_charge_cents: int = 99_999_999
    automatic_payouts: bool = True
    payment_method_types: tuple[str, ...] = ("card", "sepa_debit")
    api_version: str = LATEST_VERSION

    def changed(self, changes: dict[str, Any]) -> "Rules":
        """Return the rules with some of them changed.

        :raises StripeError: a name or a type is not one of the rules'.
        """
        types = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in changes.items():
            if name not in types:
                raise StripeError(f"No such rule: {name}. There are {', '.join(types)}.")
            wanted = list if types[name] is tuple else types[name]
            if type(value) is not wanted:
                raise StripeError(f"The rule {name} is of the type {wanted.__name__}.")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in changes.items()
        }
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """Return the rules as JSON."""
        return asdict(self)

    def fee_cents(self, method_type: str, amount_cents: int) -> int:
        """Return Stripe's fee of a payment: the percentage is rounded half up, then the fixed part.

        >>> Rules().fee_cents("card", 1000)
        40
        """
        if method_type == "sepa_debit":
            return self.sepa_fixed_cents
        return (amount_cents * self.card_rate_bps + 5_000) // 10_000 + self.card_fixed_cents


def start_of_day(moment: int) -> int:
    """Return midnight UTC of a moment's day; moments are seconds since 1970."""
    return moment - moment % DAY_SECONDS


def business_days_after(moment: int, days: int) -> int:
    """Return midnight UTC some business days (Monday to Friday) after a moment's day."""
    day = start_of_day(moment)
    while days > 0:
        day += DAY_SECONDS
        if datetime.datetime.fromtimestamp(day, datetime.UTC).weekday() < 5:
            days -= 1
    return day
