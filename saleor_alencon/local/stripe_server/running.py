"""Runs a test server inside a test or a program, and speaks to its control endpoints."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import webhooks
from .answering import PUBLISHABLE_KEY, SECRET_KEY, Answering
from .engine import Engine
from .errors import Json, StripeError
from .http_server import LocalServer
from .rules import Rules
from .store import Store

CONTROL_TIMEOUT_SECONDS = 60


class StripeControl:
    """The control endpoints of a test server, wherever it runs, as functions."""

    def __init__(
        self, url: str, *, secret_key: str = SECRET_KEY, publishable_key: str = PUBLISHABLE_KEY
    ) -> None:
        self.url = url
        self.secret_key = secret_key
        self.publishable_key = publishable_key

    def order(self, method: str, path: str, /, **body: Any) -> Json:
        """Call ``/_test/<path>`` and return its answer.

        :raises StripeError: the server refuses.
        """
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=CONTROL_TIMEOUT_SECONDS
        )
        try:
            connection.request(method, f"/_test/{path}", json.dumps(body))
            answer = connection.getresponse()
            found: Json = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            raise StripeError(found["error"]["message"], status=answer.status)
        return found

    def now(self) -> int:
        """Return the server's time, in seconds since 1970."""
        return int(self.order("GET", "clock")["now"])

    def freeze(self, at: int | None = None) -> int:
        """Stop the clock, at a moment or now; ``advance`` still moves it."""
        return int(self.order("POST", "clock", freeze=True, at=at)["now"])

    def advance(self, *, days: int = 0, hours: int = 0, seconds: int = 0) -> int:
        """Move the clock, doing what becomes due; return the new time."""
        total = days * 86_400 + hours * 3_600 + seconds
        return int(self.order("POST", "clock", advance=total)["now"])

    def change_rules(self, **changes: Any) -> Json:
        """Change prices and delays: the names are those of ``Rules``."""
        return self.order("POST", "rules", **changes)

    def fault(self, mode: str, path: str, **more: Any) -> None:
        """Order a fault for the next requests to a path; see ``Fault``."""
        self.order("POST", "faults", mode=mode, path=path, **more)

    def authenticate(self, intent: str, outcome: str = "succeed") -> Json:
        """End 3-D Secure as the shopper does: succeed or fail."""
        return self.order("POST", f"payment_intents/{intent}/authenticate", outcome=outcome)

    def settle(self, charge: str, outcome: str = "succeed") -> Json:
        """Give the bank's answer to a direct debit: succeed or fail."""
        return self.order("POST", f"charges/{charge}/settle", outcome=outcome)

    def refund(self, charge: str, amount: int | None = None, **more: Any) -> Json:
        """Refund in the Dashboard, in cents; all that is left without an amount."""
        given = {} if amount is None else {"amount": amount}
        return self.order("POST", "refunds", charge=charge, **given, **more)

    def fail_refund(self, refund: str, reason: str = "unknown") -> Json:
        """Let a refund come back from the bank."""
        return self.order("POST", f"refunds/{refund}/fail", reason=reason)

    def open_dispute(self, charge: str, amount: int | None = None, **more: Any) -> Json:
        """Let the shopper's bank dispute a charge, or a part of it in cents."""
        return self.order("POST", "disputes", charge=charge, amount=amount, **more)

    def end_dispute(self, dispute: str, *, won: bool) -> Json:
        """Decide a dispute."""
        return self.order("POST", f"disputes/{dispute}/{'win' if won else 'lose'}")

    def pay_out(self, account: str | None = None) -> Json:
        """Make the automatic payout now; ``{"made": False}`` when there is nothing to pay."""
        return self.order("POST", "payouts", account=account)

    def fail_payout(self, payout: str, code: str = "account_closed", **more: Any) -> Json:
        """Let the bank return a payout."""
        return self.order("POST", f"payouts/{payout}/fail", code=code, **more)

    def complete_onboarding(self, account: str) -> Json:
        """Let a connected account be complete and verified."""
        return self.order("POST", f"accounts/{account}/complete")

    def set_account(self, account: str, **state: Any) -> Json:
        """Let Stripe change its mind: details_submitted, payouts_enabled, transfers="inactive"…"""
        return self.order("POST", f"accounts/{account}", **state)

    def register_webhook(self, url: str, secret: str | None = None, **more: Any) -> Json:
        """Register an endpoint for all events, with a signing secret of the caller's choice."""
        return self.order("POST", "webhook_endpoints", url=url, secret=secret, **more)

    def pause_deliveries(self, paused: bool = True) -> None:
        """Keep deliveries back, or let them go on."""
        self.order("POST", "deliveries", paused=paused)

    def deliver_due(self) -> int:
        """Send what is due now, one after the other, and return how many."""
        return int(self.order("POST", "deliveries", flush=True)["sent"])

    def wait_for_deliveries(self, *, seconds: float = 10) -> None:
        """Wait until every delivery that is due has been attempted.

        :raises StripeError: some are still due after that many seconds.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.order("GET", "deliveries")["due_now"] == 0:
                return
            time.sleep(0.01)
        raise StripeError(f"Deliveries are still due after {seconds:.0f} seconds.")

    def resend(self, event: str, endpoint: str | None = None) -> None:
        """Deliver an event again, to one endpoint or to all."""
        self.order("POST", f"events/{event}/resend", endpoint=endpoint)


class StripeServer(StripeControl):
    """A test server in this process."""

    def __init__(self, server: LocalServer) -> None:
        api = server.api
        super().__init__(server.url, secret_key=api.secret_key, publishable_key=api.publishable_key)
        self.engine = api.engine

    def webhook_urls(self) -> set[str]:
        """Return where the registered endpoints are: those of an earlier run are kept."""
        with self.engine.working() as work:
            return {each["url"] for each in work.store.find("webhook_endpoint")}

    def signed_event(self, event: str, endpoint: str) -> tuple[bytes, str]:
        """Return body and Stripe-Signature of a delivery, to be handed over without HTTP."""
        with self.engine.working() as work:
            found = work.require("event", event, param="event")
            target = work.require("webhook_endpoint", endpoint, param="endpoint")
            return webhooks.signed_delivery(work, found, target)


@contextmanager
def running_stripe_server(
    path: Path | None = None, *, port: int = 0, rules: Rules | None = None
) -> Iterator[StripeServer]:
    """Run a test server on a free port of 127.0.0.1, in memory unless a file is named."""
    store = Store(path)
    try:
        server = LocalServer(Answering(Engine(store, rules)), port)
        threads = server.start()
        try:
            yield StripeServer(server)
        finally:
            server.stop()
            for thread in threads:
                thread.join()
    finally:
        store.close()
