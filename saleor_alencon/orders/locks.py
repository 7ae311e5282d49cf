"""One change of an order's books at a time."""

from django.db import connection


def order_lock(saleor_id: str) -> None:
    """Wait until nobody else changes the books of an order, known yet or not.

    Held until the end of the database transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 61))", [saleor_id])
