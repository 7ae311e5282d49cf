"""Reads one order through Saleor's own GraphQL schema and makes the OrderSnapshot v1 of it."""

import datetime
import functools
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

import graphene
import saleor
from django.db import DatabaseError, connection, transaction
from graphql import get_default_backend, parse
from saleor.order import OrderStatus
from saleor.order.models import Order

from .errors import AmountNotExact, OrderGone, OrderIsDraft, SnapshotInterrupted, SnapshotRefused
from .requestor import ensure_capture_app

SNAPSHOT_VERSION = 1
METADATA_PREFIX = "alencon."


@dataclass(frozen=True)
class CapturedOrder:
    """One snapshot, ready for the inbox."""

    order_id: str  # the order's global id
    captured_at: datetime.datetime
    payload: str  # the document, JSON
    digest: str  # sha256 of the canonical "order" part, hex


def take_snapshot(order_pk: Any) -> CapturedOrder:
    """Read the order as it is at one moment of the database.

    Must be called outside a transaction, holding the order's capture lock: the clock is read
    inside the REPEATABLE READ transaction that reads the order, so of two snapshots of one
    order the one with the later ``captured_at`` never shows an older state.

    :raises OrderGone: no such order.
    :raises OrderIsDraft: the order is a draft.
    :raises SnapshotRefused: the schema answered with errors.
    :raises SnapshotInterrupted: the database failed; try again.
    """
    try:
        app = ensure_capture_app()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT clock_timestamp()")
                captured_at = cursor.fetchone()[0]
            status = Order.objects.filter(pk=order_pk).values_list("status", flat=True).first()
            if status is None:
                raise OrderGone(f"Order {order_pk} is not in Saleor's database.")
            if status == OrderStatus.DRAFT:
                raise OrderIsDraft(f"Order {order_pk} is a draft.")
            order = execute_document(graphene.Node.to_global_id("Order", order_pk), app)
    except DatabaseError as error:
        raise SnapshotInterrupted(f"Order {order_pk} could not be read: {error}") from error
    return build_captured_order(order, captured_at)


def execute_document(order_id: str, app: Any) -> dict[str, Any]:
    """Return the ``order`` object of the answer to order_snapshot.graphql."""
    from saleor.graphql.context import clear_context, get_context_value
    from saleor.graphql.webhook.subscription_payload import initialize_request

    request = initialize_request(app=app, requestor=app, allow_replica=False)
    context = get_context_value(request)
    try:
        result = load_document().execute(variables={"id": order_id}, context=context)
    finally:
        clear_context(context)
    if result.errors:
        for error in result.errors:
            cause = getattr(error, "original_error", error)
            if isinstance(cause, DatabaseError):
                raise SnapshotInterrupted(f"Order {order_id} could not be read: {cause}") from cause
        messages = "; ".join(
            f"{'.'.join(str(part) for part in error.path or [])}: {error}"
            for error in result.errors[:5]
        )
        raise SnapshotRefused(f"Order {order_id}: the snapshot document was refused: {messages}")
    order = (result.data or {}).get("order")
    if order is None:
        raise OrderGone(f"Order {order_id} is not visible in Saleor's schema.")
    return order


@functools.cache
def load_document() -> Any:
    """Parse order_snapshot.graphql against Saleor's schema, once per process."""
    from saleor.graphql.api import schema

    text = resources.files(__package__).joinpath("order_snapshot.graphql").read_text("utf-8")
    return get_default_backend().document_from_string(schema, parse(text))


def build_captured_order(order: dict[str, Any], captured_at: datetime.datetime) -> CapturedOrder:
    """Make the inbox document of an order object read at ``captured_at``."""
    order = keep_own_metadata(order)
    canonical = write_json(order)
    moment = captured_at.astimezone(datetime.UTC)
    head = {
        "version": SNAPSHOT_VERSION,
        "capturedAt": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "saleorVersion": saleor.__version__,
    }
    payload = write_json(head)[:-1] + ',"order":' + canonical + "}"
    return CapturedOrder(
        order_id=order["id"],
        captured_at=moment,
        payload=payload,
        digest=hashlib.sha256(canonical.encode("utf-8")).hexdigest(),
    )


def keep_own_metadata(value: Any) -> Any:
    """Drop metadata whose key is not ours: other apps may keep anything there."""
    if isinstance(value, dict):
        kept = {key: keep_own_metadata(item) for key, item in value.items()}
        if isinstance(kept.get("metadata"), list):
            kept["metadata"] = sorted(
                (item for item in kept["metadata"] if item["key"].startswith(METADATA_PREFIX)),
                key=lambda item: item["key"],
            )
        return kept
    if isinstance(value, list):
        return [keep_own_metadata(item) for item in value]
    return value


def write_json(value: Any) -> str:
    """Serialise with sorted keys and no spaces; amounts keep their exact decimal value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=write_scalar
    )


def write_scalar(value: Any) -> Any:
    """Turn what the schema returns beside JSON's own types into them.

    :raises AmountNotExact: a decimal has more digits than a JSON number can carry.
    """
    if isinstance(value, Decimal):
        number = float(value)
        if Decimal(repr(number)) != value:
            raise AmountNotExact(f"{value} has too many digits for a JSON number.")
        return number
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)
