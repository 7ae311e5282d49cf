"""What the client makes of every kind of answer; the server answers what Saleor answers."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from saleor_alencon.local.processes import find_free_port
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused, SaleorUnreachable

QUERY = "query($slug: String!) { channel(slug: $slug) { id } }"
MUTATION = "mutation { channelCreate(input: {}) { channel { id } errors { field code message } } }"


class Answering(BaseHTTPRequestHandler):
    status, body, received = 200, b"", {}

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        type(self).received = {
            "body": json.loads(self.rfile.read(length)),
            "authorization": self.headers["Authorization"],
        }
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def answer():
    class Handler(Answering):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def prepare(body, status=200):
        Handler.status = status
        Handler.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Handler, f"http://127.0.0.1:{server.server_port}/graphql/"

    yield prepare
    server.shutdown()
    thread.join()
    server.server_close()


def test_variables_and_token_are_sent_and_data_is_returned(answer):
    handler, url = answer({"data": {"channel": {"id": "Q2g6MQ=="}}})
    with SaleorClient(url, "jeton") as client:
        assert client.execute(QUERY, slug="alencon") == {"channel": {"id": "Q2g6MQ=="}}
    assert handler.received["authorization"] == "Bearer jeton"
    assert handler.received["body"]["variables"] == {"slug": "alencon"}


def test_errors_of_a_mutation_are_terminal_and_keep_their_place(answer):
    error = {"field": "slug", "code": "UNIQUE", "message": "Already there."}
    _, url = answer({"data": {"channelCreate": {"channel": None, "errors": [error]}}})
    with SaleorClient(url) as client, pytest.raises(SaleorRefused) as refusal:
        client.mutate(MUTATION)
    assert str(refusal.value) == "channelCreate: slug UNIQUE Already there."
    assert refusal.value.errors == [error]
    assert not refusal.value.retryable


def test_errors_of_the_request_are_terminal(answer):
    _, url = answer({"errors": [{"message": "To access this path, you need MANAGE_ORDERS"}]})
    with SaleorClient(url) as client, pytest.raises(SaleorRefused, match="MANAGE_ORDERS"):
        client.execute(QUERY, slug="alencon")


@pytest.mark.parametrize(("body", "status"), [(b"<html>Bad gateway</html>", 502), (b"", 200)])
def test_an_answer_that_is_not_graphql_may_be_tried_again(answer, body, status):
    _, url = answer(body, status)
    with SaleorClient(url) as client, pytest.raises(SaleorUnreachable) as failure:
        client.execute(QUERY, slug="alencon")
    assert failure.value.retryable


def test_nobody_there_may_be_tried_again():
    url = f"http://127.0.0.1:{find_free_port()}/graphql/"
    with SaleorClient(url) as client, pytest.raises(SaleorUnreachable, match="ne répond pas"):
        client.execute(QUERY, slug="alencon")
