"""Stripe's test payment methods, and what each of them does.

Source: docs.stripe.com/testing and docs.stripe.com/payments/sepa-debit/accept-a-payment.
"""

from dataclasses import dataclass
from typing import Any

from .errors import Json, StripeError
from .parameters import METADATA, OBJECT, TEXT, Param, Spec, merge_metadata
from .store import new_id
from .views import show
from .work import Work

CREATE: Spec = {
    "type": Param("choice", required=True, choices=("card", "sepa_debit")),
    "card": OBJECT,
    "sepa_debit": OBJECT,
    "billing_details": OBJECT,
    "metadata": METADATA,
    # What Stripe.js adds by itself.
    **dict.fromkeys(("key", "allow_redisplay", "guid", "muid", "sid", "referrer"), TEXT),
    **dict.fromkeys(("payment_user_agent", "time_on_page"), TEXT),
    "client_attribution_metadata": OBJECT,
}


@dataclass(frozen=True)
class TestMethod:
    """One test card or account.

    ``authenticate``: 3-D Secure is required. ``decline``: code and decline code of the refusal.
    ``after``: what happens later - dispute, refund_pending, refund_fail, bypass_pending; for
    direct debits fail, dispute, slow and slow_fail.
    """

    number: str
    name: str
    brand: str = "visa"
    authenticate: bool = False
    decline: tuple[str, str] | None = None
    after: str | None = None


DECLINED = "card_declined"
METHODS = (
    TestMethod("4242424242424242", "visa"),
    TestMethod("4000056655665556", "visa_debit"),
    TestMethod("5555555555554444", "mastercard", "mastercard"),
    TestMethod("4000002500000003", "fr"),
    TestMethod("4000002760003184", "authenticationRequired", authenticate=True),
    TestMethod("4000002500003155", "authenticationRequiredOnSetup", authenticate=True),
    TestMethod(
        "4000008260003178",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        authenticate=True,
        decline=(DECLINED, "insufficient_funds"),
    ),
    TestMethod("4000000000000002", "chargeDeclined", decline=(DECLINED, "generic_decline")),
    TestMethod(
        "4000000000009995",
        "chargeDeclinedInsufficientFunds",
        decline=(DECLINED, "insufficient_funds"),
    ),
    TestMethod("4000000000009987", "chargeDeclinedLostCard", decline=(DECLINED, "lost_card")),
    TestMethod("4000000000009979", "chargeDeclinedStolenCard", decline=(DECLINED, "stolen_card")),
    TestMethod(
        "4000000000000069", "chargeDeclinedExpiredCard", decline=("expired_card", "expired_card")
    ),
    TestMethod(
        "4000000000000127", "chargeDeclinedIncorrectCvc", decline=("incorrect_cvc", "incorrect_cvc")
    ),
    TestMethod(
        "4000000000000119",
        "chargeDeclinedProcessingError",
        decline=("processing_error", "processing_error"),
    ),
    TestMethod("4000000000000259", "createDispute", after="dispute"),
    TestMethod("4000000000007726", "pendingRefund", after="refund_pending"),
    TestMethod("4000000000005126", "refundFail", after="refund_fail"),
    TestMethod("4000000000000077", "bypassPending", after="bypass_pending"),
)
IBANS = (
    TestMethod("FR1420041010050500013M02606", "sepa_succeeds"),
    TestMethod("FR3020041010050500013M02609", "sepa_succeeds_later", after="slow"),
    TestMethod("FR8420041010050500013M02607", "sepa_fails", after="fail"),
    TestMethod("FR7920041010050500013M02600", "sepa_fails_later", after="slow_fail"),
    TestMethod("FR5720041010050500013M02608", "sepa_disputed", after="dispute"),
)
BY_NUMBER = {method.number: method for method in (*METHODS, *IBANS)}
BY_NAME = {method.name: method for method in METHODS}

# Source: docs.stripe.com/declines/codes and docs.stripe.com/error-codes.
MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": (
        "An error occurred while processing your card. Try again in a little bit."
    ),
}


def find_method(body: Json) -> TestMethod:
    """Return what a PaymentMethod does when it is charged."""
    return BY_NUMBER[body["_number"]]


def resolve(work: Work, name: str) -> Json:
    """Return the PaymentMethod of an id; ``pm_card_…`` makes a new one, as at Stripe.

    :raises StripeError: there is none.
    """
    alias = name.removeprefix("pm_card_")
    if alias != name and alias in BY_NAME:
        return make_method(work, BY_NAME[alias], {})
    return work.require("payment_method", name, param="payment_method", status=400)


def read_number(data: Json) -> TestMethod:
    """Return the test method that a card number, token or IBAN stands for.

    :raises StripeError: it is none of Stripe's test numbers.
    """
    kind = data.get("type")
    if kind == "sepa_debit":
        iban = str((data.get("sepa_debit") or {}).get("iban", "")).replace(" ", "").upper()
        if iban not in BY_NUMBER:
            raise StripeError(
                "The IBAN you provided is invalid: the test server knows Stripe's French test "
                "IBANs.",
                code="invalid_bank_account_iban",
                param="sepa_debit[iban]",
            )
        return BY_NUMBER[iban]
    card = data.get("card") or {}
    token = str(card.get("token", "")).removeprefix("tok_")
    if token in BY_NAME:
        return BY_NAME[token]
    number = str(card.get("number", "")).replace(" ", "")
    if number not in BY_NUMBER:
        raise StripeError(
            "Your card number is incorrect.",
            status=402,
            kind="card_error",
            code="incorrect_number",
            param="card[number]",
        )
    return BY_NUMBER[number]


def make_method(work: Work, method: TestMethod, data: Json) -> Json:
    """Store a new PaymentMethod."""
    given = data.get("billing_details") or {}
    body: Json = {
        "id": new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
            **given,
        },
        "created": work.now,
        "customer": None,
        "livemode": False,
        "metadata": merge_metadata({}, data.get("metadata") or {}),
        "type": "sepa_debit" if method in IBANS else "card",
        "_number": method.number,
    }
    if method in IBANS:
        body["sepa_debit"] = sepa_fields(method)
    else:
        body["card"] = card_fields(method)
    return work.add(body)


def card_fields(method: TestMethod) -> Json:
    """Return what a PaymentMethod says of its card."""
    return {
        "brand": method.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "FR",
        "display_brand": method.brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "test" + method.number[-12:],
        "funding": "debit" if method.name.endswith("debit") else "credit",
        "generated_from": None,
        "last4": method.number[-4:],
        "networks": {"available": [method.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def sepa_fields(method: TestMethod) -> Json:
    """Return what a PaymentMethod says of its bank account."""
    return {
        "bank_code": method.number[4:9],
        "branch_code": method.number[9:14],
        "country": "FR",
        "fingerprint": "test" + method.number[-12:],
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": method.number[-4:],
    }


def create(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/payment_methods"""
    return show(work, make_method(work, read_number(params), params), params.get("expand"))


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/payment_methods/:payment_method"""
    name = params.pop("payment_method")
    return show(work, work.require("payment_method", name, param="payment_method"))
