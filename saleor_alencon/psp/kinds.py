"""The provider's words for what moves its balance, put together by what they mean for the books.

Source: docs.stripe.com/reports/balance-transaction-types.
"""

CHARGES = ("charge", "payment")
REFUNDS = ("refund", "payment_refund", "refund_failure", "payment_failure_refund")
TRANSFERS = ("transfer",)
REVERSALS = ("transfer_refund", "transfer_cancel", "transfer_failure")
PAYOUTS = ("payout", "payout_failure", "payout_cancel")
FEES = ("stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost")
DISPUTE_PREFIXES = ("dp_", "du_")
"""How the source of an ``adjustment`` begins when it is a dispute."""

CURRENCY = "EUR"
"""The association's; a movement in another one is shown, and never posted nor matched."""
