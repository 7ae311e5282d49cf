"""A town with three shops that sell, the Dashboard's pages for it, and a shopper's orders."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from saleor_alencon.local.processes import find_free_port
from saleor_alencon.local.saleor_stack import (
    SEED_APP_PERMISSIONS,
    create_saleor_app,
    start_office,
    start_saleor_tasks,
)
from tests.live.dashboard_server import running_dashboard
from tests.live.merchants import global_id
from tests.live.office_town import OfficeTown, running_office_town
from tests.live.shopping import PlacedOrder, Town

BOOKSHOP, CHEESE, TOYS = (
    "librairie-des-halles",
    "fromagerie-du-perche",
    "jouets-de-la-grande-rue",
)
BOOKSHOP_NAME, CHEESE_NAME = "Librairie des Halles", "Fromagerie du Perche"
PRODUCTS = {BOOKSHOP: 24, CHEESE: 8, TOYS: 8}
BUILD_VARIABLE = "DASHBOARD_BUILD"  # names the folder of a built Dashboard
MERCHANT, PASSWORD = "librairie@alencon.example", "merchant-demo-1"


@dataclass(frozen=True)
class Article:
    """One article of a shop; ``price`` is in euros."""

    number: int  # of the product
    product: str
    variant: str
    slug: str
    name: str
    sku: str
    price: Decimal


@dataclass
class DashboardTown:
    """The town and its Office, the addresses of the Office and the Dashboard, and its shoppers."""

    town: OfficeTown
    office: str
    dashboard: str
    shopping: Town

    def one(self, query: str, *values: Any) -> Any:
        """Return one value from the database, past everything."""
        return self.town.sql(query, *values)[0][0]

    def article(self, shop: str, place: int) -> Article:
        """Return the nth article of a shop."""
        row = self.town.sql(
            "SELECT p.id, v.id, p.slug, p.name, v.sku, l.price_amount FROM product_productvariant v"
            " JOIN product_product p ON p.id = v.product_id"
            " JOIN product_productvariantchannellisting l ON l.variant_id = v.id"
            " WHERE p.private_metadata ->> 'alencon.shop' = %s AND v.sku IS NOT NULL"
            " ORDER BY v.id OFFSET %s LIMIT 1",
            shop, place,
        )[0]  # fmt: skip
        product, variant = global_id("Product", row[0]), global_id("ProductVariant", row[1])
        return Article(row[0], product, variant, *row[2:])

    def identifier(self, kind: str, table: str, slug: str) -> str:
        """Return the global id of a row with a slug."""
        return global_id(kind, self.one(f"SELECT id FROM {table} WHERE slug = %s", slug))

    def warehouse(self, shop: str) -> str:
        """Return the global id of a shop's warehouse."""
        return self.identifier("Warehouse", "warehouse_warehouse", shop)

    def collection(self, shop: str) -> str:
        """Return the global id of a shop's collection."""
        return self.identifier("Collection", "product_collection", shop)

    def buy(self, *shops: str) -> tuple[PlacedOrder, dict[str, Article]]:
        """Buy two pieces of the first article of each shop; return them by shop."""
        found = {shop: self.article(shop, 0) for shop in shops}
        basket = {article.sku: 2 for article in found.values()}
        return self.shopping.buy(basket, customer="Cliente Démo 42"), found


@contextlib.contextmanager
def running_dashboard_town(folder: Path, build: Path) -> Iterator[DashboardTown]:
    """Provision the shops, import their catalogues, and let the bookshop's merchant in."""
    with running_office_town(folder) as town:
        stack = town.stack
        for slug, products in PRODUCTS.items():
            counts = town.import_catalogue(slug, folder, products)
            assert ", 0 refused" in counts, counts
        town.sql("UPDATE warehouse_stock SET quantity = 200")
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
