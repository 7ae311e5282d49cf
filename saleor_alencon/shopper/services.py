"""What a shopper does with an order by its link. Each form has a key, and is done once."""

import datetime
import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.domain.pickup_slots import Slot, compute_slots, ready_at
from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.domain.shopper_rights import CancelRule, may_cancel
from saleor_alencon.errors import AlenconError
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.pickups.links import link_is_open, link_renew
from saleor_alencon.pickups.models import PickupEvent
from saleor_alencon.pickups.services import lines_refuse
from saleor_alencon.shopper.models import ActionKind, ShopperAction, ShopperRules
from saleor_alencon.shopper.notices import link_tell

CANCELLED_BY_SHOPPER = "Annulé par le client"
"""Kept with the order in Saleor: French, as every reason is."""
MOVABLE = (PickupState.TO_PREPARE, PickupState.READY)


class ShopperError(AlenconError):
    """Raised when a shopper may not do that, or not any more; the message says what to do."""


def once(*, key: uuid.UUID, order: Order, kind: ActionKind, now: datetime.datetime) -> bool:
    """Take a form's key; False when it was taken before. Called inside a transaction."""
    try:
        with transaction.atomic():
            ShopperAction.objects.create(key=key, order=order, kind=kind, done_at=now)
    except IntegrityError:
        return False
    return True


def slots_offered(pickup: Pickup, *, now: datetime.datetime) -> list[Slot]:
    """Return the slots that a pickup can be moved to; none where it cannot be."""
    if pickup.state not in MOVABLE or pickup.shop_order.state != ShopOrderState.TO_PREPARE:
        return []
    hours = pickup.shop.opening_hours
    ready = now
    if pickup.state == PickupState.TO_PREPARE:
        prepared = ready_at(hours, pickup.shop_order.order.created_at)
        if prepared is None:
            return []
        ready = max(now, prepared)
    return compute_slots(hours, ready_not_before=ready)


def slot_change(*, pickup_id: int, slot: Slot, now: datetime.datetime) -> bool:
    """Move a pickup to another slot of its shop; False when it is there already.

    :raises ShopperError: it was handed over or cancelled, or the slot is not offered any more.
    """
    with transaction.atomic():
        pickup = (
            Pickup.objects.select_for_update(of=("self",))
            .select_related("shop", "shop_order__order")
            .get(pk=pickup_id)
        )
        if pickup.slot_starts_at == slot.starts_at and pickup.slot_ends_at == slot.ends_at:
            return False
        offered = slots_offered(pickup, now=now)
        if not offered:
            raise ShopperError(
                _("Ce retrait est « %(state)s » : son créneau ne change plus. Voyez la boutique.")
                % {"state": pickup.get_state_display()}
            )
        if slot not in offered:
            raise ShopperError(_("Ce créneau n'est plus proposé : choisissez-en un autre."))
        before = slot_text(pickup.slot_starts_at)
        pickup.slot_starts_at, pickup.slot_ends_at = slot.starts_at, slot.ends_at
        pickup.slot_asked, pickup.slot_changed_at = True, now
        pickup.save(
            update_fields=["slot_starts_at", "slot_ends_at", "slot_asked", "slot_changed_at"]
        )
        PickupEvent.objects.create(
            shop_order=pickup.shop_order,
            step=PickupStep.SLOT,
            by_shopper=True,
            done_at=now,
            detail=f"{before} → {slot_text(slot.starts_at)}",
        )
        return True


def slot_text(starts_at: datetime.datetime | None) -> str:
    """Return when a slot begins, as the journal says it."""
    return "—" if starts_at is None else date_format(localtime(starts_at), "SHORT_DATETIME_FORMAT")


def can_cancel(shop_order: ShopOrder, *, rules: ShopperRules, now: datetime.datetime) -> bool:
    """Say whether the shopper may cancel lines of a shop order, by the association's rule."""
    pickup = Pickup.objects.filter(shop_order=shop_order).first()
    return may_cancel(
        CancelRule(rules.cancel_rule),
        rules.cancel_minutes,
        placed_at=shop_order.order.created_at,
        shop_order=ShopOrderState(shop_order.state),
        pickup=PickupState(pickup.state) if pickup else None,
        prepared=_is_prepared(shop_order),
        now=now,
    )


def _is_prepared(shop_order: ShopOrder) -> bool:
    """Say whether the shop began: any step of its own but a refusal says so."""
    steps = shop_order.pickup_events.filter(by_shopper=False)
    last = steps.exclude(step__in=[PickupStep.REFUSE, PickupStep.GIVE_UP]).last()
    return last is not None and last.step != PickupStep.UNREADY


def lines_cancel(
    *,
    shop_order_id: int,
    quantities: Mapping[int, int],
    key: uuid.UUID,
    now: datetime.datetime,
) -> bool:
    """Cancel pieces of a shop order and have them refunded; False when the form was sent before.

    :raises ShopperError: the association's rule does not allow it, or not any more.
    :raises PickupError: nothing was chosen, or more than is left.
    """
    with transaction.atomic():
        # Locked as a refusal locks it, then the pickup, which "ready" locks alone.
        shop_order = (
            ShopOrder.objects.select_for_update(of=("self",), no_key=True)
            .select_related("order", "shop")
            .get(pk=shop_order_id)
        )
        list(Pickup.objects.select_for_update().filter(shop_order=shop_order))
        if not once(key=key, order=shop_order.order, kind=ActionKind.CANCEL, now=now):
            return False
        if not can_cancel(shop_order, rules=ShopperRules.in_force(), now=now):
            raise ShopperError(
                _("%(shop)s prépare déjà votre commande : appelez la boutique.")
                % {"shop": shop_order.shop.name}
            )
        lines_refuse(
            shop_order_id=shop_order.pk,
            quantities=quantities,
            restock=True,
            reason=CANCELLED_BY_SHOPPER,
            done_by=None,
            by_shopper=True,
            now=now,
        )
        return True


def link_ask(*, number: str, email: str, language: str, now: datetime.datetime) -> None:
    """Have the link sent to the order's own address. Who asks learns nothing either way."""
    found = Order.objects.filter(
        number=number.strip().lstrip("#")[:32], customer_email__iexact=email.strip()
    )
    with transaction.atomic():
        order = found.select_for_update(no_key=True).order_by("-id").first()
        told = order is not None and link_tell(order, language=language, now=now)
        if order is not None and told and not link_is_open(order, now=now):
            link_renew(order_id=order.pk, now=now)
