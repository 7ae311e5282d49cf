from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_alencon.settlement.models import SettlementRun, Statement
from saleor_alencon.settlement.seals import APPROVED, run_seal, statements_verify


class Command(BaseCommand):
    help = "Render approved statements again and hold them against the digests of their approval."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        verify = actions.add_parser("verify", help="exit 1 when a file is not the one it was")
        verify.add_argument("--run", metavar="NUMBER", help="of one run only")

    def handle(self, **options: object) -> None:
        runs = SettlementRun.objects.filter(state__in=APPROVED).order_by("id")
        if options["run"]:
            runs = runs.filter(number=options["run"])
            if not runs.exists():
                raise CommandError(f"--run {options['run']}: no approved run has this number")
        added = sum(run_seal(run_id=run_id, now=timezone.now()) for run_id in list(
            runs.values_list("pk", flat=True)
        ))  # fmt: skip
        if added:
            self.stdout.write(f"{added} files had no digest and were sealed now")
        statements = Statement.objects.filter(run__in=runs.values("pk")).select_related("run")
        broken = statements_verify(statements.order_by("id").iterator(chunk_size=50))
        for each in broken:
            self.stdout.write(
                f"{each.statement} {each.kind}: sealed {each.sealed}, found {each.found} "
                f"{each.hint}".rstrip()
            )
        if broken:
            raise CommandError(f"{len(broken)} files are not what they were")
        self.stdout.write(f"{statements.count()} statements reproduced bit for bit")
