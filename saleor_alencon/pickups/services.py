"""What a shop does with its pickups. Saleor is told afterwards, by ``sending``."""

import datetime
from collections.abc import Mapping

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.pickup_steps import PickupStep, next_state
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.orders.models import Pickup, ShopOrder
from saleor_alencon.pickups.errors import PickupError
from saleor_alencon.pickups.models import CommandKind, CommandState, PickupEvent, SaleorCommand
from saleor_alencon.pickups.notices import step_tell
from saleor_alencon.pickups.refunding import (
    pieces_left,
    refunds_by_tender,
    row_of_pieces,
    shipping_left,
    waiting_payloads,
)
from saleor_alencon.shops.models import Association

DEFAULT_REASON = "Article indisponible"
"""Kept with the order and shown to the shopper: French, whoever refuses."""
REFUSABLE = (ShopOrderState.TO_PREPARE, ShopOrderState.PARTLY_HANDED_OVER)


def pickup_find(*, shop_id: int, code: str) -> Pickup:
    """Return a shop's pickup by its code, however it was typed.

    :raises PickupError: no pickup of this shop has the code.
    """
    typed = "".join(code.upper().split()).replace("-", "").rsplit(":", 1)[-1]
    pickup = Pickup.objects.filter(shop_id=shop_id, code=typed).first()
    if pickup is None:
        raise PickupError(
            _("Aucun retrait de cette boutique n'a le code « %(code)s » : vérifiez-le.")
            % {"code": typed[:20]}
        )
    return pickup


def pickup_accept(
    *, pickup_id: int, done_by: User, now: datetime.datetime, detail: str = ""
) -> Pickup:
    """Say that the shop prepares the order: nobody else there has to look at it any more.

    :raises PickupError: accepted before, by whom and when; or not to prepare.
    """
    with transaction.atomic():
        pickup = _step(pickup_id, PickupStep.ACCEPT, done_by, now, detail=detail)
        accepted = pickup.shop_order.pickup_events.filter(step=PickupStep.ACCEPT)
        before = accepted.select_related("done_by").order_by("id").first()
        if before is not None and accepted.count() > 1:
            raise PickupError(
                _("Le retrait %(code)s est déjà accepté depuis le %(when)s, par %(who)s.")
                % {
                    "code": pickup.code,
                    "when": date_format(localtime(before.done_at), "DATETIME_FORMAT"),
                    "who": before.done_by or _("le système"),
                }
            )
    return pickup


def pickup_ready(
    *, pickup_id: int, done_by: User, now: datetime.datetime, detail: str = ""
) -> Pickup:
    """Say that the goods wait at the counter."""
    return _step(pickup_id, PickupStep.READY, done_by, now, detail=detail)


def pickup_unready(
    *, pickup_id: int, done_by: User, now: datetime.datetime, detail: str = ""
) -> Pickup:
    """Take "ready" back."""
    return _step(pickup_id, PickupStep.UNREADY, done_by, now, detail=detail)


def pickup_uncollected(
    *, pickup_id: int, done_by: User | None, now: datetime.datetime, detail: str = ""
) -> Pickup:
    """Say that nobody came; the goods may still be handed over, or refused with a refund."""
    return _step(pickup_id, PickupStep.UNCOLLECTED, done_by, now, detail=detail)


def pickup_hand_over(
    *, pickup_id: int, done_by: User, now: datetime.datetime, detail: str = ""
) -> Pickup:
    """Hand everything over that is left; Saleor is asked to fulfil it, until it has.

    :raises PickupError: not paid, refused before, or handed over already (by whom, and when).
    """
    with transaction.atomic():
        pickup = _step(pickup_id, PickupStep.HAND_OVER, done_by, now, detail=detail)
        pickup.handing_over_since = now
        pickup.save(update_fields=["handing_over_since"])
        SaleorCommand.objects.create(
            kind=CommandKind.FULFIL, shop_order=pickup.shop_order, created_at=now, not_before=now
        )
    return pickup


def _step(
    pickup_id: int,
    step: PickupStep,
    done_by: User | None,
    now: datetime.datetime,
    *,
    detail: str = "",
) -> Pickup:
    with transaction.atomic():
        pickup = (
            Pickup.objects.select_for_update(of=("self",))
            .select_related("shop_order__order", "shop")
            .get(pk=pickup_id)
        )
        following = next_state(PickupState(pickup.state), step)
        if following is None:
            raise PickupError(_refusal(pickup))
        pickup.state = following
        pickup.save(update_fields=["state"])
        event = PickupEvent.objects.create(
            shop_order=pickup.shop_order, step=step, done_by=done_by, done_at=now, detail=detail
        )
        step_tell(pickup, event, now=now)
        return pickup


def _refusal(pickup: Pickup) -> str:
    if pickup.state == PickupState.AWAITING_PAYMENT:
        return _("La commande n'est pas payée : elle ne peut être ni préparée ni remise.")
    text = _("Le retrait %(code)s est « %(state)s »") % {
        "code": pickup.code,
        "state": pickup.get_state_display(),
    }
    last = pickup.shop_order.pickup_events.select_related("done_by").last()
    if last is None:
        return text + "."
    words = {
        "text": text,
        "when": date_format(localtime(last.done_at), "DATETIME_FORMAT"),
        "who": last.done_by or _("le système"),
    }
    return _("%(text)s depuis le %(when)s, par %(who)s.") % words


def lines_refuse(
    *,
    shop_order_id: int,
    quantities: Mapping[int, int],
    restock: bool,
    done_by: User,
    now: datetime.datetime,
    reason: str = "",
) -> SaleorCommand:
    """Refuse pieces the shop cannot supply: Saleor is asked to refund them, until it has.

    ``quantities`` is line id to pieces. With ``restock`` they can be sold again; without, the
    article's free stock at the shop becomes zero. A refusal of everything, with nothing handed
    over, also gives back the shop's share of the delivery fee.

    :raises PickupError: nothing chosen, more than is left, not paid, or handed over.
    """
    with transaction.atomic():
        shop_order = (
            ShopOrder.objects.select_for_update(of=("self",))
            .select_related("order", "shop")
            .get(pk=shop_order_id)
        )
        _check_refusable(shop_order)
        waiting = waiting_payloads(shop_order)
        lines = list(shop_order.lines.order_by("position"))
        left = {line.pk: pieces_left(line, waiting) for line in lines}
        rows = [
            row_of_pieces(line, quantities[line.pk], left=left[line.pk], waiting=waiting)
            for line in lines
            if quantities.get(line.pk)
        ]
        if not rows:
            raise PickupError(_("Choisissez au moins un article à refuser."))
        whole = sum(left.values()) == sum(row["quantity"] for row in rows)
        whole = whole and not any(line.quantity_handed_over for line in lines)
        shipping_cents = shipping_left(shop_order, lines) if whole else 0
        total = sum(row["cents"] for row in rows) + shipping_cents
        command = SaleorCommand.objects.create(
            kind=CommandKind.REFUSE,
            shop_order=shop_order,
            created_at=now,
            not_before=now,
            payload={
                "lines": rows,
                "shipping_cents": shipping_cents,
                "refunds": refunds_by_tender(shop_order, total, waiting),
                "restock": restock,
                "reason": reason.strip()[:200] or DEFAULT_REASON,
            },
        )
        PickupEvent.objects.create(
            shop_order=shop_order,
            step=PickupStep.REFUSE,
            done_by=done_by,
            done_at=now,
            detail=", ".join(f"{row['quantity']} × {row['name']}" for row in rows)[:500],
        )
        return command


def _check_refusable(shop_order: ShopOrder) -> None:
    handing_over = Pickup.objects.filter(shop_order=shop_order, handing_over_since__isnull=False)
    if shop_order.state not in REFUSABLE or handing_over.exists():
        raise PickupError(
            _("La commande %(shop_order)s est « %(state)s » : rien ne peut y être refusé.")
            % {"shop_order": shop_order, "state": shop_order.get_state_display()}
        )


def command_give_up(
    *, command_id: int, done_by: User, reason: str, now: datetime.datetime
) -> SaleorCommand:
    """Stop telling Saleor: a person has settled it there by hand.

    :raises PickupError: the command is not pending, or no reason is given.
    """
    if not reason.strip():
        raise PickupError(_("Indiquez comment l'affaire a été réglée."))
    with transaction.atomic():
        command = SaleorCommand.objects.select_for_update().get(pk=command_id)
        if command.state != CommandState.PENDING:
            raise PickupError(_("Cette demande n'attend plus rien."))
        command.state, command.done_at = CommandState.GIVEN_UP, now
        command.save(update_fields=["state", "done_at"])
        if command.kind == CommandKind.FULFIL:
            Pickup.objects.filter(
                shop_order=command.shop_order_id, handing_over_since__isnull=False
            ).update(handing_over_since=None, state=PickupState.READY)
        PickupEvent.objects.create(
            shop_order=command.shop_order,
            step=PickupStep.GIVE_UP,
            done_by=done_by,
            done_at=now,
            detail=reason.strip()[:500],
        )
        return command


def command_retry(*, command_id: int, now: datetime.datetime) -> None:
    """Let a command be tried at once.

    :raises PickupError: the command is not pending.
    """
    pending = SaleorCommand.objects.filter(pk=command_id, state=CommandState.PENDING)
    if not pending.update(not_before=now):
        raise PickupError(_("Cette demande n'attend plus rien."))


def uncollected_mark(*, now: datetime.datetime) -> int:
    """Mark what was ready for longer than the association allows; return how many."""
    days = datetime.timedelta(days=Association.objects.get().collect_within_days)
    ready = PickupEvent.objects.filter(
        shop_order=OuterRef("shop_order"), step=PickupStep.READY
    ).order_by("-done_at")
    late = Pickup.objects.filter(state=PickupState.READY).annotate(
        ready_at=Subquery(ready.values("done_at")[:1])
    )
    count = 0
    for pickup_id in late.filter(ready_at__lt=now - days).values_list("pk", flat=True):
        pickup_uncollected(pickup_id=pickup_id, done_by=None, now=now, detail=_("délai dépassé"))
        count += 1
    return count
