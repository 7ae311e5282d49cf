"""``alencon stripe``: the Stripe test server on this machine, until Ctrl-C."""

import argparse
import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.stripe_server import running_stripe_server

DEFAULT_PORT = 8420


class Command(BaseCommand):
    help = "Run the Stripe test server: a double of Stripe's API, without any real money."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0: any free one")
        parser.add_argument("--data", type=Path, help="keep its state in this file (else: memory)")
        parser.add_argument("--webhook", action="append", default=[], metavar="URL")
        parser.add_argument("--webhook-secret", metavar="whsec_…", help="for every --webhook")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        try:
            with running_stripe_server(options["data"], port=options["port"]) as server:
                known = server.webhook_urls()
                for url in options["webhook"]:
                    if url not in known:
                        endpoint = server.register_webhook(url, options["webhook_secret"])
                        self.tell(f"STRIPE_WEBHOOK_SECRET={endpoint['secret']}  # {url}")
                self.tell(f"STRIPE_API_BASE={server.url}")
                self.tell(f"STRIPE_SECRET_KEY={server.secret_key}")
                self.tell(f"STRIPE_PUBLISHABLE_KEY={server.publishable_key}")
                self.tell("Serveur d'essai Stripe: no real money. Ctrl-C stops it.")
                stopped.wait()
        except AlenconError as error:
            raise CommandError(str(error)) from error
        self.tell("Stopped.")

    def tell(self, text: str) -> None:
        """Print at once."""
        self.stdout.write(text)
        self.stdout.flush()
