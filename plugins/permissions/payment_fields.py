"""What a merchant sees of the payment of an order, and of the refunds of its own lines.

The payment is the whole order's, and the Office's: of it a merchant sees that it is there and what
of the shop's lines may still be given back, because the Dashboard offers a refund only beside a
payment that has enough money. Everything else of it is empty.
"""

from typing import Any

from django.db.models import Sum
from prices import Money
from saleor.graphql.core.context import get_database_connection_name
from saleor.order.models import OrderLine
from saleor.payment import TransactionAction
from saleor.payment.models import TransactionItem

from saleor_alencon.domain.money import price_of_pieces
from saleor_alencon.domain.refund_marks import without_mark

from ..payments.amounts import to_amount
from .fields import Mask, fixed
from .refund_value import whole_cents

NAME = "Paiement de la commande"
TRANSACTION_PLAIN = frozenset({"id", "token", "createdAt", "order"})
REFUND_PLAIN = frozenset({
    "id", "createdAt", "updatedAt", "amount", "user", "shippingCostsIncluded", "lines", "status",
    "transaction",
})  # fmt: skip
TRANSACTION_NOTHING: dict[str, Any] = {
    "name": NAME, "message": "", "pspReference": "", "externalUrl": "", "checkout": None,
    "events": [], "createdBy": None, "paymentMethodDetails": None, "reason": None,
    "reasonReference": None, "metadata": [], "metafield": None, "metafields": None,
    "privateMetadata": [], "privateMetafield": None, "privateMetafields": None,
}  # fmt: skip
TRANSACTION_ZERO = (
    "authorizedAmount", "authorizePendingAmount", "refundedAmount", "refundPendingAmount",
    "canceledAmount", "cancelPendingAmount", "chargePendingAmount",
)  # fmt: skip


def own_left_cents(root: Any, info: Any) -> int:
    """Return what is left to give back of the shop's lines of a payment's order."""
    database = get_database_connection_name(info.context)
    lines = OrderLine.objects.using(database).filter(order_id=root.order_id)
    left = 0
    for line in lines.annotate(given_back=Sum("granted_refund_lines__quantity")):
        total = whole_cents(line.total_price_gross_amount)
        pieces = min(line.given_back or 0, line.quantity)
        left += total - price_of_pieces(total, line.quantity, pieces)
    return left


def charged_amount(_scope: Any, _resolver: Any, root: Any, info: Any, _arguments: Any) -> Money:
    """Answer what is left to give back of the shop's lines, whatever was charged for others."""
    return Money(to_amount(own_left_cents(root, info)), root.currency)


def actions(_scope: Any, _resolver: Any, root: Any, info: Any, _arguments: Any) -> list[str]:
    """Offer the refund where it can be made: of one means of payment, for own lines that are left.

    order_rules.py refuses the others, and says why.
    """
    if TransactionAction.REFUND not in root.available_actions:
        return []
    database = get_database_connection_name(info.context)
    paid = TransactionItem.objects.using(database).filter(order_id=root.order_id)
    alone = not paid.exclude(pk=root.pk).filter(charged_value__gt=0).exists()
    return [TransactionAction.REFUND] if alone and own_left_cents(root, info) else []


def nothing(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> Money:
    """Answer no money."""
    return Money(0, root.currency)


def created_at(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> Any:
    """Answer when the payment was made: when it last changed tells of other shops' refunds."""
    return root.created_at


def reason(_scope: Any, _resolver: Any, root: Any, _info: Any, _arguments: Any) -> str:
    """Answer a refund's reason as it was written, without the Office's mark."""
    return without_mark(root.node.reason)


TRANSACTION_MASKED: dict[str, Mask] = {
    "chargedAmount": charged_amount,
    "actions": actions,
    "modifiedAt": created_at,
    **dict.fromkeys(TRANSACTION_ZERO, nothing),
    **{name: fixed(value) for name, value in TRANSACTION_NOTHING.items()},
}
REFUND_MASKED: dict[str, Mask] = {
    "reason": reason,
    "reasonReference": fixed(None),
    "app": fixed(None),
    "transactionEvents": fixed([]),
}
PAYMENT_FIELDS: dict[tuple[str, str], Mask] = {
    ("TransactionItem", name): mask for name, mask in TRANSACTION_MASKED.items()
} | {("OrderGrantedRefund", name): mask for name, mask in REFUND_MASKED.items()}
