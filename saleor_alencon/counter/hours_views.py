"""The merchant's own hours, and what its shop still lacks."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.shop_checklist import Item
from saleor_alencon.errors import AlenconError
from saleor_alencon.onboarding.facts import progress_of
from saleor_alencon.onboarding.publishing import shop_publish
from saleor_alencon.settlement.holds import holds_of
from saleor_alencon.shops.checklist import ITEM_LABELS, check_text
from saleor_alencon.shops.hours_form import HoursEditor
from saleor_alencon.shops.hours_text import hours_lines
from saleor_alencon.shops.models import Shop
from saleor_alencon.shops.services import hours_set

# What a merchant puts right itself; the Office does the rest.
CURES = {
    Item.CONNECT: "counter:payout-account",
    Item.HOURS: "counter:hours",
    Item.PRODUCTS: "counter:catalogue",
}


def own_shop(user: Any) -> Shop:
    """Return the shop that a signed-in merchant works for."""
    shop = Shop.objects.filter(members__user=user).order_by("name").first()
    if shop is None:
        raise Http404(_("Votre compte n'est rattaché à aucune boutique : prévenez l'Office."))
    return shop


def shop_state(shop: Shop) -> dict[str, Any]:
    """Return what the shop's page shows of its state, its checklist and its hours."""
    now = timezone.now()
    progress = progress_of([shop], now)[0]
    return {
        "holds": [each.text for each in holds_of([shop.pk], now=now).get(shop.pk, ())],
        "lines": [
            {
                "text": str(ITEM_LABELS[check.item]) if check.done else check_text(check),
                "done": check.done,
                "url": reverse(CURES[check.item]) if check.item in CURES else "",
            }
            for check in progress.checks
        ],
        "complete": not progress.missing,
        "hours_lines": hours_lines(shop, timezone.localdate(now)),
    }


@login_required
def hours_page(request: HttpRequest) -> HttpResponse:
    """Edit hours, exceptional days, preparation and the pickup note of one's own shop."""
    assert isinstance(request.user, User)
    user, shop, now = request.user, own_shop(request.user), timezone.now()
    data = request.POST if request.method == "POST" else None
    editor = HoursEditor(shop, timezone.localdate(now), data)
    if data is not None and editor.is_valid():
        try:
            changed = hours_set(
                shop_id=shop.pk,
                hours=editor.hours,
                pickup_note=editor.pickup_note,
                done_by=user,
                now=now,
            )
        except AlenconError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Vos horaires sont enregistrés."))
            shop.refresh_from_db()
            if changed:
                shop_publish(shop)
        return HttpResponseRedirect(reverse("counter:hours"))
    return render(request, "counter/hours.html", {"shop": shop, "editor": editor})
