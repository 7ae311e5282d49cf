"""Lets one process at a time work on a basket or a payment, over all of Saleor's processes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection
from saleor.core.db.connection import allow_writer


@contextmanager
def exclusive(subject: str) -> Iterator[None]:
    """Hold PostgreSQL's session lock on a subject; others wait.

    It is no transaction: Stripe may be asked meanwhile. It ends with the session, so a killed
    process leaves none. Inside itself it may be taken again.
    """
    key = f"alencon.payments:{subject}"
    with allow_writer():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
        try:
            yield
        finally:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
            except DatabaseError:
                connection.close()
