"""What a shopper brings back to the counter: pieces that were handed over, and their refund."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.orders.models import Pickup, ShopOrder, ShopOrderLine
from saleor_alencon.pickups.errors import PickupError
from saleor_alencon.pickups.models import CommandKind, PickupEvent, SaleorCommand
from saleor_alencon.pickups.refunding import (
    Payloads,
    refunds_by_tender,
    row_of_pieces,
    sum_waiting,
    waiting_payloads,
)

DEFAULT_REASON = "Rapporté à la boutique"
"""Kept with the order and shown to the shopper: French, whoever takes the pieces back."""


def pieces_returnable(line: ShopOrderLine, returning: Payloads) -> int:
    """Return how many pieces of a line the shopper has, and none takes back already."""
    return max(0, line.quantity_handed_over - sum_waiting(line, returning, "quantity"))


def lines_return(
    *,
    shop_order_id: int,
    quantities: Mapping[int, int],
    done_by: User,
    now: datetime.datetime,
    reason: str = "",
) -> SaleorCommand:
    """Take pieces back that were handed over: Saleor is asked to refund them, until it has.

    ``quantities`` is line id to pieces. The stock stays as it is: the shop looks at what came
    back and counts it in its catalogue, or not. What is given back is the price of the pieces,
    never delivery: where article L221-24 of the Code de la consommation asks for it, the Office
    refunds it in Saleor.

    :raises PickupError: nothing chosen, more than was handed over, or Saleor does not know of the
        hand-over yet.
    """
    with transaction.atomic():
        shop_order = (
            ShopOrder.objects.select_for_update(of=("self",))
            .select_related("order", "shop")
            .get(pk=shop_order_id)
        )
        _check_known(shop_order)
        waiting = waiting_payloads(shop_order)
        returning = waiting_payloads(shop_order, (CommandKind.RETURN,))
        rows = [
            row_of_pieces(
                line,
                quantities[line.pk],
                left=pieces_returnable(line, returning),
                waiting=waiting,
            )
            for line in shop_order.lines.order_by("position")
            if quantities.get(line.pk)
        ]
        if not rows:
            raise PickupError(_("Choisissez au moins un article à reprendre."))
        command = SaleorCommand.objects.create(
            kind=CommandKind.RETURN,
            shop_order=shop_order,
            created_at=now,
            not_before=now,
            payload={
                "lines": rows,
                "shipping_cents": 0,
                "refunds": refunds_by_tender(
                    shop_order, sum(row["cents"] for row in rows), waiting
                ),
                "restock": True,
                "reason": reason.strip()[:200] or DEFAULT_REASON,
            },
        )
        PickupEvent.objects.create(
            shop_order=shop_order,
            step=PickupStep.RETURN,
            done_by=done_by,
            done_at=now,
            detail=", ".join(f"{row['quantity']} × {row['name']}" for row in rows)[:500],
        )
        return command


def _check_known(shop_order: ShopOrder) -> None:
    handing_over = Pickup.objects.filter(shop_order=shop_order, handing_over_since__isnull=False)
    if handing_over.exists():
        raise PickupError(
            _("Saleor n'a pas encore enregistré la remise de %(shop_order)s : réessayez dans une "
              "minute.")
            % {"shop_order": shop_order}
        )  # fmt: skip
