"""A town with three shops that sell, the Dashboard's pages for it, and a shopper's orders."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from saleor_alencon.local.processes import find_free_port
from saleor_alencon.local.saleor_stack import (
    SEED_APP_PERMISSIONS,
    create_saleor_app,
    start_office,
    start_saleor_tasks,
)
from tests.live.dashboard_server import running_dashboard
from tests.live.office_town import OfficeTown, running_office_town
from tests.live.shopping import Town

BOOKSHOP, CHEESE, TOYS = (
    "librairie-des-halles",
    "fromagerie-du-perche",
    "jouets-de-la-grande-rue",
)
PRODUCTS = {BOOKSHOP: 24, CHEESE: 8, TOYS: 8}
BUILD_VARIABLE = "DASHBOARD_BUILD"  # names the folder of a built Dashboard
MERCHANT, PASSWORD = "librairie@alencon.example", "merchant-demo-1"


@dataclass
class DashboardTown:
    """The town and its Office, the addresses of the Office and the Dashboard, and its shoppers."""

    town: OfficeTown
    office: str
    dashboard: str
    shopping: Town


@contextlib.contextmanager
def running_dashboard_town(folder: Path, build: Path) -> Iterator[DashboardTown]:
    """Provision the shops, import their catalogues, and let the bookshop's merchant in."""
    with running_office_town(folder) as town:
        stack = town.stack
        for slug, products in PRODUCTS.items():
            counts = town.import_catalogue(slug, folder, products)
            assert ", 0 refused" in counts, counts
        # The merchant chose a password by the link of Saleor's e-mail.
        town.sql(
            "UPDATE account_user SET password = %s, is_confirmed = true WHERE email = %s",
            PBKDF2PasswordHasher().encode(PASSWORD, "salt-of-the-tests"),
            MERCHANT,
        )
        start_saleor_tasks(stack, town.processes, folder)
        port = find_free_port()
        start_office(
            stack, town.processes, port, log=folder / "office.log", **town.connection
        )  # fmt: skip
        url = f"{stack.saleor_url}/graphql/"
        staff = create_saleor_app(stack, "alencon.test.staff", SEED_APP_PERMISSIONS)
        payments = create_saleor_app(stack, "alencon.test.payments", ("HANDLE_PAYMENTS",))
        shopping = Town(url, staff, payments)
        with running_dashboard(build, url) as dashboard:
            try:
                yield DashboardTown(town, f"http://127.0.0.1:{port}", dashboard, shopping)
            finally:
                shopping.close()
