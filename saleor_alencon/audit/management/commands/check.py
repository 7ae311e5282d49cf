import hashlib
import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from saleor_alencon.audit.invariants import INVARIANTS, digest_rows, find_problems


class Command(BaseCommand):
    help = "Verify every invariant of the books; exit 1 with a list of what is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--digest", action="store_true", help="print a digest of all balances and shop orders"
        )

    def handle(self, **options: object) -> None:
        problems = find_problems()
        for problem in problems:
            self.stdout.write(problem)
        if options["digest"]:
            rows = json.dumps(digest_rows(), ensure_ascii=False)
            self.stdout.write(f"digest {hashlib.sha256(rows.encode()).hexdigest()}")
        self.stdout.write(f"{len(problems)} problems ({len(INVARIANTS)} invariants checked)")
        if problems:
            raise CommandError("the books are not right: see the list above", returncode=1)
