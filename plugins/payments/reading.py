"""From Stripe's objects to the port's; fields read here are the same in every version in use."""

from typing import Any

from .port import PaymentIntent, ProviderDispute, ProviderRefund

REQUEST = "saleor_refund_request"
"""Key of a refund's metadata with Saleor's request."""


def read_intent(answer: dict[str, Any]) -> PaymentIntent:
    """Return what this plugin reads of a PaymentIntent object."""
    refusal = answer.get("last_payment_error") or {}
    charge = answer.get("latest_charge")
    details = charge.get("payment_method_details") or {} if isinstance(charge, dict) else {}
    card = details.get("card") or {}
    return PaymentIntent(
        id=answer["id"],
        status=answer["status"],
        amount_cents=answer["amount"],
        received_cents=answer.get("amount_received") or 0,
        currency=answer["currency"].upper(),
        client_secret=answer.get("client_secret") or "",
        refusal=refusal.get("message") or "",
        refusal_code=refusal.get("decline_code") or refusal.get("code") or "",
        method=details.get("type") or "",
        card_brand=card.get("brand") or "",
        card_last_digits=card.get("last4") or "",
        card_exp_month=card.get("exp_month"),
        card_exp_year=card.get("exp_year"),
        transaction_token=(answer.get("metadata") or {}).get("saleor_transaction", ""),
    )


def read_refund(answer: dict[str, Any]) -> ProviderRefund:
    """Return what this plugin reads of a Refund object."""
    return ProviderRefund(
        id=answer["id"],
        status=answer["status"] or "pending",
        amount_cents=answer["amount"],
        request=(answer.get("metadata") or {}).get(REQUEST, ""),
        reason=answer.get("failure_reason") or "",
    )


def read_dispute(answer: dict[str, Any]) -> ProviderDispute:
    """Return what this plugin reads of a Dispute object."""
    return ProviderDispute(
        id=answer["id"],
        status=answer["status"],
        amount_cents=answer["amount"],
        reason=answer.get("reason") or "",
    )
