"""Gift cheques: their codes, how long they hold, and what a redemption at a counter costs a shop.

A gift cheque is a multi-purpose voucher (article 256 ter of the Code général des impôts): where
and for what it will be spent is not known when it is sold, so no VAT is due at the sale.
"""

import calendar
import datetime
from collections.abc import Callable
from dataclasses import dataclass

from saleor_alencon.domain.money import share_of

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that cannot be taken for one another: 32 of them, 5 bits each."""
CODE_LENGTH = 16
"""The longest code that Saleor takes."""
PUBLIC_LENGTH = 4
"""How many characters at the end Saleor shows to whoever sees a payment. They name the cheque;
the 12 before them, 60 bits, are what pays."""
QR_PREFIX = "ALENCON-CHEQUE"


def draw_code(choose: Callable[[str], str]) -> str:
    """Return a new code; ``choose`` draws one character of an alphabet, at random."""
    return "".join(choose(ALPHABET) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Return the code in what was typed or scanned: spaces, dashes and case do not count.

    >>> read_code("ALENCON-CHEQUE:abcd efgh-jklm-npqr")
    'ABCDEFGHJKLMNPQR'
    """
    typed = text.rsplit(":", 1)[-1]
    return "".join(typed.upper().replace("-", "").split())


def code_text(code: str) -> str:
    """Return a code as it is printed.

    >>> code_text("ABCDEFGHJKLMNPQR")
    'ABCD-EFGH-JKLM-NPQR'
    """
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def qr_text(code: str) -> str:
    """Return what the QR code of a cheque says."""
    return f"{QR_PREFIX}:{code}"


def last_day(sold_on: datetime.date, months: int) -> datetime.date:
    """Return the last day on which a cheque pays: so many months later, the month's end at most.

    >>> last_day(datetime.date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    years, month = divmod(sold_on.month - 1 + months, 12)
    year = sold_on.year + years
    day = min(sold_on.day, calendar.monthrange(year, month + 1)[1])
    return datetime.date(year, month + 1, day)


@dataclass(frozen=True)
class Redemption:
    """What a redemption at a counter comes to, in cents: amount = fee + VAT on it + net."""

    amount_cents: int
    fee_cents: int
    fee_vat_cents: int

    @property
    def net_cents(self) -> int:
        return self.amount_cents - self.fee_cents - self.fee_vat_cents


def redemption_of(amount_cents: int, *, fee_rate_bps: int, vat_rate_bps: int) -> Redemption:
    """Return what a shop gets for a cheque, by the fee's rate: both parts rounded half up.

    The fee never costs a shop more than the cheque brought, VAT included: rates are at most 100 %
    and 30 %, so it is capped.

    >>> redemption_of(2500, fee_rate_bps=300, vat_rate_bps=2000)
    Redemption(amount_cents=2500, fee_cents=75, fee_vat_cents=15)

    :raises ValueError: when the amount is not positive.
    """
    if amount_cents <= 0:
        raise ValueError(f"a cheque pays something, got {amount_cents} cents")
    most_cents = amount_cents * 10_000 // (10_000 + vat_rate_bps)
    fee_cents = min(share_of(amount_cents, fee_rate_bps), most_cents)
    found = Redemption(amount_cents, fee_cents, share_of(fee_cents, vat_rate_bps))
    assert 0 <= found.net_cents <= amount_cents
    return found
