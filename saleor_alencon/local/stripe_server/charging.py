"""Charges a payment method: what a confirmed PaymentIntent does to the money."""

from . import balance
from .cards import IBANS, MESSAGES, TestMethod, find_method
from .errors import Json, StripeError
from .events import emit
from .rules import business_days_after
from .store import new_id
from .views import show
from .work import Work

ASYNC_CAPTURE_SECONDS = 3
SEPA_SECONDS = 60
SEPA_SLOW_SECONDS = 180
"""Stripe's slow test accounts settle after three minutes: docs.stripe.com/payments/sepa-debit."""


def attempt(work: Work, intent: Json) -> None:
    """Charge the intent's payment method; the intent ends succeeded, processing or to capture.

    :raises StripeError: the card is declined; the failed charge and its events stay.
    """
    method = work.store.get(intent["payment_method"])
    assert method is not None
    behaviour = find_method(method)
    charge = new_charge(work, intent, method)
    intent |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
    if behaviour.decline:
        decline(work, intent, method, charge, behaviour)
    elif behaviour in IBANS:
        begin_direct_debit(work, intent, charge, behaviour)
    elif intent["capture_method"] == "manual":
        charge |= {"paid": True, "status": "succeeded"}
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        store_both(work, intent, charge)
        emit(work, "charge.succeeded", charge)
        emit(work, "payment_intent.amount_capturable_updated", intent)
    else:
        charge |= {
            "paid": True,
            "status": "succeeded",
            "captured": True,
            "amount_captured": charge["amount"],
        }
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        if intent["capture_method"] == "automatic":
            book_charge(work, charge, behaviour)
        else:
            work.plan(ASYNC_CAPTURE_SECONDS, "book_charge", charge=charge["id"])
        store_both(work, intent, charge)
        emit(work, "charge.succeeded", charge)
        emit(work, "payment_intent.succeeded", intent)
    if behaviour.after == "dispute" and behaviour not in IBANS:
        work.plan(0, "open_dispute", charge=charge["id"])


def store_both(work: Work, intent: Json, charge: Json) -> None:
    """Store the new charge and the changed intent."""
    work.add(charge)
    work.store.save(intent)


def new_charge(work: Work, intent: Json, method: Json) -> Json:
    """Return a charge that is not yet decided."""
    card = method["type"] == "card"
    return {
        "id": new_id("ch_3" if card else "py_3"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "ACHETER A ALENCON" if card else None,
        "captured": False,
        "created": work.now,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": outcome("approved_by_network", "authorized", "Payment complete."),
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details_of(method, authenticated=bool(intent["_authenticated"])),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"{work.base_url}/_test/receipts/{intent['id']}",
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }


def outcome(network: str, kind: str, message: str, reason: str | None = None) -> Json:
    """Return a charge's outcome."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }


def details_of(method: Json, *, authenticated: bool) -> Json:
    """Return a charge's payment_method_details."""
    if method["type"] == "sepa_debit":
        fields = {key: method["sepa_debit"][key] for key in method["sepa_debit"]}
        fields.pop("generated_from")
        return {"sepa_debit": {**fields, "mandate": new_id("mandate_1")}, "type": "sepa_debit"}
    card = method["card"]
    secure = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": "7ba7e3d4-0000-4000-8000-000000000001",
        "version": "2.2.0",
    }
    kept = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    return {
        "card": {
            **{key: card[key] for key in kept},
            "installments": None,
            "last4": card["last4"],
            "mandate": None,
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": "123456789012345",
            "regulated_status": card["regulated_status"],
            "three_d_secure": secure if authenticated else None,
            "wallet": None,
        },
        "type": "card",
    }


def decline(work: Work, intent: Json, method: Json, charge: Json, behaviour: TestMethod) -> None:
    """Record the refusal and raise it.

    :raises StripeError: always; the charge, the intent and their events stay.
    """
    assert behaviour.decline
    code, decline_code = behaviour.decline
    message = MESSAGES[decline_code]
    charge |= {
        "failure_code": code,
        "failure_message": message,
        "outcome": outcome(
            "declined_by_network",
            "issuer_declined",
            "The bank did not return any further details with this decline.",
            reason=decline_code,
        ),
    }
    error = StripeError(
        message,
        status=402,
        kind="card_error",
        code=code,
        keeps_work=True,
        charge=charge["id"],
        decline_code=decline_code,
        payment_method=show(work, method),
    )
    fail_intent(intent, error)
    store_both(work, intent, charge)
    emit(work, "charge.failed", charge)
    emit(work, "payment_intent.payment_failed", intent)
    error.body["error"]["payment_intent"] = show(work, intent)
    raise error


def fail_intent(intent: Json, error: StripeError) -> None:
    """Let the intent wait for another payment method, and say why."""
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": dict(error.body["error"]),
        "_authenticated": False,
    }


def book_charge(work: Work, charge: Json, behaviour: TestMethod) -> None:
    """Book what the charge brings: its amount less Stripe's fee, available some days later."""
    sepa = behaviour in IBANS
    amount = charge["amount_captured"]
    days = work.rules.sepa_settlement_days if sepa else work.rules.settlement_days
    available = business_days_after(work.now, days)
    booked = balance.post(
        work,
        "payment" if sepa else "charge",
        amount=amount,
        fee=work.rules.fee_cents("sepa_debit" if sepa else "card", amount),
        source=charge["id"],
        available_on=work.now if behaviour.after == "bypass_pending" else available,
        description=charge["description"],
    )
    charge["balance_transaction"] = booked["id"]


def book_later(work: Work, job: Json) -> None:
    """Job: book a charge that was captured asynchronously, and say so by charge.updated."""
    charge = work.store.get(job["charge"])
    assert charge is not None
    method = work.store.get(charge["payment_method"])
    assert method is not None
    before = dict(charge)
    book_charge(work, charge, find_method(method))
    work.store.save(charge)
    emit(
        work,
        "charge.updated",
        charge,
        previous={"balance_transaction": before["balance_transaction"]},
    )


def begin_direct_debit(work: Work, intent: Json, charge: Json, behaviour: TestMethod) -> None:
    """Leave the charge pending: the bank says later whether it pays."""
    charge |= {
        "status": "pending",
        "captured": True,
        "amount_captured": charge["amount"],
        "outcome": outcome("approved_by_network", "authorized", "Payment pending."),
    }
    book_charge(work, charge, behaviour)
    intent |= {"status": "processing", "processing": None}
    store_both(work, intent, charge)
    emit(work, "charge.pending", charge)
    emit(work, "payment_intent.processing", intent)
    slow = (behaviour.after or "").startswith("slow")
    work.plan(SEPA_SLOW_SECONDS if slow else SEPA_SECONDS, "decide_debit", charge=charge["id"])


def decide_debit(work: Work, job: Json) -> None:
    """Job: the bank's answer to a direct debit."""
    charge = work.store.get(job["charge"])
    assert charge is not None
    method = work.store.get(charge["payment_method"])
    assert method is not None
    if charge["status"] == "pending":
        settle_debit(work, charge, succeeds="fail" not in (find_method(method).after or ""))
    if find_method(method).after == "dispute":
        work.plan(0, "open_dispute", charge=charge["id"])


def settle_debit(work: Work, charge: Json, *, succeeds: bool) -> None:
    """End a pending charge; a failure takes back what was booked, with its fee."""
    intent = work.store.get(charge["payment_intent"])
    assert intent is not None
    if succeeds:
        charge |= {
            "status": "succeeded",
            "paid": True,
            "outcome": outcome("approved_by_network", "authorized", "Payment complete."),
        }
        intent |= {"status": "succeeded", "amount_received": charge["amount"]}
        work.store.save(charge)
        work.store.save(intent)
        emit(work, "charge.succeeded", charge)
        emit(work, "payment_intent.succeeded", intent)
        return
    booked = work.store.get(charge["balance_transaction"])
    assert booked is not None
    message = "The customer's bank account has insufficient funds."
    back = balance.post(
        work,
        "payment_failure_refund",
        amount=-booked["amount"],
        fee=-booked["fee"],
        source=charge["id"],
        available_on=max(work.now, booked["available_on"]),
    )
    charge |= {
        "status": "failed",
        "failure_code": "insufficient_funds",
        "failure_message": message,
        "failure_balance_transaction": back["id"],
        "outcome": outcome("declined_by_network", "issuer_declined", message),
    }
    error = StripeError(
        message,
        kind="card_error",
        code="payment_intent_payment_attempt_failed",
        charge=charge["id"],
        payment_method=show(work, work.store.get(charge["payment_method"]) or {}),
    )
    fail_intent(intent, error)
    work.store.save(charge)
    work.store.save(intent)
    emit(work, "charge.failed", charge)
    emit(work, "payment_intent.payment_failed", intent)
