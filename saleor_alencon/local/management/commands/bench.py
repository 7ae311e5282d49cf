"""``alencon bench``: measures beside the goals, each bench in a Saleor of its own."""

import argparse
import importlib
import sys
from typing import Any

from django.core.management.base import BaseCommand

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.bench_line import BrowserMissing
from saleor_alencon.local.saleor_source import SaleorMissing
from saleor_alencon.local.system_postgres import PostgresMissing

# Each module has run(tell) -> whether every goal is reached; one that starts a process of its own
# on its stack (`--on-stack`) has measure(part, tell) for it.
BENCHES = {
    "checkout": "saleor_alencon.local.bench_checkout",
    "counter": "saleor_alencon.local.bench_counter",
    "import": "saleor_alencon.local.bench_import",
    "scope": "saleor_alencon.local.bench_scope",
    "settlement": "saleor_alencon.local.bench_settlement",
}
SIZED = ("settlement",)
"""Those whose run() takes the number of order lines."""
MISSED = 1
CANNOT_RUN = 2


class Command(BaseCommand):
    help = (
        "Measure; exit 1 when a goal is missed, 2 when Saleor, PostgreSQL or Chromium is missing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", choices=sorted(BENCHES))
        parser.add_argument(
            "--lines", type=int, help="settlement: order lines, for a run smaller than the goal's"
        )
        parser.add_argument("--on-stack", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        sized = {"lines": options["lines"]} if options["lines"] else {}
        if sized and options["name"] not in SIZED:
            self.stderr.write(f"--lines: bench {options['name']} has one size")
            sys.exit(CANNOT_RUN)
        bench = importlib.import_module(BENCHES[options["name"]])
        try:
            if options["on_stack"]:
                reached = bench.measure(options["on_stack"], self.tell)
            else:
                reached = bench.run(self.tell, **sized)
        except (BrowserMissing, SaleorMissing, PostgresMissing) as error:
            self.stderr.write(str(error))
            sys.exit(CANNOT_RUN)
        except AlenconError as error:
            self.stderr.write(str(error))
            sys.exit(MISSED)
        if not reached:
            sys.exit(MISSED)

    def tell(self, text: str) -> None:
        """Print at once."""
        self.stdout.write(text)
        self.stdout.flush()
