"""Saleor's webhook plugin, but for our App's transactions, which have no webhook.

Saleor asks every plugin about a request, this one first. The original answers for an App without a
webhook with a failure, which would stand beside each refund for ever.
"""

from typing import Any

from saleor.payment.interface import PaymentGateway
from saleor.plugins.webhook.plugin import WebhookPlugin as SaleorWebhookPlugin

from .errors import NotConfigured
from .requestor import APP_IDENTIFIER

CURRENCY = "EUR"


class WebhookPlugin(SaleorWebhookPlugin):
    """Takes the original's place in PLUGINS; same id, same configuration."""

    # Saleor asks for gateways only the plugins whose own class has this one, inherited or not.
    process_payment = SaleorWebhookPlugin.process_payment

    def get_payment_gateways(
        self,
        currency: str | None,
        checkout_info: Any,
        checkout_lines: Any,
        previous_value: Any,
        **kwargs: Any,
    ) -> list[PaymentGateway]:
        """Add our App, which Saleor lists only where it has a webhook, once its keys are set."""
        from .stripe_provider import get_provider

        found = super().get_payment_gateways(
            currency, checkout_info, checkout_lines, previous_value, **kwargs
        )
        try:
            get_provider()
        except NotConfigured:
            return found
        asked = checkout_info.checkout.currency if checkout_info else currency
        if asked in (None, CURRENCY):
            found.append(PaymentGateway(APP_IDENTIFIER, "Stripe", [CURRENCY], []))
        return found

    def _request_transaction_action(self, transaction_data: Any, event_type: str) -> None:
        owner = transaction_data.transaction_app_owner
        if owner is None or owner.identifier != APP_IDENTIFIER:
            super()._request_transaction_action(transaction_data, event_type)
