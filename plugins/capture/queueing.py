"""Hands a capture over without ever making the shopper wait or fail.

Even telling a broker can take long: one that refuses connections costs several seconds a call.
So the hook only puts the order's key into memory, and one thread per process does the rest.
What waits here is lost when the process dies: the sweep captures it.
"""

import heapq
import logging
import os
import threading
import time
from typing import Any

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

WAITING_LIMIT = 10_000


class BackgroundCapture:
    """The thread that gives orders to the Celery worker, or captures them without a broker."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, str]] = []  # (monotonic time when due, order), a heap
        self._owner_pid: int | None = None

    def submit(self, order_pk: str, delay_seconds: float) -> None:
        """Queue one order; entries of the same order that are due together are one capture."""
        due = time.monotonic() + delay_seconds
        with self._changed:
            if self._owner_pid != os.getpid():  # the first call, or the first after a fork
                self._start_thread()
            if len(self._waiting) >= WAITING_LIMIT:
                logger.warning("Too many captures wait; the sweep will capture %s.", order_pk)
                return
            heapq.heappush(self._waiting, (due, order_pk))
            self._changed.notify()

    def _start_thread(self) -> None:
        self._owner_pid = os.getpid()
        self._waiting.clear()
        threading.Thread(target=self._work, name="alencon-capture", daemon=True).start()

    def _take(self) -> str:
        """Wait for the next order that is due, and drop its other entries that are due too."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._waiting and self._waiting[0][0] <= now:
                    order_pk = heapq.heappop(self._waiting)[1]
                    kept = [item for item in self._waiting if item[1] != order_pk or item[0] > now]
                    if len(kept) < len(self._waiting):
                        self._waiting[:] = kept
                        heapq.heapify(self._waiting)
                    return order_pk
                self._changed.wait(self._waiting[0][0] - now if self._waiting else None)

    def _work(self) -> None:
        while True:
            order_pk = self._take()
            try:
                hand_over(order_pk)
            except Exception as error:
                logger.warning("Order %s was not captured; the sweep will: %s", order_pk, error)
            finally:
                close_connections()


def hand_over(order_pk: str) -> None:
    """Give the order to Saleor's worker, or capture it here when there is no broker."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        from .capture import capture

        capture(order_pk, source="hook")
    else:
        from .tasks import capture_order

        capture_order.apply_async((order_pk,), retry=False)


def close_connections() -> None:
    """Close this thread's database connections: it may sleep for hours."""
    for connection in connections.all(initialized_only=True):
        try:
            connection.close()
        except Exception:
            logger.debug("A connection could not be closed.", exc_info=True)


background = BackgroundCapture()


def queue_capture(order_pk: Any, *, delay_seconds: float = 0) -> None:
    """Queue the capture of one order; never raises, whatever is broken."""
    try:
        background.submit(str(order_pk), delay_seconds)
    except Exception as error:
        logger.warning("Order %s was not queued; the sweep will capture it: %s", order_pk, error)
