"""One process at a time for work that calls the provider, outside of any database transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def held_alone(name: str, *, wait: bool = False) -> Iterator[bool]:
    """Give True when nobody else does the work of this name now, and False when somebody does.

    With ``wait`` it is always True: once whoever does it has finished. The lock belongs to the
    database session: it ends with the process, however that ends.
    """
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 62))", [name])
            held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 62))", [name])
            (held,) = cursor.fetchone()
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 62))", [name])
