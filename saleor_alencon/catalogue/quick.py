"""Prices and stock only: what a till sends every night, by variant and not by product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.applying import Outcome, Report, error_text, price_text, refuse
from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.faults import RowFault
from saleor_alencon.catalogue.identity import qualified
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.saleor_shop import ShopPlaces, own_listing, own_stock, to_cents
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused

PAGE = 100  # Saleor's own limit
PAGES = ("a", "b", "c", "d", "e")
ROWS_PER_CALL = PAGE * len(PAGES)
PRICES_PER_CALL = ("a", "b", "c", "d")  # Saleor takes four mutations in a request


@dataclass(frozen=True, slots=True)
class Difference:
    """What a row changes of a variant; None leaves it."""

    row: ProductRow
    variant: str
    price_cents: int | None
    stock: int | None


@dataclass(frozen=True)
class QuickImport:
    """Compares and sends prices and stock of one shop."""

    client: SaleorClient
    places: ShopPlaces
    report: Report

    def run(self, rows: Sequence[ProductRow], *, send: bool) -> None:
        """Report every row's outcome; without ``send`` what it would be.

        :raises SaleorUnreachable: Saleor went away; run again to finish.
        """
        for start in range(0, len(rows), ROWS_PER_CALL):
            outcome = Outcome()
            differences = self.compare(rows[start : start + ROWS_PER_CALL], outcome)
            if send:
                differences = self.send(differences, outcome)
            outcome.updated += [item.row for item in differences]
            self.report(outcome)

    def compare(self, rows: Sequence[ProductRow], outcome: Outcome) -> list[Difference]:
        """Look the variants up, and return what differs."""
        shop = self.places.shop
        found = self.find([qualified(shop, row.reference) for row in rows])
        missing = [row.reference for row in rows if qualified(shop, row.reference) not in found]
        if missing:  # they may have come into Saleor without an import
            found |= self.find(missing)
        differences = []
        for row in rows:
            node = found.get(qualified(shop, row.reference)) or found.get(row.reference)
            stock = node and own_stock(node["stocks"], self.places)
            if node is None or stock is None:
                outcome.refused.append((row, unknown_fault(row)))
                continue
            listing = own_listing(node["channelListings"], self.places)
            price = listing and listing["price"] and to_cents(listing["price"]["amount"])
            difference = Difference(
                row=row,
                variant=node["id"],
                price_cents=row.price_cents if row.price_cents != price else None,
                stock=row.stock if row.stock != stock["quantity"] else None,
            )
            if difference.price_cents is None and difference.stock is None:
                outcome.unchanged.append(row)
            else:
                differences.append(difference)
        return differences

    def find(self, skus: list[str]) -> dict[str, dict[str, Any]]:
        """Return Saleor's variants by SKU."""
        pages = {name: skus[place * PAGE : (place + 1) * PAGE] for place, name in enumerate(PAGES)}
        used = {f"with{name.upper()}": bool(page) for name, page in pages.items()}
        data = self.client.run("catalogue_variants", **pages, **used)
        return {
            edge["node"]["sku"]: edge["node"] for page in data.values() for edge in page["edges"]
        }

    def send(self, differences: list[Difference], outcome: Outcome) -> list[Difference]:
        """Send stocks, then prices; return the differences that Saleor took."""
        failed = self.send_stocks([item for item in differences if item.stock is not None], outcome)
        prices = [item for item in differences if item.price_cents is not None]
        for group in groups(prices):
            failed |= self.send_prices(group, outcome)
        return [item for item in differences if item.row.line not in failed]

    def send_stocks(self, differences: list[Difference], outcome: Outcome) -> set[int]:
        """Set stocks in one call; return the lines refused."""
        if not differences:
            return set()
        stocks = [
            {
                "variantId": item.variant,
                "warehouseId": self.places.warehouse,
                "quantity": item.stock,
            }
            for item in differences
        ]
        results = self.client.run("catalogue_set_stocks", stocks=stocks)["stockBulkUpdate"]
        failed = set()
        for item, result in zip(differences, results["results"], strict=True):
            if result["errors"]:
                refuse(outcome, [item.row], SaleorRefused(error_text(result["errors"]), []))
                failed.add(item.row.line)
        return failed

    def send_prices(self, group: Sequence[Difference], outcome: Outcome) -> set[int]:
        """Set some prices in one call; when one is refused, each is sent alone."""
        variables: dict[str, Any] = {}
        for place, name in enumerate(PRICES_PER_CALL):
            one = group[place : place + 1]
            variables |= {
                name: one[0].variant if one else None,
                f"{name}Price": [self.price_input(item) for item in one],
                f"with{name.upper()}": bool(one),
            }
        try:
            self.client.run("catalogue_set_prices", **variables)
        except SaleorRefused as error:
            if len(group) == 1:
                refuse(outcome, [group[0].row], error)
                return {group[0].row.line}
            return set().union(*(self.send_prices([item], outcome) for item in group))
        return set()

    def price_input(self, item: Difference) -> dict[str, str]:
        """Return a variant's price in our channel."""
        return {"channelId": self.places.channel, "price": price_text(item.price_cents)}


def groups(differences: Sequence[Difference]) -> Iterator[Sequence[Difference]]:
    """Give as many prices as one request may set."""
    for start in range(0, len(differences), len(PRICES_PER_CALL)):
        yield differences[start : start + len(PRICES_PER_CALL)]


def unknown_fault(row: ProductRow) -> RowFault:
    """Return the fault of a reference that Saleor does not know."""
    message = _("Référence inconnue : importez d'abord l'article par un fichier complet.")
    return RowFault(row.line, Column.REFERENCE.value, row.reference, message)
