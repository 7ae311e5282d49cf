"""Transfers to connected accounts, and their reversals: each has two sides, one per account."""

from typing import Any

from . import balance
from .errors import Json, StripeError, balance_insufficient, format_euros
from .events import changes, emit
from .parameters import AMOUNT, METADATA, PAGE, TEXT, Param, Spec, merge_metadata
from .refunds import new_refund
from .store import new_id
from .views import show, show_page
from .work import Work

CREATE: Spec = {
    "amount": AMOUNT,
    "currency": Param("text", required=True),
    "destination": Param("text", required=True),
    "description": TEXT,
    "metadata": METADATA,
    "source_transaction": TEXT,
    "transfer_group": TEXT,
}
UPDATE: Spec = {"description": TEXT, "metadata": METADATA}
LIST: Spec = {**PAGE, "destination": TEXT, "transfer_group": TEXT}
REVERSE: Spec = {"amount": AMOUNT, "description": TEXT, "metadata": METADATA}
TOO_LITTLE = (
    "You have insufficient available funds in your Stripe account. Try adding funds directly to "
    "your available balance by creating Charges using the 4000000000000077 test card. See: "
    "https://stripe.com/docs/testing#available-balance"
)


def create(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/transfers: available money, or that of one charge by ``source_transaction``.

    Source: docs.stripe.com/connect/separate-charges-and-transfers.

    :raises StripeError: no such account, it cannot receive, or the money is not there.
    """
    if params["currency"].lower() != "eur":
        raise StripeError("The test server models eur only.", param="currency")
    account = work.require("account", params["destination"], param="destination", status=400)
    if account["capabilities"].get("transfers") != "active":
        raise StripeError(
            "Your destination account needs to have at least one of the following capabilities "
            "enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    charge = find_source(work, params)
    if charge is not None:
        available_on = check_source(work, charge, params.get("amount"))
        amount = int(params.get("amount") or charge["amount"])
    else:
        if "amount" not in params:
            raise StripeError(
                "Missing required param: amount.", code="parameter_missing", param="amount"
            )
        amount, available_on = params["amount"], work.now
        if amount > balance.sum_nets(work, available=True):
            raise balance_insufficient(TOO_LITTLE)
    transfer = new_transfer(work, amount, params, charge)
    taken = balance.post(
        work,
        "transfer",
        amount=-amount,
        source=transfer["id"],
        available_on=available_on,
        description=transfer["description"],
    )
    arrived = receive(work, transfer, available_on)
    transfer |= {"balance_transaction": taken["id"], "destination_payment": arrived["id"]}
    work.add(transfer)
    emit(work, "transfer.created", transfer)
    return show(work, transfer, params.get("expand"))


def find_source(work: Work, params: Json) -> Json | None:
    """Return the charge whose money is transferred, if one is named."""
    if "source_transaction" not in params:
        return None
    name = params["source_transaction"]
    charge = work.require("charge", name, param="source_transaction", status=400)
    if charge["status"] == "failed" or not charge["captured"]:
        raise StripeError(
            f"Charge {name} cannot be a source_transaction: it failed, or is not captured.",
            param="source_transaction",
        )
    return charge


def check_source(work: Work, charge: Json, amount: int | None) -> int:
    """Return when the charge's money is available, in seconds since 1970.

    :raises StripeError: all transfers of the charge would exceed it.
    """
    earlier = work.store.find("transfer", where={"source_transaction": charge["id"]})
    left = charge["amount"] - sum(each["amount"] for each in earlier)
    if (amount or charge["amount"]) > left:
        raise balance_insufficient(
            f"Transfers using this transaction as a source must not exceed the source amount of "
            f"{format_euros(charge['amount'])}. (There is already "
            f"{format_euros(charge['amount'] - left)} in transfers using this source.)"
        )
    booked = work.store.get(charge["balance_transaction"] or "")
    return max(work.now, booked["available_on"]) if booked else work.now


def new_transfer(work: Work, amount: int, params: Json, charge: Json | None) -> Json:
    """Return a transfer; without a group it shares one with the charge that it comes from."""
    group = params.get("transfer_group")
    if charge is not None and group is None:
        group = charge["transfer_group"] or f"group_{charge['payment_intent']}"
        if charge["transfer_group"] is None:
            work.store.save(charge | {"transfer_group": group})
    return {
        "id": new_id("tr_1"),
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": work.now,
        "currency": "eur",
        "description": params.get("description"),
        "destination": params["destination"],
        "destination_payment": None,
        "livemode": False,
        "metadata": merge_metadata({}, params.get("metadata") or {}),
        "reversed": False,
        "source_transaction": params.get("source_transaction"),
        "source_type": "card",
        "transfer_group": group,
    }


def receive(work: Work, transfer: Json, available_on: int) -> Json:
    """Book the other side: a payment ``py_…`` in the connected account."""
    there = work.for_account(transfer["destination"])
    name = new_id("py_1")
    booked = balance.post(
        there, "payment", amount=transfer["amount"], source=name, available_on=available_on
    )
    fields = (
        *("application", "application_fee", "application_fee_amount", "customer", "description"),
        *("calculated_statement_descriptor", "failure_balance_transaction", "failure_code"),
        *("failure_message", "on_behalf_of", "outcome", "payment_intent", "payment_method"),
        *("payment_method_details", "receipt_email", "receipt_number", "receipt_url", "review"),
        *("shipping", "source", "statement_descriptor", "statement_descriptor_suffix"),
        *("transfer_data", "transfer_group"),
    )
    payment: Json = {
        "id": name,
        "object": "charge",
        **dict.fromkeys(fields),
        "amount": transfer["amount"],
        "amount_captured": transfer["amount"],
        "amount_refunded": 0,
        "balance_transaction": booked["id"],
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": True,
        "created": work.now,
        "currency": "eur",
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "paid": True,
        "refunded": False,
        "source_transfer": transfer["id"],
        "status": "succeeded",
    }
    there.add(payment)
    emit(there, "payment.created", payment)
    return payment


def reverse(work: Work, params: dict[str, Any]) -> Json:
    """POST /v1/transfers/:id/reversals: only what the connected account's balance holds.

    Source: docs.stripe.com/api/transfer_reversals.
    """
    transfer = work.require("transfer", params.pop("id"), param="id")
    left = transfer["amount"] - transfer["amount_reversed"]
    if left == 0:
        raise StripeError(f"Transfer {transfer['id']} is already fully reversed.")
    amount = params.get("amount", left)
    if amount > left:
        raise StripeError(
            f"Transfer {transfer['id']} has only {format_euros(left)} remaining that is not "
            f"reversed; the reversal amount ({format_euros(amount)}) is greater than that.",
            param="amount",
        )
    there = work.for_account(transfer["destination"])
    if amount > balance.sum_nets(there):
        raise balance_insufficient(
            f"The connected account {there.account} has too little in its balance for a reversal "
            f"of {format_euros(amount)}."
        )
    reversal = reverse_transfer(work, there, transfer, amount, params)
    return show(work, reversal, params.get("expand"))


def reverse_transfer(work: Work, there: Work, transfer: Json, amount: int, params: Json) -> Json:
    """Book both sides of a reversal."""
    name = new_id("trr_1")
    booked = work.store.get(transfer["balance_transaction"])
    payment = work.store.get(transfer["destination_payment"])
    assert booked is not None
    assert payment is not None
    available_on = max(work.now, booked["available_on"])
    back = balance.post(
        work, "transfer_refund", amount=amount, source=name, available_on=available_on
    )
    refund = new_refund(there, payment, amount) | {"id": new_id("pyr_1")}
    given = balance.post(
        there, "payment_refund", amount=-amount, source=refund["id"], available_on=available_on
    )
    there.add(refund | {"balance_transaction": given["id"]})
    payment["amount_refunded"] += amount
    payment["refunded"] = payment["amount_refunded"] == payment["amount"]
    work.store.save(payment)
    reversal = work.add(
        {
            "id": name,
            "object": "transfer_reversal",
            "amount": amount,
            "balance_transaction": back["id"],
            "created": work.now,
            "currency": "eur",
            "destination_payment_refund": refund["id"],
            "metadata": merge_metadata({}, params.get("metadata") or {}),
            "source_refund": None,
            "transfer": transfer["id"],
        }
    )
    before = dict(transfer)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    work.store.save(transfer)
    emit(work, "transfer.reversed", transfer, previous=changes(before, transfer))
    return reversal


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/transfers/:id"""
    transfer = work.require("transfer", params.pop("id"), param="id")
    return show(work, transfer, params.get("expand"))


def update(work: Work, params: Json) -> Json:
    """POST /v1/transfers/:id"""
    transfer = work.require("transfer", params.pop("id"), param="id")
    before = dict(transfer)
    transfer["metadata"] = merge_metadata(transfer["metadata"], params.get("metadata", {}))
    if "description" in params:
        transfer["description"] = params["description"] or None
    if transfer != before:
        work.store.save(transfer)
        emit(work, "transfer.updated", transfer, previous=changes(before, transfer))
    return show(work, transfer, params.get("expand"))


def list_all(work: Work, params: Json) -> Json:
    """GET /v1/transfers"""
    where = {name: params.get(name) for name in ("destination", "transfer_group")}
    return show_page(work, "transfer", params, url="/v1/transfers", where=where)


def list_reversals(work: Work, params: Json) -> Json:
    """GET /v1/transfers/:id/reversals"""
    transfer = work.require("transfer", params.pop("id"), param="id")
    url = f"/v1/transfers/{transfer['id']}/reversals"
    where = {"transfer": transfer["id"]}
    return show_page(work, "transfer_reversal", params, url=url, where=where)
