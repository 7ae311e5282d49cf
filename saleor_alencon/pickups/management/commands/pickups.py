from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.errors import AlenconError
from saleor_alencon.pickups.models import CommandState, SaleorCommand
from saleor_alencon.pickups.sending import commands_send
from saleor_alencon.pickups.services import uncollected_mark
from saleor_alencon.saleor_api.client import office_client


class Command(BaseCommand):
    help = "Tell Saleor what shops did with their pickups, and show what Saleor does not accept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("send", help="send what is due to Saleor")
        actions.add_parser("stuck", help="list what failed; exit 1 when there is any")
        actions.add_parser("expire", help="mark what was not collected in time")

    def handle(self, *args: object, **options: object) -> None:
        if options["action"] == "send":
            try:
                with office_client() as client:
                    counts = commands_send(client=client, clock=timezone.now)
            except AlenconError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{counts['done']} done, {counts['failed']} failed")
        elif options["action"] == "expire":
            self.stdout.write(f"{uncollected_mark(now=timezone.now())} uncollected")
        else:
            self._show_stuck()

    def _show_stuck(self) -> None:
        stuck = SaleorCommand.objects.filter(state=CommandState.PENDING, failed_attempts__gt=0)
        for command in stuck.select_related("shop_order__order", "shop_order__shop"):
            self.stdout.write(f"{command} ({command.failed_attempts}): {command.reason}")
        self.stdout.write(f"{stuck.count()} stuck")
        if stuck.exists():
            raise CommandError("some requests wait for Saleor: see the list above", returncode=1)
