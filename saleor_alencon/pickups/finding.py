"""Finding a shop's pickups by what somebody says at the counter."""

from django.db.models import Case, F, IntegerField, Q, Sum, Value, When

from saleor_alencon.domain.pickup_steps import PickupStep
from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.orders.models import Pickup
from saleor_alencon.pickups.models import PickupEvent

MOST_FOUND = 30
SHORTEST_NAME = 2
WAITING = (PickupState.READY, PickupState.TO_PREPARE, PickupState.UNCOLLECTED)


def pickups_search(*, shop_id: int, text: str, limit: int = MOST_FOUND) -> list[Pickup]:
    """Return the shop's pickups whose code, order number or shopper's name the text begins or is
    in; those that wait come first, the newest first.
    """
    text = " ".join(text.split())[:60]
    bare = text.replace(" ", "").replace("-", "").rsplit(":", 1)[-1].lstrip("#")
    if not bare:
        return []
    found = Q(code__startswith=bare.upper()) | Q(shop_order__order__number=bare)
    if len(text) >= SHORTEST_NAME:
        found |= Q(shop_order__order__customer_name__icontains=text)
    rows = Pickup.objects.filter(found, shop_id=shop_id).select_related("shop_order__order")
    left = F("shop_order__lines__quantity") - F("shop_order__lines__quantity_returned")
    waits = Case(When(state__in=WAITING, then=Value(0)), default=1, output_field=IntegerField())
    return list(rows.annotate(pieces=Sum(left), waits=waits).order_by("waits", "-id")[:limit])


def accepted_ids(pickups: list[Pickup]) -> set[int]:
    """Return the ids of those that the shop accepted."""
    orders = {pickup.shop_order_id: pickup.pk for pickup in pickups}
    events = PickupEvent.objects.filter(step=PickupStep.ACCEPT, shop_order__in=orders)
    return {orders[each] for each in events.values_list("shop_order", flat=True)}
