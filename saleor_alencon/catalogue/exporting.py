"""A shop's products out of Saleor, in the columns of the import."""

from collections.abc import Iterator

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.saleor_shop import (
    Categories,
    ExistingProduct,
    ShopPlaces,
    load_places,
    load_products,
)
from saleor_alencon.catalogue.sheets import row_cells, sheet_bytes
from saleor_alencon.saleor_api.client import office_client
from saleor_alencon.shops.models import Shop

# What Saleor's bulk creation calls a variant without a name: the id of nothing.
NO_NAME = "UHJvZHVjdFZhcmlhbnQ6Tm9uZQ=="


def catalogue_export(*, shop: Shop, suffix: str) -> bytes:
    """Return all products of a shop as a sheet; its import says "unchanged" for every row.

    :raises SaleorError: Saleor is away or does not know the shop.
    """
    with office_client() as client:
        places = load_places(client, shop.slug)
        categories = Categories(client)
        cells = [
            [row_cells(row, shop.slug)[column] for column in Column]
            for product in load_products(client, places)
            for row in product_rows(product, places, categories)
        ]
    return sheet_bytes(cells, columns=[column.value for column in Column], suffix=suffix)


def product_rows(
    product: ExistingProduct, places: ShopPlaces, categories: Categories
) -> Iterator[ProductRow]:
    """Give a product's variants as rows. The image stays out: an empty cell leaves it as it is."""
    for variant in product.variants:
        named = variant.name not in (product.name, variant.sku, variant.id, NO_NAME)
        yield ProductRow(
            line=0,
            reference=variant.reference,
            code=product.code,
            name=product.name,
            variant=variant.name if named else "",
            price_cents=variant.price_cents,
            rate_bps=places.rate_of(product.tax_class),
            stock=variant.stock,
            ean=variant.ean,
            category=categories.path(product.category),
            description=product.description,
            weight_grams=variant.weight_grams,
        )
