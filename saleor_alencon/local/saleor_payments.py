"""What a local Saleor pays with: the keys of the environment, else the Stripe test server."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from saleor_alencon.local.saleor_stack import Stack
from saleor_alencon.local.stripe_server import StripeServer, running_stripe_server

STRIPE_PORT = 8420
WEBHOOK_PATH = "/plugins/alencon.payments/webhook"
WEBHOOK_SECRET = "whsec_alencon_stripe_server"  # noqa: S105 - of the test server, like its keys


def stripe_variables(server: StripeServer) -> dict[str, str]:
    """Return what Saleor's processes need to pay at a test server."""
    return {
        "STRIPE_API_BASE": server.url,
        "STRIPE_PUBLISHABLE_KEY": server.publishable_key,
        "STRIPE_SECRET_KEY": server.secret_key,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
    }


def register_saleor(server: StripeServer, stack: Stack) -> None:
    """Let the test server tell Saleor what happens, once."""
    url = f"{stack.saleor_url}{WEBHOOK_PATH}"
    if url not in server.webhook_urls():
        server.register_webhook(url, WEBHOOK_SECRET)


@contextmanager
def paying_stack(stack: Stack, port: int, tell: Callable[[str], None]) -> Iterator[Stack]:
    """Give the stack with keys: the environment's own, or those of a test server that runs here.

    The test server keeps its state beside the stack's data.

    :raises PortTaken: another program has the test server's port.
    """
    if os.environ.get("STRIPE_SECRET_KEY"):
        tell("Payments go to Stripe, by STRIPE_SECRET_KEY.")
        yield stack
        return
    with running_stripe_server(stack.folder / "stripe.sqlite3", port=port) as server:
        register_saleor(server, stack)
        tell(f"Payments go to the Stripe test server, {server.url}: no real money.")
        yield replace(stack, variables=stripe_variables(server))
