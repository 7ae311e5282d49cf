"""``alencon shops``: the Office's shops in Saleor."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.errors import AlenconError
from saleor_alencon.provisioning.services import (
    provision_summary,
    shop_provision,
    shop_verify,
    shops_to_provision,
    strangers_find,
)
from saleor_alencon.provisioning.staff import StaffLogin, office_staff_login
from saleor_alencon.saleor_api.client import SaleorClient, office_client


class Command(BaseCommand):
    help = "Put the shops into Saleor, or see what differs there."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, text in (
            ("provision", "bring shops in Saleor up to date; safe to repeat"),
            ("verify", "list what differs; exits 1 when something does"),
        ):
            action = actions.add_parser(name, help=text)
            which = action.add_mutually_exclusive_group(required=True)
            which.add_argument("slugs", nargs="*", default=[], metavar="slug")
            which.add_argument("--all", action="store_true", help="every shop that belongs there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the chosen action on each shop; one that fails does not stop the others."""
        try:
            shops = list(shops_to_provision(options["slugs"]))
            with office_client() as client, office_staff_login() as staff:
                if options["action"] == "provision":
                    failures = self.provision(client, staff, shops)
                else:
                    failures = self.verify(client, shops, every=options["all"])
        except AlenconError as error:
            raise CommandError(str(error)) from error
        if failures:
            raise CommandError(failures)

    def provision(self, client: SaleorClient, staff: StaffLogin, shops: list[Any]) -> str:
        """Provision each; return what to say at the end of what failed."""
        failed = 0
        for shop in shops:
            try:
                cured = shop_provision(shop=shop, client=client, staff=staff, now=timezone.now())
                self.stdout.write(provision_summary(shop, cured))
            except AlenconError as error:
                failed += 1
                self.stderr.write(f"{shop.slug} : {error}")
        return f"{failed} of {len(shops)} shops failed; run it again" if failed else ""

    def verify(self, client: SaleorClient, shops: list[Any], *, every: bool) -> str:
        """Verify each; return what to say at the end when something differs."""
        count = 0
        for shop in shops:
            try:
                drift = shop_verify(shop=shop, client=client, now=timezone.now())
            except AlenconError as error:
                self.stderr.write(f"{shop.slug} : {error}")
                count += 1
                continue
            for each in drift:
                self.stdout.write(f"{shop.slug} : {each}")
            if drift:
                self.stdout.write(f"  -> alencon shops provision {shop.slug}")
            count += len(drift)
        strangers = strangers_find(client=client) if every else []
        for stranger in strangers:
            self.stdout.write(stranger)
        count += len(strangers)
        if not count:
            self.stdout.write(f"{len(shops)} shops: nothing differs")
        return f"{count} differences" if count else ""
