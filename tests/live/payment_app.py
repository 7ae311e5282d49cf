"""A small payment app: answers Saleor's refund and payment requests as a provider would."""

import contextlib
from collections.abc import Iterator

from saleor_alencon.local.json_server import json_server
from saleor_alencon.saleor_api.client import SaleorClient

CREATE_WEBHOOK = """
mutation($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { webhook { id } errors { field code message } }
}"""
REFUND_QUERY = """
subscription {
  event { ... on TransactionRefundRequested { action { amount } transaction { pspReference } } }
}"""

SESSION_QUERY = (
    "subscription { event { ... on TransactionInitializeSession { action { amount } } } }"
)


class PaymentApp:
    """Its next answers: ``success``, ``failure``, or ``pending`` (the result is reported later)."""

    def __init__(self) -> None:
        self.mode = "success"
        self.requests: list[dict] = []
        self.port = 0
        self.last_reference = ""
        self._count = 0

    def answer(self, body: dict) -> dict:
        """Return the webhook's answer to a refund request."""
        self.requests.append(body)
        self._count += 1
        self.last_reference = f"demo-refund-{self._count:05}"
        answer: dict = {"pspReference": self.last_reference}
        if self.mode != "pending":
            answer["result"] = f"REFUND_{self.mode.upper()}"
            answer["amount"] = body["action"]["amount"]
        return answer

    def charge(self, body: dict) -> dict:
        """Return the webhook's answer to a shopper who pays: it is charged at once."""
        self._count += 1
        return {
            "pspReference": f"demo-charge-{self._count:05}",
            "result": "CHARGE_SUCCESS",
            "amount": body["action"]["amount"],
            "actions": ["REFUND"],
        }

    def subscribe(self, client: SaleorClient) -> None:
        """Ask Saleor, as the app itself, to send refund requests here."""
        self._ask(client, "Remboursements", "refund", "TRANSACTION_REFUND_REQUESTED", REFUND_QUERY)

    def take_payments(self, client: SaleorClient) -> None:
        """Ask Saleor, as an app that storefronts offer for paying, to send shoppers here."""
        self._ask(client, "Paiements", "charge", "TRANSACTION_INITIALIZE_SESSION", SESSION_QUERY)

    def _ask(self, client: SaleorClient, name: str, path: str, event: str, query: str) -> None:
        client.mutate(
            CREATE_WEBHOOK,
            input={
                "name": name,
                "targetUrl": f"http://127.0.0.1:{self.port}/{path}",
                "syncEvents": [event],
                "isActive": True,
                "query": query,
            },
        )


@contextlib.contextmanager
def running_payment_app() -> Iterator[PaymentApp]:
    """Serve the app on a free port of the loopback."""
    app = PaymentApp()
    replies = {"/charge": app.charge, "/refund": app.answer}
    with json_server(lambda path, _, body: replies[path](body)) as port:
        app.port = port
        yield app
