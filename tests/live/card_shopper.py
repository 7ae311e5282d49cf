"""A shopper with a card: what the stock storefront's page and Stripe's script do, by HTTP."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from saleor_alencon.local.saleor_source import run_saleor
from saleor_alencon.local.stripe_server import StripeServer
from tests.live.killable_saleor import KillableSaleor
from tests.live.live_saleor import LiveSaleor

GATEWAY = "saleor.app.payment.stripe"
GATEWAY_INITIALIZE = """
mutation($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {
  paymentGatewayInitialize(id: $id, paymentGateways: $gateways) {
    gatewayConfigs { id data errors { field code message } } errors { field code message }
  }
}"""
INITIALIZE = """
mutation($id: ID!, $amount: PositiveDecimal, $gateway: PaymentGatewayToInitialize!, $key: String) {
  transactionInitialize(
    id: $id, amount: $amount, paymentGateway: $gateway, idempotencyKey: $key
  ) {
    transaction { id actions pspReference }
    transactionEvent { type message pspReference amount { amount } }
    data
    errors { field code message }
  }
}"""
PROCESS = """
mutation($id: ID!) {
  transactionProcess(id: $id) {
    transaction { id actions pspReference chargedAmount { amount } }
    transactionEvent { type message }
    data
    errors { field code message }
  }
}"""
FIND_TRANSACTION = """
query($id: ID!) {
  transaction(id: $id) {
    pspReference actions
    chargedAmount { amount } refundedAmount { amount } chargePendingAmount { amount }
    refundPendingAmount { amount }
    paymentMethodDetails { name ... on CardPaymentMethodDetails { brand lastDigits expYear } }
    order { id }
    events { type pspReference message amount { amount } }
  }
}"""
FIND_CHECKOUT = "query($id: ID!) { checkout(id: $id) { authorizeStatus chargeStatus } }"


@dataclass(frozen=True)
class Started:
    """A payment that transactionInitialize began."""

    transaction: str  # Saleor's id
    intent: str
    secret: str


class CardShopper:
    """Pays baskets of the live Saleor at the test server."""

    def __init__(
        self, live: LiveSaleor, stripe: StripeServer, helper: KillableSaleor | None = None
    ) -> None:
        self.live = live
        self.helper = helper
        self.stripe = stripe
        self.town = live.town
        self._http = httpx.Client(base_url=stripe.url, timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def gateway(self, checkout: str) -> Any:
        """Return what the storefront learns of the gateway."""
        answer = self.town.public.mutate(
            GATEWAY_INITIALIZE, id=checkout, gateways=[{"id": GATEWAY}]
        )
        return answer["gatewayConfigs"][0]

    def initialize(
        self,
        checkout: str,
        amount: Decimal | None = None,
        *,
        data: Any = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Begin a payment; return the mutation's answer."""
        data = {"paymentIntent": {"paymentMethod": "card"}} if data is None else data
        return dict(
            self.town.public.mutate(
                INITIALIZE,
                id=checkout,
                amount=str(self.town.total(checkout) if amount is None else amount),
                gateway={"id": GATEWAY, "data": data},
                key=key,
            )
        )

    def start(self, checkout: str, amount: Decimal | None = None) -> Started:
        """Begin a payment that is expected to be possible."""
        answer = self.initialize(checkout, amount)
        assert answer["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED", answer
        secret = answer["data"]["paymentIntent"]["stripeClientSecret"]
        intent = answer["transactionEvent"]["pspReference"]
        return Started(answer["transaction"]["id"], intent, secret)

    def confirm(self, started: Started, card: str = "pm_card_visa", **more: Any) -> dict[str, Any]:
        """Pay as Stripe's script does in the browser; return Stripe's answer, a refusal too."""
        answer = self._http.post(
            f"/v1/payment_intents/{started.intent}/confirm",
            auth=(self.stripe.publishable_key, ""),
            data={"client_secret": started.secret, "payment_method": card, **more},
        )
        return dict(answer.json())

    def debit_method(self, iban: str) -> str:
        """Enter an account for SEPA direct debit."""
        answer = self._http.post(
            "/v1/payment_methods",
            auth=(self.stripe.publishable_key, ""),
            data={
                "type": "sepa_debit",
                "sepa_debit[iban]": iban,
                "billing_details[name]": "Cliente Démo 1",
                "billing_details[email]": "cliente-demo-1@client.example",
            },
        ).json()
        return str(answer["id"])

    def process(self, started: Started) -> dict[str, Any]:
        """Ask Saleor how the payment ended."""
        return dict(self.town.public.mutate(PROCESS, id=started.transaction))

    def pay(self, checkout: str, card: str = "pm_card_visa") -> Started:
        """Pay the whole basket; everything goes well."""
        started = self.start(checkout)
        assert self.confirm(started, card)["status"] == "succeeded"
        assert self.process(started)["transactionEvent"]["type"] == "CHARGE_SUCCESS"
        return started

    def transaction(self, started: Started) -> dict[str, Any]:
        """Return Saleor's transaction."""
        return dict(
            self.town.staff.execute(FIND_TRANSACTION, id=started.transaction)["transaction"]
        )

    def events(self, started: Started) -> list[tuple[str, str | None]]:
        """Return type and reference of the transaction's events, oldest first."""
        return [
            (item["type"], item["pspReference"])
            for item in reversed(self.transaction(started)["events"])
        ]

    def checkout(self, checkout: str) -> dict[str, Any] | None:
        """Return how far a checkout is paid, None when it is gone."""
        found = self.town.staff.execute(FIND_CHECKOUT, id=checkout)["checkout"]
        return dict(found) if found else None

    def list_at_stripe(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return a list of the account, with the secret key."""
        answer = self._http.get(
            f"/v1/{path}", params=query, auth=(self.stripe.secret_key, "")
        ).json()
        return list(answer["data"])

    def intent(self, started: Started) -> dict[str, Any]:
        """Return the PaymentIntent at Stripe."""
        path = f"/v1/payment_intents/{started.intent}"
        return dict(self._http.get(path, auth=(self.stripe.secret_key, "")).json())

    def charge(self, started: Started) -> str:
        """Return the id of the charge at Stripe."""
        return str(self.intent(started)["latest_charge"])

    def refunds(self, started: Started) -> list[int]:
        """Return the amounts of the refunds at Stripe, in cents, oldest first."""
        found = self.list_at_stripe("refunds", payment_intent=started.intent)
        return [item["amount"] for item in reversed(found)]

    def run(self, *arguments: str, **environment: str) -> str:
        """Run ``manage.py alencon_payments``."""
        stack = self.live.stack
        return run_saleor(
            stack.source, stack.saleor_environment(**environment), "alencon_payments", *arguments
        )

    def watch(self, *, order_minutes: float = 60) -> None:
        """Look after everything that is open, in a process that is there already."""
        assert self.helper is not None
        self.helper.do("watch", order_minutes=order_minutes)
