"""Run by Saleor's interpreter: its stripe 3.5 pays, is refused, refunds, and checks signatures.

Arguments: the test server's URL and secret key. Standard input: signed deliveries to check, one
JSON object a line. Standard output: what happened, as JSON.
"""

import json
import sys

import stripe

SECRET = "whsec_chosen"


def refused(call, **given):
    try:
        call(**given)
    except stripe.error.StripeError as error:
        return {
            "type": type(error).__name__,
            "status": error.http_status,
            "code": error.code,
            "decline": (error.json_body or {}).get("error", {}).get("decline_code"),
        }
    raise AssertionError("The call was not refused")


def pay() -> dict:
    given = {
        "amount": 1000,
        "currency": "eur",
        "payment_method_types": ["card"],
        "metadata": {"saleor_transaction": "T1"},
        "idempotency_key": "T1",
    }
    intent = stripe.PaymentIntent.create(**given)
    again = stripe.PaymentIntent.create(**given)
    other = refused(stripe.PaymentIntent.create, **{**given, "amount": 1001})
    confirmed = stripe.PaymentIntent.confirm(intent.id, payment_method="pm_card_visa")
    charge = confirmed.charges.data[0]
    booked = stripe.BalanceTransaction.retrieve(charge.balance_transaction)
    refund = stripe.Refund.create(payment_intent=intent.id, amount=300)
    read = stripe.PaymentIntent.retrieve(intent.id, expand=["latest_charge"])
    return {
        "version": stripe.version.VERSION,
        "same": again.id == intent.id,
        "other": other,
        "status": confirmed.status,
        "capture_method": confirmed.capture_method,
        "net": booked.net,
        "refund": refund.status,
        "refunded": read.latest_charge.amount_refunded,
        "refunds": [each.amount for each in read.latest_charge.refunds.data],
        "over": refused(stripe.Refund.create, payment_intent=intent.id, amount=701),
    }


def refuse() -> dict:
    card = {
        "amount": 1000,
        "currency": "eur",
        "payment_method_types": ["card"],
        "confirm": True,
        "payment_method": "pm_card_chargeDeclinedInsufficientFunds",
    }
    secure = stripe.PaymentIntent.create(
        **{**card, "payment_method": "pm_card_authenticationRequired"}
    )
    cancelled = stripe.PaymentIntent.cancel(secure.id)
    return {
        "declined": refused(stripe.PaymentIntent.create, **card),
        "missing": refused(stripe.PaymentIntent.retrieve, id="pi_none"),
        "secure": secure.status,
        "cancelled": cancelled.status,
        "listed": len(list(stripe.PaymentIntent.list(limit=1).auto_paging_iter())),
    }


def check_signatures() -> list:
    found = []
    for line in sys.stdin:
        delivery = json.loads(line)
        event = stripe.Webhook.construct_event(delivery["body"], delivery["signature"], SECRET)
        found.append([event.type, event.data.object.id])
        try:
            stripe.Webhook.construct_event(delivery["body"] + " ", delivery["signature"], SECRET)
        except stripe.error.SignatureVerificationError:
            continue
        raise AssertionError("A changed body was accepted")
    return found


stripe.api_base, stripe.api_key = sys.argv[1:3]
stripe.api_version = "2020-08-27"
print(json.dumps({"paid": pay(), "refused": refuse(), "events": check_signatures()}))
