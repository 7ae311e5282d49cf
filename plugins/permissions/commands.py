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
    "orderFulfillmentReturnProducts": Command("pieces brought back, or that cannot be supplied"),
    "orderGrantRefundCreate": Command("a refund of own lines, at most what they are worth"),
    "orderGrantRefundUpdate": Command("a correction before its money is asked for"),
    "transactionRequestRefundForGrantedRefund": Command("the money of a refund of own lines"),
}

# What a merchant does instead of a command that the Dashboard offers and that is not for it.
BY_LINES = "Remboursez des articles : un montant libre n'est pas ouvert aux boutiques."
BY_OFFICE = "Ceci se règle avec l'Office, à qui la commande est payée."
AT_COUNTER = (
    "L'adresse est tenue par l'Office ; vos horaires se changent à votre comptoir,"
    " page « Horaires »."
)
INSTEAD = {
    "orderCancel": (
        "Une commande ne s'annule pas d'ici, elle peut être de plusieurs boutiques :"
        " retournez vos articles, puis remboursez-les."
    ),
    "orderBulkCancel": "Ouvrez chaque commande, retournez vos articles, puis remboursez-les.",
    "transactionRequestAction": BY_LINES,
    "transactionCreate": BY_LINES,
    "orderRefund": BY_LINES,
    "orderFulfillmentRefundProducts": BY_LINES,
    "orderCapture": BY_OFFICE,
    "orderVoid": BY_OFFICE,
    "orderMarkAsPaid": BY_OFFICE,
    "updateWarehouse": AT_COUNTER,
}

# Arguments by which Saleor finds a row without its id: the row found might be another shop's.
LOOKUPS = ("externalReference", "sku", "slug", "token", "number", "email")
# Of metadata, keys of this project belong to the Office.
KEPT_KEYS = "alencon."
