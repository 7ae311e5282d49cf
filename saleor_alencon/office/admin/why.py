"""« Pourquoi ce montant ? » : any cent of the back-office explained down to the order line."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from saleor_alencon.explaining.accounts import balance_story, transaction_story
from saleor_alencon.explaining.orders import shop_order_story
from saleor_alencon.explaining.statements import line_story, payout_story, statement_story
from saleor_alencon.explaining.story import Ref, Story, Subject, story_view
from saleor_alencon.ledger.models import Transaction
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.settlement.models import Payout, Statement, StatementLine
from saleor_alencon.shops.models import Shop

PAGES = {
    Subject.STATEMENT: "settlement_statement_why",
    Subject.LINE: "settlement_statementline_why",
    Subject.PAYOUT: "settlement_payout_why",
    Subject.SHOP_ORDER: "orders_shoporder_why",
    Subject.BALANCE: "shops_shop_why",
    Subject.TRANSACTION: "ledger_transaction_why",
}
STORIES: dict[type[Model], Callable[[Any], Story]] = {
    Statement: statement_story,
    StatementLine: line_story,
    Payout: payout_story,
    ShopOrder: shop_order_story,
    Shop: balance_story,
    Transaction: transaction_story,
}


def why_url(ref: Ref) -> str:
    """Return the page that explains what a reference names."""
    return reverse(f"admin:{PAGES[ref.subject]}", args=(ref.pk,))


def why_page(request: HttpRequest, row: Model) -> HttpResponse:
    """Answer the explanation of one record."""
    story = STORIES[type(row)](row)
    context = {
        **admin.site.each_context(request),
        "title": story.title,
        "story": story_view(story, why_url),
        "opts": (Statement if isinstance(row, StatementLine) else type(row))._meta,
    }
    return TemplateResponse(request, "office/why.html", context)


class WhyAction:
    """A page's button that leads to the explanation of its record."""

    @action(
        description=_("Pourquoi ce montant ?"),
        permissions=["view"],
        url_path="pourquoi",
        icon="help",
    )
    def why(self, request: HttpRequest, object_id: str) -> HttpResponse:
        model: type[Model] = self.model  # type: ignore[attr-defined]
        return why_page(request, get_object_or_404(model, pk=object_id))


def line_why(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain one line of a statement, which has no record's page of its own."""
    return why_page(request, get_object_or_404(StatementLine, pk=pk))
