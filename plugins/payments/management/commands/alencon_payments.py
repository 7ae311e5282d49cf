"""``manage.py alencon_payments app|status|watch|look``: sets up and looks after the payments."""

import argparse
import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...errors import PaymentError
from ...models import Intent
from ...requestor import ensure_payment_app
from ...status import describe_status
from ...stripe_provider import get_provider
from ...synchronising import synchronise
from ...watching import watch


class Command(BaseCommand):
    help = "Make the payment App, show what is open at Stripe, or look after it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("app", help="make the App that owns the payments; repeatable")
        actions.add_parser("status", help="print counts and failures as JSON")
        looking = actions.add_parser("look", help="tell Saleor what it lacks about one payment")
        looking.add_argument("intent_id", metavar="pi_...")
        watching = actions.add_parser("watch", help="process messages, refunds and paid baskets")
        watching.add_argument("--every", type=float, metavar="SECONDS", help="repeat for ever")
        watching.add_argument(
            "--all", action="store_true", help="look at everything open, due or not"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one thing asked."""
        if options["action"] == "app":
            app = ensure_payment_app()
            self.stdout.write(f"The payment App is there: {app.identifier}.")
        elif options["action"] == "status":
            self.stdout.write(json.dumps(describe_status(), default=str, indent=2))
        elif options["action"] == "look":
            self.look(options["intent_id"])
        else:
            self.watch(options["every"], options["all"])

    def look(self, intent_id: str) -> None:
        """Synchronise one payment, closed or not."""
        row = Intent.objects.filter(intent_id=intent_id).first()
        if row is None:
            raise CommandError(f"{intent_id} is not a payment that this plugin made.")
        try:
            intent = synchronise(row, get_provider())
        except PaymentError as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(f"{intent_id} is {intent.status}; Saleor knows all of it.")

    def watch(self, every: float | None, everything: bool) -> None:
        """Watch once, or for ever."""
        from ....capture.queueing import close_connections

        while True:
            try:
                report = watch(get_provider(), everything=everything)
            except PaymentError as error:
                if every is None:
                    raise CommandError(f"{type(error).__name__}: {error}") from error
                self.stderr.write(f"{type(error).__name__}: {error}")
            else:
                if every is None or report.failed:
                    self.stdout.write(
                        f"{report.events} messages, {report.refunds} refunds and "
                        f"{report.intents} payments looked after, {report.failed} failed"
                    )
            if every is None:
                return
            close_connections()
            time.sleep(every)
