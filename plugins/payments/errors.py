"""Why a payment could not be asked for or told, and whether trying again later can help."""


class PaymentError(Exception):
    """Root of this plugin's errors; ``retryable`` says whether the same call may succeed later."""

    retryable = False


class NotConfigured(PaymentError):
    """Raised when STRIPE_SECRET_KEY is not set for Saleor's processes (docs/payments.md)."""


class ProviderUnreachable(PaymentError):
    """Raised when Stripe's answer did not come, or says nothing: the work may be done or not."""

    retryable = True


class ProviderBroken(ProviderUnreachable):
    """Raised when Stripe answered with an error of its own (5xx).

    It repeats that answer for the idempotency key, whatever was done: to try again takes looking
    what is there, and another key.
    """


class ProviderRefused(PaymentError):
    """Raised when Stripe answered that it will not do it; ``code`` is Stripe's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class AmountNotExact(PaymentError):
    """Raised when an amount is not a whole number of cents of a euro."""


class ReportRefused(PaymentError):
    """Raised when Saleor does not take an event about a transaction."""


class PaymentAway(PaymentError):
    """Raised when Saleor no longer has the transaction that a payment belongs to."""


class MessageRefused(PaymentError):
    """Raised when a webhook message is not Stripe's, is too old, or cannot be read."""
