"""What Saleor must have been told of a payment, going by what Stripe says of it now.

Pure: nothing is asked or told here. The whole state decides, so it does not matter which message
came, in which order, or whether any did.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .port import PaymentIntent, ProviderDispute, ProviderRefund

REFUND_EVENTS = {
    "pending": "REFUND_REQUEST",
    "requires_action": "REFUND_REQUEST",
    "succeeded": "REFUND_SUCCESS",
    "failed": "REFUND_FAILURE",
    "canceled": "REFUND_FAILURE",
}
Knows = Callable[[str, str], bool]
"""Says whether Saleor counts an event of a type and a reference."""


@dataclass(frozen=True)
class Report:
    """An event of Saleor's: its type, Stripe's id of what happened, and the amount."""

    type: str
    reference: str
    amount_cents: int


def charge_report(intent: PaymentIntent, saleor_knows: Knows) -> Report | None:
    """Return how the charge itself stands; None when there is nothing to tell.

    A refused card is tried again on the same payment; only a charge that Saleor counts as under
    way has failed.
    """
    if intent.status == "succeeded":
        return Report("CHARGE_SUCCESS", intent.id, intent.received_cents)
    if intent.status == "processing":
        return Report("CHARGE_REQUEST", intent.id, intent.amount_cents)
    has_failed = intent.status in ("requires_payment_method", "canceled")
    if has_failed and saleor_knows("CHARGE_REQUEST", intent.id):
        return Report("CHARGE_FAILURE", intent.id, intent.amount_cents)
    return None


def refund_report(refund: ProviderRefund, saleor_knows: Knows) -> Report | None:
    """Return how a refund stands; None when it was over before Saleor heard of it."""
    kind = REFUND_EVENTS[refund.status]
    heard_of = any(saleor_knows(each, refund.id) for each in ("REFUND_REQUEST", "REFUND_SUCCESS"))
    if kind == "REFUND_FAILURE" and not heard_of:
        return None
    return Report(kind, refund.id, refund.amount_cents)


def dispute_reports(dispute: ProviderDispute) -> list[Report]:
    """Return the money that the bank took back, and that it came again when the dispute is won.

    Both bear the dispute's own id, so Saleor counts them together: the second undoes the first.
    """
    if not dispute.takes_money:
        return []
    told = [Report("CHARGE_BACK", dispute.id, dispute.amount_cents)]
    if dispute.status == "won":
        told.append(Report("CHARGE_SUCCESS", dispute.id, dispute.amount_cents))
    return told
