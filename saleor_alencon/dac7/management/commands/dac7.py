from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from saleor_alencon.accounts.models import User
from saleor_alencon.dac7.identities import missing_labels
from saleor_alencon.dac7.models import Channel, YearReport
from saleor_alencon.dac7.notices import draft_sheet, report_sheet, sellers_inform
from saleor_alencon.dac7.requests import chases, identity_request, town_day
from saleor_alencon.dac7.services import (
    changed_sellers,
    latest_report,
    report_freeze,
    sellers_of,
    years_known,
)
from saleor_alencon.dac7.xml_file import tax_file
from saleor_alencon.domain.dac7 import SellerStatus
from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.report_table import report_csv, report_xlsx


class Command(BaseCommand):
    help = "What is declared of the shops to the tax authority (DAC7), year by year."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("years", help="list the years, their versions and what changed since")
        freeze = actions.add_parser("freeze", help="keep what is declared of a year, for good")
        freeze.add_argument("--by", required=True, metavar="E-MAIL", help="who freezes it")
        freeze.add_argument("--reason", default="", help="of a corrected version: what was wrong")
        sheet = actions.add_parser("sheet", help="write the data sheet, CSV and XLSX")
        xml = actions.add_parser("xml", help="write the tax authority's file")
        xml.add_argument("--test", action="store_true", help="for its test platform")
        inform = actions.add_parser("inform", help="write to every seller what is declared of it")
        for action in (freeze, sheet, xml, inform):
            action.add_argument("--year", type=int, required=True, help="calendar year")
        for action in (sheet, xml):
            action.add_argument("--to", type=Path, default=Path(), metavar="FOLDER",
                                help="default: here")  # fmt: skip
        chase = actions.add_parser("chase", help="list what is missing of whom")
        chase.add_argument("--send", action="store_true", help="write the messages that are due")

    def handle(self, **options: object) -> None:
        with override("fr"):
            getattr(self, f"_{options['action']}")(options)

    def _years(self, _options: dict[str, object]) -> None:
        for year in years_known(now=timezone.now()):
            report = latest_report(year)
            declared = [each for each in sellers_of(year) if each.status is SellerStatus.DECLARED]
            state = "not frozen"
            if report is not None:
                changed = changed_sellers(report)
                state = f"version {report.version} of {report.frozen_at:%Y-%m-%d}"
                state += f", changed since: {', '.join(changed)}" if changed else ""
            self.stdout.write(f"{year}: {len(declared)} shops to declare, {state}")

    def _freeze(self, options: dict[str, object]) -> None:
        user = User.objects.filter(email=options["by"]).first()
        if user is None:
            raise CommandError(f"--by {options['by']}: nobody here has this e-mail address")
        if not user.has_perm("dac7.freeze"):
            raise CommandError(f"--by {options['by']}: this role does not freeze declarations")
        report = report_freeze(
            year=int(str(options["year"])),
            frozen_by=user,
            reason=str(options["reason"]),
            now=timezone.now(),
        )
        self.stdout.write(f"{report}: {report.sellers.count()} shops")

    def _sheet(self, options: dict[str, object]) -> None:
        year, folder = int(str(options["year"])), _folder(options)
        report = latest_report(year)
        for suffix, write in (("csv", lambda found: b"".join(report_csv(found))),
                              ("xlsx", report_xlsx)):  # fmt: skip
            table = report_sheet(report) if report else draft_sheet(year)
            path = folder / f"{table.name}.{suffix}"
            path.write_bytes(write(table))
            self.stdout.write(str(path))

    def _xml(self, options: dict[str, object]) -> None:
        folder = _folder(options)
        found = tax_file(_frozen(options), test=bool(options["test"]))
        (folder / found.name).write_bytes(found.content)
        for warning in found.warnings:
            self.stderr.write(warning)
        self.stdout.write(str(folder / found.name))

    def _inform(self, options: dict[str, object]) -> None:
        count = sellers_inform(report=_frozen(options), now=timezone.now())
        self.stdout.write(f"{count} messages in the outbox; alencon messages send")

    def _chase(self, options: dict[str, object]) -> None:
        now = timezone.now()
        for chase in chases():
            asked = ", ".join(day.isoformat() for day in chase.days) or "never"
            self.stdout.write(
                f"{chase.shop}: {', '.join(missing_labels(chase.missing))}; asked {asked}"
            )
            if options["send"] and chase.is_due(town_day(now)):
                try:
                    identity_request(
                        shop_id=chase.shop.pk, asked_by=None, channel=Channel.EMAIL, now=now
                    )
                except AlenconError as error:
                    self.stderr.write(str(error))
                else:
                    self.stdout.write(f"{chase.shop}: in the outbox, to {chase.shop.email}")


def _folder(options: dict[str, object]) -> Path:
    folder = Path(str(options["to"]))
    if not folder.is_dir():
        raise CommandError(f"--to {folder}: no such folder")
    return folder


def _frozen(options: dict[str, object]) -> YearReport:
    report = latest_report(int(str(options["year"])))
    if report is None:
        raise CommandError(f"{options['year']} is not frozen: alencon dac7 freeze")
    return report
