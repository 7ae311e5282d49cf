"""From packed parcels to a round: what may go, into which stops, in which order."""

import datetime
import secrets
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.delivery_rounds import (
    POSTAL_CODE,
    TAKEN,
    ParcelState,
    RoundState,
    StopState,
    is_in_area,
    stop_order,
)
from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.domain.shop_orders import DeliveryChoice, PickupPlace, ShopOrderState
from saleor_alencon.errors import AlenconError
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.orders.writing import CODE_ALPHABET
from saleor_alencon.pickups.models import CommandKind, CommandState, PickupEvent, SaleorCommand
from saleor_alencon.rounds.models import (
    DeliveryRound,
    Parcel,
    PreparedParcel,
    RoundEvent,
    RoundEventKind,
    Stop,
)

TAKEN_STATES = [state.value for state in TAKEN]
CODE_LENGTH = 4
PLAN = 0x726E
"""The advisory lock of planning: two plans at once would both want the same parcels."""


class RoundError(AlenconError):
    """Raised when a step of a round is not possible; the message says why and what to do."""


def to_deliver() -> "QuerySet[ShopOrder]":
    """Return the shop orders that are to be brought home and are in no round."""
    taken = Parcel.objects.filter(shop_order=OuterRef("pk"), state__in=TAKEN_STATES)
    # Saleor may not have said yet that what was delivered is.
    told = SaleorCommand.objects.filter(shop_order=OuterRef("pk"), kind=CommandKind.FULFIL).exclude(
        state=CommandState.GIVEN_UP
    )
    return (
        ShopOrder.objects.filter(
            delivery_choice=DeliveryChoice.HOME,
            state__in=[ShopOrderState.TO_PREPARE, ShopOrderState.PARTLY_HANDED_OVER],
        )
        .filter(~Exists(taken))
        .exclude(Exists(told), state=ShopOrderState.TO_PREPARE)
        .select_related("order", "shop", "prepared_parcel")
        .order_by("order__created_at", "order_id", "id")
    )


def ready_to_deliver() -> "QuerySet[ShopOrder]":
    """Return those of them that stand packed."""
    return to_deliver().filter(prepared_parcel__isnull=False)


def parcel_prepare(
    *, shop_order_id: int, boxes: int, place: PickupPlace, done_by: User, now: datetime.datetime
) -> PreparedParcel:
    """Say that a shop order stands packed, in so many boxes; said again, the newest counts.

    :raises RoundError: it is not to be delivered, not paid, or in a round already.
    """
    if not 1 <= boxes <= 99:
        raise RoundError(_("Donnez de 1 à 99 cartons."))
    with transaction.atomic():
        shop_order = _locked(shop_order_id)
        _check_free(shop_order)
        prepared, created = PreparedParcel.objects.update_or_create(
            shop_order=shop_order,
            defaults={"boxes": boxes, "place": place, "ready_by": done_by, "ready_at": now},
        )
        if created:
            _event(shop_order, PickupStep.READY, done_by, now)
        return prepared


def parcel_unprepare(*, shop_order_id: int, done_by: User, now: datetime.datetime) -> None:
    """Take "packed" back; what is not packed stays as it is.

    :raises RoundError: it is in a round already.
    """
    with transaction.atomic():
        shop_order = _locked(shop_order_id)
        _check_free(shop_order)
        if PreparedParcel.objects.filter(shop_order=shop_order).delete()[0]:
            _event(shop_order, PickupStep.UNREADY, done_by, now)


def _locked(shop_order_id: int) -> ShopOrder:
    rows = ShopOrder.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("order", "shop").get(pk=shop_order_id)


def _check_free(shop_order: ShopOrder) -> None:
    if to_deliver().filter(pk=shop_order.pk).exists():
        return
    parcel = Parcel.objects.filter(shop_order=shop_order, state__in=TAKEN_STATES)
    found = parcel.select_related("stop__round").first()
    if found is not None:
        raise RoundError(
            _("%(shop_order)s est dans la tournée %(round)s : « %(state)s ».")
            % {
                "shop_order": shop_order,
                "round": found.stop.round,
                "state": found.get_state_display(),
            }
        )
    raise RoundError(
        _("%(shop_order)s est « %(state)s », « %(choice)s » : rien n'y est à livrer.")
        % {
            "shop_order": shop_order,
            "state": shop_order.get_state_display(),
            "choice": shop_order.get_delivery_choice_display(),
        }
    )


def _event(shop_order: ShopOrder, step: PickupStep, done_by: User, now: datetime.datetime) -> None:
    PickupEvent.objects.create(shop_order=shop_order, step=step, done_by=done_by, done_at=now)


def round_plan(
    *,
    day: datetime.date,
    postal_codes: Sequence[str],
    capacity: int,
    courier: User | None,
    planned_by: User,
    now: datetime.datetime,
) -> DeliveryRound:
    """Make a round of what stands packed in an area, the oldest orders first.

    An order's packed parcels go together; one that has more boxes than are free is left for the
    next round, and a later one that fits may go.

    :raises RoundError: a postal code is none, nothing is packed there, or nothing fits.
    """
    codes = [code.strip() for code in postal_codes if code.strip()]
    wrong = [code for code in codes if not POSTAL_CODE.fullmatch(code)]
    if wrong or not codes:
        raise RoundError(
            _("« %(code)s » n'est pas un code postal : écrivez 61000, ou 61000:61099.")
            % {"code": wrong[0] if wrong else ""}
        )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLAN])
        chosen = _choose(codes, capacity)
        planned = DeliveryRound.objects.create(
            number=_next_number(day),
            day=day,
            postal_codes=codes,
            capacity=capacity,
            courier=courier,
            planned_by=planned_by,
            planned_at=now,
        )
        _add_stops(planned, chosen)
        RoundEvent.objects.create(
            round=planned, kind=RoundEventKind.PLANNED, done_by=planned_by, done_at=now
        )
        return planned


def _choose(codes: Sequence[str], capacity: int) -> list[list[ShopOrder]]:
    """Return the parcels that go, by order. Their shop orders are locked, the lowest id first."""
    orders: dict[int, list[ShopOrder]] = {}
    for shop_order in ready_to_deliver():
        if is_in_area(shop_order.order.delivery_postal_code, codes):
            orders.setdefault(shop_order.order_id, []).append(shop_order)
    if not orders:
        raise RoundError(
            _("Aucun colis prêt pour %(codes)s : les boutiques les préparent, ou ils sont déjà "
              "dans une tournée.")
            % {"codes": ", ".join(codes)}
        )  # fmt: skip
    chosen, free = [], capacity
    for parts in orders.values():
        boxes = sum(part.prepared_parcel.boxes for part in parts)
        if boxes <= free:
            chosen.append(parts)
            free -= boxes
    if not chosen:
        raise RoundError(
            _("Aucune commande ne tient dans %(capacity)s cartons.") % {"capacity": capacity}
        )
    ids = sorted(part.pk for parts in chosen for part in parts)
    locked = ShopOrder.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    list(locked.order_by("id"))
    # What was taken out of them, or unpacked, while this waited for the locks does not go.
    still = set(ready_to_deliver().filter(pk__in=ids).values_list("pk", flat=True))
    left = [[part for part in parts if part.pk in still] for parts in chosen]
    return [parts for parts in left if parts]


def _next_number(day: datetime.date) -> str:
    count = DeliveryRound.objects.filter(day=day).count()
    return f"T{day:%Y%m%d}-{count + 1}"


def _add_stops(planned: DeliveryRound, chosen: list[list[ShopOrder]]) -> None:
    def door(parts: list[ShopOrder]) -> tuple[tuple[str, str, int, str], int]:
        order = parts[0].order
        street = str(order.delivery_address.get("line1", ""))
        return stop_order(order.delivery_postal_code, street), order.pk

    for position, parts in enumerate(sorted(chosen, key=door), start=1):
        stop = Stop.objects.create(
            round=planned, order=parts[0].order, position=position, code=_code()
        )
        Parcel.objects.bulk_create(
            Parcel(
                stop=stop,
                shop_order=part,
                boxes=part.prepared_parcel.boxes,
                place=part.prepared_parcel.place,
            )
            for part in parts
        )


def _code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _number in range(CODE_LENGTH))


def stop_move(*, stop_id: int, up: bool, done_by: User, now: datetime.datetime) -> None:
    """Change a stop's place with its neighbour's; the first does not go up, nor the last down.

    :raises RoundError: the round is over.
    """
    with transaction.atomic():
        stop = Stop.objects.select_related("round").get(pk=stop_id)
        found = round_locked(stop.round_id)
        if found.state not in (RoundState.PLANNED, RoundState.UNDER_WAY):
            raise RoundError(_("La tournée %(round)s est close.") % {"round": found})
        stops = list(found.stops.order_by("position"))
        place = next(index for index, each in enumerate(stops) if each.pk == stop_id)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(stops):
            return
        stops[place], stops[other] = stops[other], stops[place]
        for position, each in enumerate(stops, start=1):
            each.position = position
        Stop.objects.bulk_update(stops, ["position"])
        RoundEvent.objects.create(
            round=found, stop=stop, kind=RoundEventKind.MOVED, done_by=done_by, done_at=now
        )


def round_locked(round_id: int) -> DeliveryRound:
    """Return a round that nobody else changes until the end of the transaction."""
    return DeliveryRound.objects.select_for_update(of=("self",), no_key=True).get(pk=round_id)


def round_cancel(*, round_id: int, done_by: User, now: datetime.datetime) -> DeliveryRound:
    """Give up a round that has not left; its parcels are free for another one.

    :raises RoundError: it has left, or is over.
    """
    with transaction.atomic():
        found = round_locked(round_id)
        if found.state != RoundState.PLANNED:
            raise RoundError(
                _("La tournée %(round)s est « %(state)s » : elle ne s'abandonne plus.")
                % {"round": found, "state": found.get_state_display()}
            )
        Parcel.objects.filter(stop__round=found).exclude(state=ParcelState.MISSING).update(
            state=ParcelState.BACK
        )
        found.stops.filter(state=StopState.WAITING).update(
            state=StopState.CALLED_OFF, ended_at=now, ended_by=done_by
        )
        found.state, found.ended_at = RoundState.CANCELLED, now
        found.save(update_fields=["state", "ended_at"])
        RoundEvent.objects.create(
            round=found, kind=RoundEventKind.CANCELLED, done_by=done_by, done_at=now
        )
        return found


def open_stop(order: Order) -> Stop | None:
    """Return the newest stop of an order that was not called off; None before any."""
    stops = Stop.objects.filter(order=order).exclude(state=StopState.CALLED_OFF)
    return stops.select_related("round").order_by("-id").first()
