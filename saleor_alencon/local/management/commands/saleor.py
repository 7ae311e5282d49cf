"""``alencon saleor up``: Saleor and the Office together, on this machine."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.saleor_source import ensure_template, find_saleor
from saleor_alencon.local.saleor_stack import run_stack


class Command(BaseCommand):
    help = "Run Saleor with this project's plugins, on a private PostgreSQL."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        up = actions.add_parser("up", help="start everything; Ctrl-C stops it")
        up.add_argument("--saleor-port", type=int, default=8000)
        up.add_argument("--office-port", type=int, default=8080)
        actions.add_parser("prepare", help="migrate an empty Saleor database, once; then end")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the chosen action; its failures are one line with the cure."""
        try:
            if options["action"] == "prepare":
                ensure_template(find_saleor(), self.tell)
                self.tell("Saleor's database template is ready.")
            else:
                run_stack(
                    saleor_port=options["saleor_port"],
                    office_port=options["office_port"],
                    tell=self.tell,
                )
        except AlenconError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.tell("Stopped.")

    def tell(self, text: str) -> None:
        """Print at once, so that the lines appear while the work goes on."""
        self.stdout.write(text)
        self.stdout.flush()
