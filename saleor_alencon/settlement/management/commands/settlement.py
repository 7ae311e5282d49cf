from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.periods import late_run, next_run_at, shops_due


class Command(BaseCommand):
    help = "Settlement runs: which is due, and whether one is late (exit 1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("due", help="say what is due and when, exit 1 when a run is late")

    def handle(self, **options: object) -> None:
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
