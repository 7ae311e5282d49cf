"""``alencon scope``: check, install or remove what keeps Saleor's merchants apart."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.scope_rules import scope_run


class Command(BaseCommand):
    help = "Run `alencon_scope` in this machine's Saleor: the rules that keep merchants apart."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", choices=("check", "install", "remove"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what Saleor's command printed.

        :raises CommandError: the rules are not in order, or it could not be done.
        """
        try:
            self.stdout.write(scope_run(options["action"]).strip())
        except AlenconError as error:
            raise CommandError(str(error)) from error
