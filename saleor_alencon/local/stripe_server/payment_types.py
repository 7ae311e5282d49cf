"""Which payment methods a PaymentIntent takes: it depends on parameters and on the API version."""

from .errors import Json, StripeError
from .work import Work

AUTOMATIC_METHODS_SINCE = "2023-08-16"
NO_EXPLICIT_TYPES_SINCE = "2026-09-30"
MODELLED_TYPES = ("card", "sepa_debit")
WAYS_TO_CHOOSE = (
    "allowed_payment_method_types",
    "automatic_payment_methods",
    "payment_method_types",
)


def choose_types(work: Work, params: Json) -> tuple[Json | None, list[str]]:
    """Return ``automatic_payment_methods`` and the types that can pay the intent.

    Source: docs.stripe.com/changelog/endive/2026-09-30 and dahlia/2026-07-29.

    :raises StripeError: two parameters that exclude each other.
    """
    given = [name for name in WAYS_TO_CHOOSE if name in params]
    if len(given) > 1:
        raise StripeError(
            f"You may only specify one of these parameters: {', '.join(given)}.", param=given[1]
        )
    account = list(work.rules.payment_method_types)
    automatic = params.get("automatic_payment_methods", {})
    if "allowed_payment_method_types" in params:
        allowed = params["allowed_payment_method_types"]
        return None, [kind for kind in account if kind in allowed]
    if "payment_method_types" in params:
        return None, check_types(work, params["payment_method_types"])
    by_default = work.version[:10] >= AUTOMATIC_METHODS_SINCE and not automatic
    if not by_default and str(automatic.get("enabled")).lower() != "true":
        return None, ["card"]
    excluded = params.get("excluded_payment_method_types", [])
    redirects = automatic.get("allow_redirects", "always")
    kept = [kind for kind in account if kind not in excluded]
    return {"allow_redirects": redirects, "enabled": True}, kept


def check_types(work: Work, types: list[str]) -> list[str]:
    """Return explicit types; the newest versions take none.

    :raises StripeError: a version from 2026-09-30 on, or a type that is not modelled.
    """
    if work.version[:10] >= NO_EXPLICIT_TYPES_SINCE:
        raise StripeError(
            "The parameter payment_method_types is no longer supported. Use dynamic payment "
            "methods, or allowed_payment_method_types or excluded_payment_method_types.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
    for kind in types:
        if kind not in MODELLED_TYPES:
            raise StripeError(
                f"The payment method type provided: {kind} is invalid. The test server models "
                f"{' and '.join(MODELLED_TYPES)}.",
                param="payment_method_types",
            )
    return types
