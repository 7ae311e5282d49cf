"""Finds and captures every order that changed: the truth behind the hooks' speed.

Positions are kept in the Office's table inbox_watermark:

- ``sweep``            every change up to here is captured
- ``sweep.cursor``     how far the pass under way has come
- ``sweep.until``      where that pass ends
- ``sweep.wide``       when the last pass began that went far back
- ``failed:<order>``   since when this order cannot be captured; NEVER once it could

A pass reads changes from ``sweep`` minus an overlap up to the present. The overlap covers
transactions that set their time of change before, and committed after, an earlier pass, and
clocks that differ between hosts. Reading an order again costs 70 ms or more, so the overlap is
short, and once an hour a pass goes back two hours for the transactions that took long. Batches
make a pass resumable; an order that fails is noted under its own name and tried again in every
later sweep, so it neither stops the others nor is lost when the watermark moves on.
"""

import datetime
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import DatabaseError, connection
from saleor.core.db.connection import allow_writer

from .capture import capture
from .errors import InboxUnreachable, OrderGone, OrderIsDraft, SnapshotInterrupted
from .inbox import read_watermarks, write_watermarks

logger = logging.getLogger(__name__)

NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
OVERLAP = datetime.timedelta(minutes=3)
WIDE_OVERLAP = datetime.timedelta(hours=2)
WIDE_EVERY = datetime.timedelta(hours=1)
BATCH_SIZE = 200
FAILED_PREFIX = "failed:"

Change = tuple[uuid.UUID, datetime.datetime]

# Every column is indexed. Order events tell of tracking numbers and other changes of a
# fulfilment that move no time stamp of their own.
CHANGES_SQL = """
SELECT order_id, max(changed_at) AS changed_at FROM (
    SELECT id AS order_id, updated_at AS changed_at FROM order_order
     WHERE updated_at > %(after)s AND updated_at <= %(until)s
    UNION ALL
    SELECT order_id, modified_at FROM payment_transactionitem
     WHERE order_id IS NOT NULL AND modified_at > %(after)s AND modified_at <= %(until)s
    UNION ALL
    SELECT order_id, updated_at FROM order_ordergrantedrefund
     WHERE updated_at > %(after)s AND updated_at <= %(until)s
    UNION ALL
    SELECT order_id, date FROM order_orderevent
     WHERE date > %(after)s AND date <= %(until)s
) AS change
GROUP BY order_id ORDER BY 2, 1 LIMIT %(limit)s
"""


@dataclass(frozen=True)
class SweepReport:
    """What one sweep did."""

    examined: int = 0  # orders read
    captured: int = 0  # new documents in the inbox
    failed: int = 0  # orders that could not be read and will be tried again
    watermark: datetime.datetime = NEVER  # every change up to here is captured
    complete: bool = True  # False: call again to go on
    busy: bool = False  # another sweep was running; nothing was done


def sweep(
    *,
    limit: int | None = None,
    since: datetime.datetime | None = None,
    batch_size: int = BATCH_SIZE,
) -> SweepReport:
    """Capture the orders changed since the watermark, and those that failed before.

    :param limit: stop after about this many orders; the next sweep goes on from there.
    :param since: go back to this time instead of the watermark.
    :raises InboxUnreachable: the Office's database is away; nothing is lost.
    :raises SnapshotInterrupted: Saleor's database is away.
    """
    with allow_writer(), sweep_lock() as owned:
        if not owned:
            return SweepReport(busy=True, complete=False)
        report = retry_failed(SweepReport())
        cursor, until = open_pass(since)
        while True:
            changes, cursor = read_changes(cursor, until, batch_size)
            report = capture_batch(report, [order_pk for order_pk, _ in changes])
            if cursor >= until:
                write_watermarks({"sweep": until, "sweep.cursor": until, "sweep.until": until})
                return replace(report, watermark=until)
            write_watermarks({"sweep.cursor": cursor})
            if limit is not None and report.examined >= limit:
                position = read_watermarks("sweep").get("sweep", NEVER)
                return replace(report, watermark=position, complete=False)


@contextmanager
def sweep_lock() -> Iterator[bool]:
    """Let one sweep run at a time; gives False when another one is running."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('alencon.sweep', 0))")
            owned = cursor.fetchone()[0]
    except DatabaseError as error:
        raise SnapshotInterrupted(f"Saleor's database did not answer: {error}") from error
    try:
        yield owned
    finally:
        if owned:
            try:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_advisory_unlock(hashtextextended('alencon.sweep', 0))"
                    )
            except DatabaseError:
                connection.close()


def open_pass(since: datetime.datetime | None) -> tuple[datetime.datetime, datetime.datetime]:
    """Return (after, until) of the pass to go on with, or of a new one."""
    positions = read_watermarks("sweep")
    cursor, until = positions.get("sweep.cursor", NEVER), positions.get("sweep.until", NEVER)
    if since is None and cursor < until:
        return cursor, until
    with connection.cursor() as sql:
        sql.execute("SELECT clock_timestamp()")
        until = sql.fetchone()[0]
    begun = {"sweep.until": until}
    overlap = OVERLAP
    if until - positions.get("sweep.wide", NEVER) >= WIDE_EVERY:
        overlap = WIDE_OVERLAP
        begun["sweep.wide"] = until
    cursor = positions.get("sweep", NEVER)
    if cursor > NEVER:
        cursor -= overlap
    if since is not None:
        cursor = min(since, cursor)
    write_watermarks(begun | {"sweep.cursor": cursor})
    return cursor, until


def read_changes(
    after: datetime.datetime, until: datetime.datetime, batch_size: int
) -> tuple[list[Change], datetime.datetime]:
    """Return the next orders by time of change, and the position they reach.

    A batch never ends between two orders with the same time: one statement may have touched
    more orders than a batch holds.
    """
    changes = select_changes(after, until, batch_size)
    if len(changes) < batch_size:
        return changes, until
    last = changes[-1][1]
    whole = [change for change in changes if change[1] < last]
    if whole:
        return whole, whole[-1][1]
    return select_changes(after, last, None), last


def select_changes(
    after: datetime.datetime, until: datetime.datetime, limit: int | None
) -> list[Change]:
    """Return (order, time of its last change in the window) by time, at most ``limit``."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(CHANGES_SQL, {"after": after, "until": until, "limit": limit})
            return cursor.fetchall()
    except DatabaseError as error:
        raise SnapshotInterrupted(f"Saleor's orders could not be listed: {error}") from error


def capture_batch(report: SweepReport, order_pks: list[uuid.UUID]) -> SweepReport:
    """Capture each order; note the ones that fail and go on.

    :raises InboxUnreachable: it concerns every order, so the pass stops and resumes later.
    """
    for order_pk in order_pks:
        captured = False
        failed = False
        try:
            captured = capture(order_pk, source="sweep")
        except (OrderGone, OrderIsDraft):
            pass
        except InboxUnreachable:
            raise
        except Exception as error:
            failed = True
            note_failure(order_pk, error)
        report = replace(
            report,
            examined=report.examined + 1,
            captured=report.captured + captured,
            failed=report.failed + failed,
        )
    return report


def note_failure(order_pk: uuid.UUID, error: Exception) -> None:
    """Keep the order's name to be tried again, with the time of its first failure."""
    logger.error("Order %s cannot be captured: %s", order_pk, error, exc_info=True)
    name = f"{FAILED_PREFIX}{order_pk}"
    if read_watermarks(name).get(name, NEVER) == NEVER:
        write_watermarks({name: datetime.datetime.now(datetime.UTC)})


def retry_failed(report: SweepReport) -> SweepReport:
    """Capture again what failed in earlier sweeps; close the notes of those that succeed."""
    for name, position in sorted(read_watermarks(FAILED_PREFIX).items(), key=lambda item: item[1]):
        if position == NEVER:
            continue
        captured = False
        failed = False
        try:
            captured = capture(name.removeprefix(FAILED_PREFIX), source="sweep")
        except (OrderGone, OrderIsDraft):
            pass
        except InboxUnreachable:
            raise
        except Exception as error:
            failed = True
            logger.error("%s still cannot be captured: %s", name, error)
        if not failed:
            write_watermarks({name: NEVER})
        report = replace(
            report,
            examined=report.examined + 1,
            captured=report.captured + captured,
            failed=report.failed + failed,
        )
    return report
