"""``alencon theme``: the town's look, for Saleor's storefront, Saleor and our own stylesheets."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.theme_sheets import SHEETS, sheet_with_tokens
from saleor_alencon.provisioning.delivery_table import read_delivery_table
from saleor_alencon.provisioning.theming import saleor_theme, storefront_theme
from saleor_alencon.saleor_api.client import office_client

PACKAGE = Path(__file__).resolve().parents[3]


class Command(BaseCommand):
    help = "Bring the theme's tokens, words and drawings to where they are shown."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        storefront = actions.add_parser(
            "storefront", help="lay the theme over a checkout of Saleor's storefront; repeatable"
        )
        storefront.add_argument("folder", type=Path, help="the checkout")
        storefront.add_argument("--dry-run", action="store_true", help="only say what changes")
        actions.add_parser(
            "saleor", help="load menus, pages and words into the Saleor at SALEOR_API_URL"
        )
        sheets = actions.add_parser(
            "sheets", help="write the tokens' colours into this project's own stylesheets"
        )
        sheets.add_argument("--check", action="store_true", help="exit 1 when one differs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["action"] == "storefront":
                report = storefront_theme(
                    folder=options["folder"], dry_run=options["dry_run"], tell=self.tell
                )
                if not report.changed_anything:
                    self.tell("Nothing had to be changed.")
            elif options["action"] == "saleor":
                self.saleor()
            else:
                self.sheets(check=options["check"])
        except AlenconError as error:
            raise CommandError(str(error)) from error

    def saleor(self) -> None:
        if settings.SALEOR_API_URL is None:
            raise CommandError("SALEOR_API_URL is not set: see docs/settings.md.")
        with office_client() as client:
            saleor_theme(client=client, table=read_delivery_table(), tell=self.tell)

    def sheets(self, *, check: bool) -> None:
        stale = []
        for name in SHEETS:
            path = PACKAGE / name
            text = path.read_text(encoding="utf-8")
            wanted = sheet_with_tokens(text, name)
            if text != wanted:
                stale.append(name)
                if not check:
                    path.write_text(wanted, encoding="utf-8")
            self.tell(f"{'changed  ' if text != wanted else 'unchanged'}  {name}")
        if check and stale:
            raise CommandError("run `alencon theme sheets`: " + ", ".join(stale))

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
