import datetime
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from saleor_alencon.accounts.models import User
from saleor_alencon.books.fec import fec_seal, fec_write
from saleor_alencon.books.months import month_close
from saleor_alencon.books.years import YearState, books_year, books_years, year_close

STATES = {YearState.RUNNING: "running", YearState.OVER: "over, to be closed"}


class Command(BaseCommand):
    help = "The association's books: the years, closing one, its FEC."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("years", help="list the financial years and their state")
        close = actions.add_parser("close", help="make the entries of a year final")
        close.add_argument("--year", type=int, required=True, help="year that it ends in")
        close.add_argument("--by", required=True, metavar="E-MAIL", help="who closes the year")
        month = actions.add_parser("close-month", help="let a month be posted to no more")
        month.add_argument("--month", required=True, metavar="2026-11", help="the one in turn")
        month.add_argument("--by", required=True, metavar="E-MAIL", help="who closes the month")
        fec = actions.add_parser("fec", help="write the fichier des écritures comptables")
        fec.add_argument("--year", type=int, required=True, help="year that it ends in")
        fec.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="default: here")
        fec.add_argument(
            "--provisional", action="store_true", help="also of a year that is not closed"
        )

    def handle(self, **options: object) -> None:
        now = timezone.now()
        with override("fr"):
            if options["action"] == "years":
                self._years(now)
            elif options["action"] == "close":
                self._close(int(str(options["year"])), str(options["by"]), now)
            elif options["action"] == "close-month":
                self._close_month(str(options["month"]), str(options["by"]), now)
            else:
                self._fec(options, now)

    def _years(self, now: datetime.datetime) -> None:
        for found in books_years(now=now):
            closing = found.closing
            state = STATES.get(found.state) or (
                f"closed on {closing.closed_at:%Y-%m-%d}, FEC {closing.digest}" if closing else ""
            )
            self.stdout.write(
                f"{found.year}: {found.span.first_day} to {found.span.last_day}, {state}"
            )

    def _user(self, email: str) -> User:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"--by {email}: nobody here has this e-mail address")
        if not user.has_perm("books.close_year"):
            raise CommandError(f"--by {email}: this role does not close years")
        return user

    def _close_month(self, text: str, email: str, now: datetime.datetime) -> None:
        try:
            first_day = datetime.date.fromisoformat(f"{text}-01")
        except ValueError as error:
            raise CommandError(f"--month {text}: write it as 2026-11") from error
        month_close(first_day=first_day, closed_by=self._user(email), now=now)
        self.stdout.write(f"{text} is closed")

    def _close(self, year: int, email: str, now: datetime.datetime) -> None:
        user = self._user(email)
        year_close(year=year, closed_by=user, now=now)
        digest = fec_seal(books_year(year, now=now))
        self.stdout.write(f"{year} is closed; the SHA-256 of its FEC is {digest}")

    def _fec(self, options: dict[str, object], now: datetime.datetime) -> None:
        folder = Path(str(options["to"]))
        if not folder.is_dir():
            raise CommandError(f"--to {folder}: no such folder")
        found = books_year(int(str(options["year"])), now=now)
        path = fec_write(found, folder, provisional=bool(options["provisional"]))
        self.stdout.write(f"{path} and {path.stem}-description.txt")
