"""Saleor's webhook plugin, but for our App's transactions, which have no webhook.

Saleor asks every plugin about a request, this one first. The original answers for an App without a
webhook with a failure, which would stand beside each refund for ever.
"""

from typing import Any

from saleor.plugins.webhook.plugin import WebhookPlugin as SaleorWebhookPlugin

from .requestor import APP_IDENTIFIER


class WebhookPlugin(SaleorWebhookPlugin):
    """Takes the original's place in PLUGINS; same id, same configuration."""

    def _request_transaction_action(self, transaction_data: Any, event_type: str) -> None:
        owner = transaction_data.transaction_app_owner
        if owner is None or owner.identifier != APP_IDENTIFIER:
            super()._request_transaction_action(transaction_data, event_type)
