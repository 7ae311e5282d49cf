"""OrderSnapshot v1: the state of one Saleor order, as the capture plugin writes it.

The document is what Saleor's public GraphQL API answers to
``plugins/capture/order_snapshot.graphql``, with a head that says when it was read. Names are
Saleor's own, in camelCase in the document and in snake_case here. Amounts are decimals in euros
(or the channel's currency), never floats: ``Money.cents`` gives integer minor units.

``python -m saleor_alencon.inbox.snapshot --schema`` writes the JSON Schema; docs/order-snapshot.md
describes every field.
"""

import argparse
import json
import sys
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from saleor_alencon.inbox.snapshot_errors import (
    FractionOfACent,
    MalformedSnapshot,
    SnapshotError,
    UnknownVersion,
)
from saleor_alencon.inbox.snapshot_parts import (
    Address,
    Amount,
    Channel,
    CurrencyMoney,
    MetadataItem,
    Money,
    OrderDiscount,
    OrderLine,
    Part,
    ShippingMethodDelivery,
    TaxedMoney,
    UsedGiftCard,
    User,
    Warehouse,
    WarehouseDelivery,
    to_cents,
)
from saleor_alencon.inbox.snapshot_tenders import (
    Fulfillment,
    GrantedRefund,
    LegacyPayment,
    Transaction,
)

__all__ = [
    "Address",
    "CurrencyMoney",
    "FractionOfACent",
    "Fulfillment",
    "GrantedRefund",
    "LegacyPayment",
    "MalformedSnapshot",
    "Money",
    "Order",
    "OrderLine",
    "OrderSnapshot",
    "ShippingMethodDelivery",
    "SnapshotError",
    "TaxedMoney",
    "Transaction",
    "UnknownVersion",
    "Warehouse",
    "WarehouseDelivery",
    "parse_snapshot",
    "to_cents",
]

VERSION = 1

OrderStatus = Literal[
    "DRAFT",
    "UNCONFIRMED",
    "UNFULFILLED",
    "PARTIALLY_FULFILLED",
    "PARTIALLY_RETURNED",
    "RETURNED",
    "FULFILLED",
    "CANCELED",
    "EXPIRED",
]


class Order(Part):
    """The order as Saleor's public API shows it."""

    id: str
    """Saleor's global id."""
    number: str
    """The number customers see."""
    created: AwareDatetime
    """When it was placed."""
    updated_at: AwareDatetime
    """When Saleor last changed it; some changes do not move it."""
    status: OrderStatus
    """Saleor's state of the whole order."""
    origin: str
    """``CHECKOUT``, ``DRAFT``, ``REISSUE``, ``BULK_CREATE``."""
    original: str | None
    """Id of the order this one replaces."""
    external_reference: str | None
    """Id in another system."""
    is_paid: bool
    """Whether it is fully paid, by Saleor's reckoning."""
    payment_status: str
    """Older summary of the payments."""
    charge_status: Literal["NONE", "PARTIAL", "FULL", "OVERCHARGED"]
    """Charged money compared with the total less granted refunds."""
    authorize_status: Literal["NONE", "PARTIAL", "FULL"]
    """Authorised and charged money compared with the total."""
    channel: Channel
    """Sales channel."""
    language_code: str
    """The customer's language."""
    user_email: str | None
    """Where mail about the order goes."""
    user: User | None
    """Null for a guest."""
    billing_address: Address | None
    """Who pays."""
    shipping_address: Address | None
    """Where to; for a collection point it may be the point's address."""
    customer_note: str
    """What the customer wrote, or empty."""
    metadata: tuple[MetadataItem, ...]
    """The order's own ``alencon.`` metadata."""
    display_gross_prices: bool
    """Whether the shop showed prices with tax."""
    total: TaxedMoney
    """What the customer owes."""
    undiscounted_total: TaxedMoney
    """The same before discounts."""
    subtotal: TaxedMoney
    """The lines."""
    shipping_price: TaxedMoney
    """Delivery after discounts."""
    undiscounted_shipping_price: Money
    """Delivery before discounts."""
    shipping_tax_rate: Amount
    """VAT on delivery as a fraction."""
    total_charged: Money
    """Taken and still held, over all transactions."""
    total_authorized: Money
    """Reserved, over all transactions."""
    total_canceled: Money
    """Given up, over all transactions."""
    total_refunded: Money
    """Given back, over all transactions."""
    total_granted_refund: Money
    """Decided refunds, paid or not."""
    total_balance: Money
    """Charged less what is owed (total less granted refunds); negative while money is missing."""
    voucher_code: str | None
    """Voucher of the order."""
    discounts: tuple[OrderDiscount, ...]
    """Discounts on the whole order."""
    gift_cards: tuple[UsedGiftCard, ...]
    """Gift cards used or bought with this order."""
    shipping_method_name: str | None
    """Name of the delivery at the time of sale."""
    collection_point_name: str | None
    """Name of the collection point at the time of sale."""
    delivery_method: (
        Annotated[ShippingMethodDelivery | WarehouseDelivery, Field(discriminator="typename")]
        | None
    )
    """What the customer chose; null when nothing is shipped or the method was deleted."""
    lines: tuple[OrderLine, ...]
    """The lines."""
    transactions: tuple[Transaction, ...]
    """The tenders."""
    payments: tuple[LegacyPayment, ...]
    """Payments of the older flow."""
    fulfillments: tuple[Fulfillment, ...]
    """Hand-overs, cancelled ones included."""
    granted_refunds: tuple[GrantedRefund, ...]
    """Decided refunds."""


class OrderSnapshot(Part):
    """The document: a head, and the order."""

    version: Literal[1]
    """Always 1."""
    captured_at: AwareDatetime
    """The moment, by the database's clock, at which the order was in this state."""
    saleor_version: str
    """Version of Saleor that answered."""
    order: Order
    """The order."""


def parse_snapshot(text: str) -> OrderSnapshot:
    """Read one document.

    :raises UnknownVersion: it has another version than 1.
    :raises MalformedSnapshot: it is no JSON, or breaks the contract.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MalformedSnapshot(f"$: not JSON ({error}). Capture the order again.") from error
    if not isinstance(document, dict):
        raise MalformedSnapshot("$: not a JSON object. Capture the order again.")
    version = document.get("version")
    if type(version) is not int or version != VERSION:
        raise UnknownVersion(
            f"$.version: {version!r} is not {VERSION}. Update the Office service, or capture the "
            "order again with a plugin of the same release."
        )
    try:
        return OrderSnapshot.model_validate_json(text)
    except ValidationError as error:
        raise MalformedSnapshot(describe_errors(error)) from error


def describe_errors(error: ValidationError) -> str:
    """Say in one line per place what is wrong there, for at most five places."""
    problems = error.errors(include_url=False, include_input=False)
    lines = [f"{write_path(problem['loc'])}: {problem['msg']}" for problem in problems[:5]]
    if len(problems) > len(lines):
        lines.append(f"and {len(problems) - len(lines)} more")
    lines.append("Capture the order again with a plugin of the same release, then replay it.")
    return "; ".join(lines)


def write_path(location: tuple[int | str, ...]) -> str:
    """Write a place as a JSON path: ``$.order.lines[0].quantity``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "$" + "".join(parts)


def write_schema() -> str:
    """Return the JSON Schema of OrderSnapshot v1, as kept in order-snapshot-v1.schema.json."""
    schema: dict[str, Any] = OrderSnapshot.model_json_schema(mode="validation")
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the schema, or check documents named on the command line."""
    parser = argparse.ArgumentParser(description="OrderSnapshot v1")
    parser.add_argument(
        "--schema", action="store_true", required=True, help="write the JSON Schema"
    )
    parser.parse_args()
    sys.stdout.write(write_schema())


if __name__ == "__main__":
    main()
