"""Captures one order: the one function behind the hook, the sweep and the command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection
from saleor.core.db.connection import allow_writer

from .errors import SnapshotInterrupted
from .inbox import store_captured_order
from .snapshot import take_snapshot


def capture(order_pk: Any, *, source: str) -> bool:
    """Put the present state of one order into the Office's inbox.

    :param source: ``hook`` or ``sweep``.
    :returns: whether the inbox got a new document (False: it already holds this state).
    :raises CaptureError: see errors.py; ``retryable`` says whether to come back.
    """
    if connection.in_atomic_block:
        raise RuntimeError("capture() needs its own transaction: call it outside atomic blocks.")
    with allow_writer(), order_lock(order_pk):
        return store_captured_order(take_snapshot(order_pk), source)


@contextmanager
def order_lock(order_pk: Any) -> Iterator[None]:
    """Let one capture of an order run at a time, over all processes.

    Without it a slow capture could store an older state after a newer one with the same
    digest had been skipped.
    """
    key = f"alencon.capture:{order_pk}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
    except DatabaseError as error:
        raise SnapshotInterrupted(f"Order {order_pk} could not be locked: {error}") from error
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
        except DatabaseError:
            # The server frees the lock with the session.
            connection.close()
