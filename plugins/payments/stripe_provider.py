"""The port, by the stripe library that Saleor pins (3.5.0).

The library's module-level settings belong to Saleor's own plugins, so none is read or set: key,
address, version and time-out go with each request.
"""

import datetime
import functools
from collections.abc import Iterable
from typing import Any

import stripe
from stripe.api_requestor import APIRequestor
from stripe.http_client import RequestsClient

from .errors import NotConfigured, ProviderBroken, ProviderRefused, ProviderUnreachable
from .keys import StripeKeys
from .port import PaymentIntent, ProviderDispute, ProviderRefund
from .reading import REQUEST, read_dispute, read_intent, read_refund

API_VERSION = "2022-11-15"  # the oldest that has latest_charge; fields read here are stable since
TIMEOUT_SECONDS = (3.05, 20)  # to connect, to answer
PAGE_SIZE = 100
# Answers that settle nothing: the key is wrong (and will be mended), the same call is under way,
# too many calls. So does no answer at all.
OPEN_ANSWERS = (401, 403, 409, 429)


class StripeProvider:
    """Speaks with Stripe, or with the test server at ``keys.api_base``."""

    def __init__(self, keys: StripeKeys) -> None:
        self.publishable_key = keys.publishable_key
        self._requestor = APIRequestor(
            key=keys.secret_key,
            client=RequestsClient(timeout=TIMEOUT_SECONDS),
            api_base=keys.api_base,
            api_version=API_VERSION,
        )

    def create_intent(
        self, *, key: str, amount_cents: int, currency: str, metadata: dict[str, str]
    ) -> PaymentIntent:
        """Open a payment by whatever methods the Stripe dashboard has switched on."""
        answer = self._call(
            "post",
            "/v1/payment_intents",
            {
                "amount": amount_cents,
                "currency": currency.lower(),
                "automatic_payment_methods": {"enabled": "true"},
                "metadata": metadata,
            },
            key=key,
        )
        return read_intent(answer)

    def retrieve_intent(self, intent_id: str) -> PaymentIntent:
        """Return the payment with its charge."""
        expand = {"expand": ["latest_charge"]}
        return read_intent(self._call("get", f"/v1/payment_intents/{intent_id}", expand))

    def cancel_intent(self, intent_id: str) -> PaymentIntent:
        """Give the payment up."""
        return read_intent(self._call("post", f"/v1/payment_intents/{intent_id}/cancel", {}))

    def create_refund(
        self, *, key: str, request: str, intent_id: str, amount_cents: int
    ) -> ProviderRefund:
        """Give money back."""
        body = {
            "payment_intent": intent_id,
            "amount": amount_cents,
            "metadata": {REQUEST: request},
        }
        return read_refund(self._call("post", "/v1/refunds", body, key=key))

    def list_refunds(self, intent_id: str) -> list[ProviderRefund]:
        """Return the refunds, oldest first."""
        return [read_refund(item) for item in self._list("/v1/refunds", payment_intent=intent_id)]

    def list_disputes(self, intent_id: str) -> list[ProviderDispute]:
        """Return the disputes, oldest first."""
        return [read_dispute(item) for item in self._list("/v1/disputes", payment_intent=intent_id)]

    def list_undelivered(
        self, types: Iterable[str], *, since: datetime.datetime, until: datetime.datetime
    ) -> list[dict[str, Any]]:
        """Return the messages that no webhook has taken, oldest first.

        Source: docs.stripe.com/webhooks/process-undelivered-events.
        """
        created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
        return self._list(
            "/v1/events", types=sorted(types), delivery_success="false", created=created
        )

    def _list(self, path: str, **wanted: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        parameters: dict[str, Any] = {**wanted, "limit": PAGE_SIZE}
        while True:
            page = self._call("get", path, parameters)
            found += page["data"]
            if not page["has_more"]:
                return found[::-1]  # Stripe lists the newest first
            parameters["starting_after"] = found[-1]["id"]

    def _call(
        self, method: str, path: str, parameters: dict[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else None
        try:
            answer, _key = self._requestor.request(method, path, parameters, headers)
        except stripe.error.StripeError as error:
            status = error.http_status or 0
            # The library's message may quote a body or a key: only Stripe's own words are kept.
            place = f"{method} {path}: {type(error).__name__} {status or ''}".rstrip()
            if status >= 500:
                raise ProviderBroken(place) from None
            if status < 400 or status in OPEN_ANSWERS:
                raise ProviderUnreachable(place) from None
            words = error.user_message or ""
            raise ProviderRefused(error.code or "invalid_request", words) from None
        return dict(answer.data)


@functools.cache
def get_provider() -> StripeProvider:
    """Return this process's provider.

    :raises NotConfigured: Saleor has no keys.
    """
    from django.conf import settings

    keys: StripeKeys | None = getattr(settings, "ALENCON_STRIPE", None)
    if keys is None:
        raise NotConfigured("STRIPE_SECRET_KEY is not set for Saleor: see docs/payments.md.")
    return StripeProvider(keys)
