"""What a shop does with its pickups. Saleor is told afterwards, by ``sending``."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.allocation import allocate_capped
from saleor_alencon.domain.money import price_of_pieces
from saleor_alencon.domain.pickup_steps import PickupStep, next_state
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.errors import AlenconError
from saleor_alencon.orders.models import Pickup, ShopOrder, ShopOrderLine
from saleor_alencon.pickups.models import CommandKind, CommandState, PickupEvent, SaleorCommand
from saleor_alencon.pickups.notices import step_tell
from saleor_alencon.shops.models import Association

DEFAULT_REASON = "Article indisponible"
"""Kept with the order and shown to the shopper: French, whoever refuses."""
REFUSABLE = (ShopOrderState.TO_PREPARE, ShopOrderState.PARTLY_HANDED_OVER)


class PickupError(AlenconError):
    """Raised when a step is not possible; the message says why, and by whom it was done before."""


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


def pickup_ready(*, pickup_id: int, done_by: User, now: datetime.datetime) -> Pickup:
    """Say that the goods wait at the counter."""
    return _step(pickup_id, PickupStep.READY, done_by, now)


def pickup_unready(*, pickup_id: int, done_by: User, now: datetime.datetime) -> Pickup:
    """Take "ready" back."""
    return _step(pickup_id, PickupStep.UNREADY, done_by, now)


def pickup_uncollected(
    *, pickup_id: int, done_by: User | None, now: datetime.datetime, detail: str = ""
) -> Pickup:
    """Say that nobody came; the goods may still be handed over, or refused with a refund."""
    return _step(pickup_id, PickupStep.UNCOLLECTED, done_by, now, detail=detail)


def pickup_hand_over(*, pickup_id: int, done_by: User, now: datetime.datetime) -> Pickup:
    """Hand everything over that is left; Saleor is asked to fulfil it, until it has.

    :raises PickupError: not paid, refused before, or handed over already (by whom, and when).
    """
    with transaction.atomic():
        pickup = _step(pickup_id, PickupStep.HAND_OVER, done_by, now)
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
        waiting = _waiting_refusals(shop_order)
        lines = list(shop_order.lines.order_by("position"))
        rows = [
            _refused_line(line, quantities[line.pk], waiting)
            for line in lines
            if quantities.get(line.pk)
        ]
        if not rows:
            raise PickupError(_("Choisissez au moins un article à refuser."))
        whole = sum(_left(line, waiting) for line in lines) == sum(row["quantity"] for row in rows)
        whole = whole and not any(line.quantity_handed_over for line in lines)
        shipping_cents = _shipping_left(shop_order, lines) if whole else 0
        total = sum(row["cents"] for row in rows) + shipping_cents
        command = SaleorCommand.objects.create(
            kind=CommandKind.REFUSE,
            shop_order=shop_order,
            created_at=now,
            not_before=now,
            payload={
                "lines": rows,
                "shipping_cents": shipping_cents,
                "refunds": _refunds(shop_order, total, waiting),
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


def _waiting_refusals(shop_order: ShopOrder) -> list[dict[str, Any]]:
    """Return the payloads that Saleor has not all done, or whose result was not captured yet."""
    commands = shop_order.saleor_commands.filter(kind=CommandKind.REFUSE)
    commands = commands.exclude(state=CommandState.GIVEN_UP).exclude(
        done_at__lt=F("shop_order__order__captured_at")
    )
    return list(commands.values_list("payload", flat=True))


def _waiting(line: ShopOrderLine, waiting: list[dict[str, Any]], key: str) -> int:
    return sum(
        row[key] for payload in waiting for row in payload["lines"] if row["line"] == line.pk
    )


def _left(line: ShopOrderLine, waiting: list[dict[str, Any]]) -> int:
    gone = line.quantity_handed_over + line.quantity_returned
    return max(0, line.quantity - gone - _waiting(line, waiting, "quantity"))


def _refused_line(
    line: ShopOrderLine, quantity: int, waiting: list[dict[str, Any]]
) -> dict[str, Any]:
    if not 0 < quantity <= _left(line, waiting):
        raise PickupError(
            _("%(name)s : %(asked)s pièces à refuser, mais il en reste %(left)s.")
            % {"name": line.name, "asked": quantity, "left": _left(line, waiting)}
        )
    before = line.quantity_returned + _waiting(line, waiting, "quantity")
    cents = _share(line, before + quantity) - _share(line, before)
    room = line.paid_cents - line.refunded_cents - _waiting(line, waiting, "cents")
    return {
        "line": line.pk,
        "saleor_id": line.saleor_id,
        "name": line.name,
        "quantity": quantity,
        "cents": max(0, min(cents, room)),
    }


def _share(line: ShopOrderLine, quantity: int) -> int:
    """Return the price of the first ``quantity`` pieces; over all pieces it is the whole line."""
    return price_of_pieces(line.gross_cents, line.quantity, quantity)


def _shipping_left(shop_order: ShopOrder, lines: list[ShopOrderLine]) -> int:
    goods = sum(line.paid_cents - line.refunded_cents for line in lines)
    return max(0, shop_order.paid_cents - shop_order.refunded_cents - goods)


def _refunds(
    shop_order: ShopOrder, total_cents: int, waiting: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Share the refund over the tenders that paid this shop order, by what they still paid."""
    kept = {
        tender: charged - refunded
        for tender, charged, refunded in shop_order.tender_shares.values_list(
            "tender__saleor_id", "charged_cents", "refunded_cents"
        )
    }
    for payload in waiting:
        for refund in payload["refunds"]:
            kept[refund["transaction"]] = kept.get(refund["transaction"], 0) - refund["cents"]
    kept = {tender: max(0, cents) for tender, cents in kept.items()}
    shares = allocate_capped(total_cents, kept, kept) if total_cents else {}
    return [
        {"transaction": tender, "cents": cents} for tender, cents in sorted(shares.items()) if cents
    ]


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
