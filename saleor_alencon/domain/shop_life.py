"""A shop's life: its states, the steps between them, and what each step needs."""

from enum import StrEnum

from saleor_alencon.domain.shop_checklist import Item


class ShopLife(StrEnum):
    PROSPECT = "prospect"
    COMMITTED = "committed"
    APPROVED = "approved"
    LIVE = "live"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ShopStep(StrEnum):
    COMMIT = "commit"
    APPROVE = "approve"
    OPEN = "open"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


TRANSITIONS: dict[ShopStep, tuple[frozenset[ShopLife], ShopLife]] = {
    ShopStep.COMMIT: (frozenset({ShopLife.PROSPECT, ShopLife.CLOSED}), ShopLife.COMMITTED),
    ShopStep.APPROVE: (frozenset({ShopLife.COMMITTED}), ShopLife.APPROVED),
    ShopStep.OPEN: (frozenset({ShopLife.APPROVED}), ShopLife.LIVE),
    ShopStep.SUSPEND: (frozenset({ShopLife.LIVE}), ShopLife.SUSPENDED),
    ShopStep.RESUME: (frozenset({ShopLife.SUSPENDED}), ShopLife.LIVE),
    ShopStep.CLOSE: (frozenset(ShopLife) - {ShopLife.CLOSED}, ShopLife.CLOSED),
}
"""For each step, the states it may start from, and the state it ends in.

A closed shop that comes back commits again, and is approved again.
"""

MEMBERS = frozenset({ShopLife.COMMITTED, ShopLife.APPROVED, ShopLife.LIVE, ShopLife.SUSPENDED})
"""The states that count towards the goal of the launch."""

_TO_SELL = frozenset(Item)
NEEDS: dict[ShopStep, frozenset[Item]] = {
    ShopStep.COMMIT: frozenset({Item.CONTACT}),
    ShopStep.APPROVE: frozenset({Item.IDENTITY, Item.ADDRESS, Item.CONTACT, Item.AGREEMENT}),
    ShopStep.OPEN: _TO_SELL,
    ShopStep.SUSPEND: frozenset(),
    ShopStep.RESUME: _TO_SELL,
    ShopStep.CLOSE: frozenset(),
}
"""For each step, the items of the checklist that must be done."""

WITH_REASON = frozenset({ShopStep.SUSPEND, ShopStep.CLOSE})
"""The steps that say why."""


def next_state(state: ShopLife, step: ShopStep) -> ShopLife | None:
    """Return the state after a step, or None when the step is not possible now."""
    possible, following = TRANSITIONS[step]
    return following if state in possible else None
