"""PaymentIntents: from the basket's amount to a charge."""

from typing import Any

from . import charging
from .cards import find_method, make_method, read_number, resolve
from .errors import Json, StripeError, unexpected_state
from .events import emit
from .parameters import (
    AMOUNT,
    BOOLEAN,
    LIST,
    METADATA,
    OBJECT,
    TEXT,
    Param,
    Spec,
    merge_metadata,
)
from .payment_types import check_types, choose_types
from .store import new_id
from .views import show
from .work import Work

CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
ASYNC_CAPTURE_SINCE = "2024-04-10"
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")

UPDATE: Spec = {
    "amount": AMOUNT,
    "currency": TEXT,
    "description": TEXT,
    "metadata": METADATA,
    "payment_method": TEXT,
    "payment_method_data": OBJECT,
    "payment_method_types": LIST,
    "payment_method_options": OBJECT,
    "receipt_email": TEXT,
    "shipping": OBJECT,
    "statement_descriptor": TEXT,
    "statement_descriptor_suffix": TEXT,
    "transfer_group": TEXT,
    "capture_method": Param("choice", choices=CAPTURE_METHODS),
    "setup_future_usage": Param("choice", choices=("off_session", "on_session")),
}
CREATE: Spec = {
    **UPDATE,
    "allowed_payment_method_types": LIST,
    "excluded_payment_method_types": LIST,
    "amount": Param("integer", required=True, minimum=1),
    "currency": Param("text", required=True),
    "automatic_payment_methods": OBJECT,
    "confirm": BOOLEAN,
    "confirmation_method": Param("choice", choices=("automatic", "manual")),
    "error_on_requires_action": BOOLEAN,
    "mandate_data": OBJECT,
    "off_session": BOOLEAN,
    "return_url": TEXT,
    "use_stripe_sdk": BOOLEAN,
}
CONFIRM: Spec = {
    **{
        name: CREATE[name]
        for name in (
            "payment_method",
            "payment_method_data",
            "payment_method_options",
            "payment_method_types",
            "receipt_email",
            "shipping",
            "capture_method",
            "setup_future_usage",
            "error_on_requires_action",
            "mandate_data",
            "off_session",
            "return_url",
            "use_stripe_sdk",
        )
    },
    "client_secret": TEXT,
    # What Stripe.js adds by itself.
    "key": TEXT,
    "expected_payment_method_type": TEXT,
    "client_attribution_metadata": OBJECT,
}
RETRIEVE: Spec = {"client_secret": TEXT, "key": TEXT, "is_stripe_sdk": BOOLEAN}
CAPTURE: Spec = {"amount_to_capture": AMOUNT, "metadata": METADATA}
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
CANCEL: Spec = {"cancellation_reason": Param("choice", choices=REASONS)}
SETTABLE = (
    "amount",
    "description",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
    "capture_method",
    "setup_future_usage",
)


def create(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/payment_intents"""
    check_amount(work, params["amount"])
    check_currency(params["currency"])
    intent = new_intent(work, params)
    work.add(intent)
    set_fields(work, intent, params)
    set_method(work, intent, params)
    work.store.save(intent)
    emit(work, "payment_intent.created", intent)
    if params.get("confirm"):
        return confirm_intent(work, intent, params)
    return show(work, intent, params.get("expand"))


def new_intent(work: Work, params: Json) -> Json:
    """Return a new intent with what its version takes for granted."""
    name = new_id("pi_3")
    automatic, types = choose_types(work, params)
    asynchronous = work.version[:10] >= ASYNC_CAPTURE_SINCE
    return {
        "id": name,
        "object": "payment_intent",
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "automatic_payment_methods": automatic,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async" if asynchronous else "automatic",
        "client_secret": new_id(f"{name}_secret_", 25),
        "confirmation_method": params.get("confirmation_method", "automatic"),
        "created": work.now,
        "currency": "eur",
        "customer": None,
        "description": None,
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": types,
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        "_authenticated": False,
    }


def check_amount(work: Work, amount_cents: int) -> None:
    """Refuse an amount outside of what can be charged."""
    smallest, largest = work.rules.smallest_charge_cents, work.rules.largest_charge_cents
    if amount_cents < smallest:
        raise StripeError(
            f"Amount must be at least €{smallest // 100}.{smallest % 100:02d} eur",
            code="amount_too_small",
            param="amount",
        )
    if amount_cents > largest:
        raise StripeError(
            f"Amount must be no more than €{largest // 100:,}.{largest % 100:02d}",
            code="amount_too_large",
            param="amount",
        )


def check_currency(currency: str) -> None:
    """Refuse what the test server does not model."""
    if currency.lower() != "eur":
        raise StripeError(
            f"Invalid currency: {currency}. The test server models eur only.", param="currency"
        )


def set_fields(work: Work, intent: Json, params: Json) -> None:
    """Take over the plain fields that are given."""
    for name in SETTABLE:
        if name in params:
            intent[name] = params[name] if params[name] not in ("", {}) else None
    if "metadata" in params:
        intent["metadata"] = merge_metadata(intent["metadata"], params["metadata"])
    if "payment_method_options" in params:
        intent["payment_method_options"] |= params["payment_method_options"]
    if "payment_method_types" in params:
        intent["payment_method_types"] = check_types(work, params["payment_method_types"])
        intent["automatic_payment_methods"] = None


def set_method(work: Work, intent: Json, params: Json) -> None:
    """Attach a payment method, which must be confirmed."""
    if "payment_method_data" in params:
        data = params["payment_method_data"]
        method = make_method(work, read_number(data), data)
    elif "payment_method" in params:
        method = resolve(work, params["payment_method"])
    else:
        return
    types = intent["payment_method_types"]
    if method["type"] not in types:
        raise StripeError(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            f"PaymentIntent. Please attach one of the following: {', '.join(types)}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    intent |= {
        "payment_method": method["id"],
        "status": "requires_confirmation",
        "next_action": None,
        "_authenticated": False,
    }


def find_intent(work: Work, params: Json) -> Json:
    """Return the intent of the path; a publishable key must bring its client secret."""
    name = params.pop("intent")
    intent = work.require("payment_intent", name, param="intent")
    secret = params.get("client_secret")
    if work.publishable and secret is None:
        raise StripeError(
            "Missing required param: client_secret.",
            code="parameter_missing",
            param="client_secret",
        )
    if secret is not None and secret != intent["client_secret"]:
        raise StripeError(
            "The client_secret provided does not match the client_secret associated with the "
            "PaymentIntent.",
            code="payment_intent_invalid_parameter",
            param="client_secret",
        )
    return intent


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/payment_intents/:intent"""
    return show(work, find_intent(work, params), params.get("expand"))


def update(work: Work, params: Json) -> Json:
    """POST /v1/payment_intents/:intent; after a change of the amount it is to be confirmed again.

    Source: docs.stripe.com/api/payment_intents/update.
    """
    intent = find_intent(work, params)
    before = dict(intent)
    guarded = [name for name in params if name not in ("metadata", "description", "expand")]
    if guarded and intent["status"] not in OPEN:
        raise unexpected_state(
            f"This PaymentIntent's {guarded[0]} could not be updated because it has a status of "
            f"{intent['status']}. You may only update the {guarded[0]} of a PaymentIntent with "
            f"one of the following statuses: {', '.join(OPEN)}.",
            show(work, intent),
        )
    if "amount" in params:
        check_amount(work, params["amount"])
    if "currency" in params:
        check_currency(params["currency"])
    set_fields(work, intent, params)
    set_method(work, intent, params)
    if intent["amount"] != before["amount"] and intent["status"] == "requires_action":
        intent |= {"status": "requires_confirmation", "next_action": None}
    if intent != before:
        work.store.save(intent)
    return show(work, intent, params.get("expand"))


def confirm(work: Work, params: Json) -> Json:
    """POST /v1/payment_intents/:intent/confirm"""
    return confirm_intent(work, find_intent(work, params), params)


def confirm_intent(work: Work, intent: Json, params: Json) -> Json:
    """Charge, or ask for 3-D Secure.

    :raises StripeError: wrong status, no payment method, no return_url, or declined.
    """
    if intent["status"] not in OPEN:
        raise unexpected_state(
            f"You cannot confirm this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"confirmed: {', '.join(OPEN)}.",
            show(work, intent),
        )
    set_fields(work, intent, params)
    set_method(work, intent, params)
    if intent["payment_method"] is None:
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You "
            "can either update the PaymentIntent with a payment method and then confirm it "
            "again, or confirm it again directly with a payment method or ConfirmationToken.",
            show(work, intent),
        )
    check_return_url(work, intent, params)
    method = work.store.get(intent["payment_method"])
    assert method is not None
    if find_method(method).authenticate and not intent["_authenticated"]:
        require_authentication(work, intent, params)
    else:
        charging.attempt(work, intent)
    return show(work, intent, params.get("expand"))


def check_return_url(work: Work, intent: Json, params: Json) -> None:
    """Require a return_url where a method that redirects might be used (not of Stripe.js)."""
    automatic = intent["automatic_payment_methods"]
    if work.publishable or not automatic or automatic["allow_redirects"] == "never":
        return
    if "return_url" not in params and not params.get("use_stripe_sdk"):
        raise StripeError(
            "This PaymentIntent is configured to accept payment methods enabled in your "
            "Dashboard. Because some of these payment methods might redirect your customer off "
            "of your page, you must provide a `return_url`. If you don't want to accept "
            "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` "
            "and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup "
            "Intents and Payment Intents."
        )


def require_authentication(work: Work, intent: Json, params: Json) -> None:
    """Let the intent wait for 3-D Secure, by redirect when a return_url is known.

    :raises StripeError: the caller wants an error instead.
    """
    if params.get("error_on_requires_action"):
        error = StripeError(
            "Your card was declined. This transaction requires authentication.",
            status=402,
            kind="card_error",
            code="authentication_required",
            keeps_work=True,
            decline_code="authentication_required",
        )
        charging.fail_intent(intent, error)
        work.store.save(intent)
        emit(work, "payment_intent.payment_failed", intent)
        error.body["error"]["payment_intent"] = show(work, intent)
        raise error
    page = f"{work.base_url}/_test/3ds/{intent['id']}"
    url = params.get("return_url")
    intent |= {"status": "requires_action", "_return_url": url, "last_payment_error": None}
    if url and not params.get("use_stripe_sdk"):
        redirect = {"return_url": url, "url": page}
        intent["next_action"] = {"redirect_to_url": redirect, "type": "redirect_to_url"}
    else:
        sdk = {"type": "three_d_secure_redirect", "stripe_js": page}
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
    work.store.save(intent)
    emit(work, "payment_intent.requires_action", intent)
