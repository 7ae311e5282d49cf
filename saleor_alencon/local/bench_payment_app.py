"""The bench's other side: a payment app, as a shop without our plugins would run one.

It answers Saleor's synchronous webhooks and makes the same calls to Stripe as our plugin.
"""

import contextlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx

from saleor_alencon.local.json_server import json_server
from saleor_alencon.local.stripe_server import StripeServer
from saleor_alencon.saleor_api.client import SaleorClient

IDENTIFIER = "alencon.bench.payments"
API_VERSION = "2022-11-15"
CREATE_WEBHOOK = """
mutation($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { webhook { id } errors { field code message } }
}"""
SUBSCRIPTIONS = {
    "PAYMENT_GATEWAY_INITIALIZE_SESSION": "subscription { event { ... on "
    "PaymentGatewayInitializeSession { amount data } } }",
    "TRANSACTION_INITIALIZE_SESSION": "subscription { event { ... on TransactionInitializeSession "
    "{ idempotencyKey action { amount currency } transaction { id } sourceObject { "
    "... on Checkout { id } ... on Order { id } } } } }",
    "TRANSACTION_PROCESS_SESSION": "subscription { event { ... on TransactionProcessSession "
    "{ action { amount currency } transaction { pspReference } } } }",
}


class PaymentApp:
    """Answers for one gateway."""

    def __init__(self, stripe: StripeServer) -> None:
        self.stripe = stripe
        self.port = 0
        self._http = httpx.Client(
            base_url=stripe.url,
            auth=(stripe.secret_key, ""),
            headers={"Stripe-Version": API_VERSION},
            trust_env=False,
        )

    def answer(self, event: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a webhook."""
        answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "payment_gateway_initialize_session": self.gateway,
            "transaction_initialize_session": self.initialize,
            "transaction_process_session": self.process,
        }
        return answers[event](body)

    def gateway(self, _body: dict[str, Any]) -> dict[str, Any]:
        return {"data": {"stripePublishableKey": self.stripe.publishable_key}}

    def initialize(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a PaymentIntent."""
        cents = int(Decimal(str(body["action"]["amount"])) * 100)
        intent = self._http.post(
            "/v1/payment_intents",
            headers={"Idempotency-Key": body["idempotencyKey"]},
            data={
                "amount": str(cents),
                "currency": body["action"]["currency"].lower(),
                "automatic_payment_methods[enabled]": "true",
                "metadata[saleor_transaction]": body["transaction"]["id"],
                "metadata[checkout]": body["sourceObject"]["id"],
            },
        ).json()
        return {
            "result": "CHARGE_ACTION_REQUIRED",
            "pspReference": intent["id"],
            "amount": body["action"]["amount"],
            "data": {"paymentIntent": {"stripeClientSecret": intent["client_secret"]}},
        }

    def process(self, body: dict[str, Any]) -> dict[str, Any]:
        """Ask for the PaymentIntent."""
        name = body["transaction"]["pspReference"]
        path = f"/v1/payment_intents/{name}"
        intent = self._http.get(path, params={"expand[]": "latest_charge"}).json()
        card = intent["latest_charge"]["payment_method_details"]["card"]
        return {
            "result": "CHARGE_SUCCESS",
            "pspReference": name,
            "amount": body["action"]["amount"],
            "actions": ["REFUND"],
            "paymentMethodDetails": {
                "type": "CARD",
                "name": "Carte",
                "brand": card["brand"],
                "lastDigits": card["last4"],
                "expMonth": card["exp_month"],
                "expYear": card["exp_year"],
            },
        }

    def subscribe(self, client: SaleorClient) -> None:
        """Ask Saleor, as the app itself, for its webhooks."""
        for event, query in SUBSCRIPTIONS.items():
            client.mutate(
                CREATE_WEBHOOK,
                input={
                    "name": event,
                    "targetUrl": f"http://127.0.0.1:{self.port}/",
                    "syncEvents": [event],
                    "isActive": True,
                    "query": query,
                },
            )


@contextlib.contextmanager
def running_payment_app(stripe: StripeServer) -> Iterator[PaymentApp]:
    """Serve the app on a free port of the loopback."""
    app = PaymentApp(stripe)
    with json_server(lambda _, headers, body: app.answer(headers["Saleor-Event"], body)) as port:
        app.port = port
        yield app
