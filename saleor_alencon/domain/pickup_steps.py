"""What may be done to a pickup in which state."""

from enum import StrEnum

from saleor_alencon.domain.shop_orders import PickupState


class PickupStep(StrEnum):
    ACCEPT = "accept"
    READY = "ready"
    UNREADY = "unready"
    HAND_OVER = "hand_over"
    UNCOLLECTED = "uncollected"
    REFUSE = "refuse"
    RETURN = "return"
    GIVE_UP = "give_up"


TRANSITIONS: dict[PickupStep, tuple[frozenset[PickupState], PickupState]] = {
    # Accepting is a promise to the shop's own people: the shopper is told of "ready" only.
    PickupStep.ACCEPT: (frozenset({PickupState.TO_PREPARE}), PickupState.TO_PREPARE),
    PickupStep.READY: (
        frozenset({PickupState.TO_PREPARE, PickupState.UNCOLLECTED}),
        PickupState.READY,
    ),
    PickupStep.UNREADY: (frozenset({PickupState.READY}), PickupState.TO_PREPARE),
    PickupStep.HAND_OVER: (
        frozenset({PickupState.TO_PREPARE, PickupState.READY, PickupState.UNCOLLECTED}),
        PickupState.HANDED_OVER,
    ),
    PickupStep.UNCOLLECTED: (frozenset({PickupState.READY}), PickupState.UNCOLLECTED),
}
"""For each step, the states it may start from, and the state it ends in."""


def next_state(state: PickupState, step: PickupStep) -> PickupState | None:
    """Return the state after a step, or None when the step is not possible now."""
    possible, following = TRANSITIONS[step]
    return following if state in possible else None
