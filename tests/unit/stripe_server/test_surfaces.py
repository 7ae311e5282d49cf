"""The bank's page in a browser, the control endpoints, and the command."""

import http.client
import os
import signal
import subprocess
import sys

import pytest
import stripe

from saleor_alencon.local.stripe_server import StripeControl
from saleor_alencon.local.stripe_server.errors import StripeError
from tests.unit.stripe_server.conftest import connect
from tests.unit.stripe_server.shop import refused


def visit(server, path, method="GET"):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.headers), text


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "succeeded"), ("fail", "failed")])
def test_the_banks_page_sends_the_shopper_back_with_the_outcome(
    shop, server, outcome, status
) -> None:
    intent = shop.paid(
        card="pm_card_authenticationRequired", return_url="http://127.0.0.1/back?order=1"
    )
    page = intent.next_action.redirect_to_url.url.removeprefix(server.url)

    shown = visit(server, page)
    done = visit(server, f"{page}?outcome={outcome}")

    assert shown[0] == 200
    assert 'id="succeed"' in shown[2]
    assert 'id="fail"' in shown[2]
    assert done[0] == 303
    assert done[1]["Location"] == (
        f"http://127.0.0.1/back?order=1&payment_intent={intent.id}"
        f"&payment_intent_client_secret={intent.client_secret}&redirect_status={status}"
    )


def test_the_banks_page_of_nothing_says_so(server) -> None:
    status, _headers, text = visit(server, "/_test/3ds/pi_none")

    assert status == 404
    assert "No such payment_intent" in text


def test_a_page_of_another_origin_may_confirm(server) -> None:
    status, headers, _text = visit(server, "/v1/payment_intents", "OPTIONS")

    assert (status, headers["Access-Control-Allow-Origin"]) == (204, "*")


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "nothing", {}, "No such control endpoint"),
        ("POST", "rules", {"card_rate": 1}, "No such rule: card_rate"),
        ("POST", "rules", {"card_rate_bps": "1"}, "is of the type int"),
        ("POST", "faults", {"mode": "flood", "path": "/v1"}, "Invalid mode"),
        ("POST", "faults", {"path": "/v1"}, "A fault has mode"),
        ("POST", "refunds/re_none/fail", {}, "No such refund"),
        ("POST", "payment_intents/pi_none/authenticate", {}, "No such payment_intent"),
        ("POST", "clock", {"advance": -1}, "only goes forward"),
    ],
)
def test_a_wrong_order_is_refused_with_its_reason(server, method, path, body, message) -> None:
    with pytest.raises(StripeError, match=message):
        server.order(method, path, **body)


def test_nothing_waits_for_authentication_after_it_was_given(shop, server) -> None:
    intent = shop.paid(card="pm_card_authenticationRequired")
    server.authenticate(intent.id)

    with pytest.raises(StripeError, match="waits for no authentication"):
        server.authenticate(intent.id)

    assert shop.balance() == (0, 960)


def test_an_account_that_is_not_connected_cannot_be_read(client) -> None:
    error = refused(client.v1.balance.retrieve, {}, {"stripe_account": "acct_1None"})

    assert isinstance(error, stripe.PermissionError)


def read_variables(output) -> dict[str, str]:
    """Read the printed variables, until the line that says that the server serves."""
    given = {}
    while "Ctrl-C" not in (line := output.readline()):
        assert line, "The command ended before it served"
        name, _, value = line.split("  #")[0].strip().partition("=")
        given[name] = value
    return given


def test_the_command_serves_keeps_its_state_and_stops_on_request(tmp_path) -> None:
    command = [sys.executable, "-m", "saleor_alencon", "stripe", "--port", "0"]
    command += ["--data", str(tmp_path / "state")]
    command += ["--webhook", "http://127.0.0.1:9/hook", "--webhook-secret", "whsec_chosen"]
    found = []
    for _run in range(2):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "LANG": "C"}
        )
        given = read_variables(process.stdout)
        server = StripeControl(given["STRIPE_API_BASE"])
        client = connect(server)
        client.v1.payment_intents.create({"amount": 900, "currency": "eur"})
        found.append(
            (
                given.get("STRIPE_WEBHOOK_SECRET"),
                len(client.v1.payment_intents.list().data),
                len(client.v1.webhook_endpoints.list().data),
            )
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stdout.close()

    assert found == [("whsec_chosen", 1, 1), (None, 2, 1)]
