"""How often a page may be asked for from one place, counted in the database for all processes."""

import datetime

from django.db import connection
from django.utils.crypto import salted_hmac

from saleor_alencon.shopper.models import Throttle

WINDOW = datetime.timedelta(minutes=10)
KEPT = datetime.timedelta(hours=1)
COUNT = """
INSERT INTO shopper_throttle (place, since, count) VALUES (%s, %s, 1)
    ON CONFLICT (place, since) DO UPDATE SET count = shopper_throttle.count + 1
 RETURNING count
"""


def count_up(*, what: str, place: str, now: datetime.datetime) -> int:
    """Count one more of ``what`` from a place; return how many there were in this while."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, (_key(what, place), _window(now)))
        return int(cursor.fetchone()[0])


def counted(*, what: str, place: str, now: datetime.datetime) -> int:
    """Return how many of ``what`` came from a place in this while."""
    rows = Throttle.objects.filter(place=_key(what, place), since=_window(now))
    return rows.values_list("count", flat=True).first() or 0


def throttles_forget(*, now: datetime.datetime) -> int:
    """Forget what is past; return how many counts there were."""
    return Throttle.objects.filter(since__lt=now - KEPT).delete()[0]


def _key(what: str, place: str) -> str:
    return salted_hmac(
        "alencon.shopper.throttle", f"{what}:{place}", algorithm="sha256"
    ).hexdigest()


def _window(now: datetime.datetime) -> datetime.datetime:
    seconds = int(WINDOW.total_seconds())
    return datetime.datetime.fromtimestamp(now.timestamp() // seconds * seconds, datetime.UTC)
