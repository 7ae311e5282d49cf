"""The Stripe test server serves both clients: Saleor's stripe 3.5 and the Office's stripe 16."""

import json
import subprocess
from pathlib import Path

import pytest
import stripe

from saleor_alencon.local.saleor_source import find_saleor
from saleor_alencon.local.stripe_server import running_stripe_server

SCRIPT = Path(__file__).parent / "stripe_3_client.py"
SECRET = "whsec_chosen"


def use_old_client(server, deliveries) -> dict:
    """Run the script in Saleor's virtual environment and return what it found."""
    lines = [
        json.dumps({"body": body.decode(), "signature": signature})
        for body, signature in deliveries
    ]
    done = subprocess.run(
        [find_saleor().python, SCRIPT, server.url, server.secret_key],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def both():
    """What the old client did and saw, and the new one on the same server afterwards."""
    with running_stripe_server() as server:
        client = stripe.StripeClient(server.secret_key, base_addresses={"api": server.url})
        endpoint = server.register_webhook("http://127.0.0.1:9/none", SECRET)
        server.pause_deliveries()
        intent = client.v1.payment_intents.create({"amount": 700, "currency": "eur"})
        [event] = client.v1.events.list().data
        deliveries = [server.signed_event(event.id, endpoint["id"])]
        yield use_old_client(server, deliveries), client, intent, deliveries


def test_saleors_client_pays_refunds_and_reads_the_booking(both) -> None:
    paid = both[0]["paid"]

    assert paid["version"] == "3.5.0"
    assert (paid["status"], paid["capture_method"], paid["net"]) == ("succeeded", "automatic", 960)
    assert (paid["refund"], paid["refunded"], paid["refunds"]) == ("succeeded", 300, [300])
    assert paid["over"] == {
        "type": "InvalidRequestError",
        "status": 400,
        "code": None,
        "decline": None,
    }


def test_saleors_client_meets_the_rules_of_idempotency(both) -> None:
    paid = both[0]["paid"]

    assert paid["same"] is True
    assert (paid["other"]["type"], paid["other"]["status"]) == ("IdempotencyError", 400)


def test_saleors_client_understands_the_refusals(both) -> None:
    found = both[0]["refused"]

    assert found["declined"] == {
        "type": "CardError",
        "status": 402,
        "code": "card_declined",
        "decline": "insufficient_funds",
    }
    assert found["missing"]["code"] == "resource_missing"
    assert (found["secure"], found["cancelled"]) == ("requires_action", "canceled")
    assert found["listed"] == 4


def test_both_clients_accept_the_signature_of_one_delivery(both) -> None:
    found, _client, intent, [(body, signature)] = both

    event = stripe.Webhook.construct_event(body, signature, SECRET)

    assert stripe.VERSION.startswith("16.")
    assert event.data.object.id == intent.id
    assert found["events"] == [["payment_intent.created", intent.id]]


def test_the_offices_client_reads_what_saleors_client_did(both) -> None:
    client = both[1]

    [charge, _declined] = sorted(
        client.v1.charges.list().data, key=lambda each: each.status, reverse=True
    )
    booked = client.v1.balance_transactions.list({"type": "charge"}).data

    assert (charge.amount, charge.amount_refunded) == (1_000, 300)
    assert charge.metadata["saleor_transaction"] == "T1"
    assert [each.net for each in booked] == [960]
