"""A small payment app: answers Saleor's refund requests as a payment provider would."""

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator

from saleor_alencon.saleor_api.client import SaleorClient

CREATE_WEBHOOK = """
mutation($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { webhook { id } errors { field code message } }
}"""
REFUND_QUERY = """
subscription {
  event { ... on TransactionRefundRequested { action { amount } transaction { pspReference } } }
}"""


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

    def subscribe(self, client: SaleorClient) -> None:
        """Ask Saleor, as the app itself, to send refund requests here."""
        client.mutate(
            CREATE_WEBHOOK,
            input={
                "name": "Remboursements",
                "targetUrl": f"http://127.0.0.1:{self.port}/refund",
                "syncEvents": ["TRANSACTION_REFUND_REQUESTED"],
                "isActive": True,
                "query": REFUND_QUERY,
            },
        )


@contextlib.contextmanager
def running_payment_app() -> Iterator[PaymentApp]:
    """Serve the app on a free port of the loopback."""
    app = PaymentApp()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(app.answer(body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    app.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield app
    finally:
        server.shutdown()
        server.server_close()
