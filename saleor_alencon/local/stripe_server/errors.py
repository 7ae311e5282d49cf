"""The errors that Stripe's API answers with, in its own JSON shape."""

from typing import Any

from saleor_alencon.errors import AlenconError

Json = dict[str, Any]

DOCUMENTATION = "https://stripe.com/docs/error-codes/"


class StripeError(AlenconError):
    """Raised when a request is refused as Stripe refuses it; it becomes the answer.

    ``keeps_work`` says that what the request did before stays done: a declined card leaves a
    failed charge behind. Source: docs.stripe.com/api/errors.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keeps_work: bool = False,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keeps_work = keeps_work
        error: Json = {"message": message, "type": kind, **details}
        if code:
            error |= {"code": code, "doc_url": DOCUMENTATION + code.replace("_", "-")}
        if param:
            error["param"] = param
        self.body: Json = {"error": dict(sorted(error.items()))}


def no_such(kind: str, name: str, *, param: str, status: int = 404) -> StripeError:
    """Return the error for an id that is not there: 404 in a path, 400 in a parameter."""
    return StripeError(
        f"No such {kind}: '{name}'", status=status, code="resource_missing", param=param
    )


def unexpected_state(message: str, intent: Json) -> StripeError:
    """Return the error for a PaymentIntent whose status forbids what is asked."""
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=intent)


def balance_insufficient(message: str) -> StripeError:
    """Return the error for money that the available balance does not hold."""
    return StripeError(message, code="balance_insufficient")


def format_euros(amount_cents: int) -> str:
    """Return an amount as Stripe's English messages write it, such as ``€12.34``."""
    return f"€{amount_cents // 100:,}.{amount_cents % 100:02d}"
