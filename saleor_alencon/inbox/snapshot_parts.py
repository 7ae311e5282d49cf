"""The parts of OrderSnapshot v1: amounts, addresses, delivery, lines."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from saleor_alencon.inbox.snapshot_errors import FractionOfACent


def to_cents(amount: Decimal) -> int:
    """Return an amount in minor units: ``Decimal("12.34")`` gives 1234.

    :raises FractionOfACent: the amount is not a whole number of cents.
    """
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise FractionOfACent(f"{amount} is not a whole number of cents.")
    return int(cents)


class Part(BaseModel):
    """Any part of the document: immutable, without fields the contract does not know."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )


Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


class Money(Part):
    """An amount in the order's currency."""

    amount: Amount
    """Decimal, exactly as stored by Saleor; may have a fraction of a cent in unit prices."""

    @property
    def cents(self) -> int:
        """The amount in minor units; raises FractionOfACent."""
        return to_cents(self.amount)


class CurrencyMoney(Money):
    """An amount of a payment, with its own currency."""

    currency: str
    """ISO 4217 code, equal to the channel's."""


class TaxedMoney(Part):
    """A price with its tax; ``gross = net + tax``."""

    gross: Money
    """With tax."""
    net: Money
    """Without tax."""
    tax: Money
    """The tax alone."""


class MetadataItem(Part):
    """One entry of public metadata whose key begins with ``alencon.``."""

    key: str
    """Begins with ``alencon.``; other apps' metadata is not captured."""
    value: str
    """Text."""


class Channel(Part):
    """The sales channel."""

    slug: str
    """Its slug."""
    currency_code: str
    """ISO 4217 code of every amount of the order."""


class User(Part):
    """The customer's account, when the order was not placed as a guest."""

    id: str
    """Saleor's id of the account."""
    first_name: str
    """May be empty."""
    last_name: str
    """May be empty."""


class Country(Part):
    """A country."""

    code: str
    """ISO 3166-1 alpha-2."""


class Address(Part):
    """A postal address; empty text where the customer gave nothing."""

    first_name: str
    """First name of the recipient."""
    last_name: str
    """Last name of the recipient."""
    company_name: str
    """Company, or empty."""
    phone: str | None
    """E.164, or empty or null."""
    street_address1: str = Field(alias="streetAddress1")
    """Street and number."""
    street_address2: str = Field(alias="streetAddress2")
    """Complement."""
    postal_code: str
    """Postal code."""
    city: str
    """City; Saleor stores it in capitals for France."""
    country: Country
    """Country."""


class OrderDiscount(Part):
    """A discount on the whole order; Saleor has already spread it over the lines."""

    id: str
    """Saleor's id."""
    type: str
    """``VOUCHER``, ``MANUAL``, ``PROMOTION`` ..."""
    name: str | None
    """Name shown to the customer."""
    value_type: str
    """``FIXED`` or ``PERCENTAGE``."""
    value: Amount
    """In currency or in percent, by ``valueType``."""
    reason: str | None
    """Free text, or null."""
    total: Money
    """What it took off."""


class UsedGiftCard(Part):
    """A gift card of Saleor's older flow, where it is a discount. Tenders are transactions."""

    id: str
    """Saleor's id of the card."""
    last4_code_chars: str = Field(alias="last4CodeChars")
    """The end of its code."""


class ShippingMethodDelivery(Part):
    """The customer chose a shipping method."""

    typename: Literal["ShippingMethod"] = Field(alias="__typename")
    """``ShippingMethod``."""
    id: str
    """Saleor's id."""
    name: str
    """Name shown to the customer."""
    delivery: Literal["collect", "central", "home"] | None
    """Public metadata ``alencon.delivery``: ``collect`` in each shop, at the ``central`` point,
    or ``home``."""


class WarehouseDelivery(Part):
    """The customer chose a collection point of Saleor (click and collect)."""

    typename: Literal["Warehouse"] = Field(alias="__typename")
    """``Warehouse``."""
    id: str
    """Saleor's id."""
    name: str
    """Name shown to the customer."""
    slug: str
    """Slug of the warehouse."""
    click_and_collect_option: str
    """``LOCAL`` (a shop's own stock) or ``ALL`` (a central point)."""
    shop: str | None
    """Slug of the shop whose warehouse it is; null for a central point."""


class Warehouse(Part):
    """Where goods are taken from."""

    id: str
    """Saleor's id."""
    slug: str
    """Slug of the warehouse."""
    shop: str | None
    """Private metadata ``alencon.shop``: the shop's slug."""


class Slug(Part):
    """Something known by its slug."""

    slug: str
    """The slug."""


class Product(Part):
    """The product of a line, as it is now; the line keeps the name it was sold under."""

    id: str
    """Saleor's id."""
    shop: str | None
    """Private metadata ``alencon.shop``: slug of the shop that sells it."""
    category: Slug | None
    """Category, or null."""
    product_type: Slug
    """Product type."""


class Variant(Part):
    """The variant of a line."""

    id: str
    """Saleor's id."""
    product: Product
    """Its product."""


class Allocation(Part):
    """Stock reserved for a line and not yet taken out."""

    id: str
    """Saleor's id."""
    quantity: Count
    """Pieces."""
    warehouse: Warehouse
    """Where."""


class OrderLine(Part):
    """One line of the order."""

    id: str
    """Saleor's id."""
    product_name: str
    """Name at the time of sale."""
    variant_name: str
    """Name of the variant at the time of sale, or empty."""
    product_sku: str | None
    """Article number at the time of sale."""
    product_variant_id: str | None
    """Id of the variant sold, kept when it is deleted."""
    is_shipping_required: bool
    """False for what needs no hand-over."""
    is_gift: bool | None
    """True for a gift of a promotion."""
    quantity: Count
    """Pieces ordered."""
    quantity_fulfilled: Count
    """Pieces in fulfilments that are not cancelled."""
    quantity_to_fulfill: int
    """Pieces still to be handed over."""
    tax_rate: Amount
    """VAT as a fraction: 0.055 is 5.5 %."""
    voucher_code: str | None
    """Voucher that applied to this line."""
    unit_price: TaxedMoney
    """Price of one piece after discounts; for display only."""
    undiscounted_unit_price: TaxedMoney
    """Price of one piece before discounts."""
    total_price: TaxedMoney
    """The line's amount after discounts: the one to settle."""
    undiscounted_total_price: TaxedMoney
    """The line's amount before discounts."""
    metadata: tuple[MetadataItem, ...]
    """The line's own ``alencon.`` metadata."""
    variant: Variant | None
    """Null when the product was deleted since."""
    allocations: tuple[Allocation, ...] | None
    """Stock reserved and not yet fulfilled."""
