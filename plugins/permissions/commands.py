"""Every mutation a merchant may use, and why. One that is not listed is refused.

All of them run as the tables' owner, for three reasons: Saleor computes an order's status from all
its lines, slugs and article numbers are unique over all shops, and the Office's apps must hear of
it. Before, ownership.py checks every id in the arguments; while it runs, the triggers let it write
rows of the shop only; after it, the answer is read in the merchant's role again.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One mutation.

    ``account``: it concerns the merchant's own login, and works without a shop and while the shop
    is suspended. ``kinds``: the only types its argument ``id`` may name, where Saleor takes any.
    ``paid``: the order that its argument ``order`` names must be paid.
    """

    why: str
    account: bool = False
    kinds: tuple[str, ...] = ()
    paid: bool = False


ACCOUNT = "the merchant's own login"
METADATA = ("Product", "ProductVariant", "User")

COMMANDS: dict[str, Command] = {
    "tokenRefresh": Command(ACCOUNT, account=True),
    "tokenVerify": Command(ACCOUNT, account=True),
    "tokensDeactivateAll": Command(ACCOUNT, account=True),
    "passwordChange": Command(ACCOUNT, account=True),
    # The catalogue.
    "productCreate": Command("a new product; the database gives it the shop"),
    "productUpdate": Command("name, description, category, attributes"),
    "productDelete": Command("past orders keep their lines"),
    "productBulkDelete": Command("the product list's selection"),
    "productChannelListingUpdate": Command("on sale or not, and since when"),
    "productMediaCreate": Command("a picture"),
    "productMediaUpdate": Command("its text"),
    "productMediaDelete": Command("a picture less"),
    "productMediaBulkDelete": Command("pictures less"),
    "productMediaReorder": Command("which picture is first"),
    "productReorderAttributeValues": Command("order of values"),
    "productVariantCreate": Command("another size or colour"),
    "productVariantUpdate": Command("article number, weight, attributes"),
    "productVariantDelete": Command("past orders keep their lines"),
    "productVariantBulkCreate": Command("the grid of variants"),
    "productVariantBulkUpdate": Command("the grid of variants"),
    "productVariantBulkDelete": Command("the grid of variants"),
    "productVariantChannelListingUpdate": Command("prices"),
    "productVariantReorder": Command("which variant is first"),
    "productVariantReorderAttributeValues": Command("order of values"),
    "productVariantSetDefault": Command("which variant is shown"),
    "productVariantStocksCreate": Command("stock in the own warehouse"),
    "productVariantStocksUpdate": Command("stock in the own warehouse"),
    "productVariantStocksDelete": Command("stock in the own warehouse"),
    "variantMediaAssign": Command("a variant's picture"),
    "variantMediaUnassign": Command("a variant's picture"),
    "updateMetadata": Command("own products; the Dashboard's settings of the user", kinds=METADATA),
    "deleteMetadata": Command("as above", kinds=METADATA),
    # Own lines of orders.
    "orderFulfill": Command("handing over or sending the shop's lines", paid=True),
    "orderFulfillmentCancel": Command("taking the own fulfilment back"),
    "orderFulfillmentUpdateTracking": Command("the carrier's number"),
}

# Arguments by which Saleor finds a row without its id: the row found might be another shop's.
LOOKUPS = ("externalReference", "sku", "slug", "token", "number", "email")
# Of metadata, keys of this project belong to the Office.
KEPT_KEYS = "alencon."
