"""Hands a capture over without ever making the shopper wait or fail."""

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
    """One thread per process that captures orders when Saleor runs without a broker.

    What waits here is lost when the process dies: the sweep captures it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[float, str]] = []
        self._owner_pid: int | None = None

    def submit(self, order_pk: str, delay_seconds: float) -> None:
        """Queue one capture; several due at about the same time are done once."""
        due = time.monotonic() + delay_seconds
        with self._changed:
            if self._owner_pid != os.getpid():
                self._start_thread()
            if len(self._heap) >= WAITING_LIMIT:
                logger.warning("Too many captures wait; the sweep will capture %s.", order_pk)
                return
            heapq.heappush(self._heap, (due, order_pk))
            self._changed.notify()

    def _start_thread(self) -> None:
        self._owner_pid = os.getpid()
        self._heap.clear()
        threading.Thread(target=self._work, name="alencon-capture", daemon=True).start()

    def _take(self) -> str:
        """Wait for the next order that is due, and drop its other entries that are due too."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._heap and self._heap[0][0] <= now:
                    order_pk = heapq.heappop(self._heap)[1]
                    kept = [item for item in self._heap if item[1] != order_pk or item[0] > now]
                    if len(kept) < len(self._heap):
                        self._heap[:] = kept
                        heapq.heapify(self._heap)
                    return order_pk
                self._changed.wait(self._heap[0][0] - now if self._heap else None)

    def _work(self) -> None:
        from .capture import capture

        while True:
            order_pk = self._take()
            try:
                capture(order_pk, source="hook")
            except Exception as error:
                logger.warning("Order %s was not captured; the sweep will: %s", order_pk, error)
            finally:
                close_connections()


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
        if settings.CELERY_TASK_ALWAYS_EAGER:
            background.submit(str(order_pk), delay_seconds)
        else:
            from .tasks import capture_order

            capture_order.apply_async(
                (str(order_pk),), countdown=delay_seconds or None, retry=False
            )
    except Exception as error:
        logger.warning("Order %s was not queued; the sweep will capture it: %s", order_pk, error)
