"""Shows stored objects as the API does: by version, with what the caller wants expanded."""

from collections.abc import Callable
from typing import Any

from .errors import Json, StripeError
from .parameters import LARGEST_PAGE
from .store import Condition
from .work import Work

NO_LISTS_SINCE = "2022-11-15"
"""Since this version charges come without ``refunds`` and PaymentIntents without ``charges``."""
DEEPEST_EXPANSION = 4

EXPANDABLE: dict[str, dict[str, str]] = {
    "payment_intent": {"latest_charge": "charge", "payment_method": "payment_method"},
    "charge": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
        "source_transfer": "transfer",
    },
    "refund": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
        "charge": "charge",
        "payment_intent": "payment_intent",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "balance_transaction": {"source": ""},
    "payout": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    },
    "transfer": {
        "balance_transaction": "balance_transaction",
        "destination": "account",
        "destination_payment": "charge",
        "source_transaction": "charge",
    },
    "transfer_reversal": {"balance_transaction": "balance_transaction", "transfer": "transfer"},
}
# What a publishable key may see of a PaymentIntent: what Stripe.js hands to the page.
PUBLIC_INTENT = (
    *("id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at"),
    *("cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created"),
    *("currency", "description", "last_payment_error", "livemode", "next_action"),
    *("payment_method", "payment_method_types", "processing", "receipt_email"),
    *("setup_future_usage", "shipping", "source", "status"),
)


def list_of(url: str, data: list[Json], *, has_more: bool = False) -> Json:
    """Return Stripe's list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def show(work: Work, body: Json, expand: list[str] | None = None) -> Json:
    """Return the object as the API answers it.

    :raises StripeError: a path of ``expand`` does not lead to an id.
    """
    shown = view(work, body)
    if work.publishable and body["object"] == "payment_intent":
        shown = {key: value for key, value in shown.items() if key in PUBLIC_INTENT}
    for path in expand or []:
        expand_path(work, shown, path.split("."), path)
    return shown


def view(work: Work, body: Json) -> Json:
    """Return the public fields of an object for the version that is asked for."""
    shown = {key: value for key, value in body.items() if not key.startswith("_")}
    extend = EXTENSIONS.get(body["object"])
    if extend:
        extend(work, shown)
    return shown


def extend_intent(work: Work, shown: Json) -> None:
    """Add the list of charges that versions before 2022-11-15 have."""
    if work.version[:10] < NO_LISTS_SINCE:
        charges = work.store.find("charge", where={"payment_intent": shown["id"]})
        url = f"/v1/charges?payment_intent={shown['id']}"
        shown["charges"] = list_of(url, [view(work, charge) for charge in charges])


def extend_charge(work: Work, shown: Json) -> None:
    """Add the list of refunds that versions before 2022-11-15 have."""
    if work.version[:10] < NO_LISTS_SINCE:
        shown["refunds"] = refunds_of(work, shown["id"])


def refunds_of(work: Work, charge: str) -> Json:
    """Return the list of a charge's refunds."""
    refunds = work.store.find("refund", where={"charge": charge})
    return list_of(f"/v1/charges/{charge}/refunds", [view(work, refund) for refund in refunds])


def extend_transfer(work: Work, shown: Json) -> None:
    """Add the list of reversals."""
    reversals = work.store.find("transfer_reversal", where={"transfer": shown["id"]})
    shown["reversals"] = list_of(
        f"/v1/transfers/{shown['id']}/reversals", [view(work, each) for each in reversals]
    )


def extend_balance_transaction(work: Work, shown: Json) -> None:
    """Say whether the funds are available at this moment."""
    shown["status"] = "available" if shown["available_on"] <= work.now else "pending"


def extend_event(work: Work, shown: Json) -> None:
    """Give the object as it was then, in the version that is asked for, and who waits for it."""
    inner = dict(shown["data"]["object"])
    if work.version[:10] >= NO_LISTS_SINCE:
        inner.pop({"charge": "refunds", "payment_intent": "charges"}.get(inner["object"], ""), None)
    shown["data"] = {**shown["data"], "object": inner}
    shown["api_version"] = work.version
    waiting = work.store.connection.execute(
        "SELECT count(*) FROM delivery WHERE event = ? AND delivered = 0 AND due IS NOT NULL",
        (shown["id"],),
    ).fetchone()
    shown["pending_webhooks"] = waiting[0]


EXTENSIONS: dict[str, Callable[[Work, Json], None]] = {
    "payment_intent": extend_intent,
    "charge": extend_charge,
    "transfer": extend_transfer,
    "balance_transaction": extend_balance_transaction,
    "event": extend_event,
}


def expand_path(work: Work, place: Any, parts: list[str], path: str) -> None:
    """Replace the id that a path leads to by the object."""
    if len(parts) > DEEPEST_EXPANSION + (parts[0] == "data"):
        raise StripeError(
            f"You cannot expand more than {DEEPEST_EXPANSION} levels of a property ({path}).",
            param="expand",
        )
    name, rest = parts[0], parts[1:]
    if name == "data" and isinstance(place, dict) and place.get("object") in LISTS:
        for each in place["data"]:
            if rest:
                expand_path(work, each, rest, path)
        return
    if not isinstance(place, dict) or "object" not in place:
        raise not_expandable(path)
    kind = place["object"]
    if kind == "charge" and name == "refunds":
        place.setdefault("refunds", refunds_of(work, place["id"]))
    elif isinstance(place.get(name), str) and name in EXPANDABLE.get(kind, {}):
        place[name] = find_reference(work, place[name])
    elif name not in EXPANDABLE.get(kind, {}) and not isinstance(place.get(name), dict):
        raise not_expandable(path)
    if rest and place.get(name) is not None:
        expand_path(work, place[name], rest, path)


LISTS = ("list", "search_result")


def not_expandable(path: str) -> StripeError:
    """Return the error for a path that leads to no id."""
    return StripeError(f"This property cannot be expanded ({path}).", param="expand")


def find_reference(work: Work, name: str) -> Json:
    """Return what an id stands for; it may belong to a connected account."""
    found = work.store.get(name)
    assert found is not None, name
    return view(work, found)


def show_page(
    work: Work,
    kind: str,
    params: Json,
    *,
    url: str,
    where: Json | None = None,
    conditions: list[Condition] | None = None,
) -> Json:
    """Return one page of a list, newest first: limit, starting_after, ending_before, created.

    Source: docs.stripe.com/api/pagination.
    """
    limit = params.get("limit", 10)
    if not 1 <= limit <= LARGEST_PAGE:
        bound = "1" if limit < 1 else str(LARGEST_PAGE)
        relation = "greater" if limit < 1 else "less"
        raise StripeError(
            f"This value must be {relation} than or equal to {bound}.",
            code="parameter_invalid_integer",
            param="limit",
        )
    found: list[Condition] = list(conditions or [])
    operators = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    for key, moment in params.get("created", {}).items():
        found.append((f"json_extract(body, '$.created') {operators[key]} ?", moment))
    backwards = "ending_before" in params
    for name, operator in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            cursor = work.require(kind, params[name], param=name, status=400)
            found.append((f"seq {operator} ?", work.store.seq_of(cursor["id"])))
    rows = work.store.find(
        kind,
        account=work.account,
        where={key: value for key, value in (where or {}).items() if value is not None},
        conditions=found,
        limit=limit + 1,
        oldest_first=backwards,
    )
    page = rows[:limit]
    if backwards:
        page.reverse()
    answer = list_of(url, [show(work, row) for row in page], has_more=len(rows) > limit)
    for path in params.get("expand", []):
        expand_path(work, answer, path.split("."), path)
    return answer
