"""A test server in memory whose clock stands still, and the Office's stripe client on it."""

import pytest
import stripe

from saleor_alencon.local.stripe_server import running_stripe_server
from tests.unit.stripe_server.shop import MONDAY, Shop


@pytest.fixture
def server():
    with running_stripe_server() as running:
        running.freeze(MONDAY)
        yield running


@pytest.fixture
def client(server):
    return connect(server)


@pytest.fixture
def shop(server, client):
    return Shop(server, client)


def connect(server) -> stripe.StripeClient:
    return stripe.StripeClient(
        server.secret_key, base_addresses={"api": server.url}, max_network_retries=0
    )
