"""The HTTP side: JSON over the loopback interface, and the pages that a shopper's browser needs."""

import html
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from saleor_alencon.errors import AlenconError

from . import accounts
from .answering import Answer, Answering, Request
from .control import Control
from .errors import StripeError

HOST = "127.0.0.1"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, HEAD, OPTIONS, DELETE",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Expose-Headers": "Request-Id",
}
PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>{title}</title>
<body style="font-family:sans-serif;max-width:30em;margin:4em auto"><h1>{title}</h1>
<p>Serveur d'essai Stripe : aucune banque, aucun argent réel.</p>{body}</body></html>"""


BUTTONS = {
    "3ds": (("succeed", "Confirmer le paiement"), ("fail", "Refuser")),
    "onboarding": (("succeed", "Compléter le compte"), ("later", "Plus tard")),
}
TITLES = {
    "3ds": "Banque d'essai : 3-D Secure",
    "onboarding": "Compte d'essai du commerçant",
}


class PortTaken(AlenconError):
    """Raised when the test server's port is in use."""


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into requests of the API or of the control endpoints."""

    protocol_version = "HTTP/1.1"
    server: "LocalServer"
    # The clients send head and body of a request in two parts: without it each waits 40 ms.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.handle_request()

    def do_POST(self) -> None:
        self.handle_request()

    def do_DELETE(self) -> None:
        self.handle_request()

    def do_OPTIONS(self) -> None:
        self.send(204, b"", "text/plain")

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: a log of requests would hold keys and client secrets."""

    def handle_request(self) -> None:
        """Answer one request."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        if path.startswith("/_test/"):
            self.handle_control(path, body)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.api.answer(Request(self.command, self.path, headers, body))
        if answer.dropped:
            self.drop()
        else:
            self.send_json(answer)

    def drop(self) -> None:
        """Close the connection without a word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_control(self, path: str, body: bytes) -> None:
        """Answer a control endpoint, or a page for the shopper."""
        parts = path.split("/")
        if parts[2] in BUTTONS and len(parts) == 4:
            self.handle_page(parts[2], parts[3])
            return
        try:
            asked = json.loads(body or b"{}")
            if not isinstance(asked, dict):
                raise StripeError("A control endpoint takes a JSON object.")
            answer = Answer(200, self.server.control.answer(self.command, path, asked))
        except json.JSONDecodeError as error:
            answer = Answer(400, StripeError(f"The body is no JSON: {error}").body)
        except StripeError as error:
            answer = Answer(error.status, error.body)
        self.send_json(answer)

    def handle_page(self, kind: str, name: str) -> None:
        """Show a page with its two buttons, or do what a button says and go back to the shop."""
        chosen = parse_qs(urlsplit(self.path).query).get("outcome")
        try:
            if again := self.server.pages.refreshed(kind, name):
                self.send(303, b"", "text/plain", {"Location": again})
                return
            if not chosen:
                self.send_page(*self.server.pages.show(kind, name))
                return
            back = self.server.pages.choose(kind, name, chosen[0])
        except StripeError as error:
            self.send_page("Impossible", html.escape(str(error)), status=error.status)
            return
        if back is None:
            self.send_page("C'est fait", "Vous pouvez fermer cette page.")
        else:
            self.send(303, b"", "text/plain", {"Location": back})

    def send_page(self, title: str, body: str, status: int = 200) -> None:
        """Send a page."""
        text = PAGE.format(title=html.escape(title), body=body)
        self.send(status, text.encode(), "text/html; charset=utf-8")

    def send_json(self, answer: Answer) -> None:
        """Send an answer of the API."""
        body = json.dumps(answer.body, indent=2).encode()
        self.send(answer.status, body, "application/json", answer.headers)

    def send(
        self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None
    ) -> None:
        """Send head and body."""
        self.send_response(status)
        sent = {"Content-Type": content_type, "Content-Length": str(len(body))}
        for name, value in {**sent, **CORS, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Pages:
    """What a shopper's or a merchant's browser sees of Stripe."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.engine = control.engine

    def show(self, kind: str, name: str) -> tuple[str, str]:
        """Return title and body of the bank's page, or of Stripe's for a new account.

        :raises StripeError: there is no such payment or account.
        """
        with self.engine.working() as work:
            if kind == "3ds":
                work.require("payment_intent", name, param="intent")
            else:
                accounts.find_account(work, name)
        links = "".join(
            f'<p><a id="{outcome}" href="?{urlencode({"outcome": outcome})}">{text}</a></p>'
            for outcome, text in BUTTONS[kind]
        )
        return TITLES[kind], links

    def refreshed(self, kind: str, name: str) -> str | None:
        """Return where a merchant's link leads back to that was used, or is too old.

        :raises StripeError: there is no such account.
        """
        if kind != "onboarding":
            return None
        with self.engine.working() as work:
            return accounts.link_of(work, accounts.find_account(work, name))

    def choose(self, kind: str, name: str, outcome: str) -> str | None:
        """Do what the button says, and return where the browser goes on.

        :raises StripeError: the payment or the account waits for nothing.
        """
        return self.onboard(name, outcome) if kind == "onboarding" else self.pay(name, outcome)

    def pay(self, name: str, outcome: str) -> str | None:
        """End 3-D Secure; the shop learns the outcome as from Stripe's own redirect."""
        with self.engine.working() as work:
            intent = work.require("payment_intent", name, param="intent")
        shown = self.control.answer(
            "POST", f"/_test/payment_intents/{name}/authenticate", {"outcome": outcome}
        )
        back = intent.get("_return_url")
        if not back:
            return None
        succeeded = shown["status"] in ("succeeded", "processing", "requires_capture")
        query = {
            "payment_intent": name,
            "payment_intent_client_secret": shown["client_secret"],
            "redirect_status": "succeeded" if succeeded else "failed",
        }
        return f"{back}{'&' if '?' in back else '?'}{urlencode(query)}"

    def onboard(self, name: str, outcome: str) -> str | None:
        """Complete a connected account, or leave it as it is, and go back to the platform."""
        with self.engine.working() as work:
            account = accounts.find_account(work, name)
            accounts.link_use(work, account)
            if outcome == "succeed":
                accounts.complete_onboarding(work, accounts.find_account(work, name))
        return account.get("_return_url")


class LocalServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, api: Answering, port: int) -> None:
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            raise PortTaken(
                f"Port {port} on {HOST}, needed for the Stripe test server, is in use: stop what "
                "listens there, or choose another port"
            ) from error
        self.api: Answering = api
        self.control = Control(api.engine)
        self.pages = Pages(self.control)
        self.url = f"http://{HOST}:{self.server_port}"
        api.engine.base_url = self.url

    def start(self) -> list[threading.Thread]:
        """Serve, and keep up with the clock, in threads of their own."""
        threads = [
            threading.Thread(
                target=self.serve_forever,
                kwargs={"poll_interval": 0.05},
                name="stripe-http",
                daemon=True,
            ),
            threading.Thread(target=self.api.engine.run, name="stripe-clock", daemon=True),
        ]
        for thread in threads:
            thread.start()
        return threads

    def stop(self) -> None:
        """Stop serving and the clock; what was answered is in the database."""
        self.api.engine.stopping.set()
        self.shutdown()
        self.server_close()
