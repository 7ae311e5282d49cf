"""From Stripe's objects to the rows of the mirror."""

import base64
import datetime
import uuid
from typing import Any

from saleor_alencon.psp.gateway import Json, reference
from saleor_alencon.psp.models import BalanceTransaction, Dispute, ProviderPayout

MOVEMENT_FIELDS = (
    "kind", "amount_cents", "fee_cents", "currency", "created_at", "available_at", "source",
    "related", "payment_intent", "saleor_transaction", "payout_reference",
)  # fmt: skip
PAYOUT_METADATA = "alencon_payout"
"""Key of a transfer's metadata with the reference of the payout that it makes."""
SALEOR_METADATA = "saleor_transaction"
"""Key of a payment's metadata with Saleor's id of the transaction, or its token."""


def moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def transaction_id(name: str) -> str:
    """Return Saleor's id of a transaction; the payment plugin names it by its token, a UUID.

    >>> transaction_id("f993f425-fde5-4340-beb1-e501cbf13938")
    'VHJhbnNhY3Rpb25JdGVtOmY5OTNmNDI1LWZkZTUtNDM0MC1iZWIxLWU1MDFjYmYxMzkzOA=='
    """
    try:
        token = uuid.UUID(name)
    except ValueError:
        return name
    return base64.b64encode(f"TransactionItem:{token}".encode()).decode()


def movement_row(item: Json) -> BalanceTransaction:
    """Return the row of a balance transaction that came with its source."""
    source: Any = item.get("source")
    of = source if isinstance(source, dict) else {}
    metadata = of.get("metadata") or {}
    return BalanceTransaction(
        provider_id=item["id"],
        kind=item["type"],
        amount_cents=item["amount"],
        fee_cents=item["fee"],
        currency=item["currency"].upper(),
        created_at=moment(item["created"]),
        available_at=moment(item["available_on"]) if item.get("available_on") else None,
        source=reference(source),
        related=reference(of.get("charge") or of.get("transfer")),
        payment_intent=reference(of.get("payment_intent")),
        saleor_transaction=transaction_id(metadata.get(SALEOR_METADATA, ""))[:128],
        payout_reference=metadata.get(PAYOUT_METADATA, "")[:64],
    )


def dispute_row(item: Json) -> Dispute:
    details = item.get("evidence_details") or {}
    return Dispute(
        provider_id=item["id"],
        payment_intent=reference(item.get("payment_intent")),
        amount_cents=item["amount"],
        status=item["status"],
        reason=item.get("reason") or "",
        created_at=moment(item["created"]),
        answer_by=moment(details["due_by"]) if details.get("due_by") else None,
    )


def payout_row(item: Json) -> ProviderPayout:
    return ProviderPayout(
        provider_id=item["id"],
        amount_cents=item["amount"],
        status=item["status"],
        automatic=bool(item.get("automatic")),
        created_at=moment(item["created"]),
        arrival_on=moment(item["arrival_date"]).date(),
        failure=(item.get("failure_message") or item.get("failure_code") or "")[:200],
    )


def rows_write(items: list[Json]) -> None:
    """Write a page of movements, with the disputes and payouts among their sources."""
    # Stripe lists the newest first: of one second, the older row gets the smaller number here.
    rows = [movement_row(item) for item in reversed(items)]
    BalanceTransaction.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["provider_id"], update_fields=MOVEMENT_FIELDS
    )
    sources = [item["source"] for item in items if isinstance(item.get("source"), dict)]
    disputes_write([each for each in sources if each["object"] == "dispute"])
    payouts_write([each for each in sources if each["object"] == "payout"])


def disputes_write(items: list[Json]) -> None:
    rows = {item["id"]: dispute_row(item) for item in items}
    Dispute.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["provider_id"],
        update_fields=["payment_intent", "amount_cents", "status", "reason", "answer_by"],
    )


def payouts_write(items: list[Json]) -> None:
    rows = {item["id"]: payout_row(item) for item in items}
    ProviderPayout.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["provider_id"],
        update_fields=["amount_cents", "status", "automatic", "arrival_on", "failure"],
    )
