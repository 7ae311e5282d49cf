"""Payouts to the account's bank: automatic each day, by hand, and those that the bank returns."""

from typing import Any

from . import balance
from .errors import Json, StripeError, balance_insufficient
from .events import changes, emit
from .parameters import METADATA, PAGE, TEXT, Param, Spec, merge_metadata
from .rules import business_days_after
from .store import new_id
from .views import show, show_page
from .work import Work

CREATE: Spec = {
    "amount": Param("integer", required=True, minimum=1),
    "currency": Param("text", required=True),
    "description": TEXT,
    "metadata": METADATA,
    "statement_descriptor": TEXT,
}
UPDATE: Spec = {"metadata": METADATA}
STATUSES = ("pending", "in_transit", "paid", "failed", "canceled")
LIST: Spec = {
    **PAGE,
    "status": Param("choice", choices=STATUSES),
    "arrival_date": Param("range"),
    "destination": TEXT,
}
FAILURES = {
    "account_closed": "The bank account has been closed",
    "could_not_process": "The bank could not process this payout.",
    "incorrect_account_holder_name": "Your bank notified us that the account holder is not yours.",
    "invalid_account_number": "The routing number seems correct, but the account number is invalid",
    "no_account": "The bank account details on file are probably incorrect.",
}


def new_payout(work: Work, amount: int, *, automatic: bool, params: Json) -> Json:
    """Store a payout that is on its way, with its booking."""
    name = new_id("po_1")
    arrival = business_days_after(work.now, work.rules.payout_arrival_days)
    description = params.get("description") or ("STRIPE PAYOUT" if automatic else None)
    taken = balance.post(
        work,
        "payout",
        amount=-amount,
        source=name,
        description=description,
    )
    payout = work.add(
        {
            "id": name,
            "object": "payout",
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": arrival,
            "automatic": automatic,
            "balance_transaction": taken["id"],
            "created": work.now,
            "currency": "eur",
            "description": description,
            "destination": f"ba_1{work.account.removeprefix('acct_')}",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": merge_metadata({}, params.get("metadata") or {}),
            "method": "standard",
            "original_payout": None,
            "payout_method": None,
            "reconciliation_status": "completed" if automatic else "not_applicable",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": params.get("statement_descriptor"),
            "status": "in_transit",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
        }
    )
    if automatic:
        work.store.save(taken | {"_payout": name})
    emit(work, "payout.created", payout)
    work.plan(max(0, arrival - work.now), "pay_payout", payout=name)
    return payout


def pay_out(work: Work) -> Json | None:
    """Pay out automatically all that is available and in no payout yet; None when that is not > 0.

    ``balance_transactions?payout=`` then lists what it pays, and its own transaction. Source:
    docs.stripe.com/payouts/reconciliation.
    """
    unpaid = work.store.find(
        "balance_transaction",
        account=work.account,
        conditions=[
            ("json_extract(body, '$.available_on') <= ?", work.now),
            ("json_extract(body, '$._payout') IS ?", None),
        ],
    )
    total = sum(each["net"] for each in unpaid)
    assert total == balance.sum_nets(work, available=True)
    if total <= 0:
        return None
    payout = new_payout(work, total, automatic=True, params={})
    for each in unpaid:
        work.store.save(each | {"_payout": payout["id"]})
    emit(work, "payout.reconciliation_completed", payout)
    return payout


def pay_job(work: Work, job: Json) -> None:
    """Job: the day on which a payout arrives."""
    before = work.store.get(job["payout"])
    assert before is not None
    if before["status"] == "in_transit":
        payout = work.store.save(
            before
            | {
                "status": "paid",
                "trace_id": {"status": "supported", "value": new_id("TEST", 12).upper()},
            }
        )
        emit(work, "payout.updated", payout, previous=changes(before, payout))
        emit(work, "payout.paid", payout)


def fail_payout(work: Work, payout: Json, *, code: str = "account_closed") -> Json:
    """Let the bank return a payout, even one that counted as paid: its amount is back.

    :raises StripeError: it failed already, or the code is none of Stripe's.
    """
    if payout["status"] not in ("in_transit", "paid"):
        raise StripeError(f"Payout {payout['id']} has the status {payout['status']}.")
    if code not in FAILURES:
        raise StripeError(f"A failure_code is one of {', '.join(FAILURES)}.", param="code")
    back = balance.post(work, "payout_failure", amount=payout["amount"], source=payout["id"])
    before = dict(payout)
    payout |= {
        "status": "failed",
        "failure_code": code,
        "failure_message": FAILURES[code],
        "failure_balance_transaction": back["id"],
    }
    work.store.save(payout)
    emit(work, "payout.updated", payout, previous=changes(before, payout))
    emit(work, "payout.failed", payout)
    return payout


def require_automatic(work: Work, name: str) -> Json:
    """Return an automatic payout, whose transactions can be listed.

    :raises StripeError: there is none, or it was made by hand.
    """
    payout = work.require("payout", name, param="payout")
    if not payout["automatic"]:
        raise StripeError(
            "Balance transaction history can only be filtered on automatic transfers, not manual.",
            param="payout",
        )
    return payout


def create(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/payouts: by hand; only what is available."""
    if params["amount"] > balance.sum_nets(work, available=True):
        raise balance_insufficient(
            "You have insufficient funds in your Stripe account. One likely reason you have "
            "insufficient funds is that your funds are automatically being paid out; try "
            "enabling manual payouts by going to https://dashboard.stripe.com/account/payouts."
        )
    payout = new_payout(work, params["amount"], automatic=False, params=params)
    return show(work, payout, params.get("expand"))


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/payouts/:payout"""
    payout = work.require("payout", params.pop("payout"), param="payout")
    return show(work, payout, params.get("expand"))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/payouts"""
    operators = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
    conditions = [
        (f"json_extract(body, '$.arrival_date') {operators[key]} ?", moment)
        for key, moment in params.get("arrival_date", {}).items()
    ]
    where = {name: params.get(name) for name in ("status", "destination")}
    return show_page(work, "payout", params, url="/v1/payouts", where=where, conditions=conditions)
