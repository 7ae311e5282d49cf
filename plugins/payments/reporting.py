"""Tells Saleor what happened to a payment, by its own mutation, as the payment App."""

import functools
from importlib import resources
from typing import Any
from uuid import UUID

from graphql import get_default_backend, parse
from saleor.core.db.connection import allow_writer
from saleor.payment.models import TransactionEvent, TransactionItem

from .amounts import to_amount
from .errors import PaymentAway, ReportRefused
from .port import PaymentIntent
from .requestor import ensure_payment_app


def report_event(
    transaction_token: UUID,
    event_type: str,
    reference: str,
    amount_cents: int,
    *,
    message: str,
    actions: list[str] | None = None,
    intent: PaymentIntent | None = None,
) -> bool:
    """Report one event; return False when Saleor has it already.

    :param event_type: ``CHARGE_SUCCESS``...
    :param reference: Stripe's id of what happened: pi_, re_ or dp_.
    :param intent: where the means of payment are to be noted on the transaction.
    :raises PaymentAway: Saleor has no such transaction.
    :raises ReportRefused: Saleor has an event of this type and reference with another amount.
    """
    if not TransactionItem.objects.filter(token=transaction_token).exists():
        raise PaymentAway(f"Saleor has no transaction {transaction_token}.")
    if has_event(transaction_token, event_type, reference, amount_cents):
        return False
    variables: dict[str, Any] = {
        "token": str(transaction_token),
        "type": event_type,
        "amount": str(to_amount(amount_cents)),
        "reference": reference,
        "message": message,
    }
    if actions is not None:
        variables["actions"] = actions
    if intent is not None and intent.method:
        variables["method"] = describe_method_input(intent)
    answer = execute(variables)["transactionEventReport"]
    if answer["errors"]:
        error = answer["errors"][0]
        raise ReportRefused(
            f"Saleor refused {event_type} {reference}: {error['code']} {error['message']}"
        )
    return not answer["alreadyProcessed"]


def has_event(
    transaction_token: UUID, event_type: str, reference: str, amount_cents: int | None = None
) -> bool:
    """Say whether Saleor counts an event; asking again by mutation would take 50 ms."""
    events = TransactionEvent.objects.filter(
        transaction__token=transaction_token,
        type=event_type.lower(),
        psp_reference=reference,
        include_in_calculations=True,
    )
    if amount_cents is not None:
        events = events.filter(amount_value=to_amount(amount_cents))
    return events.exists()


def execute(variables: dict[str, Any]) -> dict[str, Any]:
    """Run report_event.graphql in this process."""
    from saleor.graphql.context import clear_context, get_context_value
    from saleor.graphql.webhook.subscription_payload import initialize_request

    app = ensure_payment_app()
    request = initialize_request(app=app, requestor=app, allow_replica=False)
    context = get_context_value(request)
    try:
        with allow_writer():
            result = load_document().execute(variables=variables, context=context)
    finally:
        clear_context(context)
    if result.errors:
        raise ReportRefused(f"Saleor refused the report: {result.errors[0]}")
    return dict(result.data)


@functools.cache
def load_document() -> Any:
    """Parse report_event.graphql against Saleor's schema, once per process."""
    from saleor.graphql.api import schema

    text = resources.files(__package__).joinpath("report_event.graphql").read_text("utf-8")
    return get_default_backend().document_from_string(schema, parse(text))


def describe_method_input(intent: PaymentIntent) -> dict[str, Any]:
    """Return the means of payment as ``PaymentMethodDetailsInput``."""
    if intent.method != "card":
        return {"other": {"name": intent.method}}
    card = {
        "name": "Carte",
        "brand": intent.card_brand or None,
        "lastDigits": intent.card_last_digits or None,
        "expMonth": intent.card_exp_month,
        "expYear": intent.card_exp_year,
    }
    return {"card": {name: value for name, value in card.items() if value is not None}}


def describe_method_answer(intent: PaymentIntent) -> dict[str, Any] | None:
    """Return the means of payment as a session's answer holds it, None before the payment."""
    if not intent.method:
        return None
    kind, details = next(iter(describe_method_input(intent).items()))
    return {"type": kind.upper(), **details}
