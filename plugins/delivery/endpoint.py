"""``GET /plugins/alencon.delivery/slots?shop=<slug>&shop=<slug>``: what a storefront may offer.

Answers, all JSON, for anybody: 200 ``{"shops": {"<slug>": {"name", "collect", "slots": [
"<start>/<end>", ...]}}}``; 400 no shop, or more than 50; 405 not a GET. A slug that is no shop
is left out. ``slots`` is empty when the shop publishes no hours or does not open within a year.
"""

from typing import Any

from django.http import JsonResponse
from django.utils import timezone

from saleor_alencon.domain.pickup_slots import offered_slots

from .checking import SHOP_KEY, find_warehouses, offers_pickup, read_hours

LARGEST_COUNT = 50
SECONDS_CACHED = 60


def answer_slots(request: Any) -> JsonResponse:
    """Answer with what each shop of the request offers now."""
    if request.method != "GET":
        return JsonResponse({"error": "Use GET."}, status=405, headers={"Allow": "GET"})
    slugs = sorted(set(request.GET.getlist("shop")))
    if not 0 < len(slugs) <= LARGEST_COUNT:
        reason = f"Name 1 to {LARGEST_COUNT} shops: ?shop=<slug>&shop=<slug>."
        return JsonResponse({"error": reason}, status=400)
    shops = {
        slug: describe(warehouse)
        for slug, warehouse in sorted(find_warehouses(slugs).items())
        if warehouse.get_value_from_private_metadata(SHOP_KEY) == slug
    }
    headers = {
        "Cache-Control": f"public, max-age={SECONDS_CACHED}",
        "Access-Control-Allow-Origin": "*",
    }
    return JsonResponse({"shops": shops}, headers=headers)


def describe(warehouse: Any) -> dict[str, Any]:
    """Return a shop's public name, whether it lets collect, and the slots of an order made now."""
    collect = offers_pickup(warehouse)
    hours = read_hours(warehouse) if collect else None
    slots = offered_slots(hours, placed_at=timezone.now()) if hours else []
    return {
        "name": warehouse.name,
        "collect": collect,
        "slots": [slot.to_text() for slot in slots],
    }
