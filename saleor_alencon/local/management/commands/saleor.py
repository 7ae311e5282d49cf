"""``alencon saleor``: Saleor and the Office together on this machine, and setting Saleor up."""

import argparse
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.saleor_payments import STRIPE_PORT
from saleor_alencon.local.saleor_source import ensure_template, find_saleor
from saleor_alencon.local.saleor_stack import run_stack
from saleor_alencon.provisioning.delivery_table import read_delivery_table
from saleor_alencon.provisioning.services import saleor_setup
from saleor_alencon.provisioning.setup_app import log_in, write_token


def page_url() -> str | None:
    """Return the address of the Office's page in the Dashboard, None where there is none."""
    if settings.OFFICE_URL is None or settings.DASHBOARD_URL is None:
        return None
    return urljoin(settings.OFFICE_URL, reverse("frame"))


class Command(BaseCommand):
    help = "Run Saleor with this project's plugins here, or set a Saleor up for the town."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        up = actions.add_parser("up", help="start everything; Ctrl-C stops it")
        up.add_argument("--saleor-port", type=int, default=8000)
        up.add_argument("--office-port", type=int, default=8080)
        up.add_argument("--stripe-port", type=int, default=STRIPE_PORT, help="of the test server")
        actions.add_parser("prepare", help="migrate an empty Saleor database, once; then end")
        setup = actions.add_parser(
            "setup", help="give the Saleor at SALEOR_API_URL all that the town needs; repeatable"
        )
        setup.add_argument("--email", help="staff login: to make the Office's app, or to widen it")
        setup.add_argument(
            "--password-stdin", action="store_true", help="read the login's password there"
        )
        setup.add_argument("--token-file", type=Path, help="write the app's token there, not out")
        setup.add_argument(
            "--new-token", action="store_true", help="make the app one more token (one was lost)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the chosen action; its failures are one line with the cure."""
        try:
            if options["action"] == "prepare":
                ensure_template(find_saleor(), self.tell)
                self.tell("Saleor's database template is ready.")
            elif options["action"] == "setup":
                self.setup(**options)
            else:
                run_stack(
                    saleor_port=options["saleor_port"],
                    office_port=options["office_port"],
                    stripe_port=options["stripe_port"],
                    tell=self.tell,
                )
        except AlenconError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.tell("Stopped.")

    def setup(
        self,
        *,
        email: str | None,
        password_stdin: bool,
        token_file: Path | None,
        new_token: bool,
        **_options: Any,
    ) -> None:
        """Set up, and say of each thing what became of it."""
        url = settings.SALEOR_API_URL
        if url is None:
            raise CommandError("SALEOR_API_URL is not set: see docs/settings.md.")
        if bool(email) != password_stdin or (new_token and not email):
            raise CommandError("A staff login is given by --email and --password-stdin, both.")

        def keep_token(token: str) -> None:
            if token_file:
                write_token(token_file, token)
                self.tell(f"The app's token is in {token_file}: set SALEOR_APP_TOKEN to it.")
            else:
                self.tell(f"SALEOR_APP_TOKEN={token}\nThis token is shown once: keep it now.")

        table = read_delivery_table()
        staff = log_in(url, email, sys.stdin.readline().rstrip("\n")) if email else None
        try:
            token = settings.SALEOR_APP_TOKEN
            report = saleor_setup(
                url=url,
                app_token=token.get_secret_value() if token else None,
                staff=staff,
                table=table,
                tell=self.tell,
                keep_token=keep_token,
                new_token=new_token,
                page_url=page_url(),
            )
        finally:
            if staff:
                staff.close()
        if not report.changed_anything:
            self.tell("Nothing had to be changed.")

    def tell(self, text: str) -> None:
        """Print at once, so that the lines appear while the work goes on."""
        self.stdout.write(text)
        self.stdout.flush()
