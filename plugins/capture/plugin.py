"""Saleor's plugin: listens to every change of an order and queues its capture."""

import logging
from typing import Any

from django.http import HttpResponse, HttpResponseNotFound
from saleor.plugins.base_plugin import BasePlugin

from .queueing import queue_capture

logger = logging.getLogger(__name__)

# A synchronous refund calls the hooks before the granted refund gets its final status.
AFTER_REFUND_SECONDS = 5


class CapturePlugin(BasePlugin):
    """Queues a capture for every hook that concerns an order; never raises, never waits."""

    PLUGIN_ID = "alencon.capture"
    PLUGIN_NAME = "Acheter à Alençon: capture"
    PLUGIN_DESCRIPTION = "Writes every order into the inbox of the Office service."
    DEFAULT_ACTIVE = True
    CONFIGURATION_PER_CHANNEL = False

    def _order_changed(self, order: Any, *_args: Any, previous_value: Any, **_kwargs: Any) -> Any:
        """Queue the order itself."""
        queue_for(order, "pk")
        return previous_value

    def _order_refunded(self, order: Any, *_args: Any, previous_value: Any, **_kwargs: Any) -> Any:
        """Queue the order now, and again when Saleor has finished the refund."""
        queue_for(order, "pk")
        queue_for(order, "pk", delay_seconds=AFTER_REFUND_SECONDS)
        return previous_value

    def _part_changed(self, part: Any, *_args: Any, previous_value: Any, **_kwargs: Any) -> Any:
        """Queue the order of a fulfilment or a transaction."""
        queue_for(part, "order_id")
        return previous_value

    def _orders_imported(
        self, orders: Any, *_args: Any, previous_value: Any, **_kwargs: Any
    ) -> Any:
        """Queue each imported order."""
        try:
            for order in orders:
                queue_for(order, "pk")
        except Exception as error:
            logger.warning("Imported orders were not queued; the sweep will find them: %s", error)
        return previous_value

    order_created = _order_changed
    order_confirmed = _order_changed
    order_paid = _order_changed
    order_fully_paid = _order_changed
    order_updated = _order_changed
    order_cancelled = _order_changed
    order_expired = _order_changed
    order_fulfilled = _order_changed
    order_metadata_updated = _order_changed
    order_refunded = _order_refunded
    order_fully_refunded = _order_refunded
    order_bulk_created = _orders_imported
    fulfillment_created = _part_changed
    fulfillment_canceled = _part_changed
    fulfillment_approved = _part_changed
    fulfillment_metadata_updated = _part_changed
    tracking_number_updated = _part_changed
    transaction_item_metadata_updated = _part_changed

    def webhook(self, request: Any, path: str, previous_value: Any) -> HttpResponse:
        """Answer ``/plugins/alencon.capture/sweep``."""
        from .endpoint import answer_sweep

        if path.strip("/") == "sweep":
            return answer_sweep(request)
        return HttpResponseNotFound()


def queue_for(subject: Any, attribute: str, delay_seconds: float = 0) -> None:
    """Queue the order named by ``subject.<attribute>``; log whatever goes wrong."""
    try:
        order_pk = getattr(subject, attribute)
        if order_pk is not None:
            queue_capture(order_pk, delay_seconds=delay_seconds)
    except Exception as error:
        logger.warning("A change was not queued; the sweep will find it: %s", error)
