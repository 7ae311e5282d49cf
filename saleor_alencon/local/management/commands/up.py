import os
from argparse import ArgumentParser

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from saleor_alencon.cli import with_owner
from saleor_alencon.local.demo import LOGINS, PASSWORD, demo_fill, demo_seed
from saleor_alencon.local.office_process import serve_office
from saleor_alencon.local.stripe_process import test_server_port


class Command(BaseCommand):
    help = "Run the Office service here with the recorded orders; a second call loses nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8080)

    def handle(self, **options: object) -> None:
        arguments = with_owner(["alencon", "migrate"])[2:]
        call_command("migrate", *arguments, verbosity=0)
        demo_seed()
        demo_fill(timezone.now())
        port = int(str(options["port"]))
        # The demo pays nobody: its SEPA file goes to no bank.
        os.environ.setdefault("SEPA_RAIL", "enabled")
        stripe_port = test_server_port()
        money = "Payments are those of the Stripe test server. " if stripe_port else ""
        logins = "\n".join(f"  {email:30} {PASSWORD}  {role}" for email, role in LOGINS.items())
        address = f"http://127.0.0.1:{port}/"
        serve_office(
            port=port,
            stripe_port=stripe_port,
            ready=f"\nAcheter à Alençon: {address}\n{logins}\n{money}Ctrl-C stops it.",
        )
