"""« Pourquoi ce montant ? » for a merchant: its own statements, orders, payouts and balance."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.counter.views import SETTLED
from saleor_alencon.explaining.accounts import balance_story
from saleor_alencon.explaining.orders import shop_order_story
from saleor_alencon.explaining.statements import line_story, payout_story, statement_story
from saleor_alencon.explaining.story import Ref, Story, Subject, story_view
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.models import Payout, Statement, StatementLine

PAGES = {
    Subject.STATEMENT: "counter:why-statement",
    Subject.LINE: "counter:why-line",
    Subject.PAYOUT: "counter:why-payout",
    Subject.SHOP_ORDER: "counter:why-order",
}


def _url(ref: Ref) -> str:
    # A transaction has other parties' sides: a merchant sees its own entries, in its orders. A
    # draft's statement is nobody's yet.
    if ref.subject is Subject.LINE and not _settled_lines().filter(pk=ref.pk).exists():
        return ""
    return reverse(PAGES[ref.subject], args=(ref.pk,)) if ref.subject in PAGES else ""


def _settled_lines() -> QuerySet[StatementLine]:
    return StatementLine.objects.filter(statement__run__state__in=SETTLED)


def _page(request: HttpRequest, story: Story) -> HttpResponse:
    shop = own_shop(request.user)
    assert story.shop_id == shop.pk
    context = {"shop": shop, "story": story_view(story, _url)}
    answer = render(request, "counter/why.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
def why_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain one of one's own statements."""
    shop = own_shop(request.user)
    statement = get_object_or_404(Statement, pk=pk, shop=shop, run__state__in=SETTLED)
    return _page(request, statement_story(statement))


@login_required
def why_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain one line of one's own statements."""
    shop = own_shop(request.user)
    line = get_object_or_404(_settled_lines(), pk=pk, statement__shop=shop)
    return _page(request, line_story(line))


@login_required
def why_payout(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain one of one's own payouts."""
    shop = own_shop(request.user)
    return _page(
        request, payout_story(get_object_or_404(Payout, pk=pk, shop=shop, run__state__in=SETTLED))
    )


@login_required
def why_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain what one of one's own orders brings."""
    shop = own_shop(request.user)
    return _page(request, shop_order_story(get_object_or_404(ShopOrder, pk=pk, shop=shop)))


@login_required
def why_balance(request: HttpRequest) -> HttpResponse:
    """Explain one's own balance."""
    return _page(request, balance_story(own_shop(request.user)))
