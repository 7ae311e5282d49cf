"""A Saleor that the Office set up and brought its shops into, as an association would begin."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saleor_alencon.local.catalogue_files import catalogue_write
from saleor_alencon.local.demo_shops import read_shops
from saleor_alencon.local.processes import Processes, find_free_port, started_processes
from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from saleor_alencon.local.saleor_stack import (
    OFFICE_APP,
    OFFICE_APP_PERMISSIONS,
    PROJECT,
    Stack,
    create_saleor_app,
    run_office,
    set_up_town,
    start_saleor_api,
    temporary_stack,
)
from saleor_alencon.provisioning.setup_app import log_in
from saleor_alencon.saleor_api.client import SaleorClient


@dataclass
class OfficeTown:
    """The stack, the settings by which the Office reaches Saleor, and ways to look at both."""

    stack: Stack
    processes: Processes
    connection: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run an ``alencon`` command, and return what it printed."""
        return run_office(self.stack, *arguments, **self.connection)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start an ``alencon`` command that the test will kill."""
        return subprocess.Popen(
            [sys.executable, "-m", "saleor_alencon", *arguments],
            env=self.environment(),
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment of the Office's processes."""
        return self.stack.office_environment(**self.connection)

    def shell(self, code: str) -> str:
        """Run Python in the Office's process, for what has no command."""
        return self.run("shell", "--no-imports", "-v0", "-c", code)

    def sql(self, query: str, *values: Any) -> list[Any]:
        """Ask the database, past everything."""
        with self.stack.cluster.connect() as connection:
            cursor = connection.execute(query, list(values))
            return cursor.fetchall() if cursor.description else []

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask Saleor as a staff member who may see everything."""
        with log_in(f"{self.stack.saleor_url}/graphql/", STAFF_EMAIL, STAFF_PASSWORD) as staff:
            return staff.execute(query, **variables)

    def import_catalogue(self, slug: str, folder: Path, products: int) -> str:
        """Import a generated catalogue with its pictures; return the line of counts."""
        shops = read_shops()
        number = next(n for n, shop in enumerate(shops, 1) if shop["slug"] == slug)
        written = catalogue_write(
            folder=folder, shop=shops[number - 1], number=number, products=products, images=True
        )
        output = self.run(
            "catalogue", "import", str(written.sheet), "--images", str(written.pictures),
            "--shop", slug,
        )  # fmt: skip
        return output.strip().splitlines()[-1]

    def ask_as_shopper(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask Saleor as a storefront does."""
        with SaleorClient(f"{self.stack.saleor_url}/graphql/") as public:
            return public.execute(query, **variables)


@contextlib.contextmanager
def running_office_town(
    folder: Path, port: int | None = None, variables: dict[str, str] | None = None
) -> Iterator[OfficeTown]:
    """Give an empty Saleor that was set up, with the demo's shops provisioned and no product.

    ``variables`` are added to the environment of every process of Saleor and of the Office.
    """
    with (
        temporary_stack(folder, port or find_free_port(), variables=variables) as stack,
        started_processes() as processes,
    ):
        start_saleor_api(stack, processes, log=folder / "api.log")
        token = create_saleor_app(stack, OFFICE_APP, OFFICE_APP_PERMISSIONS)
        run_office(stack, "seed")
        yield OfficeTown(stack, processes, set_up_town(stack, token))
