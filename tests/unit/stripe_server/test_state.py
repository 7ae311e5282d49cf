"""What was answered is kept, whatever becomes of the process."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import stripe

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.stripe_server import StripeControl, running_stripe_server
from saleor_alencon.local.stripe_server.store import StripeServerBusy
from tests.unit.stripe_server.conftest import connect
from tests.unit.stripe_server.shop import MONDAY, Shop

SERVE = """
import pathlib, sys, time
from saleor_alencon.local.stripe_server import running_stripe_server
with running_stripe_server(pathlib.Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def process(tmp_path):
    started = []

    def start() -> tuple[subprocess.Popen, StripeControl]:
        command = [sys.executable, "-c", SERVE, str(tmp_path / "state" / "stripe.sqlite3")]
        one = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(one)
        return one, StripeControl(one.stdout.readline().strip())

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


def pay_until_it_ends(client, keys, answered) -> None:
    """Pay under one key after the other, noting what was answered, until the server is gone."""
    for key in keys:
        try:
            intent = client.v1.payment_intents.create(
                {
                    "amount": 1_000,
                    "currency": "eur",
                    "payment_method": "pm_card_visa",
                    "allowed_payment_method_types": ["card"],
                    "capture_method": "automatic",
                    "confirm": True,
                },
                {"idempotency_key": key},
            )
        except stripe.APIConnectionError:
            return
        answered[key] = intent.id


def test_a_killed_server_has_all_that_it_answered_and_nothing_twice(process) -> None:
    one, server = process()
    server.freeze(MONDAY)
    keys = [f"pay-{number}" for number in range(2_000)]
    answered: dict[str, str] = {}
    paying = threading.Thread(target=pay_until_it_ends, args=(connect(server), keys, answered))
    paying.start()
    while len(answered) < 25:
        time.sleep(0.005)
    os.kill(one.pid, signal.SIGKILL)
    paying.join()

    _again, server = process()
    asked = keys[: len(answered) + 1]
    after: dict[str, str] = {}
    pay_until_it_ends(connect(server), asked, after)

    assert server.now() == MONDAY
    assert {key: after[key] for key in answered} == answered
    shop = Shop(server, connect(server))
    found = list(shop.client.charges.list({"limit": 100}).auto_paging_iter())
    assert len(found) == len(asked)
    assert shop.balance() == (0, 960 * len(asked))


def test_two_servers_do_not_share_a_file(tmp_path) -> None:
    path = tmp_path / "stripe.sqlite3"

    with running_stripe_server(path), pytest.raises(StripeServerBusy), running_stripe_server(path):
        pass

    with running_stripe_server(path) as server:
        assert server.now() > 0


def test_time_brings_what_is_due_when_the_clock_runs() -> None:
    with running_stripe_server() as server:
        shop = Shop(server, connect(server))
        shop.paid(10_000)

        server.advance(days=7)

        [payout] = shop.client.payouts.list().data
        assert payout.amount == 9_825
        assert abs(server.now() - time.time() - 7 * 86_400) < 5


def test_the_clock_does_not_go_back(server) -> None:
    with pytest.raises(AlenconError, match="only goes forward"):
        server.advance(seconds=-1)


def test_it_listens_on_the_loopback_interface_only(server) -> None:
    assert server.url.startswith("http://127.0.0.1:")
