"""Who bears what the payment provider takes: its fees and disputed payments.

A rule says which part of a cost the shops of the basket bear; the Office bears the rest. Every
function asserts that the parts sum to the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from saleor_alencon.domain.allocation import allocate, allocate_capped
from saleor_alencon.domain.money import BASIS_POINTS, divide_half_up, share_of


class Bearer(StrEnum):
    OFFICE = "office"
    SHOP = "shop"
    SHARED = "shared"


class CostKind(StrEnum):
    """The costs that have a rule of their own."""

    CHARGE_FEE = "charge_fee"
    REFUND_FEE = "refund_fee"
    DISPUTE = "dispute"
    DISPUTE_FEE = "dispute_fee"


@dataclass(frozen=True)
class CostShares:
    """What the Office bears of a cost, and each shop, in cents; negative when it comes back."""

    office_cents: int
    shop_cents: Mapping[str, int]

    @property
    def total_cents(self) -> int:
        return self.office_cents + sum(self.shop_cents.values())

    def plus(self, other: "CostShares") -> "CostShares":
        """Return both together, without the shops that bear nothing of them."""
        shops = {
            shop: self.shop_cents.get(shop, 0) + other.shop_cents.get(shop, 0)
            for shop in sorted({*self.shop_cents, *other.shop_cents})
        }
        return CostShares(
            self.office_cents + other.office_cents,
            {shop: cents for shop, cents in shops.items() if cents},
        )


def shop_share_bps(bearer: Bearer, shared_bps: int) -> int:
    """Return the shops' part in basis points; ``shared_bps`` counts when the cost is shared."""
    return {Bearer.OFFICE: 0, Bearer.SHOP: BASIS_POINTS, Bearer.SHARED: shared_bps}[bearer]


def share_cost(amount_cents: int, shop_bps: int, weights: Mapping[str, int]) -> CostShares:
    """Split a cost between the Office and the shops of a basket.

    The shops' part is rounded to the cent, halves away from zero, then allocated in proportion to
    ``weights`` (what the payment brought each shop) by largest remainder, no shop above what it
    would bear if the shops bore everything. Without any weight the Office bears all of it.

    >>> share_cost(175, 5000, {"librairie": 5000, "fromagerie": 5001})
    CostShares(office_cents=87, shop_cents={'librairie': 44, 'fromagerie': 44})

    :raises ValueError: when the rule is below 0 or above 10000, or a weight negative.
    """
    if not 0 <= shop_bps <= BASIS_POINTS:
        raise ValueError(f"the shops' part is from 0 to {BASIS_POINTS} bps, got {shop_bps}")
    used = {shop: weight for shop, weight in weights.items() if weight}
    part = share_of(amount_cents, shop_bps) if used else 0
    sign = -1 if amount_cents < 0 else 1
    whole = allocate(abs(amount_cents), used) if used else {}
    parts = allocate_capped(abs(part), used, whole)
    shops = {shop: sign * cents for shop, cents in parts.items()}
    shares = CostShares(amount_cents - part, shops)
    assert shares.total_cents == amount_cents
    return shares


def share_like(amount_cents: int, first: CostShares) -> CostShares:
    """Split what comes back of a cost as the cost was split, the Office's part first.

    The same amount comes back to the cent where it came from; a part of it in proportion.

    :raises ValueError: when the cost was nothing, or of both signs.
    """
    weights = {shop: abs(cents) for shop, cents in first.shop_cents.items()}
    signs = {cents > 0 for cents in (first.office_cents, *first.shop_cents.values()) if cents}
    if len(signs) != 1:
        raise ValueError("what comes back of nothing, or of both signs, cannot be shared")
    sign = -1 if amount_cents < 0 else 1
    parts = allocate(abs(amount_cents), {"": abs(first.office_cents), **weights})
    office = sign * parts.pop("")
    shares = CostShares(office, {shop: sign * cents for shop, cents in parts.items()})
    assert shares.total_cents == amount_cents
    return shares


def fee_after_refunds(
    fee_cents: int,
    *,
    charge_bps: int,
    refund_bps: int,
    charged: Mapping[str, int],
    refunded: Mapping[str, int],
) -> dict[str, int]:
    """Return what each shop bears of a charge's fee, given what was refunded since.

    The provider keeps the fee of what is refunded. Of each shop's part of the fee, what belongs to
    its refunded money follows the rule for refunds, the rest keeps to the rule for charges. With
    nothing refunded, or one rule for both, this is :func:`share_cost`.

    >>> fee_after_refunds(100, charge_bps=10000, refund_bps=0,
    ...                   charged={"a": 60, "b": 40}, refunded={"a": 30, "b": 0})
    {'a': 30, 'b': 40}

    :raises ValueError: as :func:`share_cost`, or when more was refunded than charged.
    """
    borne = dict(share_cost(fee_cents, charge_bps, charged).shop_cents)
    if charge_bps == refund_bps:
        return borne
    whole = share_cost(fee_cents, BASIS_POINTS, charged).shop_cents
    for shop, cents in borne.items():
        back = refunded.get(shop, 0)
        if not 0 <= back <= charged[shop]:
            raise ValueError(f"{shop}: {back} cents refunded of {charged[shop]}")
        kept_fee = divide_half_up(whole[shop] * back, charged[shop])
        moved = divide_half_up(cents * back, charged[shop])
        borne[shop] = cents - moved + share_of(kept_fee, refund_bps)
    assert all(abs(cents) <= abs(whole[shop]) for shop, cents in borne.items())
    return borne
