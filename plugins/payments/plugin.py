"""Saleor's plugin: pays baskets by Stripe for the App that the stock storefront names."""

import logging
from typing import Any

from django.http import HttpResponse
from saleor.payment.interface import (
    PaymentGatewayData,
    TransactionActionData,
    TransactionSessionData,
    TransactionSessionResult,
)
from saleor.plugins.base_plugin import BasePlugin

from .errors import NotConfigured
from .requestor import APP_IDENTIFIER, ensure_payment_app

logger = logging.getLogger(__name__)


class PaymentsPlugin(BasePlugin):
    """Answers for ``saleor.app.payment.stripe``; leaves every other gateway to the others."""

    PLUGIN_ID = "alencon.payments"
    PLUGIN_NAME = "Acheter à Alençon: payments"
    PLUGIN_DESCRIPTION = "One payment for the basket, on the association's Stripe account."
    DEFAULT_ACTIVE = True
    CONFIGURATION_PER_CHANNEL = False

    def payment_gateway_initialize_session(
        self,
        amount: Any,
        payment_gateways: list[PaymentGatewayData] | None,
        source_object: Any,
        previous_value: list[PaymentGatewayData] | None,
    ) -> list[PaymentGatewayData]:
        """Give the storefront the publishable key."""
        from .stripe_provider import get_provider

        others = [item for item in previous_value or [] if item.app_identifier != APP_IDENTIFIER]
        wanted = [gateway.app_identifier for gateway in payment_gateways or []]
        if wanted and APP_IDENTIFIER not in wanted:
            return others
        try:
            key = get_provider().publishable_key
        except NotConfigured as error:
            logger.error("%s", error)
            own = PaymentGatewayData(APP_IDENTIFIER, error="Payment by card is not set up.")
        else:
            ensure_payment_app()
            own = PaymentGatewayData(APP_IDENTIFIER, data={"stripePublishableKey": key})
        return [*others, own]

    def transaction_initialize_session(
        self, transaction_session_data: TransactionSessionData, previous_value: Any
    ) -> Any:
        """Open a payment."""
        from .sessions import initialize_session

        return self._session(transaction_session_data, previous_value, initialize_session)

    def transaction_process_session(
        self, transaction_session_data: TransactionSessionData, previous_value: Any
    ) -> Any:
        """Say how a payment ended."""
        from .sessions import process_session

        return self._session(transaction_session_data, previous_value, process_session)

    def _session(self, data: TransactionSessionData, previous_value: Any, answer: Any) -> Any:
        from .sessions import failure
        from .stripe_provider import get_provider

        if data.payment_gateway_data.app_identifier != APP_IDENTIFIER:
            return previous_value
        try:
            response = answer(data, get_provider())
        except NotConfigured as error:
            logger.error("%s", error)
            response = failure("Payment by card is not set up.")
        return TransactionSessionResult(app_identifier=APP_IDENTIFIER, response=response)

    def transaction_charge_requested(
        self, transaction_data: TransactionActionData, previous_value: Any
    ) -> Any:
        """Answer a capture."""
        from .actions import request_charge

        return self._request(transaction_data, previous_value, request_charge)

    def transaction_cancelation_requested(
        self, transaction_data: TransactionActionData, previous_value: Any
    ) -> Any:
        """Give a payment up."""
        from .actions import request_cancel

        return self._request(transaction_data, previous_value, request_cancel)

    def transaction_refund_requested(
        self, transaction_data: TransactionActionData, previous_value: Any
    ) -> Any:
        """Give money back."""
        from .actions import request_refund

        return self._request(transaction_data, previous_value, request_refund)

    def _request(self, data: TransactionActionData, previous_value: Any, act: Any) -> Any:
        from .stripe_provider import get_provider

        if data.transaction.app_identifier == APP_IDENTIFIER:
            try:
                act(data.event, get_provider())
            except NotConfigured as error:
                # The request stays; the watch does it once there are keys.
                logger.error("%s", error)
        return previous_value

    def webhook(self, request: Any, path: str, previous_value: Any) -> HttpResponse:
        """Answer ``/plugins/alencon.payments/webhook`` and ``.../status``."""
        from .endpoint import answer

        return answer(request, path.strip("/"))
