"""Ingest: bring shop orders, pickups and the ledger to what a received snapshot says.

Applying a snapshot twice, or an old one after a newer one, changes nothing; whatever the order
of arrival, the newest snapshot alone decides.
"""

import datetime
import hashlib
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from saleor_alencon.commission.services import TurnoverNotCounted
from saleor_alencon.domain.commission import month_after
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import ErasedOrder, InboxDocument, InboxState
from saleor_alencon.inbox.persons import without_person
from saleor_alencon.inbox.snapshot import OrderSnapshot, parse_snapshot
from saleor_alencon.inbox.snapshot_errors import SnapshotError
from saleor_alencon.orders.facts import UnknownShop
from saleor_alencon.orders.locks import order_lock
from saleor_alencon.orders.models import Order
from saleor_alencon.orders.notices import order_tell, refunded_cents
from saleor_alencon.orders.writing import snapshot_write
from saleor_alencon.outputs.french_text import TOWN_TIME

MAXIMUM_REASON = 2000

COUNT_TURNOVERS = """
INSERT INTO commission_monthlyturnover (shop_id, month, turnover_cents, counted_at)
SELECT s.id, %(month)s, coalesce(sum(l.sold_cents), 0)::bigint, %(now)s
  FROM shops_shop s
  LEFT JOIN (orders_shoporder so
             JOIN orders_shoporderline l ON l.shop_order_id = so.id
              AND l.sold_at >= %(start)s AND l.sold_at < %(end)s)
    ON so.shop_id = s.id
 GROUP BY s.id
    ON CONFLICT DO NOTHING
"""


def document_store(text: str, *, source: str) -> InboxDocument:
    """Put a document into the inbox as it is; what is wrong with it shows when it is processed.

    Used for files; Saleor's plugin writes the same row by SQL.
    """
    order_id, captured_at, version = "", datetime.datetime.now(datetime.UTC), 0
    try:
        snapshot = parse_snapshot(text)
    except SnapshotError:
        pass
    else:
        order_id, captured_at, version = snapshot.order.id, snapshot.captured_at, snapshot.version
    document = InboxDocument(
        order_id=order_id,
        version=version,
        captured_at=captured_at,
        payload=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        source=source,
    )
    document.save()
    document.refresh_from_db()
    return document


def document_ingest(*, document_id: int, now: datetime.datetime) -> str:
    """Process one pending document and return its new state (a value of ``InboxState``).

    A document that cannot be used is set aside with its reason; nothing of it is applied. A sale
    whose tier needs the turnovers of a month has them counted first.
    """
    while True:
        try:
            return _document_process(document_id, now)
        except TurnoverNotCounted as error:
            turnovers_count(month=error.month, now=now)


def turnovers_count(*, month: datetime.date, now: datetime.datetime) -> None:
    """Count once what each shop sold in a month, by its first day, for the tiers of the next.

    What waits in the inbox from before the month's end is processed first, so that the count does
    not depend on which document asked for it. A month that was counted stays as it is.
    """
    start, end = (
        datetime.datetime.combine(day, datetime.time(), TOWN_TIME)
        for day in (month, month_after(month))
    )
    waiting = InboxDocument.objects.filter(state=InboxState.PENDING, captured_at__lt=end)
    documents_ingest(waiting.order_by("captured_at", "id").values_list("id", flat=True), now=now)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TURNOVERS, {"month": month, "start": start, "end": end, "now": now})


def _document_process(document_id: int, now: datetime.datetime) -> str:
    with transaction.atomic():
        document = InboxDocument.objects.select_for_update().get(pk=document_id)
        if document.state != InboxState.PENDING:
            return document.state
        if document.order_id:
            # Before the look: an erasure holds the order's lock until its mark is there.
            order_lock(document.order_id)
        if ErasedOrder.objects.filter(order_id=document.order_id).exists():
            document.payload, document.erased_at = without_person(document.payload), now
            document.save(update_fields=["payload", "erased_at"])
        try:
            with transaction.atomic():
                applied = _snapshot_apply(parse_snapshot(document.payload), document.digest, now)
            document.state = InboxState.DONE if applied else InboxState.STALE
            document.reason = ""
        except (SnapshotError, UnknownShop, ValueError) as error:
            document.state = InboxState.REJECTED
            document.reason = str(error)[:MAXIMUM_REASON]
            document.failed_attempts += 1
        document.processed_at = now
        document.save(update_fields=["state", "reason", "failed_attempts", "processed_at"])
        return document.state


def _snapshot_apply(snapshot: OrderSnapshot, digest: str, now: datetime.datetime) -> bool:
    """Apply a snapshot unless the order already stands at it or later."""
    order_id = snapshot.order.id
    order_lock(order_id)
    known = Order.objects.filter(saleor_id=order_id).values_list("captured_at", "digest").first()
    if known is not None and known >= (snapshot.captured_at, digest):
        return False
    refunded = refunded_cents(order_id)
    order = snapshot_write(snapshot, digest, now=now)
    order_tell(order, refunded_before_cents=refunded, at=snapshot.captured_at, now=now)
    return True


def document_replay(*, document_id: int, now: datetime.datetime) -> str:
    """Try a rejected document again, for instance once its shop is known.

    :raises AlenconError: when the document was not set aside.
    """
    updated = InboxDocument.objects.filter(pk=document_id, state=InboxState.REJECTED).update(
        state=InboxState.PENDING, reason=""
    )
    if not updated:
        raise AlenconError(
            _("Le document %(document)s n'est pas mis de côté : rien à rejouer.")
            % {"document": document_id}
        )
    return document_ingest(document_id=document_id, now=now)


def inbox_ingest(*, now: datetime.datetime, limit: int = 1000) -> dict[str, int]:
    """Process up to ``limit`` pending documents, oldest capture first; count them by outcome."""
    return documents_ingest(
        InboxDocument.objects.filter(state=InboxState.PENDING)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .order_by("captured_at", "id")
        .values_list("id", flat=True)[:limit],
        now=now,
    )


def documents_ingest(document_ids: Iterable[int], *, now: datetime.datetime) -> dict[str, int]:
    """Process the documents in the order given; count them by outcome."""
    counts: dict[str, int] = {}
    for document_id in document_ids:
        state = document_ingest(document_id=document_id, now=now)
        counts[state] = counts.get(state, 0) + 1
    return counts
