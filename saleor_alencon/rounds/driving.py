"""What a courier does: loads, leaves, and says at each door what became of the parcels."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.delivery_rounds import (
    FailReason,
    LeftWith,
    ParcelState,
    RoundState,
    StopState,
)
from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.domain.shop_orders import PickupPlace, ShopOrderState
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.pickups.models import CommandKind, CommandState, PickupEvent, SaleorCommand
from saleor_alencon.rounds.models import (
    DeliveryRound,
    Parcel,
    PreparedParcel,
    RoundEvent,
    RoundEventKind,
    Stop,
)
from saleor_alencon.rounds.planning import RoundError, round_locked
from saleor_alencon.rounds.words import FAIL_REASONS, LEFT_WITH

WRONG_CODES_AT_MOST = 5


def parcel_fetch(*, parcel_id: int, done_by: User, now: datetime.datetime) -> Parcel:
    """Load one parcel; loaded already, nothing changes.

    :raises RoundError: the round is over, or the parcel was found missing before.
    """
    with transaction.atomic():
        parcel = _parcel(parcel_id)
        if parcel.state == ParcelState.ON_BOARD:
            return parcel
        _check_loading(parcel)
        parcel.state = ParcelState.ON_BOARD
        parcel.save(update_fields=["state"])
        _told(parcel.stop, RoundEventKind.FETCHED, done_by, now, str(parcel.shop_order))
        return parcel


def parcel_missing(*, parcel_id: int, reason: str, done_by: User, now: datetime.datetime) -> Parcel:
    """Say that a parcel is not there; it waits for another round, packed as the shop said.

    :raises RoundError: no reason is given, or it is on its way already.
    """
    if not reason.strip():
        raise RoundError(_("Dites pourquoi le colis manque."))
    with transaction.atomic():
        parcel = _parcel(parcel_id)
        if parcel.state == ParcelState.MISSING:
            return parcel
        _check_loading(parcel)
        parcel.state = ParcelState.MISSING
        parcel.save(update_fields=["state"])
        detail = f"{parcel.shop_order} : {reason.strip()}"
        _told(parcel.stop, RoundEventKind.MISSING, done_by, now, detail)
        stop = parcel.stop
        if not stop.parcels.exclude(state=ParcelState.MISSING).exists():
            _end(stop, StopState.CALLED_OFF, reason.strip(), done_by, now)
        return parcel


def _parcel(parcel_id: int) -> Parcel:
    """Return a parcel of a locked round."""
    round_locked(Parcel.objects.values_list("stop__round", flat=True).get(pk=parcel_id))
    rows = Parcel.objects.select_related("stop__round", "shop_order__order", "shop_order__shop")
    return rows.get(pk=parcel_id)


def _check_loading(parcel: Parcel) -> None:
    found = parcel.stop.round
    if found.state not in (RoundState.PLANNED, RoundState.UNDER_WAY) or (
        parcel.state != ParcelState.TO_FETCH
    ):
        raise RoundError(
            _("%(parcel)s est « %(state)s », la tournée « %(round)s » : cela ne change plus.")
            % {
                "parcel": parcel,
                "state": parcel.get_state_display(),
                "round": found.get_state_display(),
            }
        )


def round_start(*, round_id: int, done_by: User, now: datetime.datetime) -> DeliveryRound:
    """Leave; shoppers see that their parcels are under way. Left already, nothing changes.

    :raises RoundError: something is not loaded, nothing is, or the round is over.
    """
    with transaction.atomic():
        found = round_locked(round_id)
        if found.state == RoundState.UNDER_WAY:
            return found
        if found.state != RoundState.PLANNED:
            raise RoundError(_closed(found))
        parcels = Parcel.objects.filter(stop__round=found)
        waiting = parcels.filter(state=ParcelState.TO_FETCH).count()
        if waiting:
            raise RoundError(
                _("%(count)s colis ne sont pas chargés : chargez-les, ou dites-les manquants.")
                % {"count": waiting}
            )
        if not parcels.filter(state=ParcelState.ON_BOARD).exists():
            raise RoundError(_("Rien n'est chargé : abandonnez la tournée."))
        found.state, found.started_at = RoundState.UNDER_WAY, now
        found.save(update_fields=["state", "started_at"])
        RoundEvent.objects.create(
            round=found, kind=RoundEventKind.STARTED, done_by=done_by, done_at=now
        )
        return found


def _closed(found: DeliveryRound) -> str:
    return _("La tournée %(round)s est « %(state)s » : partez d'abord, ou voyez l'Office.") % {
        "round": found,
        "state": found.get_state_display(),
    }


def stop_deliver(*, stop_id: int, code: str, done_by: User, now: datetime.datetime) -> Stop:
    """Hand a stop's parcels over against the shopper's code; Saleor is told, until it knows.

    :raises RoundError: the code is wrong, was wrong too often, or the stop ended before (by whom).
    """
    typed = "".join(code.upper().split())
    with transaction.atomic():
        stop = _waiting_stop(stop_id)
        if stop.wrong_codes >= WRONG_CODES_AT_MOST:
            raise RoundError(
                _("Cinq codes faux : laissez les colis chez un voisin ou en lieu sûr, ou "
                  "rapportez-les.")
            )  # fmt: skip
        right = constant_time_compare(typed, stop.code)
        if right:
            _deliver(stop, StopState.DELIVERED, RoundEventKind.DELIVERED, "", done_by, now)
        else:
            # Kept although it is refused: it counts.
            stop.wrong_codes += 1
            stop.save(update_fields=["wrong_codes"])
            _told(stop, RoundEventKind.WRONG_CODE, done_by, now)
    if not right:
        raise RoundError(_("Ce code n'est pas celui de cet arrêt : faites-le répéter au client."))
    return stop


def stop_leave(
    *, stop_id: int, left_with: LeftWith, note: str, done_by: User, now: datetime.datetime
) -> Stop:
    """Leave a stop's parcels without a code: where or with whom is told to the shopper.

    :raises RoundError: no note is given, or the stop ended before (by whom).
    """
    if not note.strip():
        raise RoundError(_("Dites chez qui, ou à quel endroit : le client le lit."))
    with transaction.atomic():
        stop = _waiting_stop(stop_id)
        detail = f"{LEFT_WITH[left_with]} : {note.strip()}"[:300]
        _deliver(stop, StopState.LEFT, RoundEventKind.LEFT, detail, done_by, now)
        return stop


def stop_fail(
    *, stop_id: int, reason: FailReason, note: str, done_by: User, now: datetime.datetime
) -> Stop:
    """Say that a stop's parcels were not delivered; they come back with the courier.

    :raises RoundError: the stop ended before (by whom).
    """
    with transaction.atomic():
        stop = _waiting_stop(stop_id)
        parts = (str(FAIL_REASONS[reason]), note.strip())
        detail = " : ".join(part for part in parts if part)[:300]
        stop.parcels.filter(state=ParcelState.ON_BOARD).update(state=ParcelState.FAILED)
        _end(stop, StopState.FAILED, detail, done_by, now)
        _told(stop, RoundEventKind.FAILED, done_by, now, detail)
        return stop


def _waiting_stop(stop_id: int) -> Stop:
    """Return a stop of a locked round under way that has no outcome yet."""
    found = round_locked(Stop.objects.values_list("round", flat=True).get(pk=stop_id))
    stop = Stop.objects.select_related("order", "ended_by").get(pk=stop_id)
    if stop.state != StopState.WAITING:
        ended = localtime(stop.ended_at) if stop.ended_at else None
        raise RoundError(
            _("Cet arrêt est « %(state)s » depuis le %(when)s, par %(who)s.")
            % {
                "state": stop.get_state_display(),
                "when": date_format(ended, "DATETIME_FORMAT") if ended else "",
                "who": stop.ended_by,
            }
        )
    if found.state != RoundState.UNDER_WAY:
        raise RoundError(_closed(found))
    return stop


def _deliver(
    stop: Stop,
    state: StopState,
    kind: RoundEventKind,
    detail: str,
    done_by: User,
    now: datetime.datetime,
) -> None:
    """End a stop with its parcels at the shopper's; what was cancelled meanwhile comes back."""
    parcels = list(stop.parcels.filter(state=ParcelState.ON_BOARD).order_by("shop_order"))
    if not parcels:
        raise RoundError(_("Rien de cet arrêt n'est chargé."))
    _end(stop, state, detail, done_by, now)
    _told(stop, kind, done_by, now, detail)
    for parcel in parcels:
        shop_order = ShopOrder.objects.select_for_update(no_key=True).get(pk=parcel.shop_order_id)
        cancelled = shop_order.state == ShopOrderState.CANCELLED
        parcel.state = ParcelState.FAILED if cancelled else ParcelState.DELIVERED
        parcel.save(update_fields=["state"])
        if not cancelled:
            _tell_saleor(shop_order, detail, done_by, now)


def _tell_saleor(shop_order: ShopOrder, detail: str, done_by: User, now: datetime.datetime) -> None:
    PickupEvent.objects.create(
        shop_order=shop_order,
        step=PickupStep.DELIVER,
        done_by=done_by,
        done_at=now,
        detail=detail,
    )
    pending = SaleorCommand.objects.filter(
        shop_order=shop_order, kind=CommandKind.FULFIL, state=CommandState.PENDING
    )
    if not pending.exists():
        SaleorCommand.objects.create(
            kind=CommandKind.FULFIL, shop_order=shop_order, created_at=now, not_before=now
        )


def _end(stop: Stop, state: StopState, detail: str, done_by: User, now: datetime.datetime) -> None:
    stop.state, stop.detail = state, detail[:300]
    stop.ended_at, stop.ended_by = now, done_by
    stop.save(update_fields=["state", "detail", "ended_at", "ended_by"])


def _told(
    stop: Stop, kind: RoundEventKind, done_by: User, now: datetime.datetime, detail: str = ""
) -> None:
    RoundEvent.objects.create(
        round_id=stop.round_id,
        stop=stop,
        kind=kind,
        done_by=done_by,
        done_at=now,
        detail=detail[:300],
    )


def round_finish(
    *, round_id: int, brought_to: PickupPlace, done_by: User, now: datetime.datetime
) -> DeliveryRound:
    """Close a round; what was not delivered stands at the shop or the central point again.

    :raises RoundError: a stop has no outcome yet, or the round has not left.
    """
    with transaction.atomic():
        found = round_locked(round_id)
        if found.state == RoundState.FINISHED:
            return found
        if found.state != RoundState.UNDER_WAY:
            raise RoundError(_closed(found))
        open_stops = found.stops.filter(state=StopState.WAITING).count()
        if open_stops:
            raise RoundError(
                _("%(count)s arrêts n'ont pas de suite : dites de chacun ce qu'il en est.")
                % {"count": open_stops}
            )
        back = Parcel.objects.filter(stop__round=found, state=ParcelState.FAILED)
        _place(back.values_list("shop_order", flat=True), brought_to)
        back.update(state=ParcelState.BACK)
        found.state, found.ended_at = RoundState.FINISHED, now
        found.save(update_fields=["state", "ended_at"])
        RoundEvent.objects.create(
            round=found, kind=RoundEventKind.FINISHED, done_by=done_by, done_at=now
        )
        return found


def _place(shop_order_ids: Iterable[int], place: PickupPlace) -> None:
    PreparedParcel.objects.filter(shop_order__in=list(shop_order_ids)).update(place=place)
