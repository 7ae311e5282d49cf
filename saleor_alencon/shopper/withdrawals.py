"""The right of withdrawal: declared by the shopper, settled by the shop or the Office."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.domain.shopper_rights import may_withdraw, withdrawal_ends_on
from saleor_alencon.orders.models import ShopOrder, ShopOrderLine
from saleor_alencon.pickups.returning import lines_return
from saleor_alencon.pickups.services import lines_refuse
from saleor_alencon.shopper.models import (
    ActionKind,
    Withdrawal,
    WithdrawalException,
    WithdrawalLine,
    WithdrawalState,
)
from saleor_alencon.shopper.notices import withdrawal_tell
from saleor_alencon.shopper.services import ShopperError, once

WITHDRAWN = "Rétractation du client"
"""Kept with the refund in Saleor: French, as every reason is."""
SOLD = (
    ShopOrderState.TO_PREPARE,
    ShopOrderState.PARTLY_HANDED_OVER,
    ShopOrderState.HANDED_OVER,
)


def received_on(shop_order: ShopOrder) -> datetime.date | None:
    """Return the day the last goods of a shop order were received; None before that."""
    received = shop_order.handed_over_at
    return localtime(received).date() if received else None


def last_day(shop_order: ShopOrder) -> datetime.date | None:
    """Return the last day of the term, None while it has not begun."""
    received = received_on(shop_order)
    return None if received is None else withdrawal_ends_on(received)


def pieces_to_withdraw(shop_order: ShopOrder) -> dict[int, int]:
    """Return, by line id, the pieces not given back and not withdrawn from yet."""
    rows = WithdrawalLine.objects.filter(line__shop_order=shop_order)
    by_state = {
        state: dict(
            rows.filter(withdrawal__state=state)
            .values_list("line")
            .annotate(pieces=Sum("quantity"))
        )
        for state in (WithdrawalState.OPEN, WithdrawalState.DONE)
    }
    left = {}
    for line in shop_order.lines.all():
        # What was settled is told by Saleor as returned too, sooner or later.
        back = max(line.quantity_returned, by_state[WithdrawalState.DONE].get(line.pk, 0))
        open_pieces = by_state[WithdrawalState.OPEN].get(line.pk, 0)
        left[line.pk] = max(0, line.quantity - back - open_pieces)
    return left


def exceptions(lines: Iterable[ShopOrderLine]) -> dict[int, str]:
    """Return, by line id, why goods cannot be withdrawn from; of the others nothing."""
    grounds = {each.goods: each.get_ground_display() for each in WithdrawalException.objects.all()}
    found = {line.pk: grounds.get(line.product_type, grounds.get(line.category)) for line in lines}
    return {line_id: str(ground) for line_id, ground in found.items() if ground}


def is_open(shop_order: ShopOrder, *, today: datetime.date) -> bool:
    """Say whether the shopper may declare a withdrawal of a shop order today."""
    return shop_order.state in SOLD and may_withdraw(received_on(shop_order), today)


def withdrawal_declare(
    *,
    shop_order_id: int,
    quantities: Mapping[int, int],
    message: str,
    language: str,
    key: uuid.UUID,
    now: datetime.datetime,
) -> Withdrawal | None:
    """Keep the shopper's declaration; None when the form was sent before.

    The acknowledgement and the word to shop and Office are written with it.

    :raises ShopperError: the term is over, goods are excepted, or there are not so many.
    """
    with transaction.atomic():
        shop_order = (
            ShopOrder.objects.select_for_update(of=("self",), no_key=True)
            .select_related("order", "shop")
            .get(pk=shop_order_id)
        )
        if not once(key=key, order=shop_order.order, kind=ActionKind.WITHDRAWAL, now=now):
            return None
        if not is_open(shop_order, today=localtime(now).date()):
            raise ShopperError(
                _("Le délai de rétractation de %(shop)s est passé : appelez la boutique.")
                % {"shop": shop_order.shop.name}
            )
        lines = _chosen(shop_order, quantities)
        withdrawal = Withdrawal.objects.create(
            shop_order=shop_order,
            declared_at=now,
            received_on=received_on(shop_order),
            language=language,
            message=message.strip()[:500],
        )
        WithdrawalLine.objects.bulk_create(
            WithdrawalLine(withdrawal=withdrawal, line=line, quantity=quantity)
            for line, quantity in lines
        )
        withdrawal_tell(withdrawal, now=now)
        return withdrawal


def _chosen(
    shop_order: ShopOrder, quantities: Mapping[int, int]
) -> list[tuple[ShopOrderLine, int]]:
    lines = list(shop_order.lines.order_by("position"))
    left, excepted = pieces_to_withdraw(shop_order), exceptions(lines)
    chosen = []
    for line in lines:
        quantity = quantities.get(line.pk, 0)
        if not quantity:
            continue
        if line.pk in excepted:
            raise ShopperError(
                _("%(name)s ne peut pas être rendu : %(ground)s.")
                % {"name": line.name, "ground": excepted[line.pk]}
            )
        if not 0 < quantity <= left[line.pk]:
            raise ShopperError(
                _("%(name)s : %(asked)s pièces à rendre, mais il y en a %(left)s.")
                % {"name": line.name, "asked": quantity, "left": left[line.pk]}
            )
        chosen.append((line, quantity))
    if not chosen:
        raise ShopperError(_("Choisissez au moins un article à rendre."))
    return chosen


def withdrawal_take_back(
    *, withdrawal_id: int, done_by: User, now: datetime.datetime
) -> Withdrawal:
    """Take the goods of a declaration back, have them refunded, and close it, all at once.

    What was handed over is a return at the counter; what was not is refused, and back in stock.

    :raises ShopperError: it is closed already (by whom).
    :raises PickupError: Saleor does not know of the hand-over yet, or the pieces are back already.
    """
    with transaction.atomic():
        withdrawal = _open_withdrawal(withdrawal_id)
        returned: dict[int, int] = {}
        refused: dict[int, int] = {}
        for row in withdrawal.lines.select_related("line"):
            back = min(row.quantity, row.line.quantity_handed_over)
            returned[row.line_id], refused[row.line_id] = back, row.quantity - back
        words: dict[str, Any] = {"reason": WITHDRAWN, "done_by": done_by, "now": now}
        if any(returned.values()):
            lines_return(shop_order_id=withdrawal.shop_order_id, quantities=returned, **words)
        if any(refused.values()):
            lines_refuse(
                shop_order_id=withdrawal.shop_order_id, quantities=refused, restock=True, **words
            )
        return _close(withdrawal, WithdrawalState.DONE, WITHDRAWN, done_by, now)


def withdrawal_end(
    *,
    withdrawal_id: int,
    state: WithdrawalState,
    outcome: str,
    ended_by: User,
    now: datetime.datetime,
) -> Withdrawal:
    """Close a declaration: its goods came back and were refunded, or it was refused, and why.

    :raises ShopperError: it is closed already (by whom), or no outcome is given.
    """
    assert state != WithdrawalState.OPEN
    if not outcome.strip():
        raise ShopperError(_("Indiquez la suite donnée : le client peut la demander."))
    with transaction.atomic():
        return _close(_open_withdrawal(withdrawal_id), state, outcome, ended_by, now)


def _open_withdrawal(withdrawal_id: int) -> Withdrawal:
    found = Withdrawal.objects.select_for_update(of=("self",)).select_related("ended_by")
    withdrawal = found.get(pk=withdrawal_id)
    if withdrawal.state != WithdrawalState.OPEN:
        raise ShopperError(
            _("Cette rétractation est déjà « %(state)s », par %(who)s.")
            % {"state": withdrawal.get_state_display(), "who": withdrawal.ended_by}
        )
    return withdrawal


def _close(
    withdrawal: Withdrawal,
    state: WithdrawalState,
    outcome: str,
    ended_by: User,
    now: datetime.datetime,
) -> Withdrawal:
    withdrawal.state, withdrawal.outcome = state, outcome.strip()[:500]
    withdrawal.ended_by, withdrawal.ended_at = ended_by, now
    withdrawal.save(update_fields=["state", "outcome", "ended_by", "ended_at"])
    return withdrawal
