"""What a platform tells the tax authority of its sellers each year (directive (EU) 2021/514).

France: Code général des impôts, art. 1649 ter A to 1649 ter E; annexe III, art. 344 G duodecies
to 344 G vicies; commented in BOI-INT-AEA-30. A year is a calendar year, told by its quarters.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

QUARTERS = 4
SMALL_BELOW_SALES = 30
SMALL_UP_TO_CENTS = 200_000
"""A seller of goods with fewer sales than the first and no more money than the second in a year
is not declared."""
ANSWER_DAYS = 60
REQUESTS = 3
"""A first request and two reminders; only then, and after the days above, is payment withheld."""
FRANCE = "FR"


class SellerKind(StrEnum):
    ENTITY = "entity"
    INDIVIDUAL = "individual"


class Exclusion(StrEnum):
    """Why a seller is not declared, whatever it sold."""

    NONE = ""
    PUBLIC_BODY = "public_body"
    LISTED_COMPANY = "listed_company"


class SellerStatus(StrEnum):
    """What became of a seller in a year's declaration."""

    DECLARED = "declared"
    SMALL = "small"
    PUBLIC_BODY = "public_body"
    LISTED_COMPANY = "listed_company"
    NOTHING = "nothing"


class IdentityField(StrEnum):
    """What is asked of a seller."""

    LEGAL_NAME = "legal_name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    ADDRESS = "address"
    SIRET = "siret"
    IBAN = "iban"
    ACCOUNT_HOLDER = "account_holder"


@dataclass(frozen=True)
class Identity:
    """A seller as the declaration names it. Empty text is what is not known.

    ``tax_number`` is that of a person (numéro fiscal); a company's is its SIREN.
    """

    kind: SellerKind = SellerKind.ENTITY
    legal_name: str = ""
    trade_name: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: datetime.date | None = None
    birth_city: str = ""
    birth_country: str = ""
    tax_number: str = ""
    siret: str = ""
    vat_number: str = ""
    address_line: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = FRANCE
    iban: str = ""
    account_holder: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """The legal name of a company, the first and last name of a person."""
        if self.kind is SellerKind.INDIVIDUAL:
            return f"{self.first_name} {self.last_name}".strip()
        return self.legal_name

    @property
    def siren(self) -> str:
        return self.siret[:9]

    def missing(self) -> tuple[IdentityField, ...]:
        """Return what the declaration needs and is not known.

        A VAT number is asked of nobody: a seller in franchise has none. A person without a tax
        number gives the place of birth instead.
        """
        person = self.kind is SellerKind.INDIVIDUAL
        needed = {
            IdentityField.LEGAL_NAME: person or bool(self.legal_name),
            IdentityField.FIRST_NAME: not person or bool(self.first_name),
            IdentityField.LAST_NAME: not person or bool(self.last_name),
            IdentityField.BIRTH_DATE: not person or self.birth_date is not None,
            IdentityField.BIRTH_PLACE: not person
            or bool(self.tax_number)
            or bool(self.birth_city and self.birth_country),
            IdentityField.ADDRESS: bool(self.address_line and self.postal_code and self.city),
            IdentityField.SIRET: bool(self.siret),
            IdentityField.IBAN: bool(self.iban),
            IdentityField.ACCOUNT_HOLDER: bool(self.account_holder),
        }
        return tuple(field for field, known in needed.items() if not known)


@dataclass(frozen=True)
class YearFigures:
    """What the ledger credited to one seller in a year, by quarter, in cents.

    ``consideration_cents`` is net of ``fees_cents``; either may be below zero in a quarter in
    which more went back than came. ``sales`` counts the sales first credited in the quarter.
    """

    consideration_cents: tuple[int, ...] = (0,) * QUARTERS
    fees_cents: tuple[int, ...] = (0,) * QUARTERS
    sales: tuple[int, ...] = (0,) * QUARTERS

    def __post_init__(self) -> None:
        assert len(self.consideration_cents) == len(self.fees_cents) == len(self.sales) == QUARTERS

    @property
    def total_cents(self) -> int:
        return sum(self.consideration_cents)

    @property
    def total_sales(self) -> int:
        return sum(self.sales)

    @property
    def is_nothing(self) -> bool:
        return not any((*self.consideration_cents, *self.fees_cents, *self.sales))

    @property
    def is_small(self) -> bool:
        """Whether a seller of goods stays below what is declared."""
        return self.total_sales < SMALL_BELOW_SALES and self.total_cents <= SMALL_UP_TO_CENTS


def seller_status(figures: YearFigures, exclusion: Exclusion) -> SellerStatus:
    """Say whether a seller is declared, and if not, why.

    >>> seller_status(YearFigures((200_000, 0, 0, 0), sales=(29, 0, 0, 0)), Exclusion.NONE).value
    'small'
    >>> seller_status(YearFigures((200_000, 0, 0, 0), sales=(30, 0, 0, 0)), Exclusion.NONE).value
    'declared'
    """
    if figures.is_nothing or declared_quarters(figures.consideration_cents).is_nothing:
        return SellerStatus.NOTHING
    if exclusion:
        return SellerStatus(exclusion.value)
    return SellerStatus.SMALL if figures.is_small else SellerStatus.DECLARED


@dataclass(frozen=True)
class DeclaredQuarters:
    """Amounts by quarter, none below zero, in cents; ``left_cents`` (zero or less) found no
    earlier quarter of the year to be taken from: it corrects the year before.
    """

    cents: tuple[int, ...]
    left_cents: int

    @property
    def is_nothing(self) -> bool:
        return not any(self.cents)


def declared_quarters(cents: Sequence[int]) -> DeclaredQuarters:
    """Take what a quarter gave back beyond what it received from the quarters before it.

    A declaration has no amount below zero. What went back corrects the latest quarter that
    credited it; the sum does not change.

    >>> declared_quarters((10_000, 5_000, -7_000, 2_000))
    DeclaredQuarters(cents=(8000, 0, 0, 2000), left_cents=0)
    >>> declared_quarters((-3_000, 5_000, 0, 0))
    DeclaredQuarters(cents=(0, 5000, 0, 0), left_cents=-3000)
    """
    found = list(cents)
    left = 0
    for place in range(len(found)):
        back = place
        while found[place] < 0 and back > 0:
            back -= 1
            taken = min(max(found[back], 0), -found[place])
            found[back] -= taken
            found[place] += taken
        left += min(found[place], 0)
        found[place] = max(found[place], 0)
    assert sum(found) + left == sum(cents), cents
    return DeclaredQuarters(tuple(found), left)


def quarter_starts(year: int) -> tuple[datetime.date, ...]:
    """Return the first days of the year's quarters, and that of the next year."""
    return (*(datetime.date(year, month, 1) for month in (1, 4, 7, 10)),
            datetime.date(year + 1, 1, 1))  # fmt: skip


def due_on(year: int) -> datetime.date:
    """Return the day by which a year is declared and its sellers told: 31 January after it."""
    return datetime.date(year + 1, 1, 31)


def withheld_from(request_days: Sequence[datetime.date]) -> datetime.date | None:
    """Return the day from which payment is withheld from a seller who gives no answer.

    That is once the first request and both reminders were sent, and no earlier than 60 days
    after the first; nothing while reminders are left to send.

    >>> day = datetime.date
    >>> withheld_from([day(2026, 10, 1), day(2026, 10, 20)])
    >>> withheld_from([day(2026, 10, 1), day(2026, 10, 20), day(2026, 11, 10)])
    datetime.date(2026, 11, 30)
    >>> withheld_from([day(2026, 10, 1), day(2026, 10, 20), day(2026, 12, 15)])
    datetime.date(2026, 12, 15)
    """
    if len(request_days) < REQUESTS:
        return None
    days = sorted(request_days)
    return max(days[REQUESTS - 1], days[0] + datetime.timedelta(days=ANSWER_DAYS))
