"""What a shop does at Stripe, in few words; amounts in cents."""

import contextlib
import http.server
import threading

import stripe

MONDAY = 1_800_000_000 - 1_800_000_000 % 604_800 + 4 * 86_400 + 10 * 3_600
"""A Monday in January 2027, 10:00 UTC (1 January 1970 was a Thursday)."""


class Shop:
    """The association's account, used through the Office's client."""

    def __init__(self, server, client) -> None:
        self.server = server
        self.client = client.v1

    def intent(self, amount=1000, **more):
        given = {"capture_method": "automatic", "allowed_payment_method_types": ["card"], **more}
        return self.client.payment_intents.create({"amount": amount, "currency": "eur", **given})

    def paid(self, amount=1000, card="pm_card_visa", **more):
        return self.intent(amount, payment_method=card, confirm=True, **more)

    def refund(self, intent, amount=None, **more):
        given = {"payment_intent": intent.id, **more}
        if amount is not None:
            given["amount"] = amount
        return self.client.refunds.create(given)

    def balance(self) -> tuple[int, int]:
        """Return what is available and what is pending."""
        found = self.client.balance.retrieve()
        return found.available[0].amount, found.pending[0].amount

    def transactions(self, **filters) -> list[tuple[str, int, int]]:
        """Return type, amount and fee of the balance transactions, oldest first."""
        found = self.client.balance_transactions.list({"limit": 100, **filters})
        return [(each.type, each.amount, each.fee) for each in reversed(found.data)]

    def events(self) -> list[str]:
        """Return the types of all events, oldest first."""
        found = self.client.events.list({"limit": 100})
        return [event.type for event in reversed(found.data)]


def refused(call, *args, **more) -> stripe.StripeError:
    """Return the error that a call raises."""
    try:
        call(*args, **more)
    except stripe.StripeError as error:
        return error
    raise AssertionError("The call was not refused")


@contextlib.contextmanager
def receiver(statuses=()):
    """Listen for webhooks: gives the URL, and the list of (body, signature) that came in.

    ``statuses`` are the answers to the first deliveries; then it answers 200.
    """
    received: list[tuple[bytes, str]] = []
    answers = list(statuses)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(answers.pop(0) if answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format, *args) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/hook", received
        finally:
            listening.shutdown()
