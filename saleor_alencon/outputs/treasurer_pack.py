"""The treasurer's pack for the annual meeting: one PDF with the year's figures and charts.

Archivable and accessible like a statement (PDF/A-3a, PDF/UA-1). Every string comes finished from
treasurer_view; the template lays out and computes nothing but lengths.
"""

from dataclasses import dataclass
from datetime import date

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf


class TreasurerPackError(AlenconError):
    """The figures do not add up, or the template could not be set."""


@dataclass(frozen=True)
class MonthFigures:
    """One month of the year, in cents: goods kept, delivery, commission without VAT, and the
    payment fees that the association bore.
    """

    first_day: date
    sales_cents: int
    delivery_cents: int
    commission_cents: int
    fees_cents: int


@dataclass(frozen=True)
class ShopFigures:
    """What one shop sold over the year and the commission on it, in cents, without its VAT."""

    name: str
    sales_cents: int
    commission_cents: int


@dataclass(frozen=True)
class AccountFigures:
    """One account of the trial balance; opening and closing are signed, debit positive."""

    number: str
    label: str
    opening_cents: int
    debit_cents: int
    credit_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.debit_cents - self.credit_cents


@dataclass(frozen=True)
class ChequeFigures:
    """The gift cheques' liability over the year, in cents: positive is owed to their holders."""

    opening_cents: int
    issued_cents: int
    used_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.issued_cents - self.used_cents


@dataclass(frozen=True)
class TreasurerPack:
    """The figures of one financial year.

    ``as_of`` is the day they are of when the year is not closed, None when they are final.
    ``owed`` and ``cash`` are labelled amounts at the year's end: what belongs to others, positive
    when the association owes it, and where its money is, positive when it has it.

    :raises TreasurerPackError: when the months or the shops do not sum to the same sales, or the
        accounts do not balance.
    """

    office: str
    legal_name: str
    siret: str
    year: int
    first_day: date
    last_day: date
    as_of: date | None
    months: tuple[MonthFigures, ...]
    shops: tuple[ShopFigures, ...]
    accounts: tuple[AccountFigures, ...]
    owed: tuple[tuple[str, int], ...]
    cash: tuple[tuple[str, int], ...]
    cheques: ChequeFigures
    dues_cents: int
    members_with_dues: int
    members: int

    def __post_init__(self) -> None:
        by_month = sum(month.sales_cents for month in self.months)
        by_shop = sum(shop.sales_cents for shop in self.shops)
        if by_month != by_shop:
            raise TreasurerPackError(f"sales are {by_month} by month and {by_shop} by shop")
        if off := sum(account.closing_cents for account in self.accounts):
            raise TreasurerPackError(f"the accounts are {off} cents out of balance")

    @property
    def sales_cents(self) -> int:
        return sum(month.sales_cents for month in self.months)

    def charges(self) -> list[AccountFigures]:
        return [account for account in self.accounts if account.number.startswith("6")]

    def revenue(self) -> list[AccountFigures]:
        return [account for account in self.accounts if account.number.startswith("7")]

    @property
    def result_cents(self) -> int:
        """Return revenue less charges: above zero is a surplus."""
        return -sum(account.closing_cents for account in (*self.charges(), *self.revenue()))


def render_treasurer_pack(pack: TreasurerPack, theme: str = DEFAULT_THEME) -> bytes:
    """Return the pack as PDF/A-3a. The same figures give the same bytes.

    :raises TreasurerPackError: if the theme's template does not compile.
    :raises ThemeError: if the theme or one of its files is missing.
    """
    from saleor_alencon.outputs.treasurer_view import treasurer_view

    return render_themed_pdf(
        "treasurer",
        treasurer_view(pack),
        theme=theme,
        issued_on=pack.as_of or pack.last_day,
        standards=["a-3a", "ua-1"],
        error=TreasurerPackError,
        name=f"treasurer's pack {pack.year}",
    )
