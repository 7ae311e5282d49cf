from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.settlement.services import run_create


class Command(BaseCommand):
    help = "Draft a settlement run, left for a second person to approve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, metavar="E-MAIL", help="who prepares the run")
        parser.add_argument(
            "--due", action="store_true", help="only the shops whose day has come, not all"
        )

    def handle(self, **options: object) -> None:
        now = timezone.now()
        user = User.objects.filter(email=options["by"]).first()
        if user is None:
            raise CommandError(f"--by {options['by']}: nobody here has this e-mail address")
        run = run_create(created_by=user, cutoff=now, now=now, due_only=bool(options["due"]))
        self.stdout.write(
            f"{run.number}: {run.statements.count()} statements, {run.payouts.count()} payouts"
        )
