"""What is checked of a merchant's commands on orders, beyond whose rows their arguments name.

Each rule runs as the tables' owner, around Saleor's own resolver. It holds the order's lock: two
tabs that give the same line back, or hand it over, come one after the other, and Saleor refuses
the second. No rule is a database transaction, because a refund asks the payment's provider.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import uuid4

from saleor.order import FulfillmentStatus, OrderGrantedRefundStatus, OrderStatus
from saleor.order.models import (
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderGrantedRefund,
    OrderGrantedRefundLine,
    OrderLine,
)
from saleor.payment.models import TransactionItem

from saleor_alencon.domain.refund_marks import RefundMark, without_mark

from ..payments.amounts import to_amount
from ..payments.locks import exclusive
from .ownership import ANOTHERS, Refused
from .refund_value import find_tender, node_key, refund_cents, wanted_pieces
from .scope import RequestScope

CANCELLED = "Cette commande est annulée : rien ne peut plus y être fait d'ici."
NOT_DELIVERY = (
    "La livraison est commune aux boutiques de la commande : l'Office seul la rembourse."
    " Décochez-la."
)
NO_MONEY_WITH_RETURN = (
    "Un retour ne déplace pas d'argent d'ici : accordez le remboursement des articles."
)
NO_REPLACEMENT = "Un échange ouvrirait une nouvelle commande : remboursez l'article."
NOT_CANCELABLE = "Seule une remise en cours ou faite peut être reprise ; celle-ci ne l'est plus."
NOT_OWN_REFUND = "Ce remboursement n'a pas été préparé par votre boutique : voyez avec l'Office."
SENT = "Ce remboursement est déjà parti : il ne se modifie plus."
KEY = "tableau-"  # begins the mark's key of every refund given in the Dashboard

Rule = Callable[[RequestScope, dict[str, Any]], AbstractContextManager[None]]


@contextmanager
def one_at_a_time(order_id: Any) -> Iterator[Order]:
    """Give the order as it is once no other command of a merchant works on it.

    :raises Refused: it is cancelled.
    """
    with exclusive(f"merchant:{order_id}"):
        order = Order.objects.get(pk=order_id)
        if order.status in (OrderStatus.CANCELED, OrderStatus.EXPIRED):
            raise Refused(CANCELLED)
        yield order


def check_lines_of(order: Order, lines: list[Any], fulfilled: list[Any]) -> None:
    """See that lines, and lines of fulfilments, are the named order's; Saleor does not.

    :raises Refused: one is of another order, be it the shop's own.
    """
    found = OrderLine.objects.filter(order=order, pk__in=lines).count()
    found_fulfilled = FulfillmentLine.objects.filter(
        fulfillment__order=order, order_line__order=order, pk__in=fulfilled
    ).count()
    if (found, found_fulfilled) != (len(set(lines)), len(set(fulfilled))):
        raise Refused(ANOTHERS)


@contextmanager
def fulfil(_scope: RequestScope, arguments: dict[str, Any]) -> Iterator[None]:
    """Hand lines of one order over."""
    with one_at_a_time(node_key(arguments["order"], Order)) as order:
        rows = arguments["input"]["lines"]
        check_lines_of(order, [node_key(row["order_line_id"], OrderLine) for row in rows], [])
        yield


@contextmanager
def cancel_fulfilment(_scope: RequestScope, arguments: dict[str, Any]) -> Iterator[None]:
    """Take a hand-over back. A return, or what was refunded, is not taken back from here."""
    key = node_key(arguments["id"], Fulfillment)
    with one_at_a_time(Fulfillment.objects.get(pk=key).order_id):
        status = Fulfillment.objects.values_list("status", flat=True).get(pk=key)
        if status not in (FulfillmentStatus.FULFILLED, FulfillmentStatus.WAITING_FOR_APPROVAL):
            raise Refused(NOT_CANCELABLE)
        yield


@contextmanager
def return_products(_scope: RequestScope, arguments: dict[str, Any]) -> Iterator[None]:
    """Take pieces back, or refuse to supply them; the money is another command's."""
    data = dict(arguments["input"])
    rows = data.get("order_lines") or []
    fulfilled = data.get("fulfillment_lines") or []
    if data.get("refund") or data.get("amount_to_refund"):
        raise Refused(NO_MONEY_WITH_RETURN)
    if any(row.get("replace") for row in (*rows, *fulfilled)):
        raise Refused(NO_REPLACEMENT)
    data["reason"] = without_mark(data.get("reason"))
    data["include_shipping_costs"] = False  # it means nothing without an amount
    with one_at_a_time(node_key(arguments["order"], Order)) as order:
        check_lines_of(
            order,
            [node_key(row["order_line_id"], OrderLine) for row in rows],
            [node_key(row["fulfillment_line_id"], FulfillmentLine) for row in fulfilled],
        )
        arguments["input"] = data
        yield


@contextmanager
def grant_refund(scope: RequestScope, arguments: dict[str, Any]) -> Iterator[None]:
    """Decide a refund of own lines: what they are worth, to the tender that paid the order."""
    data = dict(arguments["input"])
    if data.get("grant_refund_for_shipping"):
        raise Refused(NOT_DELIVERY)
    with one_at_a_time(node_key(arguments["id"], Order)) as order:
        check_tender(order, data.get("transaction_id"))
        cents = refund_cents(order, wanted_pieces(data.get("lines")), data.get("amount"))
        mark = RefundMark(shop_slug(scope), f"{KEY}{uuid4().hex[:12]}")
        data["amount"] = to_amount(cents)
        data["reason"] = mark.sign(without_mark(data.get("reason")))
        arguments["input"] = data
        yield


@contextmanager
def edit_refund(scope: RequestScope, arguments: dict[str, Any]) -> Iterator[None]:
    """Change a refund that the shop decided and whose money is not asked for."""
    data = dict(arguments["input"])
    if data.get("grant_refund_for_shipping"):
        raise Refused(NOT_DELIVERY)
    with own_refund(scope, arguments["id"]) as (order, refund, mark):
        if refund.status in (OrderGrantedRefundStatus.PENDING, OrderGrantedRefundStatus.SUCCESS):
            raise Refused(SENT)
        check_tender(order, data.get("transaction_id"))
        removed = {node_key(one, OrderGrantedRefundLine) for one in data.get("remove_lines") or ()}
        pieces = wanted_pieces(data.get("add_lines"))
        for row in refund.lines.exclude(pk__in=removed):
            pieces[row.order_line_id] = pieces.get(row.order_line_id, 0) + row.quantity
        data["amount"] = to_amount(refund_cents(order, pieces, data.get("amount"), refund))
        reason = data.get("reason")
        data["reason"] = mark.sign(without_mark(refund.reason if reason is None else reason))
        arguments["input"] = data
        yield


@contextmanager
def send_refund(scope: RequestScope, arguments: dict[str, Any]) -> Iterator[None]:
    """Ask for the money of a refund that the shop decided. Saleor refuses a second request."""
    with own_refund(scope, arguments["granted_refund_id"]) as (order, refund, _mark):
        check_tender(order, arguments.get("id"))
        if refund.status in (OrderGrantedRefundStatus.NONE, OrderGrantedRefundStatus.FAILURE):
            pieces = {row.order_line_id: row.quantity for row in refund.lines.all()}
            # Written by nobody but these rules; and yet, this is where the money goes.
            refund_cents(order, pieces, refund.amount_value, refund)
        yield


@contextmanager
def own_refund(
    scope: RequestScope, global_id: str
) -> Iterator[tuple[Order, OrderGrantedRefund, RefundMark]]:
    """Give a refund that the shop decided in the Dashboard, with its order, while it is locked.

    :raises Refused: the Office decided it, or the shop at its counter.
    """
    key = node_key(global_id, OrderGrantedRefund)
    order_id = OrderGrantedRefund.objects.values_list("order_id", flat=True).get(pk=key)
    with one_at_a_time(order_id) as order:
        refund = OrderGrantedRefund.objects.get(pk=key)
        mark = RefundMark.read(refund.reason)
        if mark is None or mark.shop != shop_slug(scope) or not mark.key.startswith(KEY):
            raise Refused(NOT_OWN_REFUND)
        yield order, refund, mark


def check_tender(order: Order, global_id: str | None) -> None:
    """See that the money goes back to the tender that paid the order; None leaves it as it is.

    :raises Refused: another one, or see :func:`find_tender`.
    """
    tender = find_tender(order)
    if global_id is not None and node_key(global_id, TransactionItem) != tender.token:
        raise Refused(ANOTHERS)


def shop_slug(scope: RequestScope) -> str:
    """Return the slug of the scope's shop, which a command cannot do without."""
    assert scope.shop is not None
    return scope.shop.slug


RULES: dict[str, Rule] = {
    "orderFulfill": fulfil,
    "orderFulfillmentCancel": cancel_fulfilment,
    "orderFulfillmentReturnProducts": return_products,
    "orderGrantRefundCreate": grant_refund,
    "orderGrantRefundUpdate": edit_refund,
    "transactionRequestRefundForGrantedRefund": send_refund,
}
