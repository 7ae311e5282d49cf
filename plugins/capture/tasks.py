"""Celery tasks: capture after a hook, and the periodic sweep."""

import logging

from saleor.celeryconf import app

from .capture import capture
from .errors import CaptureError
from .sweep import sweep

logger = logging.getLogger(__name__)

CAPTURE_MAX_RETRIES = 6


@app.task(
    bind=True,
    name="saleor_alencon_plugins.capture.capture_order",
    max_retries=CAPTURE_MAX_RETRIES,
    ignore_result=True,
)
def capture_order(self, order_pk: str) -> None:
    """Capture one order; come back after 2, 4, 8 ... seconds while the failure may pass.

    When the retries are spent the sweep still finds the order by its time of change.
    """
    try:
        capture(order_pk, source="hook")
    except CaptureError as error:
        if error.retryable and self.request.retries < self.max_retries:
            raise self.retry(exc=error, countdown=2 ** (self.request.retries + 1)) from error
        logger.warning("Order %s was not captured; the sweep will: %s", order_pk, error)


@app.task(name="saleor_alencon_plugins.capture.sweep_orders", ignore_result=True)
def sweep_orders() -> None:
    """Capture what the hooks lost."""
    try:
        report = sweep()
    except CaptureError as error:
        logger.warning("The sweep stopped: %s", error)
        return
    if report.captured or report.failed:
        logger.info("Sweep: %s captured, %s failed.", report.captured, report.failed)
