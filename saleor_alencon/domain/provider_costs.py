"""What the payment provider took of one payment, and who bears it: a pure function.

The facts are the provider's movements of the payment, each with the rules frozen on it, and what
the payment brings each shop by its order's newest state. The result is all that the ledger must
hold of it: the books post the difference with what they hold, so neither the order in which
movements and snapshots arrive nor how often they do makes a difference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from saleor_alencon.domain.bearing import CostShares, fee_after_refunds, share_cost, share_like
from saleor_alencon.domain.order_books import TenderShare


class CostPosition(StrEnum):
    """What is posted of a cost. Fees are posted per movement, disputes per dispute."""

    FEE = "psp_fee"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_FEE = "dispute_fee"


CostKey = tuple[CostPosition, str]
"""A position and its subject: a movement's id, or a dispute's."""


class MovementRole(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    DISPUTE = "dispute"


class OpeningUnknown(ValueError):
    """Raised when a dispute gives back what is not known to have been taken: its opening waits."""


@dataclass(frozen=True)
class MovementFact:
    """One movement of a payment. ``taken_cents`` is what a dispute takes, negative when it gives
    back; a charge and a refund take nothing here, their amounts are the order's. Fees likewise.

    Rules are the shops' parts in basis points. ``refund_fee_shop_bps`` is that of a charge's fee as
    far as the charge was refunded.
    """

    id: str
    role: MovementRole
    subject: str
    taken_cents: int
    fee_cents: int
    taken_shop_bps: int
    fee_shop_bps: int
    refund_fee_shop_bps: int


@dataclass(frozen=True)
class PaymentFact:
    """What a payment charged for each shop, and gave back, in cents."""

    charged: Mapping[str, int]
    refunded: Mapping[str, int]

    @classmethod
    def of(cls, shares: Mapping[str, TenderShare]) -> "PaymentFact":
        """Return the payment of a tender's shares by shop.

        A refund may go back by another tender than paid for it: a shop's refunds count up to what
        the tender had charged for it, the rest counts for that other one.
        """
        return cls(
            {shop: share.charged_cents for shop, share in shares.items()},
            {shop: min(share.charged_cents, share.refunded_cents)
             for shop, share in shares.items()},
        )  # fmt: skip

    @property
    def kept(self) -> Mapping[str, int]:
        """What each shop still has of it; of a payment given back whole, what it charged."""
        kept = {shop: cents - self.refunded[shop] for shop, cents in self.charged.items()}
        return kept if any(kept.values()) else self.charged


def derive_costs(
    movements: Iterable[MovementFact], payment: PaymentFact
) -> dict[CostKey, CostShares]:
    """Return all that the ledger must hold of a payment's costs, whatever the order of movements.

    A fee is shared by what the payment charged for each shop, and follows the rule for refunds as
    far as it was refunded since. A dispute and its fee are shared by what each shop still has of
    the payment; what comes back of them goes where it came from.

    :raises OpeningUnknown: a dispute gives back what no movement took.
    """
    facts = list(movements)
    disputes = [each for each in facts if each.role is MovementRole.DISPUTE]
    costs = {
        (CostPosition.FEE, each.id): _fee(each, payment)
        for each in facts
        if each.role is not MovementRole.DISPUTE and each.fee_cents
    }
    for each in disputes:
        _take(costs, each, payment)
    for each in disputes:
        _give_back(costs, each)
    return costs


def _fee(movement: MovementFact, payment: PaymentFact) -> CostShares:
    if movement.role is MovementRole.REFUND:
        return share_cost(movement.fee_cents, movement.fee_shop_bps, payment.charged)
    shops = fee_after_refunds(
        movement.fee_cents,
        charge_bps=movement.fee_shop_bps,
        refund_bps=movement.refund_fee_shop_bps,
        charged=payment.charged,
        refunded=payment.refunded,
    )
    return CostShares(movement.fee_cents - sum(shops.values()), shops)


def _take(costs: dict[CostKey, CostShares], movement: MovementFact, payment: PaymentFact) -> None:
    """Add what a dispute takes, and its fee."""
    for position, cents, bps in (
        (CostPosition.DISPUTE_OPENED, movement.taken_cents, movement.taken_shop_bps),
        (CostPosition.DISPUTE_FEE, movement.fee_cents, movement.fee_shop_bps),
    ):
        if cents > 0:
            _add(costs, (position, movement.subject), share_cost(cents, bps, payment.kept))


def _give_back(costs: dict[CostKey, CostShares], movement: MovementFact) -> None:
    """Add what a dispute gives back, as it was taken."""
    for taken, position, cents in (
        (CostPosition.DISPUTE_OPENED, CostPosition.DISPUTE_WON, movement.taken_cents),
        (CostPosition.DISPUTE_FEE, CostPosition.DISPUTE_FEE, movement.fee_cents),
    ):
        if cents < 0:
            first = costs.get((taken, movement.subject))
            if first is None or not first.total_cents:
                raise OpeningUnknown(f"{movement.subject} gives back what nothing took")
            _add(costs, (position, movement.subject), share_like(cents, first))


def _add(costs: dict[CostKey, CostShares], key: CostKey, shares: CostShares) -> None:
    costs[key] = shares.plus(costs.get(key, CostShares(0, {})))


def diff_costs(wanted: CostShares, posted: CostShares) -> CostShares:
    """Return what brings a posted cost to the wanted one."""
    minus = {shop: -cents for shop, cents in posted.shop_cents.items()}
    return wanted.plus(CostShares(-posted.office_cents, minus))
