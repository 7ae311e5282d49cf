"""Refunds: money back to the shopper; Stripe keeps its fee."""

from typing import Any

from . import balance
from .cards import find_method
from .errors import Json, StripeError, format_euros
from .events import changes, emit
from .parameters import AMOUNT, METADATA, PAGE, TEXT, Param, Spec, merge_metadata, require_one
from .store import new_id
from .views import show, show_page
from .work import Work

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
CREATE: Spec = {
    "amount": AMOUNT,
    "charge": TEXT,
    "currency": TEXT,
    "instructions_email": TEXT,
    "metadata": METADATA,
    "payment_intent": TEXT,
    "reason": Param("choice", choices=REASONS),
}
UPDATE: Spec = {"metadata": METADATA}
LIST: Spec = {**PAGE, "charge": TEXT, "payment_intent": TEXT}
SETTLE_SECONDS = 60
FAILURES = ("lost_or_stolen_card", "expired_or_canceled_card", "unknown", "declined")


def create(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/refunds

    :raises StripeError: nothing charged, more than is left, or charged back.
    """
    refund = refund_charge(work, find_charge(work, params), params)
    return show(work, refund, params.get("expand"))


def find_charge(work: Work, params: Json) -> Json:
    """Return the charge to refund."""
    require_one(params, ("payment_intent", "charge"))
    if "charge" in params:
        charge = work.require("charge", params["charge"], param="charge")
        if charge["payment_intent"] != params.get("payment_intent", charge["payment_intent"]):
            raise StripeError(
                "The charge does not belong to the PaymentIntent.", param="payment_intent"
            )
    else:
        intent = work.require("payment_intent", params["payment_intent"], param="payment_intent")
        found = work.store.get(intent["latest_charge"] or "")
        if found is None or found["status"] != "succeeded" or not found["captured"]:
            raise StripeError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        charge = found
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise StripeError(
            f"Charge {charge['id']} cannot be refunded: it has not succeeded, or is not captured.",
            code="charge_not_refundable",
            param="charge",
        )
    return charge


def check_refundable(work: Work, charge: Json, amount_cents: int | None) -> int:
    """Return the amount to refund, in cents.

    :raises StripeError: charged back, wholly refunded, or more than is left.
    """
    name, left = charge["id"], charge["amount_captured"] - charge["amount_refunded"]
    disputes = work.store.find("dispute", where={"charge": name})
    if any(dispute["status"] != "won" for dispute in disputes):
        raise StripeError(
            f"Charge {name} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if left == 0:
        raise StripeError(
            f"Charge {name} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if amount_cents is None else amount_cents
    if amount > left:
        of_what = (
            f"unrefunded amount on charge ({format_euros(left)})"
            if charge["amount_refunded"]
            else f"charge amount ({format_euros(left)})"
        )
        raise StripeError(
            f"Refund amount ({format_euros(amount)}) is greater than {of_what}", param="amount"
        )
    return amount


def refund_charge(work: Work, charge: Json, params: Json) -> Json:
    """Give back a part of a charge, or all that is left of it."""
    amount = check_refundable(work, charge, params.get("amount"))
    method = work.store.get(charge["payment_method"])
    assert method is not None
    after = find_method(method).after
    refund = new_refund(work, charge, amount)
    refund |= {
        "reason": params.get("reason"),
        "metadata": merge_metadata({}, params.get("metadata") or {}),
        "status": "pending" if after == "refund_pending" else "succeeded",
    }
    if params.get("instructions_email"):
        refund["instructions_email"] = params["instructions_email"]
    booked = work.store.get(charge["balance_transaction"] or "")
    of_what = charge["description"]
    taken = balance.post(
        work,
        "refund" if charge["id"].startswith("ch_") else "payment_refund",
        amount=-amount,
        source=refund["id"],
        # Money that is not available yet is given back from what is not available yet.
        available_on=max(work.now, booked["available_on"] if booked else work.now),
        description=f"REFUND FOR CHARGE ({of_what})" if of_what else None,
    )
    refund["balance_transaction"] = taken["id"]
    work.add(refund)
    before = dict(charge)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    work.store.save(charge)
    emit(work, "refund.created", refund)
    emit(work, "charge.refunded", charge, previous=changes(before, charge))
    if after == "refund_pending":
        work.plan(SETTLE_SECONDS, "settle_refund", refund=refund["id"])
    elif after == "refund_fail":
        work.plan(SETTLE_SECONDS, "fail_refund", refund=refund["id"])
    return refund


def new_refund(work: Work, charge: Json, amount: int) -> Json:
    """Return a refund that has succeeded, without a booking."""
    details: Json = {"type": "card", "card": {"type": "refund", "reference_status": "pending"}}
    if charge["id"].startswith("py_"):
        details = {"type": "sepa_debit"}
    return {
        "id": new_id("re_3"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": work.now,
        "currency": "eur",
        "destination_details": details,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def settle_refund(work: Work, job: Json) -> None:
    """Job: a pending refund has arrived."""
    refund = work.store.get(job["refund"])
    assert refund is not None
    if refund["status"] == "pending":
        work.store.save(refund | {"status": "succeeded"})
        changed(work, refund | {"status": "succeeded"}, before=refund)


def fail_job(work: Work, job: Json) -> None:
    """Job: a test card whose refunds fail, unless a control call decided already."""
    refund = work.store.get(job["refund"])
    assert refund is not None
    if refund["status"] == "succeeded":
        fail_refund(work, job)


def fail_refund(work: Work, job: Json) -> None:
    """Let a refund come back from the shopper's bank.

    Its amount returns to the balance, and the charge counts as not refunded by it.

    :raises StripeError: it has failed already.
    """
    before = work.require("refund", job["refund"], param="refund")
    if before["status"] not in ("succeeded", "pending"):
        raise StripeError(f"Refund {before['id']} has the status {before['status']}.")
    booked = work.store.get(before["balance_transaction"])
    assert booked is not None
    back = balance.post(
        work,
        "refund_failure",
        amount=before["amount"],
        source=before["id"],
        available_on=max(work.now, booked["available_on"]),
    )
    refund = before | {
        "status": "failed",
        "failure_reason": job.get("reason", "unknown"),
        "failure_balance_transaction": back["id"],
    }
    work.store.save(refund)
    charge = work.store.get(refund["charge"])
    assert charge is not None
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    work.store.save(charge)
    changed(work, refund, before=before)
    emit(work, "refund.failed", refund)


def changed(work: Work, refund: Json, *, before: Json) -> None:
    """Say that a refund changed, under both names that Stripe has for it."""
    for kind in ("charge.refund.updated", "refund.updated"):
        emit(work, kind, refund, previous=changes(before, refund))


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/refunds/:refund"""
    refund = work.require("refund", params.pop("refund"), param="refund")
    return show(work, refund, params.get("expand"))


def update(work: Work, params: Json) -> Json:
    """POST /v1/refunds/:refund"""
    before = work.require("refund", params.pop("refund"), param="refund")
    metadata = merge_metadata(before["metadata"], params.get("metadata", {}))
    refund = work.store.save(before | {"metadata": metadata})
    if refund != before:
        changed(work, refund, before=before)
    return show(work, refund, params.get("expand"))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/refunds"""
    where = {name: params.get(name) for name in ("charge", "payment_intent")}
    return show_page(work, "refund", params, url="/v1/refunds", where=where)
