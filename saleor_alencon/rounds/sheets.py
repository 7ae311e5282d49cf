"""A round's papers, from its stops and parcels."""

from saleor_alencon.domain.delivery_rounds import ParcelState, StopState
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.orders.models import Order
from saleor_alencon.outputs.round_sheets import (
    RoundSheet,
    SheetParcel,
    SheetPlace,
    SheetStop,
)
from saleor_alencon.rounds.models import DeliveryRound, Parcel, Stop
from saleor_alencon.shops.models import Association

CENTRAL = "Point de retrait central"


def round_sheet(found: DeliveryRound) -> RoundSheet:
    """Return what the papers of a round say, in French; what is missing or called off is not in."""
    parcels = list(
        Parcel.objects.filter(stop__round=found)
        .exclude(state=ParcelState.MISSING)
        .exclude(stop__state=StopState.CALLED_OFF)
        .select_related("stop__order", "shop_order__shop", "shop_order__order")
        .order_by("stop__position", "shop_order__shop__name", "id")
    )
    association = Association.objects.first()
    stops = {parcel.stop_id: parcel.stop for parcel in parcels}
    return RoundSheet(
        number=found.number,
        day=found.day,
        courier=str(found.courier or ""),
        association=association.name if association else "",
        places=_places(parcels, association),
        stops=tuple(
            _stop(stop, tuple(_parcel(each) for each in parcels if each.stop_id == stop.pk))
            for stop in stops.values()
        ),
    )


def _places(parcels: list[Parcel], association: Association | None) -> tuple[SheetPlace, ...]:
    """Return the shops by their names, then the central point, each with what waits there."""
    shops: dict[int, list[Parcel]] = {}
    central: list[Parcel] = []
    for parcel in parcels:
        if parcel.place == PickupPlace.CENTRAL:
            central.append(parcel)
        else:
            shops.setdefault(parcel.shop_order.shop_id, []).append(parcel)
    found = []
    for rows in sorted(shops.values(), key=lambda rows: rows[0].shop_order.shop.name):
        shop = rows[0].shop_order.shop
        lines = (shop.address_line, f"{shop.postal_code} {shop.city}".strip(), shop.phone)
        found.append(SheetPlace(shop.name, _filled(lines), tuple(map(_parcel, rows))))
    if central:
        where = association
        lines = (
            (where.address_line, f"{where.postal_code} {where.city}", "") if where else ("",) * 3
        )
        found.append(SheetPlace(CENTRAL, _filled(lines), tuple(map(_parcel, central))))
    return tuple(found)


def _stop(stop: Stop, parcels: tuple[SheetParcel, ...]) -> SheetStop:
    address = stop.address
    town = f"{address.get('postal_code', '')} {address.get('city', '')}".strip()
    lines = (address.get("company", ""), address.get("line1", ""), address.get("line2", ""), town)
    return SheetStop(
        position=stop.position,
        recipient=recipient(stop.order),
        lines=_filled(lines),
        phone=address.get("phone", ""),
        note=address.get("note", ""),
        parcels=parcels,
    )


def recipient(order: Order) -> str:
    """Return who gets an order's parcels."""
    return str(order.delivery_address.get("name") or order.customer_name)


def _parcel(parcel: Parcel) -> SheetParcel:
    return SheetParcel(
        order_number=parcel.shop_order.order.number,
        shop=parcel.shop_order.shop.name,
        recipient=recipient(parcel.shop_order.order),
        boxes=parcel.boxes,
        stop=parcel.stop.position,
    )


def _filled(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
