"""One provisioning of a shop at a time, whichever process it runs in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

PROVISION = 0x616C  # the first half of the advisory lock's key; the second is the shop's id


@contextmanager
def shop_locked(shop_id: int) -> Iterator[None]:
    """Wait until nobody else provisions the shop, and let nobody begin meanwhile.

    The lock is the session's, not a transaction's: Saleor is called while it is held. A process
    that dies loses it with its connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [PROVISION, shop_id])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [PROVISION, shop_id])
