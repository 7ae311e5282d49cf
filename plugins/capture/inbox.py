"""The only SQL this plugin writes into the Office's schema."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connections

from .errors import InboxUnreachable
from .snapshot import SNAPSHOT_VERSION, CapturedOrder

ALIAS = "alencon"


@contextmanager
def inbox_cursor() -> Iterator:
    """Give a cursor on the Office's database.

    :raises InboxUnreachable: any database error; the broken connection is closed.
    """
    connection = connections[ALIAS]
    try:
        with connection.cursor() as cursor:
            yield cursor
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        raise InboxUnreachable(f"The Office's inbox did not take the document: {error}") from error


def store_captured_order(captured: CapturedOrder, source: str) -> bool:
    """Insert the document unless the newest one of this order says the same.

    :param source: ``hook`` or ``sweep``.
    :returns: whether a row was inserted.
    :raises InboxUnreachable: try again later.
    """
    with inbox_cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO inbox_document (order_id, version, captured_at, payload, digest, source)
            SELECT %(order_id)s, %(version)s, %(captured_at)s, %(payload)s, %(digest)s, %(source)s
            WHERE %(digest)s IS DISTINCT FROM (
                SELECT digest FROM inbox_document WHERE order_id = %(order_id)s
                ORDER BY id DESC LIMIT 1
            )
            RETURNING id
            """,
            {
                "order_id": captured.order_id,
                "version": SNAPSHOT_VERSION,
                "captured_at": captured.captured_at,
                "payload": captured.payload,
                "digest": captured.digest,
                "source": source,
            },
        )
        return cursor.fetchone() is not None


def read_watermarks(prefix: str) -> dict[str, datetime.datetime]:
    """Return the positions whose names begin with ``prefix``."""
    with inbox_cursor() as cursor:
        cursor.execute(
            "SELECT name, position FROM inbox_watermark WHERE starts_with(name, %s)", [prefix]
        )
        return dict(cursor.fetchall())


def write_watermarks(positions: dict[str, datetime.datetime]) -> None:
    """Insert or replace the given positions in one statement each, all or none."""
    from django.db import transaction

    if not positions:
        return
    with inbox_cursor() as cursor, transaction.atomic(using=ALIAS):
        for name, position in positions.items():
            cursor.execute(
                """
                INSERT INTO inbox_watermark (name, position) VALUES (%s, %s)
                ON CONFLICT (name) DO UPDATE SET position = excluded.position
                """,
                [name, position],
            )
