"""The parts of OrderSnapshot v1 that move money or goods: tenders, fulfilments, refunds."""

from typing import Literal

from pydantic import AwareDatetime, Field

from saleor_alencon.inbox.snapshot_parts import Count, CurrencyMoney, Part, Warehouse


class PaymentMethod(Part):
    """How a transaction was paid."""

    typename: str = Field(alias="__typename")
    """``CardPaymentMethodDetails``, ``GiftCardPaymentMethodDetails``, or other."""
    name: str
    """Name of the method."""
    card_brand: str | None = None
    """Card only: its brand."""
    last_digits: str | None = None
    """Card only: end of its number."""
    gift_card_brand: str | None = None
    """Gift card only: its brand."""
    last_chars: str | None = None
    """Gift card only: end of its code."""
    is_saleor_giftcard: bool | None = None
    """Gift card only: true for a card kept by Saleor."""


class TransactionEvent(Part):
    """One thing that happened to a transaction."""

    id: str
    """Saleor's id."""
    type: str | None
    """``CHARGE_SUCCESS``, ``REFUND_FAILURE`` ..."""
    created_at: AwareDatetime
    """When."""
    psp_reference: str
    """The payment provider's reference, or empty."""
    amount: CurrencyMoney
    """How much."""


class Transaction(Part):
    """One tender: a card payment, a gift card."""

    id: str
    """Saleor's id."""
    name: str
    """Name given by the payment app."""
    psp_reference: str
    """The payment provider's reference."""
    created_at: AwareDatetime
    """When it began."""
    modified_at: AwareDatetime
    """When it last changed."""
    payment_method_details: PaymentMethod | None
    """How it was paid; null when the payment app did not say."""
    authorized_amount: CurrencyMoney
    """Reserved, not yet taken."""
    authorize_pending_amount: CurrencyMoney
    """Reservation under way."""
    charged_amount: CurrencyMoney
    """Taken and still held: Saleor subtracts what was refunded."""
    charge_pending_amount: CurrencyMoney
    """Charge under way."""
    refunded_amount: CurrencyMoney
    """Given back."""
    refund_pending_amount: CurrencyMoney
    """Refund under way."""
    canceled_amount: CurrencyMoney
    """Reservation given up."""
    cancel_pending_amount: CurrencyMoney
    """Cancellation under way."""
    events: tuple[TransactionEvent, ...]
    """What happened, oldest last as Saleor gives it."""

    @property
    def is_gift_card(self) -> bool:
        """Whether this tender is a gift card."""
        details = self.payment_method_details
        return details is not None and details.typename == "GiftCardPaymentMethodDetails"


class LegacyPayment(Part):
    """A payment of Saleor's older payment flow; this project's shop makes none."""

    id: str
    """Saleor's id."""
    gateway: str
    """Identifier of the payment plugin."""
    is_active: bool
    """Whether it counts."""
    created: AwareDatetime
    """When."""
    charge_status: str
    """Saleor's state of the charge."""
    psp_reference: str | None
    """The payment provider's reference."""
    total: CurrencyMoney | None
    """Asked for."""
    captured_amount: CurrencyMoney | None
    """Taken."""


class OrderLineReference(Part):
    """Points to a line of the same order."""

    id: str
    """The line's id."""


class FulfillmentLine(Part):
    """Pieces of one order line in a fulfilment."""

    id: str
    """Saleor's id."""
    quantity: Count
    """Pieces."""
    order_line: OrderLineReference | None
    """Which line."""


FulfillmentStatus = Literal[
    "FULFILLED",
    "REFUNDED",
    "RETURNED",
    "REPLACED",
    "REFUNDED_AND_RETURNED",
    "CANCELED",
    "WAITING_FOR_APPROVAL",
]


class Fulfillment(Part):
    """Goods handed over, or given back, from one warehouse."""

    id: str
    """Saleor's id."""
    fulfillment_order: int
    """1 for the first of this order."""
    status: FulfillmentStatus
    """``CANCELED`` keeps its lines, with no effect."""
    created: AwareDatetime
    """When it was created; it does not say when it was cancelled."""
    tracking_number: str
    """The carrier's number, or empty."""
    warehouse: Warehouse | None
    """Where from."""
    lines: tuple[FulfillmentLine, ...] | None
    """What."""


class GrantedRefundLine(Part):
    """Pieces of one order line in a granted refund."""

    id: str
    """Saleor's id."""
    quantity: Count
    """Pieces."""
    reason: str | None
    """Free text, or null."""
    order_line: OrderLineReference
    """Which line."""


class TransactionReference(Part):
    """Points to a transaction of the same order."""

    id: str
    """The transaction's id."""


class GrantedRefund(Part):
    """A refund that staff decided on; the money moves in the transactions."""

    id: str
    """Saleor's id."""
    status: Literal["NONE", "PENDING", "SUCCESS", "FAILURE"]
    """``NONE`` until the money is asked for."""
    created_at: AwareDatetime
    """When it was decided."""
    updated_at: AwareDatetime
    """When it last changed."""
    amount: CurrencyMoney
    """How much."""
    reason: str | None
    """Free text, or null."""
    shipping_costs_included: bool
    """Whether the shipping price is part of it."""
    lines: tuple[GrantedRefundLine, ...] | None
    """For which lines; empty for a refund by amount."""
    transaction: TransactionReference | None
    """Which tender it goes back to."""
