"""A running Saleor as the live tests see it: its inbox, its sweep, and ways to break it."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from saleor_alencon.local.processes import Processes, find_free_port, started_processes
from saleor_alencon.local.saleor_payments import register_saleor, stripe_variables
from saleor_alencon.local.saleor_seed import STOCK
from saleor_alencon.local.saleor_source import run_saleor
from saleor_alencon.local.saleor_stack import (
    Stack,
    create_saleor_app,
    start_saleor_api,
    temporary_stack,
)
from saleor_alencon.local.stripe_server import StripeServer, running_stripe_server
from tests.live.payment_app import PaymentApp
from tests.live.shopping import Town
from tests.live.town import open_town, set_plugin_active

API = "Saleor's API"
# Saleor takes one document a request unless it is told to take more; its logins last 5 minutes,
# and the leak test may take longer.
API_ENVIRONMENT = {"GRAPHQL_BATCH_MAX_COUNT": "5", "JWT_TTL_ACCESS": "3 hours"}


@dataclass(frozen=True)
class InboxRow:
    """One document of the inbox."""

    id: int
    document: dict[str, Any]
    payload: str
    digest: str
    source: str

    @property
    def order(self) -> dict[str, Any]:
        """The order part."""
        return dict(self.document["order"])


class LiveSaleor:
    """Saleor, its database, the shop's customers and staff."""

    def __init__(
        self,
        stack: Stack,
        processes: Processes,
        town: Town,
        payment_app: PaymentApp,
        stripe: StripeServer,
    ) -> None:
        self.stack = stack
        self.processes = processes
        self.town = town
        self.payment_app = payment_app
        self.stripe = stripe
        self.admin = stack.cluster.connect()
        self.office_token = create_saleor_app(stack, "alencon.office", ("MANAGE_ORDERS",))
        self._http = httpx.Client(timeout=120, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self.admin.close()

    def inbox(self, order_id: str) -> list[InboxRow]:
        """Return an order's documents, oldest first."""
        rows = self.admin.execute(
            "SELECT id, payload, digest, source FROM alencon.inbox_document"
            " WHERE order_id = %s ORDER BY id",
            [order_id],
        ).fetchall()
        return [
            InboxRow(number, json.loads(payload), payload, digest, source)
            for number, payload, digest, source in rows
        ]

    def wait_for(
        self, order_id: str, accepts: Callable[[InboxRow], bool], seconds: float = 20
    ) -> InboxRow:
        """Return the newest document once it is as expected; fail after ``seconds``."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            rows = self.inbox(order_id)
            if rows and accepts(rows[-1]):
                return rows[-1]
            time.sleep(0.1)
        raise AssertionError(f"No such document of {order_id} in {seconds} s")

    def wait_until_quiet(self, order_id: str, seconds: float = 1.5) -> list[InboxRow]:
        """Return the order's documents once no more came for ``seconds``."""
        rows = self.inbox(order_id)
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < seconds:
            time.sleep(0.1)
            present = self.inbox(order_id)
            if len(present) != len(rows):
                rows, quiet_since = present, time.monotonic()
        return rows

    def sweep(self, **body: Any) -> dict[str, Any]:
        """Ask for a sweep as the Office's app does, and return its report."""
        answer = self.ask_for_sweep("POST", self.office_token, json=body or None)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask_for_sweep(self, method: str, token: str | None, **more: Any) -> httpx.Response:
        """Send any request to the sweep's address."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.stack.saleor_url}/plugins/alencon.capture/sweep"
        return self._http.request(method, url, headers=headers, **more)

    @contextlib.contextmanager
    def inbox_locked(self) -> Iterator[None]:
        """Make every write to the inbox wait."""
        with self.stack.cluster.connect() as connection:
            connection.execute("BEGIN")
            connection.execute("LOCK TABLE alencon.inbox_document IN ACCESS EXCLUSIVE MODE")
            yield
            connection.execute("ROLLBACK")

    def kill_api(self) -> None:
        """End Saleor's API as a power cut would."""
        process = self.processes.running.pop(API)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_api(self) -> None:
        """Start Saleor's API again."""
        log = self.stack.folder / "api.log"
        start_saleor_api(self.stack, self.processes, log=log, **API_ENVIRONMENT)

    def repair(self) -> None:
        """Undo what a test may have broken."""
        self.admin.execute("ALTER ROLE alencon_capture LOGIN")
        self.admin.execute("GRANT INSERT ON alencon.inbox_document TO alencon_capture")
        if API not in self.processes.running:
            self.start_api()
        set_plugin_active(self.town, True)
        self.payment_app.mode = "success"
        self.admin.execute(
            "UPDATE warehouse_stock SET quantity = %s WHERE quantity < 1000", [STOCK]
        )


@contextlib.contextmanager
def running_live_saleor() -> Iterator[LiveSaleor]:
    """Give a running Saleor with the demo shops, whose payments go to a Stripe test server."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-live-"))
    try:
        with (
            running_stripe_server() as stripe,
            temporary_stack(folder, find_free_port(), variables=stripe_variables(stripe)) as stack,
            started_processes() as processes,
        ):
            run_saleor(stack.source, stack.saleor_environment(), "alencon_payments", "app")
            start_saleor_api(stack, processes, log=folder / "api.log", **API_ENVIRONMENT)
            register_saleor(stripe, stack)
            with open_town(stack) as (town, payment_app):
                saleor = LiveSaleor(stack, processes, town, payment_app, stripe)
                yield saleor
                saleor.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compute_digest(order: dict[str, Any]) -> str:
    """Return the digest the contract prescribes for an ``order`` part."""
    canonical = json.dumps(order, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
