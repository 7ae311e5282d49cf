"""``alencon catalogue``: a shop's products into Saleor and out of it, as spreadsheets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from saleor_alencon.catalogue.exporting import catalogue_export
from saleor_alencon.catalogue.models import ImportJob, ImportKind, ImportState
from saleor_alencon.catalogue.services import (
    import_apply,
    import_check,
    import_failed_rows,
    import_find_unfinished,
    import_receive,
)
from saleor_alencon.catalogue.sheets import FORMATS, template_bytes
from saleor_alencon.shops.models import Shop

SHOWN_FAULTS = 50


class Command(BaseCommand):
    help = "Import a shop's products into Saleor, export them, or write the template."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        read = actions.add_parser("import", help="import a CSV or XLSX file")
        read.add_argument("file", type=Path)
        read.add_argument("--shop", required=True, help="the shop's slug")
        read.add_argument("--dry-run", action="store_true", help="only say what would change")
        read.add_argument("--prices-and-stock", action="store_true", help="the fast path")
        read.add_argument("--complete", action="store_true", help="hide what the file leaves out")
        read.add_argument("--images", type=Path, help="ZIP of the images that the file names")
        read.add_argument("--errors", type=Path, help="where to write the refused rows")
        write = actions.add_parser("export", help="write a shop's products")
        write.add_argument("--shop", required=True, help="the shop's slug")
        write.add_argument("out", type=Path)
        template = actions.add_parser("template", help="write an empty file with explanations")
        template.add_argument("out", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        getattr(self, f"do_{options['action']}")(options)

    def do_import(self, options: dict[str, Any]) -> None:
        """Check or apply a file; exit 1 when the file or some of its rows are refused."""
        job = self.find_or_receive(options)
        with tqdm(unit="row", disable=None) as bar:

            def show(handled: int, total: int) -> None:
                bar.total = total
                bar.update(handled - bar.n)

            run = import_check if options["dry_run"] else import_apply
            job = run(job_id=job.pk, progress=show)
        self.tell(job)
        if options["errors"] and job.refused:
            options["errors"].write_bytes(
                import_failed_rows(job=job, suffix=suffix_of(options["errors"]))
            )
            self.stdout.write(f"Refused rows: {options['errors']}")
        if job.state == ImportState.REFUSED:
            raise CommandError(job.message)
        if job.refused:
            raise CommandError(f"{job.refused} rows are refused; the others are not concerned.")

    def find_or_receive(self, options: dict[str, Any]) -> ImportJob:
        """Return the job of this file that was cut off, or a new one."""
        shop = find_shop(options["shop"])
        content = read_file(options["file"])
        images = read_file(options["images"]) if options["images"] else None
        prices_and_stock = options["prices_and_stock"]
        kind = ImportKind.PRICES_AND_STOCK if prices_and_stock else ImportKind.FULL
        chosen = {"kind": kind, "complete": options["complete"]}
        if not options["dry_run"]:
            job = import_find_unfinished(shop=shop, content=content, images=images, **chosen)
            if job is not None:
                return job
        return import_receive(
            shop=shop,
            file_name=options["file"].name,
            content=content,
            images=images,
            user=None,
            now=timezone.now(),
            **chosen,
        )

    def tell(self, job: ImportJob) -> None:
        """Print the counts and the first errors."""
        if job.unknown_columns:
            self.stdout.write(f"Unknown columns, ignored: {', '.join(job.unknown_columns)}")
        shown = 0
        for row in job.rows.exclude(faults=[]).order_by("line").iterator():
            for fault in row.faults:
                shown += 1
                if shown <= SHOWN_FAULTS:
                    self.stdout.write(
                        f"  {row.line}, {fault['column']} « {fault['value']} » : {fault['message']}"
                    )
        if shown > SHOWN_FAULTS:
            self.stdout.write(f"  ... and {shown - SHOWN_FAULTS} more; see --errors")
        self.stdout.write(
            f"{job.created} created, {job.updated} updated, {job.unchanged} unchanged, "
            f"{job.refused} refused, {job.hidden} taken off sale"
        )

    def do_export(self, options: dict[str, Any]) -> None:
        suffix = suffix_of(options["out"])
        shop = find_shop(options["shop"])
        options["out"].write_bytes(catalogue_export(shop=shop, suffix=suffix))

    def do_template(self, options: dict[str, Any]) -> None:
        options["out"].write_bytes(template_bytes(suffix_of(options["out"])))


def find_shop(slug: str) -> Shop:
    """Return a shop.

    :raises CommandError: there is none of this slug.
    """
    shop = Shop.objects.filter(slug=slug).first()
    if shop is None:
        raise CommandError(f"There is no shop {slug!r}: see the back-office's list of shops.")
    return shop


def read_file(path: Path) -> bytes:
    """Return a file's content.

    :raises CommandError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None


def suffix_of(path: Path) -> str:
    """Return csv or xlsx.

    :raises CommandError: the name ends in neither.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise CommandError(f"{path}: the name must end in .csv or .xlsx")
    return suffix
