from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from saleor_alencon.catalogue.sheets import FORMATS
from saleor_alencon.local.catalogue_files import catalogue_write
from saleor_alencon.local.demo import LOGINS, PASSWORD, demo_seed
from saleor_alencon.local.demo_shops import read_shops

PRODUCTS = 2_000


class Command(BaseCommand):
    help = (
        "Create the demo: the Office, its shops and its people. Leaves what exists. "
        "With --catalogues, only write what the shops sell, as files to import."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--catalogues", type=Path, metavar="FOLDER", help="where to write")
        parser.add_argument("--products", type=int, default=PRODUCTS, help="of each shop")
        parser.add_argument("--shops", type=int, metavar="N", help="only the first N shops")
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument("--images", action="store_true", help="a ZIP of pictures per shop")

    def handle(self, **options: Any) -> None:
        if options["catalogues"]:
            self.write_catalogues(options)
        else:
            demo_seed()
            for email, role in LOGINS.items():
                self.stdout.write(f"{role.value:13} {email}  {PASSWORD}")

    def write_catalogues(self, options: dict[str, Any]) -> None:
        """Write one file per shop into the folder, which is made when it is not there."""
        shops = read_shops()
        count = len(shops) if options["shops"] is None else options["shops"]
        if not 1 <= count <= len(shops):
            raise CommandError(f"--shops: from 1 to {len(shops)}")
        if options["products"] < 1:
            raise CommandError("--products: at least 1")
        folder = options["catalogues"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = [
                catalogue_write(
                    folder=folder,
                    shop=shop,
                    number=number,
                    products=options["products"],
                    suffix=options["format"],
                    images=options["images"],
                )
                for number, shop in enumerate(tqdm(shops[:count], unit="shop", disable=None), 1)
            ]
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}") from error
        rows = sum(each.rows for each in written)
        self.stdout.write(
            f"{count} catalogues of {options['products']} products in {folder}: {rows} rows"
        )
