"""How a PaymentIntent goes on: authenticated, captured, cancelled; and how it is found again."""

import re

from . import charging
from .cards import find_method
from .charging import fail_intent
from .errors import Json, StripeError, format_euros, no_such, unexpected_state
from .events import emit
from .parameters import PAGE, TEXT, Param, Spec, merge_metadata
from .payment_intents import find_intent
from .store import Condition
from .views import show, show_page
from .work import Work

CANCELLABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
)
LIST: Spec = {**PAGE, "customer": TEXT}
SEARCH: Spec = {"query": Param("text", required=True), "limit": Param("integer"), "page": TEXT}
TERM = re.compile(
    r"""\s*(?:metadata\[(['"])(?P<key>.*?)\1\]|(?P<field>\w+))\s*(?P<operator>:|>=|<=|>|<)\s*"""
    r"""(?:(['"])(?P<text>.*?)\5|(?P<number>\d+))\s*"""
)
HAS_METADATA = (
    "EXISTS (SELECT 1 FROM json_each(body, '$.metadata') AS pair "
    "WHERE pair.key = ? AND pair.value = ?)"
)
SEARCHABLE = ("status", "amount", "currency", "created")
OPERATORS = {":": "=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


def authenticate(work: Work, intent: Json, *, succeeds: bool) -> None:
    """End 3-D Secure as the shopper did on the bank's page; success charges at once.

    A decline after the authentication is not raised: it is in the intent, as the page finds it.

    :raises StripeError: the intent waits for no authentication.
    """
    if intent["status"] != "requires_action":
        raise unexpected_state(
            f"This PaymentIntent waits for no authentication: its status is {intent['status']}.",
            show(work, intent),
        )
    if succeeds:
        intent["_authenticated"] = True
        try:
            charging.attempt(work, intent)
        except StripeError as error:
            if not error.keeps_work:
                raise
        return
    method = work.store.get(intent["payment_method"])
    assert method is not None
    failure = StripeError(
        "We are unable to authenticate your payment method. Please choose a different payment "
        "method and try again.",
        code="payment_intent_authentication_failure",
        payment_method=show(work, method),
    )
    fail_intent(intent, failure)
    work.store.save(intent)
    emit(work, "payment_intent.payment_failed", intent)


def capture(work: Work, params: Json) -> Json:
    """POST /v1/payment_intents/:intent/capture

    What is not captured is released; the one booking has the captured amount.
    Source: docs.stripe.com/changelog/basil/2025-03-31.
    """
    intent = find_intent(work, params)
    if intent["status"] != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            "captured: requires_capture.",
            show(work, intent),
        )
    amount: int = params.get("amount_to_capture") or intent["amount"]
    if amount > intent["amount"]:
        raise StripeError(
            f"The payment intent has {format_euros(intent['amount'])} capturable, less than the "
            f"{format_euros(amount)} asked for.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charge = work.store.get(intent["latest_charge"])
    assert charge is not None
    method = work.store.get(charge["payment_method"])
    assert method is not None
    if "metadata" in params:
        intent["metadata"] = merge_metadata(intent["metadata"], params["metadata"])
    charge |= {"captured": True, "amount_captured": amount}
    charging.book_charge(work, charge, find_method(method))
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    work.store.save(charge)
    work.store.save(intent)
    emit(work, "charge.captured", charge)
    emit(work, "payment_intent.succeeded", intent)
    return show(work, intent, params.get("expand"))


def cancel(work: Work, params: Json) -> Json:
    """POST /v1/payment_intents/:intent/cancel; an authorised charge is released."""
    intent = find_intent(work, params)
    if intent["status"] not in CANCELLABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"canceled: {', '.join(CANCELLABLE)}.",
            show(work, intent),
        )
    if intent["status"] == "requires_capture":
        charge = work.store.get(intent["latest_charge"])
        assert charge is not None
        emit(work, "charge.expired", charge)
    intent |= {
        "status": "canceled",
        "canceled_at": work.now,
        "cancellation_reason": params.get("cancellation_reason"),
        "amount_capturable": 0,
        "next_action": None,
    }
    work.store.save(intent)
    emit(work, "payment_intent.canceled", intent)
    return show(work, intent, params.get("expand"))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/payment_intents"""
    where = {"customer": params.get("customer")}
    return show_page(work, "payment_intent", params, url="/v1/payment_intents", where=where)


def parse_query(query: str) -> list[Condition]:
    """Return the conditions of a search such as ``metadata['a']:'b' AND status:'succeeded'``.

    :raises StripeError: the query uses more than the test server models.
    """
    conditions: list[Condition] = []
    for part in re.split(r"\s+AND\s+", query.strip()):
        found = TERM.fullmatch(part)
        if not found or (found["field"] and found["field"] not in SEARCHABLE):
            raise StripeError(
                "We were unable to parse your search query. The test server models "
                "metadata['key']:'value' and status, amount, currency, created, joined by AND.",
                param="query",
            )
        value = found["text"] if found["number"] is None else int(found["number"])
        if found["key"] is None:
            clause = f"json_extract(body, '$.{found['field']}') {OPERATORS[found['operator']]} ?"
            conditions.append((clause, value))
        else:
            conditions.append((HAS_METADATA, found["key"], value))
    return conditions


def search(work: Work, params: Json) -> Json:
    """GET /v1/payment_intents/search

    Unlike the real one, which may lag by a minute, it finds what was just written.
    Source: docs.stripe.com/search.
    """
    asked = {name: value for name, value in params.items() if name in ("limit", "expand")}
    if "page" in params:
        if work.store.get(params["page"], kind="payment_intent") is None:
            raise no_such("page", params["page"], param="page", status=400)
        asked["starting_after"] = params["page"]
    conditions = parse_query(params["query"])
    url = "/v1/payment_intents/search"
    page = show_page(work, "payment_intent", asked, url=url, conditions=conditions)
    following = page["data"][-1]["id"] if page["has_more"] else None
    return {**page, "object": "search_result", "next_page": following}
