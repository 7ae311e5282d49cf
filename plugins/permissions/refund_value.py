"""What a shop may give back of an order: the value of its own lines, never more than was paid.

Everything here is computed as the tables' owner, from all of the order, for a merchant's command
that holds the order's lock (order_rules.py).
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import graphene
from saleor.order import OrderGrantedRefundStatus
from saleor.order.models import Order, OrderGrantedRefund, OrderGrantedRefundLine, OrderLine
from saleor.payment.models import TransactionItem

from saleor_alencon.domain.allocation import allocate
from saleor_alencon.domain.money import price_of_pieces
from saleor_alencon.domain.refund_marks import RefundMark

from ..payments.amounts import to_amount, to_cents
from ..payments.errors import AmountNotExact
from .ownership import ANOTHERS, Refused

SEVERAL_TENDERS = (
    "Cette commande a été payée par plusieurs moyens, dont chacun doit recevoir sa part :"
    " demandez le remboursement à l'Office."
)
NOT_PAID = "Cette commande n'est pas entièrement payée : il n'y a rien à rembourser d'ici."
OFFICE_REFUNDED = (
    "L'Office a déjà remboursé une partie de cette commande sans désigner d'articles :"
    " demandez-lui ce remboursement."
)
NOTHING_LEFT = "Ces articles sont déjà remboursés."
TOO_MUCH = "Le montant dépasse la valeur de ces articles qui reste à rembourser : {most} €."
NO_AMOUNT = "Indiquez un montant en euros et en centimes, supérieur à zéro."
WHOLE_PIECES = "Indiquez pour chaque article, une seule fois, un nombre entier de pièces."
LIVE = (
    OrderGrantedRefundStatus.NONE,
    OrderGrantedRefundStatus.PENDING,
    OrderGrantedRefundStatus.SUCCESS,
)
MOVED = (OrderGrantedRefundStatus.PENDING, OrderGrantedRefundStatus.SUCCESS)

Pieces = Mapping[Any, int]
"""Line's key to a number of pieces."""


def find_tender(order: Order) -> TransactionItem:
    """Return the one means of payment that paid all of an order.

    :raises Refused: it is not paid, by several, or part of it was given back for no lines.
    """
    tenders = [item for item in order.payment_transactions.all() if moved_value(item)]
    if len(tenders) > 1:
        raise Refused(SEVERAL_TENDERS)
    if not tenders or moved_value(tenders[0]) < order.total_gross_amount:
        raise Refused(NOT_PAID)
    tender = tenders[0]
    explained = Decimal(0)
    for refund in order.granted_refunds.prefetch_related("lines"):
        if refund.lines.all() or RefundMark.read(refund.reason):
            explained += refund.amount_value if refund.status in MOVED else 0
        elif refund.status in LIVE:
            raise Refused(OFFICE_REFUNDED)
    if tender.refunded_value + tender.refund_pending_value > explained:
        raise Refused(OFFICE_REFUNDED)
    return tender


def moved_value(tender: TransactionItem) -> Decimal:
    """Return everything a tender ever took: Saleor's charged amount is net of refunds."""
    return Decimal(tender.charged_value + tender.refunded_value + tender.refund_pending_value)


def refund_cents(
    order: Order, wanted: Pieces, given: Decimal | None, besides: OrderGrantedRefund | None = None
) -> int:
    """Return what a refund of pieces of lines is to be: the amount given, or all they are worth.

    What Saleor would compute itself, pieces times a rounded unit price, may be some cents above;
    it is brought down to the value. ``besides`` is the refund that is being edited.

    :raises Refused: no pieces, nothing left of them, or an amount above what is.
    """
    if not wanted or any(type(pieces) is not int or pieces < 1 for pieces in wanted.values()):
        raise Refused(WHOLE_PIECES)
    lines = {line.pk: line for line in order.lines.filter(pk__in=wanted)}
    if lines.keys() != wanted.keys():
        raise Refused(ANOTHERS)
    worth = sum(line_values(order, lines, wanted, besides).values())
    if worth == 0:
        raise Refused(NOTHING_LEFT)
    if given is None:
        return worth
    try:
        cents = to_cents(given, order.currency)
    except AmountNotExact:
        cents = 0
    if cents <= 0:
        raise Refused(NO_AMOUNT)
    by_unit = sum(unit_cents(line) * wanted[line.pk] for line in lines.values())
    if cents > max(worth, by_unit):
        raise Refused(TOO_MUCH.format(most=f"{to_amount(worth):.2f}".replace(".", ",")))
    return min(cents, worth)


def line_values(
    order: Order,
    lines: Mapping[Any, OrderLine],
    wanted: Pieces,
    besides: OrderGrantedRefund | None = None,
) -> dict[Any, int]:
    """Return, by line, what the wanted pieces are still worth, in cents.

    As the Office counts (docs/pickups.md): the price of the first pieces, rounded down, less what
    was given back for pieces before, and no line more than its total over all its refunds.
    """
    pieces_before: Counter[Any] = Counter()
    cents_before: Counter[Any] = Counter()
    for refund in order.granted_refunds.prefetch_related("lines__order_line"):
        rows = list(refund.lines.all())
        if (besides is not None and refund.pk == besides.pk) or not rows:
            continue
        for row in rows:
            pieces_before[row.order_line_id] += row.quantity
        if refund.status in LIVE:
            cents_before.update(spread(refund, rows, order))
    values = {}
    for key, line in lines.items():
        total = whole_cents(line.total_price_gross_amount)
        before = min(pieces_before[key], line.quantity)
        after = min(before + wanted[key], line.quantity)
        price = price_of_pieces(total, line.quantity, after)
        price -= price_of_pieces(total, line.quantity, before)
        values[key] = max(0, min(price, total - cents_before[key]))
    return values


def spread(
    refund: OrderGrantedRefund, rows: list[OrderGrantedRefundLine], order: Order
) -> dict[Any, int]:
    """Return, by line, what one refund gave back, in cents, without the delivery it included."""
    cents = whole_cents(refund.amount_value)
    if refund.shipping_costs_included:
        cents = max(0, cents - whole_cents(order.shipping_price_gross_amount))
    weights = {row.order_line_id: 0 for row in rows}
    for row in rows:
        weights[row.order_line_id] += unit_cents(row.order_line) * row.quantity
    keys = {str(key): key for key in weights}
    parts = allocate(cents, {name: weights[key] for name, key in keys.items()})
    return {keys[name]: part for name, part in parts.items()}


def unit_cents(line: OrderLine) -> int:
    """Return Saleor's price of one piece, rounded to a cent."""
    return whole_cents(line.unit_price_gross_amount)


def whole_cents(amount: Decimal) -> int:
    """Return an amount rounded to cents: Saleor keeps what a person typed."""
    return round(amount * 100)


def wanted_pieces(rows: list[dict[str, Any]] | None) -> dict[Any, int]:
    """Return what a command's lines ask for, by the line's key.

    :raises Refused: a line is named twice.
    """
    found: dict[Any, int] = {}
    for row in rows or ():
        line = node_key(row["id"], OrderLine)
        if line in found:
            raise Refused(WHOLE_PIECES)
        found[line] = row["quantity"]
    return found


def node_key(global_id: str, model: Any) -> Any:
    """Return what a global id names, as the model has it; the id was checked before.

    That is the row's key, and a transaction's token.
    """
    field = model._meta.get_field("token") if model is TransactionItem else model._meta.pk
    return field.to_python(graphene.Node.from_global_id(global_id)[1])
