"""From an OrderSnapshot to the plain facts that the domain reasons on."""

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from saleor_alencon.domain.delivery_choices import (
    KEY,
    DeliveryChoicesError,
    ShopDelivery,
    read_delivery_choices,
)
from saleor_alencon.domain.order_books import (
    LineFact,
    OrderFacts,
    RefundFact,
    TenderFact,
    TenderKind,
)
from saleor_alencon.domain.refund_marks import RefundMark
from saleor_alencon.domain.shop_orders import DeliveryChoice, PickupPlace
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.snapshot import Order
from saleor_alencon.inbox.snapshot_parts import (
    OrderLine,
    ShippingMethodDelivery,
    WarehouseDelivery,
)
from saleor_alencon.inbox.snapshot_tenders import GrantedRefund, Transaction

REFUND_STATUSES = ("SUCCESS", "PENDING", "NONE")
"""What returned money is counted towards, the surest first; a failed refund moved nothing."""


class UnknownShop(AlenconError):
    """Raised when a line names no shop, or one the Office does not know; replay once it does."""


def line_shop(line: OrderLine, known: Mapping[str, str]) -> str:
    """Return the slug of the shop that sells a line.

    ``known`` (line id to slug) is what an earlier snapshot said: a sale never moves to another
    shop. Then the product's metadata counts, then the warehouse that holds the goods.
    """
    if line.id in known:
        return known[line.id]
    if line.variant is not None and line.variant.product.shop:
        return line.variant.product.shop
    for allocation in line.allocations or ():
        if allocation.warehouse.shop:
            return allocation.warehouse.shop
    raise UnknownShop(
        f"order.lines[{line.id}] ({line.product_name}): no shop; set the private metadata "
        "alencon.shop on the product in Saleor, capture the order again, then replay"
    )


def tender_kind(transaction: Transaction) -> TenderKind:
    """Say what kind of tender a transaction is; what is not a gift card is a card payment."""
    return TenderKind.GIFT_CHEQUE if transaction.is_gift_card else TenderKind.CARD


def charged_cents(transaction: Transaction) -> int:
    """Return everything the tender ever charged: Saleor's amount is net of refunds and disputes.

    A dispute takes nothing back of the sale: the Office posts it by itself, from what the payment
    provider says of it.
    """
    return (
        transaction.charged_amount.cents
        + transaction.refunded_amount.cents
        + transaction.refund_pending_amount.cents
        + charged_back_cents(transaction)
    )


def charged_back_cents(transaction: Transaction) -> int:
    """Return what Saleor took off the charged amount for disputes that are open or lost.

    As Saleor computes it: of a reference the newest charge-back counts, and a dispute that was won
    is a successful charge under the reference of the dispute.
    """
    backs: dict[str, int] = {}
    won: dict[str, int] = {}
    without_reference = 0
    for event in sorted(transaction.events, key=lambda item: (item.created_at, item.id)):
        own = event.psp_reference in ("", transaction.psp_reference)
        if event.type == "CHARGE_BACK" and event.psp_reference:
            backs[event.psp_reference] = event.amount.cents
        elif event.type == "CHARGE_BACK":
            without_reference += event.amount.cents
        elif event.type == "CHARGE_SUCCESS" and not own:
            won[event.psp_reference] = event.amount.cents
    back = sum(cents - won.get(dispute, 0) for dispute, cents in backs.items())
    return without_reference + back


def paid_at(order: Order) -> datetime.datetime:
    """Return when the last money came, at the earliest when the order was placed.

    A card pays before the order is there, a direct debit days later.
    """
    charges = (
        event.created_at
        for transaction in order.transactions
        for event in transaction.events
        if event.type == "CHARGE_SUCCESS" and event.psp_reference in ("", transaction.psp_reference)
    )
    return max((order.created, *charges))


def refund_movements(transaction: Transaction) -> dict[str, int]:
    """Return what was given back under each of the provider's references, in cents.

    What the amounts say beyond the events that succeeded is under the empty reference.
    """
    newest: dict[str, tuple[str, int]] = {}
    for event in sorted(transaction.events, key=lambda item: (item.created_at, item.id)):
        if event.type in ("REFUND_SUCCESS", "REFUND_FAILURE", "REFUND_REVERSE"):
            newest[event.psp_reference] = (event.type, event.amount.cents)
    found = {
        name: cents for name, (kind, cents) in newest.items() if name and kind == "REFUND_SUCCESS"
    }
    rest = transaction.refunded_amount.cents - sum(found.values())
    return found | ({"": rest} if rest else {})


def sorted_transactions(order: Order) -> list[Transaction]:
    """Return the tenders, oldest first, ties by id."""
    return sorted(order.transactions, key=lambda item: (item.created_at, item.id))


def order_facts(
    order: Order,
    shops: Mapping[str, str],
    accepting: frozenset[str] | None = None,
    offered: Collection[str] = (),
) -> OrderFacts:
    """Return the money facts of an order; ``shops`` is line id to shop slug.

    ``accepting`` are the shops that accept gift cheques, None when all do; ``offered`` the tenders
    whose gift card the Office did not sell.
    """
    lines = tuple(
        LineFact(line.id, shops[line.id], line.total_price.gross.cents) for line in order.lines
    )
    unit_cents = {line.id: line.unit_price.gross.amount for line in order.lines}
    refunds = sorted(
        (item for item in order.granted_refunds if item.status in REFUND_STATUSES),
        key=lambda item: (REFUND_STATUSES.index(item.status), item.created_at, item.id),
    )
    return OrderFacts(
        id=order.id,
        lines=lines,
        shipping_gross_cents=order.shipping_price.gross.cents,
        tenders=tuple(
            TenderFact(
                item.id,
                tender_kind(item),
                charged_cents(item),
                item.refunded_amount.cents,
                accepting if item.is_gift_card else None,
                item.id in offered,
            )
            for item in sorted_transactions(order)
        ),
        refunds=tuple(_refund_facts(refunds, unit_cents)),
    )


def _refund_facts(
    refunds: Iterable[GrantedRefund], unit: Mapping[str, object]
) -> Iterator[RefundFact]:
    """Give one fact for each granted refund; those of one refusal count as one."""
    groups: dict[str, list[GrantedRefund]] = {}
    for refund in refunds:
        mark = RefundMark.read(refund.reason)
        groups.setdefault(f"{mark.shop}:{mark.key}" if mark else refund.id, []).append(refund)
    for group in groups.values():
        line_cents: dict[str, int] = {}
        for refund in group:
            for line, cents in _refund_line_cents(refund, unit).items():
                line_cents[line] = line_cents.get(line, 0) + cents
        mark = RefundMark.read(group[0].reason)
        yield RefundFact(
            group[0].id,
            sum(refund.amount.cents for refund in group),
            line_cents,
            any(refund.shipping_costs_included for refund in group),
            mark.shop if mark and mark.includes_shipping else None,
            tuple(refund.transaction.id for refund in group if refund.transaction),
        )


def _refund_line_cents(refund: GrantedRefund, unit: Mapping[str, object]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for line in refund.lines or ():
        amount = unit.get(line.order_line.id)
        if amount is not None:
            cents = round(amount * 100 * line.quantity)  # type: ignore[operator]
            weights[line.order_line.id] = weights.get(line.order_line.id, 0) + cents
    return weights


def gift_cards(order: Order) -> dict[str, tuple[str, int, int]]:
    """Return, by tender, the end of a gift card's code, what it charged and what went back."""
    return {
        item.id: (
            (item.payment_method_details.last_chars if item.payment_method_details else "") or "",
            charged_cents(item),
            item.refunded_amount.cents,
        )
        for item in sorted_transactions(order)
        if item.is_gift_card
    }


def delivery_choice(order: Order) -> DeliveryChoice:
    """Say how the order reaches the shopper. A warehouse as method means collecting there."""
    method = order.delivery_method
    if method is None:
        return DeliveryChoice.NONE
    if isinstance(method, ShippingMethodDelivery):
        is_home = method.delivery in (None, "home")
        return DeliveryChoice.HOME if is_home else DeliveryChoice.COLLECT
    return DeliveryChoice.COLLECT


def shop_delivery(order: Order, slug: str) -> ShopDelivery:
    """Say how one shop's part reaches the shopper: its own choice, or the basket's.

    What a storefront wrote and nobody can read counts as not written: Saleor's plugin refuses it
    before the order exists.
    """
    written = next((item.value for item in order.metadata if item.key == KEY), None)
    try:
        choices = read_delivery_choices(written)
    except DeliveryChoicesError:
        choices = {}
    return choices.get(slug) or ShopDelivery(delivery_choice(order))


def pickup_place(order: Order) -> PickupPlace:
    """Say where collected goods wait: at a central point when the basket's method is one."""
    method = order.delivery_method
    if isinstance(method, WarehouseDelivery):
        is_central = method.shop is None
    else:
        is_central = method is not None and method.delivery == "central"
    return PickupPlace.CENTRAL if is_central else PickupPlace.SHOP


NOT_WITH_THE_SHOPPER = ("CANCELED", "WAITING_FOR_APPROVAL", "REPLACED")
RETURNED = ("RETURNED", "REFUNDED_AND_RETURNED")


def handed_over(order: Order) -> dict[str, int]:
    """Return, by line id, the pieces handed over, neither cancelled nor returned since."""
    return _pieces(order, lambda status: status not in (*NOT_WITH_THE_SHOPPER, *RETURNED))


def returned(order: Order) -> dict[str, int]:
    """Return, by line id, the pieces brought back, or refused by the shop before any hand-over."""
    return _pieces(order, lambda status: status in RETURNED)


def _pieces(order: Order, counts: Callable[[str], bool]) -> dict[str, int]:
    pieces: dict[str, int] = {}
    for fulfillment in order.fulfillments:
        if not counts(fulfillment.status):
            continue
        for line in fulfillment.lines or ():
            if line.order_line is not None:
                key = line.order_line.id
                pieces[key] = pieces.get(key, 0) + line.quantity
    return pieces
