import datetime
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.periods import late_run, next_run_at, shops_due
from saleor_alencon.settlement.preview import run_preview


class Command(BaseCommand):
    help = "Settlement runs: which is due or late, and what one would have paid at an instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("due", help="say what is due and when, exit 1 when a run is late")
        preview = actions.add_parser("preview", help="what a run would have paid, by shop")
        preview.add_argument(
            "--as-of", metavar="INSTANT", help="2026-11-01 or 2026-11-01T08:00, in the town's time"
        )

    def handle(self, **options: object) -> None:
        with override("fr"):
            if options["action"] == "preview":
                self._preview(str(options["as_of"] or ""))
            else:
                self._due()

    def _preview(self, text: str) -> None:
        now = timezone.now()
        try:
            as_of = datetime.datetime.fromisoformat(text) if text else now
        except ValueError as error:
            raise CommandError(f"--as-of {text}: write 2026-11-01 or 2026-11-01T08:00") from error
        if as_of.tzinfo is None:
            as_of = as_of.replace(tzinfo=TOWN_TIME)
        lines = run_preview(as_of=as_of, now=now)
        for line in lines:
            self.stdout.write(
                f"{line.shop.slug}: balance {line.balance_cents}, reserve {line.reserve_cents}, "
                f"paid {line.payable_cents}, carried {line.carried_cents} {line.reason}".rstrip()
                + ("" if line.due else ", not due")
            )
        paid = sum(line.payable_cents for line in lines)
        self.stdout.write(f"{len(lines)} shops, {paid} cents to pay")

    def _due(self) -> None:
        now = timezone.now()
        following = next_run_at(now=now)
        self.stdout.write(f"shops due now: {len(shops_due(cutoff=now))}")
        if following is not None:
            self.stdout.write(f"next: {following.astimezone(TOWN_TIME):%Y-%m-%d}")
        if late := late_run(now=now):
            raise CommandError(
                f"late since {late.since:%Y-%m-%d}: {late.shops} shops wait for "
                f"{late.waiting_cents} cents; draft a run with `alencon settle --due --by E-MAIL`"
            )
