"""Saleor's plugin: refuses an order whose delivery choices cannot be kept, and offers slots."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseNotFound
from django.utils import timezone
from saleor.plugins.base_plugin import BasePlugin


class DeliveryPlugin(BasePlugin):
    """Checks the checkout's metadata ``alencon.delivery`` when the order is about to be made.

    A refused checkout stays as it is, its payment included: the shopper chooses again and
    confirms again.
    """

    PLUGIN_ID = "alencon.delivery"
    PLUGIN_NAME = "Acheter à Alençon: delivery"
    PLUGIN_DESCRIPTION = "Collect here, deliver that: checks each shop's choice and slot."
    DEFAULT_ACTIVE = True
    CONFIGURATION_PER_CHANNEL = False

    def preprocess_order_creation(
        self, checkout_info: Any, lines: Any, previous_value: Any, **_kwargs: Any
    ) -> Any:
        """Refuse the order, in Saleor's own error shape, field ``metadata``."""
        from .checking import check_choices

        refusal = check_choices(checkout_info, lines or checkout_info.lines, timezone.now())
        if refusal is not None:
            raise ValidationError({"metadata": ValidationError(refusal.text, code="invalid")})
        return previous_value

    def webhook(self, request: Any, path: str, previous_value: Any) -> HttpResponse:
        """Answer ``/plugins/alencon.delivery/slots``."""
        from .endpoint import answer_slots

        if path.strip("/") == "slots":
            return answer_slots(request)
        return HttpResponseNotFound()
