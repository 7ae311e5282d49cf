"""The merchant's own deliveries: what is to be packed, and what waits for a round."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.domain.shop_orders import PickupPlace
from saleor_alencon.errors import AlenconError
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.outputs.theme_css import tokens_css
from saleor_alencon.rounds.models import Parcel, PreparedParcel
from saleor_alencon.rounds.planning import parcel_prepare, parcel_unprepare, to_deliver

SHOWN_AT_MOST = 30


@login_required
@require_GET
def deliveries_page(request: HttpRequest) -> HttpResponse:
    """Show a shop what it has to pack, what stands packed, and where the rest is."""
    shop = own_shop(request.user)
    rows = [
        (shop_order, prepared_of(shop_order))
        for shop_order in to_deliver().filter(shop=shop).prefetch_related("lines")
    ]
    under_way = (
        Parcel.objects.filter(shop_order__shop=shop)
        .select_related("stop__round", "shop_order__order")
        .order_by("-id")[:SHOWN_AT_MOST]
    )
    context: dict[str, Any] = {
        "shop": shop,
        "to_pack": [shop_order for shop_order, prepared in rows if prepared is None],
        "packed": [row for row in rows if row[1] is not None],
        "under_way": under_way,
        "tokens": tokens_css(),
    }
    return render(request, "rounds/deliveries.html", context)


def prepared_of(shop_order: ShopOrder) -> PreparedParcel | None:
    """Return how a shop order stands packed, None when it does not."""
    try:
        return shop_order.prepared_parcel
    except PreparedParcel.DoesNotExist:
        return None


@login_required
@require_POST
def delivery_step(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a shop order stands packed, or that it does not."""
    shop = own_shop(request.user)
    shop_order = get_object_or_404(ShopOrder, pk=pk, shop=shop)
    who: dict[str, Any] = {"done_by": request.user, "now": timezone.now()}
    boxes = request.POST.get("boxes", "")
    try:
        if request.POST.get("step") == "defaire":
            parcel_unprepare(shop_order_id=shop_order.pk, **who)
        else:
            parcel_prepare(
                shop_order_id=shop_order.pk,
                boxes=int(boxes) if boxes.isdecimal() and len(boxes) < 4 else 0,
                place=PickupPlace.SHOP,
                **who,
            )
    except AlenconError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("C'est noté."))
    return HttpResponseRedirect(reverse("counter:deliveries"))
