"""A merchant hands nothing over that is not paid: a direct debit may be refused days later.

Saleor's own switch, ``fulfillmentAllowUnpaid``, counts what is left after refunds: with it, nobody
could hand over the rest of a basket of which one shop was refunded.
"""

from decimal import Decimal
from typing import Any

import graphene
from django.db.models import F, Sum
from saleor.order.models import Order
from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent

from .ownership import Refused

UNPAID = "La commande n'est pas payée : elle ne peut pas être remise."


def check_paid(order_id: str) -> None:
    """Look at everything that was ever charged for an order, refunds and disputes included.

    :raises Refused: it is less than the order's total.
    """
    _kind, key = graphene.Node.from_global_id(order_id)
    order = Order.objects.get(pk=key)
    if charged_ever(order) < order.total_gross_amount:
        raise Refused(UNPAID)


def charged_ever(order: Any) -> Decimal:
    """Return what Saleor has as charged, and what was taken off it since."""
    refunds = order.payment_transactions.aggregate(
        amount=Sum(F("refunded_value") + F("refund_pending_value"))
    )["amount"]
    disputes = TransactionEvent.objects.filter(
        transaction__order_id=order.pk,
        type=TransactionEventType.CHARGE_BACK,
        include_in_calculations=True,
    ).aggregate(amount=Sum("amount_value"))["amount"]
    return Decimal(order.total_charged_amount + (refunds or 0) + (disputes or 0))
