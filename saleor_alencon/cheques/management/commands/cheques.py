from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from saleor_alencon.cheques.models import Cheque
from saleor_alencon.cheques.tasks import tell_saleor, write_off_expired
from saleor_alencon.errors import AlenconError


class Command(BaseCommand):
    help = "Write expired gift cheques off, and tell Saleor of cheques that changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("expire", help="write off what expired, by the association's rule")
        actions.add_parser("send", help="tell Saleor what changed")
        actions.add_parser("stuck", help="list what Saleor does not take; exit 1 if there is any")

    def handle(self, *args: object, **options: object) -> None:
        try:
            if options["action"] == "expire":
                self.stdout.write(f"{write_off_expired()} written off")
            elif options["action"] == "send":
                counts = tell_saleor()
                self.stdout.write(f"{counts['done']} done, {counts['failed']} failed")
            else:
                self._show_stuck()
        except AlenconError as error:
            raise CommandError(str(error)) from error

    def _show_stuck(self) -> None:
        stuck = Cheque.objects.filter(tell_saleor=True, failed_attempts__gt=0)
        for cheque in stuck.order_by("id"):
            self.stdout.write(f"{cheque} ({cheque.failed_attempts}): {cheque.failure}")
        self.stdout.write(f"{stuck.count()} stuck")
        if stuck.exists():
            raise CommandError("some cheques wait for Saleor: see the list above", returncode=1)
