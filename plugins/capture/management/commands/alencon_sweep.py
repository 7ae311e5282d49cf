"""``manage.py alencon_sweep``: capture what the hooks lost, once or for ever."""

import argparse
import datetime
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...errors import CaptureError
from ...queueing import close_connections
from ...sweep import SweepReport, sweep


def parse_moment(text: str) -> datetime.datetime:
    """Read an ISO 8601 date or moment; without an offset it is UTC."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not an ISO 8601 moment.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


class Command(BaseCommand):
    help = "Capture every order changed since the watermark into the Office's inbox."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="repeat for ever")
        parser.add_argument(
            "--since", type=parse_moment, metavar="ISO", help="go back to this time"
        )
        parser.add_argument("--limit", type=int, help="stop after about this many orders")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep once, or every ``--watch`` seconds until interrupted."""
        if not options["watch"]:
            try:
                self.tell(sweep(limit=options["limit"], since=options["since"]))
            except CaptureError as error:
                raise CommandError(f"{type(error).__name__}: {error}") from error
            return
        while True:
            try:
                report = sweep(limit=options["limit"], since=options["since"])
                if report.captured or report.failed:
                    self.tell(report)
            except CaptureError as error:
                self.stderr.write(f"{type(error).__name__}: {error}")
            options["since"] = None
            close_connections()
            time.sleep(options["watch"])

    def tell(self, report: SweepReport) -> None:
        """Print one line on what was done."""
        if report.busy:
            self.stdout.write("Another sweep is running.")
            return
        self.stdout.write(
            f"{report.examined} examined, {report.captured} captured, {report.failed} failed, "
            f"watermark {report.watermark.isoformat()}"
        )
