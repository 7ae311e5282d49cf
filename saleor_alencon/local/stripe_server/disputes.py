"""Disputes: the shopper's bank takes a charge back, and Stripe a fee for it."""

from . import balance
from .errors import Json, StripeError
from .events import changes, emit
from .parameters import BOOLEAN, METADATA, OBJECT, PAGE, TEXT, Spec, merge_metadata
from .rules import DAY_SECONDS
from .store import new_id
from .views import show, show_page, view
from .work import Work

LIST: Spec = {**PAGE, "charge": TEXT, "payment_intent": TEXT}
UPDATE: Spec = {"evidence": OBJECT, "metadata": METADATA, "submit": BOOLEAN}
EVIDENCE_DAYS = 14
EVIDENCE = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
]
OPEN = ("needs_response", "under_review")


def open_job(work: Work, job: Json) -> None:
    """Job: a test card whose charges are disputed."""
    charge = work.store.get(job["charge"])
    assert charge is not None
    if charge["captured"] and not charge["disputed"] and not charge["refunded"]:
        open_dispute(work, charge)


def open_dispute(
    work: Work, charge: Json, *, amount_cents: int | None = None, reason: str = "fraudulent"
) -> Json:
    """Take back a charge, or a part of it, with Stripe's dispute fee; the balance may go below 0.

    Source: docs.stripe.com/disputes/how-disputes-work.

    :raises StripeError: nothing was charged, or more is disputed than was charged.
    """
    if charge["status"] != "succeeded" or not charge["captured"] or charge["disputed"]:
        raise StripeError(f"Charge {charge['id']} cannot be disputed: nothing charged, or it is.")
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if amount_cents is None else amount_cents
    if not 0 < amount <= left:
        raise StripeError(f"Between 1 and {left} cents can be disputed.", param="amount")
    name = new_id("dp_1")
    taken = balance.post(
        work,
        "adjustment",
        amount=-amount,
        fee=work.rules.dispute_fee_cents,
        fee_description="Dispute fee",
        source=name,
        category="dispute",
        description=f"Chargeback withdrawal for {charge['id']}",
    )
    dispute: Json = {
        "id": name,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [view(work, taken)],
        "charge": charge["id"],
        "created": work.now,
        "currency": "eur",
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": work.now + EVIDENCE_DAYS * DAY_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": reason,
        "status": "needs_response",
    }
    if charge["id"].startswith("ch_"):
        brand = charge["payment_method_details"]["card"]["brand"]
        card = {"brand": brand, "case_type": "chargeback", "network_reason_code": "10.4"}
        dispute["payment_method_details"] = {"card": card, "type": "card"}
    work.add(dispute)
    work.store.save(charge | {"disputed": True})
    emit(work, "charge.dispute.created", dispute)
    emit(work, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def end_dispute(work: Work, dispute: Json, *, won: bool) -> Json:
    """Decide a dispute: won brings the amount back (the fee by the account's rules), lost nothing.

    :raises StripeError: it is decided already.
    """
    if dispute["status"] not in OPEN:
        raise StripeError(
            "This dispute is already closed", code="dispute_already_closed", param="dispute"
        )
    before = dict(dispute)
    dispute["status"] = "won" if won else "lost"
    if won:
        fee = work.rules.dispute_fee_cents if work.rules.dispute_fee_returned_when_won else 0
        back = balance.post(
            work,
            "adjustment",
            amount=dispute["amount"],
            fee=-fee,
            fee_description="Dispute fee",
            source=dispute["id"],
            category="dispute_reversal",
            description=f"Chargeback reversal for {dispute['charge']}",
        )
        dispute["balance_transactions"] = [*dispute["balance_transactions"], view(work, back)]
    work.store.save(dispute)
    previous = changes(before, dispute)
    emit(work, "charge.dispute.updated", dispute, previous=previous)
    if won:
        emit(work, "charge.dispute.funds_reinstated", dispute, previous=previous)
    emit(work, "charge.dispute.closed", dispute)
    return dispute


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/disputes/:dispute"""
    dispute = work.require("dispute", params.pop("dispute"), param="dispute")
    return show(work, dispute, params.get("expand"))


def update(work: Work, params: Json) -> Json:
    """POST /v1/disputes/:dispute

    As in Stripe's test mode, submitting ``winning_evidence`` or ``losing_evidence`` as
    uncategorized_text decides. Source: docs.stripe.com/testing#evidence.
    """
    dispute = work.require("dispute", params.pop("dispute"), param="dispute")
    if dispute["status"] not in OPEN:
        raise StripeError(
            "This dispute is already closed", code="dispute_already_closed", param="dispute"
        )
    evidence = params.get("evidence", {})
    for name in evidence:
        if name not in EVIDENCE:
            raise StripeError(
                f"Received unknown parameter: evidence[{name}]",
                code="parameter_unknown",
                param=f"evidence[{name}]",
            )
    before = dict(dispute)
    dispute["evidence"] = {**dispute["evidence"], **evidence}
    dispute["metadata"] = merge_metadata(dispute["metadata"], params.get("metadata", {}))
    details = dict(dispute["evidence_details"])
    details["has_evidence"] = details["has_evidence"] or bool(evidence)
    if params.get("submit", True) and details["has_evidence"]:
        details["submission_count"] += 1
        dispute["status"] = "under_review"
    dispute["evidence_details"] = details
    work.store.save(dispute)
    emit(work, "charge.dispute.updated", dispute, previous=changes(before, dispute))
    text = dispute["evidence"]["uncategorized_text"]
    if dispute["status"] == "under_review" and text in ("winning_evidence", "losing_evidence"):
        end_dispute(work, dispute, won=text == "winning_evidence")
    return show(work, dispute, params.get("expand"))


def close(work: Work, params: Json) -> Json:
    """POST /v1/disputes/:dispute/close: accept it as lost."""
    dispute = work.require("dispute", params.pop("dispute"), param="dispute")
    return show(work, end_dispute(work, dispute, won=False), params.get("expand"))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/disputes"""
    where = {name: params.get(name) for name in ("charge", "payment_intent")}
    return show_page(work, "dispute", params, url="/v1/disputes", where=where)
