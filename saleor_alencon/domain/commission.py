"""Commission: which rule applies to a sale, and what it takes. Pure, in cents and basis points.

A plan is an ordered list of rules; the first one whose conditions all hold gives the line its
terms, which are frozen at the sale. What is due is a function of the frozen terms and of what the
shopper paid and was not refunded for the line, nothing else: the commission after a refund is
that of a sale of what is left. Worked examples: docs/settlement.md. Decisions: ADR 8.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from saleor_alencon.domain.money import BASIS_POINTS, share_of

NO_NAMES: frozenset[str] = frozenset()


class Condition(StrEnum):
    """What a rule may ask of a sale."""

    SHOP = "shop"
    CATEGORY = "category"
    PRODUCT_TYPE = "product_type"
    DELIVERY = "delivery"
    TENDER = "tender"
    CAMPAIGN = "campaign"
    PERIOD = "period"


@dataclass(frozen=True)
class Period:
    """Days, the first and the last included; None leaves a side open."""

    first_day: datetime.date | None = None
    last_day: datetime.date | None = None

    def __post_init__(self) -> None:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValueError(f"a period cannot end ({self.last_day}) before {self.first_day}")

    def __contains__(self, day: datetime.date) -> bool:
        return (self.first_day is None or self.first_day <= day) and (
            self.last_day is None or day <= self.last_day
        )


@dataclass(frozen=True)
class Tier:
    """A rate from a monthly turnover on, in cents, that amount included."""

    from_cents: int
    rate_bps: int


@dataclass(frozen=True)
class Sale:
    """What a rule may look at: the facts of one line at its sale.

    Names are slugs; empty for what is not known (a product without category). ``delivery`` and
    ``tender`` are values of ``DeliveryChoice`` and ``TenderKind``; ``day`` is the town's day on
    which the order was placed.
    """

    shop: str
    category: str
    product_type: str
    delivery: str
    tender: str
    day: datetime.date


@dataclass(frozen=True)
class CommissionTerms:
    """What a line owes the association, frozen at its sale.

    ``fixed_cents`` and the bounds are per line, whatever its quantity; a ``minimum_cents`` of 0
    and a ``maximum_cents`` of None are no bound.
    """

    rule_name: str
    rate_bps: int
    vat_rate_bps: int
    fixed_cents: int = 0
    minimum_cents: int = 0
    maximum_cents: int | None = None

    def commission_cents(self, kept_cents: int) -> int:
        """Return the commission on what was paid and not refunded for the line, without VAT.

        The percent part is rounded half up, the fixed part added, and the sum brought within the
        bounds. A line of which nothing is kept owes nothing, so a whole refund gives all back;
        as long as something is kept, the fixed part and the minimum stay. Neither makes the
        commission with its VAT exceed what the line brought.

        >>> CommissionTerms("8 % and 0.30", 800, 2000, fixed_cents=30).commission_cents(1999)
        190

        :raises ValueError: when the amount is negative.
        """
        if kept_cents < 0:
            raise ValueError(f"a line cannot keep a negative amount, got {kept_cents}")
        if kept_cents == 0:
            return 0
        percent_cents = share_of(kept_cents, self.rate_bps)
        wanted_cents = max(percent_cents + self.fixed_cents, self.minimum_cents)
        if self.maximum_cents is not None:
            wanted_cents = min(wanted_cents, self.maximum_cents)
        bearable_cents = kept_cents * BASIS_POINTS // (BASIS_POINTS + self.vat_rate_bps)
        return min(wanted_cents, max(percent_cents, bearable_cents))

    def vat_cents(self, commission_cents: int) -> int:
        """Return the VAT on a commission, rounded half up."""
        return share_of(commission_cents, self.vat_rate_bps)


NO_COMMISSION = CommissionTerms("", 0, 0)
"""The terms of a line that nobody paid anything for yet."""


@dataclass(frozen=True)
class Rule:
    """One rule of a plan. An empty set of names and a missing period ask nothing.

    With ``tiers`` the rate is that of the shop's turnover; ``rate_bps`` is the one below the first.

    :raises ValueError: when a rate, an amount or the tiers make no sense.
    """

    name: str
    rate_bps: int
    fixed_cents: int = 0
    minimum_cents: int = 0
    maximum_cents: int | None = None
    tiers: tuple[Tier, ...] = ()
    shops: frozenset[str] = NO_NAMES
    categories: frozenset[str] = NO_NAMES
    product_types: frozenset[str] = NO_NAMES
    deliveries: frozenset[str] = NO_NAMES
    tenders: frozenset[str] = NO_NAMES
    campaign: Period | None = None
    period: Period | None = None
    id: int | None = None

    def __post_init__(self) -> None:
        bound = self.minimum_cents if self.maximum_cents is None else self.maximum_cents
        amounts = (self.rate_bps, self.fixed_cents, self.minimum_cents, bound)
        if any(amount < 0 for amount in amounts):
            raise ValueError(f"{self.name}: a rate or an amount is negative")
        if bound < self.minimum_cents:
            raise ValueError(f"{self.name}: the maximum is below the minimum")
        starts = [tier.from_cents for tier in self.tiers]
        if starts != sorted(set(starts)) or any(start <= 0 for start in starts):
            raise ValueError(f"{self.name}: tiers must begin above zero, each above the last")

    def unmet(self, sale: Sale) -> tuple[Condition, ...]:
        """Return the conditions that do not hold for a sale; none when the rule fits it."""
        named = (
            (Condition.SHOP, self.shops, sale.shop),
            (Condition.CATEGORY, self.categories, sale.category),
            (Condition.PRODUCT_TYPE, self.product_types, sale.product_type),
            (Condition.DELIVERY, self.deliveries, sale.delivery),
            (Condition.TENDER, self.tenders, sale.tender),
        )
        periods = ((Condition.CAMPAIGN, self.campaign), (Condition.PERIOD, self.period))
        return tuple(
            [condition for condition, names, name in named if names and name not in names]
            + [condition for condition, days in periods if days and sale.day not in days]
        )

    def rate_at(self, turnover_cents: int) -> int:
        """Return the rate in basis points for a shop with that turnover."""
        reached = [tier.rate_bps for tier in self.tiers if tier.from_cents <= turnover_cents]
        return reached[-1] if reached else self.rate_bps

    def terms(self, *, turnover_cents: int, vat_rate_bps: int) -> CommissionTerms:
        """Return what a sale under this rule freezes."""
        return CommissionTerms(
            rule_name=self.name,
            rate_bps=self.rate_at(turnover_cents),
            vat_rate_bps=vat_rate_bps,
            fixed_cents=self.fixed_cents,
            minimum_cents=self.minimum_cents,
            maximum_cents=self.maximum_cents,
        )


def first_match(rules: Iterable[Rule], sale: Sale) -> Rule | None:
    """Return the first rule whose conditions all hold, or None: then no commission is due."""
    return next((rule for rule in rules if not rule.unmet(sale)), None)


def month_before(day: datetime.date) -> datetime.date:
    """Return the first day of the calendar month before the one of ``day``.

    A shop's tier in a month is chosen by its turnover of the month before.

    >>> month_before(datetime.date(2026, 1, 15))
    datetime.date(2025, 12, 1)
    """
    return (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def month_after(day: datetime.date) -> datetime.date:
    """Return the first day of the calendar month after the one of ``day``.

    >>> month_after(datetime.date(2026, 12, 15))
    datetime.date(2027, 1, 1)
    """
    return (day.replace(day=1) + datetime.timedelta(days=31)).replace(day=1)
