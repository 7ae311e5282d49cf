"""The demo's deliveries: some packed, one round to drive today."""

import datetime

from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.rounds.models import DeliveryRound
from saleor_alencon.rounds.planning import (
    parcel_prepare,
    ready_to_deliver,
    round_plan,
    to_deliver,
)

PACKED = 6
CAPACITY = 12
EVERYWHERE = "01000:99999"


def rounds_seed(now: datetime.datetime) -> None:
    """Pack the oldest deliveries and plan a round of them, where there is no round yet."""
    if DeliveryRound.objects.exists():
        return
    operator = User.objects.filter(role=Role.OPERATOR).order_by("pk").first()
    waiting = list(to_deliver()[:PACKED])
    if operator is None or not waiting:
        return
    for number, shop_order in enumerate(waiting):
        parcel_prepare(
            shop_order_id=shop_order.pk,
            boxes=number % 2 + 1,
            place=PickupPlace.SHOP if number % 3 else PickupPlace.CENTRAL,
            done_by=operator,
            now=now,
        )
    if ready_to_deliver().exclude(order__delivery_postal_code="").exists():
        round_plan(
            day=timezone.localdate(now),
            postal_codes=[EVERYWHERE],
            capacity=CAPACITY,
            courier=User.objects.filter(role=Role.COURIER).order_by("pk").first(),
            planned_by=operator,
            now=now,
        )
