"""What an import would do: the file's rows compared with what Saleor holds. Nothing is sent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.faults import RowFault
from saleor_alencon.catalogue.images import ImageRules
from saleor_alencon.catalogue.reading import Catalogue, RefusedRow, with_shared
from saleor_alencon.catalogue.rich_text import same_text
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.saleor_shop import (
    Categories,
    ExistingProduct,
    ExistingVariant,
    ShopPlaces,
)

# One for all, as 50,000 products may wait to be sent.
NO_IMAGE: dict[str, Any] = {}
NO_VARIANTS: list[ExistingVariant] = []


@cache
def same_fields(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return one tuple for all products of which the same fields differ."""
    return fields


@dataclass(slots=True)
class Change:
    """A product that is not in Saleor, or differs there."""

    rows: list[ProductRow]
    head: ProductRow  # what the rows share
    existing: ExistingProduct | None = None
    # Empty tuples rather than lists: of 50,000 new products, none holds anything here.
    product: Collection[str] = ()  # names of the fields that differ
    variants: tuple[tuple[ExistingVariant, ProductRow, Collection[str]], ...] = ()
    new_variants: tuple[ProductRow, ...] = ()
    publish: bool = False
    collect: bool = False
    image: str | None = None  # key of the image to add

    def created_lines(self) -> set[int]:
        """Return the lines whose variants are new."""
        rows: Iterable[ProductRow] = self.rows if self.existing is None else self.new_variants
        return {row.line for row in rows}

    def differs(self) -> bool:
        """Say whether there is anything to send."""
        parts = (self.product, self.variants, self.new_variants, self.publish, self.collect)
        return self.existing is None or any(parts) or self.image is not None


@dataclass(slots=True)
class Plan:
    """What an import would do."""

    changes: list[Change] = field(default_factory=list)
    unchanged: list[ProductRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    hide: list[ExistingProduct] = field(default_factory=list)
    resumed: list[ProductRow] = field(default_factory=list)  # created by this job before it stopped

    def counts(self) -> dict[str, int]:
        """Return rows by outcome; hidden ones are products."""
        created = sum(len(change.created_lines()) for change in self.changes)
        touched = sum(len(change.rows) for change in self.changes)
        return {
            "created": created + len(self.resumed),
            "updated": touched - created,
            "unchanged": len(self.unchanged),
            "refused": len(self.refused),
            "hidden": len(self.hide),
        }


@dataclass(frozen=True, slots=True)
class Match:
    """A product of Saleor that rows of the file are, and what differs; None when nothing does."""

    id: str
    imported_by: str
    change: Change | None


@dataclass(slots=True)
class Held:
    """What planning keeps of the products in Saleor."""

    by_code: dict[str, Match] = field(default_factory=dict)  # products of the rows' own code
    by_first: dict[str, ExistingProduct] = field(default_factory=dict)  # by the rows' own code
    others: dict[str, ExistingProduct] = field(default_factory=dict)  # by id
    owners: dict[str, tuple[str, str]] = field(default_factory=dict)  # id and code, by reference;
    # not of products by_code: their rows are theirs


@dataclass(frozen=True)
class Planner:
    """Compares products with what Saleor holds."""

    places: ShopPlaces
    categories: Categories
    images: ImageRules
    job: str

    def plan(
        self, catalogue: Catalogue, existing: Iterable[ExistingProduct], *, complete: bool
    ) -> Plan:
        """Return what to do; with ``complete`` the products that the file leaves out are hidden.

        Products are compared as they come and then let go: of 50,000, only what differs stays.
        """
        plan = Plan(refused=list(catalogue.refused))
        wanted = catalogue.products()
        held = self.read(wanted, existing, keep_others=complete)
        for code, rows in wanted.items():
            found = held.by_code.get(code)
            if found is None and (other := held.by_first.pop(code, None)):
                found = self.match(rows, other)
                held.others.pop(other.id, None)
            faults = self.find_faults(rows, found.id if found else None, held.owners)
            if faults:
                plan.refused += [refused_again(row, faults) for row in rows]
            elif found is None:
                plan.changes.append(self.compare(rows, None))
            elif found.change is None:
                self.add_unchanged(plan, rows, found.imported_by)
            else:
                plan.changes.append(found.change)
        if complete and not plan.refused:
            plan.hide = [product for product in held.others.values() if product.published]
        plan.refused.sort(key=lambda refused: refused.line)
        return plan

    def read(
        self,
        wanted: dict[str, list[ProductRow]],
        existing: Iterable[ExistingProduct],
        *,
        keep_others: bool,
    ) -> "Held":
        """Compare each product with its rows, and keep what planning needs of it."""
        held = Held()
        first = {rows[0].reference: code for code, rows in wanted.items()}
        for product in existing:
            rows = wanted.get(product.code, [])
            own = {row.reference for row in rows} if product.code not in held.by_code else set()
            owner = (product.id, product.code)
            for variant in product.variants:
                if variant.reference not in own:
                    held.owners[variant.reference] = owner
                # Without an import, a product's code is not the merchant's.
                if variant.reference in first and not rows:
                    held.by_first[first[variant.reference]] = product
            if own:
                held.by_code[rows[0].code] = self.match(rows, product)
            elif keep_others and not rows:
                held.others[product.id] = product
        return held

    def match(self, rows: list[ProductRow], product: ExistingProduct) -> "Match":
        """Compare a product with its rows; what is not needed to send the difference is let go."""
        change = None
        if all(row.rate_bps is None or row.rate_bps in self.places.tax_classes for row in rows):
            change = self.compare(rows, product)
            if change.differs():
                change.existing = replace(
                    product,
                    code="",
                    name="",
                    description="",
                    category=None,
                    tax_class=None,
                    image=product.image or NO_IMAGE,
                    variants=NO_VARIANTS,
                )
            else:
                change = None
        return Match(product.id, product.imported_by, change)

    def add_unchanged(self, plan: Plan, rows: list[ProductRow], imported_by: str) -> None:
        """Count rows that are as Saleor holds them; this job may have brought them there."""
        if self.job and imported_by == self.job:
            plan.resumed += rows
        else:
            plan.unchanged += rows

    def find_faults(
        self,
        rows: list[ProductRow],
        product_id: str | None,
        owners: dict[str, tuple[str, str]],
    ) -> list[RowFault]:
        """Return what only Saleor's own data shows to be wrong."""
        faults = []
        for row in rows:
            owner, code = owners.get(row.reference, (None, ""))
            if owner is not None and owner != product_id:
                message = _("Cette référence est déjà vendue sous le code produit « %(code)s ».")
                faults.append(
                    RowFault(
                        row.line,
                        Column.REFERENCE.value,
                        row.reference,
                        message % {"code": code},
                    )
                )
            if row.rate_bps is not None and row.rate_bps not in self.places.tax_classes:
                message = _("Ce taux n'existe pas dans Saleor : lancez « alencon saleor setup ».")
                value = f"{row.rate_bps / 100:g}"
                faults.append(RowFault(row.line, Column.VAT.value, value, message))
        return faults

    def compare(self, rows: list[ProductRow], known: ExistingProduct | None) -> Change:
        """Return what differs between a product's rows and Saleor."""
        head = with_shared(rows)
        change = Change(rows=rows, head=head, existing=known)
        if head.image:
            key = self.images.key(head.image)
            if known is None or not has_image(known, key):
                change.image = key
        if known is None:
            return change
        change.product = self.product_differences(head, known)
        change.publish = known.hidden or known.published is None
        change.collect = not known.in_collection
        by_reference = {variant.reference: variant for variant in known.variants}
        for row in rows:
            variant = by_reference.get(row.reference)
            if variant is None:
                change.new_variants += (row,)
            elif fields := variant_differences(row, variant, head, known):
                kept = replace(variant, reference="", sku="", name="", ean="")
                change.variants += ((kept, row, fields),)
        return change

    def product_differences(self, head: ProductRow, known: ExistingProduct) -> tuple[str, ...]:
        """Return the product's fields that differ; what the file leaves out does not."""
        found: list[str] = []
        if head.name and head.name != known.name:
            found.append("name")
        if head.description and not same_text(head.description, known.description):
            found.append("description")
        if head.category and self.categories.find(head.category) != known.category:
            found.append("category")
        if head.rate_bps is not None and self.places.tax_classes[head.rate_bps] != known.tax_class:
            found.append("taxClass")
        return same_fields(tuple(found))


def variant_differences(
    row: ProductRow, variant: ExistingVariant, head: ProductRow, known: ExistingProduct
) -> tuple[str, ...]:
    """Return the names of the variant's fields that differ; what the file leaves out does not."""
    name = row.variant
    if not name and variant.name == known.name:
        name = head.name  # an only variant is named as its product, and follows it
    pairs = (
        ("name", name or None, variant.name),
        ("ean", row.ean or None, variant.ean),
        ("weight", row.weight_grams, variant.weight_grams),
        ("price", row.price_cents, variant.price_cents),
        ("stock", row.stock, variant.stock),
    )
    return same_fields(
        tuple(name for name, wanted, held in pairs if wanted is not None and wanted != held)
    )


def has_image(known: ExistingProduct, key: str) -> bool:
    """Say whether an image of an import is there.

    The mark is written before the image is sent: with the image, the product has more media
    than the mark says it had. So an import that was cut off in between sends it once.
    """
    return known.image.get("key") == key and known.media > known.image.get("before", 0)


def refused_again(row: ProductRow, faults: list[RowFault]) -> RefusedRow:
    """Return a row that is refused for what Saleor holds; its cells are written anew."""
    from saleor_alencon.catalogue.sheets import row_cells

    own = [fault for fault in faults if fault.line == row.line] or [
        RowFault(
            row.line,
            Column.CODE.value,
            row.code,
            _("La ligne %(line)d, du même produit, est refusée : corrigez-la.")
            % {"line": faults[0].line},
        )
    ]
    return RefusedRow(row.line, row_cells(row), own)
