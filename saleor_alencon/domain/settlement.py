"""What a statement pays and what it carries forward."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PayoutDecision:
    """Paid whole or carried whole, in cents; ``reason`` is empty when nothing is carried."""

    payable_cents: int
    carried_cents: int
    reason: str


def decide_payout(
    balance_cents: int,
    *,
    minimum_cents: int,
    has_account: bool,
    without_account: str = "missing_iban",
    held_by: str = "",
) -> PayoutDecision:
    """Decide on a shop's balance (positive: owed to the shop).

    ``without_account`` is the reason for carrying it when there is no account to pay it to,
    ``held_by`` the rule that holds it back, if one does.

    >>> decide_payout(10_050, minimum_cents=500, has_account=True)
    PayoutDecision(payable_cents=10050, carried_cents=0, reason='')
    >>> decide_payout(-300, minimum_cents=500, has_account=True).reason
    'negative'
    """
    if balance_cents < 0:
        return PayoutDecision(0, balance_cents, "negative")
    if balance_cents == 0:
        return PayoutDecision(0, 0, "")
    if held_by:
        return PayoutDecision(0, balance_cents, held_by)
    if not has_account:
        return PayoutDecision(0, balance_cents, without_account)
    if balance_cents < minimum_cents:
        return PayoutDecision(0, balance_cents, "below_minimum")
    return PayoutDecision(balance_cents, 0, "")
