"""The page « Versements » inside Saleor's Dashboard: balance, next payout, statements."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from saleor_alencon.counter.documents_views import statement_context, statements_of
from saleor_alencon.counter.frame import Who, office_person, spoken_for
from saleor_alencon.counter.frame_views import money, shops_spoken_for
from saleor_alencon.counter.views import RENDERERS, SETTLED, statement_answer
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.localized import amount_text
from saleor_alencon.settlement.holds import holds_of
from saleor_alencon.settlement.models import Payout, RunState, Statement
from saleor_alencon.settlement.outlook import UNDER_WAY, payout_outlook
from saleor_alencon.shops.models import Shop

MONEY = (AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_HOLD)


@require_safe
@spoken_for
def frame_payouts(request: HttpRequest, who: Who) -> HttpResponse:
    """Answer a merchant's money and statements; to the Office, each shop's money."""
    found = shops_spoken_for(who)
    if not found["merchant"]:
        office_person(who, "settlement.view_payout")
        return render(request, "counter/frame_payouts.html", {"rows": balance_rows()})
    context = {**found, "parts": [shop_part(shop) for shop in found["shops"]]}
    return render(request, "counter/frame_payouts.html", context)


def shop_part(shop: Shop) -> dict[str, Any]:
    """Return what the page shows of one shop."""
    outlook = payout_outlook(shop_id=shop.pk)
    holds = holds_of([shop.pk], now=timezone.now()).get(shop.pk, ())
    return {
        "shop": shop,
        "outlook": outlook,
        "money": money(outlook),
        "holds": [each.text for each in holds],
        "statements": [statement_context(each) for each in statements_of(shop)],
    }


def balance_rows() -> list[dict[str, Any]]:
    """Return each shop that has money here, or a payout under way, with its amounts."""
    balances = shop_balances()
    payouts = {
        payout.shop_id: payout
        for payout in Payout.objects.filter(state__in=UNDER_WAY).exclude(
            run__state=RunState.CANCELLED
        )
    }
    rows = []
    for shop in Shop.objects.order_by("name"):
        cents = [-balances.get(shop.pk, {}).get(kind, 0) for kind in MONEY]
        payout = payouts.get(shop.pk)
        if any(cents) or payout:
            amounts = [amount_text(each) for each in cents]
            under_way = amount_text(payout.amount_cents) if payout else ""
            rows.append({"shop": shop, "amounts": [*amounts, under_way]})
    return rows


@require_safe
@spoken_for
def frame_statement(request: HttpRequest, who: Who, pk: int, suffix: str) -> HttpResponse:
    """Download a statement of one of the shops that the token speaks for."""
    if suffix not in RENDERERS:
        raise Http404
    slugs = [each["slug"] for each in who["shops"]]
    approved = Statement.objects.filter(run__state__in=SETTLED, shop__slug__in=slugs)
    return statement_answer(get_object_or_404(approved, pk=pk), suffix)
