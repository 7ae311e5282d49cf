"""``manage.py alencon_scope``: the rules that keep merchants apart, in the database."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...errors import ScopeError
from ...installing import scope_check, scope_install, scope_remove
from ...tables import HIDDEN, OWN, SHARED


class Command(BaseCommand):
    help = "Install, check or remove the rules that keep each merchant to its own shop."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", choices=("install", "check", "remove"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was done.

        :raises CommandError: with place and cure.
        """
        try:
            if options["action"] == "install":
                digest = scope_install()
                self.stdout.write(f"Installed rules {digest} for {self.count()}.")
            elif options["action"] == "remove":
                scope_remove()
                self.stdout.write("Removed. Merchants can do nothing until they are installed.")
            else:
                wrong = scope_check()
                if wrong:
                    raise CommandError("\n".join(wrong))
                self.stdout.write(f"In order: {self.count()}.")
        except ScopeError as error:
            raise CommandError(str(error)) from error

    def count(self) -> str:
        """Say how many tables are in each class."""
        return f"{len(OWN)} tables of own rows, {len(SHARED)} shared, {len(HIDDEN)} hidden"
