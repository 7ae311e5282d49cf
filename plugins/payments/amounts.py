"""Saleor's decimal amounts as integer cents, and back."""

from decimal import Decimal

from .errors import AmountNotExact

CURRENCY = "EUR"  # the association's; the books know no other


def to_cents(amount: Decimal, currency: str) -> int:
    """Return an amount of euros in cents.

    >>> to_cents(Decimal("12.300"), "EUR")
    1230

    :raises AmountNotExact: another currency, or a fraction of a cent.
    """
    cents = Decimal(amount) * 100
    if currency != CURRENCY or cents != int(cents):
        raise AmountNotExact(f"{amount} {currency} is not a whole number of cents of a euro.")
    return int(cents)


def to_amount(cents: int) -> Decimal:
    """Return cents as Saleor's decimal.

    >>> to_amount(1230)
    Decimal('12.30')
    """
    return Decimal(cents).scaleb(-2)
