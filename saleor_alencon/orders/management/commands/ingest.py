import random
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from saleor_alencon.orders.services import document_store, documents_ingest, inbox_ingest


class Command(BaseCommand):
    help = "Process the inbox, or put the snapshots of a folder into it and process those."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="folder of OrderSnapshot files")
        parser.add_argument("--shuffle", action="store_true", help="in random order")
        parser.add_argument("--seed", type=int, help="make --shuffle repeatable")
        parser.add_argument("--repeat", type=int, default=1, metavar="N", help="each file N times")

    def handle(self, **options: object) -> None:
        folder = options["folder"]
        now = timezone.now()
        if folder is None:
            self._report(inbox_ingest(now=now))
            return
        files = sorted(Path(str(folder)).glob("*.json")) * int(str(options["repeat"]))
        if not files:
            raise CommandError(f"{folder}: no *.json file there; name a folder of OrderSnapshots")
        if options["shuffle"]:
            random.Random(options["seed"]).shuffle(files)  # noqa: S311 - an order, not a secret
        # What a line was sold under is decided by the oldest document of its order: all are there
        # before the first is processed.
        ids = [document_store(file.read_text(), source="file").pk for file in files]
        progress = tqdm(ids, unit="document", disable=None)
        self._report(documents_ingest(progress, now=now))

    def _report(self, counts: dict[str, int]) -> None:
        total = sum(counts.values())
        detail = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        self.stdout.write(f"{total} documents" + (f": {detail}" if detail else ""))
