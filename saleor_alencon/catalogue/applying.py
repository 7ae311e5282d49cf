"""Sends a plan to Saleor, in batches; each row's outcome is told as soon as it is known.

Cut off anywhere, nothing is lost: the next run plans anew from what Saleor then holds.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.faults import FileRefused, RowFault, shortened
from saleor_alencon.catalogue.identity import (
    EAN_KEY,
    HIDDEN_KEY,
    IMAGE_KEY,
    IMPORT_KEY,
    SHOP_KEY,
    product_slug,
    qualified,
)
from saleor_alencon.catalogue.images import ImageArchive
from saleor_alencon.catalogue.planning import Change, Plan
from saleor_alencon.catalogue.rich_text import to_editor
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.saleor_shop import (
    GRAMS,
    Categories,
    ExistingProduct,
    ExistingVariant,
    ShopPlaces,
)
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused

VARIANTS_PER_CALL = 100  # measured: from 50 to 200 are equally fast, below is slower
CHANGES_PER_REPORT = 25


@dataclass(slots=True)
class Outcome:
    """What became of some rows."""

    created: list[ProductRow] = field(default_factory=list)
    updated: list[ProductRow] = field(default_factory=list)
    unchanged: list[ProductRow] = field(default_factory=list)
    refused: list[tuple[ProductRow, RowFault]] = field(default_factory=list)
    warnings: list[tuple[ProductRow, RowFault]] = field(default_factory=list)
    hidden: list[ExistingProduct] = field(default_factory=list)

    def rows(self) -> int:
        """Return how many rows these are."""
        seen = len(self.created) + len(self.updated)
        return seen + len(self.unchanged) + len(self.refused)


Report = Callable[[Outcome], None]


@dataclass(frozen=True)
class Applier:
    """Sends changes of one shop."""

    client: SaleorClient
    places: ShopPlaces
    categories: Categories
    shop_name: str
    archive: ImageArchive | None
    job: str
    report: Report

    def apply(self, plan: Plan) -> None:
        """Send everything.

        :raises SaleorUnreachable: Saleor went away; run again to finish.
        """
        self.report(Outcome(created=plan.resumed, unchanged=plan.unchanged))
        new = [change for change in plan.changes if change.existing is None]
        for batch in batches(new):
            self.report(self.create(batch))
        self.collect(
            [change.existing for change in plan.changes if change.existing and change.collect]
        )
        known = [change for change in plan.changes if change.existing is not None]
        for start in range(0, len(known), CHANGES_PER_REPORT):
            outcome = Outcome()
            for change in known[start : start + CHANGES_PER_REPORT]:
                self.update(change, outcome)
            self.report(outcome)
        for product in plan.hide:
            self.hide(product)
            self.report(Outcome(hidden=[product]))

    def create(self, changes: Sequence[Change]) -> Outcome:
        """Create products with one call; one that Saleor refuses does not stop the others."""
        outcome = Outcome()
        ready, inputs = [], []
        for change in changes:
            try:
                inputs.append(self.product_input(change))
                ready.append(change)
            except SaleorRefused as error:
                refuse(outcome, change.rows, error)
        if ready:
            self.send_new(ready, inputs, outcome)
        return outcome

    def send_new(
        self, changes: Sequence[Change], inputs: list[dict[str, Any]], outcome: Outcome
    ) -> None:
        """Create products; a call that fails as a whole is repeated one product at a time."""
        try:
            data = self.client.run("catalogue_create_products", products=inputs)
        except SaleorRefused as error:
            if len(changes) == 1:
                refuse(outcome, changes[0].rows, error)
                return
            for change, product in zip(changes, inputs, strict=True):
                self.send_new([change], [product], outcome)
            return
        results = data["productBulkCreate"]["results"]
        for change, result in zip(changes, results, strict=True):
            if result["product"] is None:
                refuse(outcome, change.rows, SaleorRefused(error_text(result["errors"]), []))
                continue
            outcome.created += change.rows
            if change.image:
                self.add_image(result["product"]["id"], change, outcome)

    def product_input(self, change: Change) -> dict[str, Any]:
        """Return a new product with its variants as productBulkCreate takes it."""
        head, places = change.head, self.places
        private = {SHOP_KEY: places.shop, IMPORT_KEY: self.job}
        if change.image:
            private[IMAGE_KEY] = image_mark(change.image, 0)
        fields = {
            "name": head.name,
            "slug": product_slug(places.shop, head.code, head.name),
            "externalReference": qualified(places.shop, head.code),
            "productType": places.product_type,
            "category": self.category(head),
            "taxClass": places.tax_classes[head.rate_bps or 0],
            "collections": [places.collection],
            "attributes": [{"id": places.shop_attribute, "dropdown": {"id": places.shop_value}}],
            "privateMetadata": metadata(private),
            "channelListings": [listing(places.channel)],
            "variants": [self.variant_input(row, head) for row in change.rows],
        }
        if head.description:
            fields["description"] = to_editor(head.description)
        return fields

    def variant_input(self, row: ProductRow, head: ProductRow) -> dict[str, Any]:
        """Return a new variant; without a name, Saleor would show a nonsensical one."""
        name = qualified(self.places.shop, row.reference)
        fields: dict[str, Any] = {
            "attributes": self.variant_attributes(row),
            "name": row.variant or head.name,
            "sku": name,
            "externalReference": name,
            "trackInventory": True,
            "stocks": [{"warehouse": self.places.warehouse, "quantity": row.stock}],
            "channelListings": [
                {"channelId": self.places.channel, "price": price_text(row.price_cents)}
            ],
        }
        if row.ean:
            fields["metadata"] = metadata({EAN_KEY: row.ean})
        if row.weight_grams is not None:
            fields["weight"] = self.weight(row.weight_grams)
        return fields

    def variant_attributes(self, row: ProductRow) -> list[dict[str, Any]]:
        """Return what a shopper chooses the variant by; an only variant has nothing to choose."""
        if not row.variant:
            return []
        return [{"id": self.places.variant_attribute, "dropdown": {"value": row.variant}}]

    def weight(self, grams: int) -> str:
        """Return grams in Saleor's own unit."""
        return str(round(Decimal(grams) / GRAMS[self.places.weight_unit], 6))

    def category(self, head: ProductRow) -> str:
        """Return the id of a row's category, made on demand; without one, the shop's own.

        Saleor publishes no product without a category.
        """
        return self.categories.ensure(head.category or (self.shop_name,))

    def update(self, change: Change, outcome: Outcome) -> None:
        """Send what differs of one product."""
        assert change.existing is not None
        try:
            self.send_update(change, change.existing)
        except SaleorRefused as error:
            refuse(outcome, change.rows, error)
            return
        new = {row.line for row in change.new_variants}
        for row in change.rows:
            (outcome.created if row.line in new else outcome.updated).append(row)
        if change.image:
            mark = image_mark(change.image, change.existing.media)
            if change.existing.image.get("key") != change.image:
                self.mark(change.existing.id, {IMAGE_KEY: mark})
            self.add_image(change.existing.id, change, outcome)

    def send_update(self, change: Change, known: ExistingProduct) -> None:
        """Send one product's fields, publication and variants in one request.

        :raises SaleorRefused: by any of its parts.
        """
        product = self.changed_fields(change)
        variants = [self.changed_variant(*item, change.head.name) for item in change.variants]
        new_variants = [self.variant_input(row, change.head) for row in change.new_variants]
        if not (product or variants or new_variants or change.publish):
            return
        data = self.client.run(
            "catalogue_update_product",
            id=known.id,
            product=product,
            listing={"updateChannels": [listing(self.places.channel)]},
            variants=variants,
            newVariants=new_variants,
            withProduct=bool(product),
            withListing=change.publish,
            withVariants=bool(variants),
            withNewVariants=bool(new_variants),
        )
        refuse_results(data)
        if known.hidden:
            self.mark(known.id, {HIDDEN_KEY: ""})

    def changed_fields(self, change: Change) -> dict[str, Any]:
        """Return the product's own fields that differ."""
        head, fields = change.head, {}
        if "name" in change.product:
            fields["name"] = head.name
        if "description" in change.product:
            fields["description"] = to_editor(head.description)
        if "category" in change.product:
            fields["category"] = self.category(head)
        if "taxClass" in change.product:
            fields["taxClass"] = self.places.tax_classes[head.rate_bps or 0]
        return fields

    def changed_variant(
        self, known: ExistingVariant, row: ProductRow, names: Collection[str], head_name: str
    ) -> dict[str, Any]:
        """Return the variant's fields that differ."""
        fields: dict[str, Any] = {"id": known.id}
        if "name" in names:
            fields["name"] = row.variant or head_name
            if row.variant:
                fields["attributes"] = self.variant_attributes(row)
        if "ean" in names:
            fields["metadata"] = metadata({EAN_KEY: row.ean})
        if "weight" in names:
            fields["weight"] = self.weight(row.weight_grams or 0)
        if "price" in names:
            price = price_text(row.price_cents)
            new = {"channelId": self.places.channel, "price": price}
            old = {"channelListing": known.listing, "price": price}
            fields["channelListings"] = {"update": [old]} if known.listing else {"create": [new]}
        if "stock" in names:
            stock = {"warehouse": self.places.warehouse, "quantity": row.stock}
            held = {"stock": known.stock_id, "quantity": row.stock}
            fields["stocks"] = {"update": [held]} if known.stock_id else {"create": [stock]}
        return fields

    def collect(self, products: list[ExistingProduct]) -> None:
        """Put products into the shop's collection."""
        for start in range(0, len(products), VARIANTS_PER_CALL):
            self.client.run(
                "catalogue_add_to_collection",
                collection=self.places.collection,
                products=[item.id for item in products[start : start + VARIANTS_PER_CALL]],
            )

    def hide(self, product: ExistingProduct) -> None:
        """Take a product off the shop; it is never deleted, and comes back with a later file."""
        self.mark(product.id, {HIDDEN_KEY: self.job})
        data = {"channelId": self.places.channel, "isPublished": False}
        refuse_results(
            self.client.run(
                "catalogue_update_product",
                id=product.id,
                product={},
                listing={"updateChannels": [data]},
                variants=[],
                newVariants=[],
                withProduct=False,
                withListing=True,
                withVariants=False,
                withNewVariants=False,
            )
        )

    def mark(self, product: str, items: dict[str, str]) -> None:
        """Write private metadata of a product."""
        self.client.run("catalogue_set_metadata", id=product, items=metadata(items))

    def add_image(self, product: str, change: Change, outcome: Outcome) -> None:
        """Send a product's image; without it the product is still sold, and the row says so."""
        image, alt = change.head.image, change.head.name
        try:
            if "://" in image or self.archive is None:
                self.client.run("catalogue_add_image", product=product, alt=alt, address=image)
            else:
                name, content, kind = self.archive.read(image)
                self.client.upload(
                    "catalogue_add_image",
                    name=name,
                    content=content,
                    content_type=kind,
                    product=product,
                    alt=alt,
                )
        except (SaleorRefused, FileRefused) as error:
            message = _("L'article est importé, mais pas son image : %(error)s") % {"error": error}
            row = change.rows[0]
            outcome.warnings.append(
                (row, RowFault(row.line, Column.IMAGE.value, shortened(image), message))
            )


def batches(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Give groups of products with some VARIANTS_PER_CALL variants each."""
    batch: list[Change] = []
    size = 0
    for change in changes:
        if batch and size + len(change.rows) > VARIANTS_PER_CALL:
            yield batch
            batch, size = [], 0
        batch.append(change)
        size += len(change.rows)
    if batch:
        yield batch


def refuse(outcome: Outcome, rows: Sequence[ProductRow], error: Exception) -> None:
    """Note that Saleor refuses a product's rows."""
    message = _("Refusé par Saleor : %(error)s") % {"error": error}
    for row in rows:
        fault = RowFault(row.line, Column.REFERENCE.value, row.reference, message)
        outcome.refused.append((row, fault))


def refuse_results(data: dict[str, Any]) -> None:
    """Raise for the errors that bulk mutations keep in their results."""
    for payload in data.values():
        for result in (payload or {}).get("results") or []:
            if result["errors"]:
                raise SaleorRefused(error_text(result["errors"]), result["errors"])


def error_text(errors: Sequence[dict[str, Any]] | None) -> str:
    """Return Saleor's own words."""
    return "; ".join(f"{e.get('path') or e.get('field')}: {e['message']}" for e in errors or [])


def metadata(items: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in items.items()]


def image_mark(key: str, media_before: int) -> str:
    return json.dumps({"key": key, "before": media_before})


def listing(channel: str) -> dict[str, Any]:
    """Return a product's place in the channel: shown and for sale."""
    return {
        "channelId": channel,
        "isPublished": True,
        "visibleInListings": True,
        "isAvailableForPurchase": True,
    }


def price_text(cents: int | None) -> str:
    """Return cents as Saleor takes them: 1250 is "12.50"."""
    assert cents is not None
    return f"{cents // 100}.{cents % 100:02}"
