"""The merchant's papers: statements, the association's invoices and credit notes, its dues."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from saleor_alencon.counter.hours_views import own_shop
from saleor_alencon.counter.views import SETTLED
from saleor_alencon.dues.models import DuesBill
from saleor_alencon.dues.services import owed_cents
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.invoicing.services import invoice_file
from saleor_alencon.localized import amount_text
from saleor_alencon.settlement.models import Statement
from saleor_alencon.shops.models import Shop

SHOWN = 60
"""Five years of monthly papers."""


@login_required
def documents_page(request: HttpRequest) -> HttpResponse:
    """Show what one's own shop may download."""
    shop = own_shop(request.user)
    context = {
        "shop": shop,
        "statements": [statement_context(each) for each in statements_of(shop)],
        "invoices": [
            {"invoice": each, "total": amount_text(each.total_cents)}
            for each in Invoice.objects.filter(shop=shop).defer("file", "document")[:SHOWN]
        ],
        "bills": [_bill(each) for each in _bills(shop)],
    }
    return render(request, "counter/documents.html", context)


def statements_of(shop: Shop) -> list[Statement]:
    """Return the newest statements of a shop that were approved."""
    approved = Statement.objects.filter(shop=shop, run__state__in=SETTLED).defer("document")
    return list(approved.select_related("run", "payout").order_by("-id")[:SHOWN])


def statement_context(statement: Statement) -> dict[str, Any]:
    """Return a statement with its amounts as a page writes them."""
    return {
        "row": statement,
        "payable": amount_text(statement.payable_cents),
        "carried": amount_text(statement.carried_cents) if statement.carried_cents else "",
        "payout": getattr(statement, "payout", None),
    }


def _bills(shop: Shop) -> list[DuesBill]:
    bills = DuesBill.objects.filter(shop=shop).prefetch_related("invoices", "payments")
    return list(bills.order_by("-year", "-id")[:SHOWN])


def _bill(bill: DuesBill) -> dict[str, Any]:
    owed = owed_cents(bill)
    return {
        "row": bill,
        "total": amount_text(bill.total_cents),
        "owed": amount_text(owed) if owed else "",
        "papers": list(bill.invoices.all()),
        "payments": [
            {"row": each, "amount": amount_text(each.amount_cents)} for each in bill.payments.all()
        ],
    }


@login_required
def invoice_download(request: HttpRequest, pk: int) -> HttpResponse:
    """Download one of one's own invoices or credit notes, as Factur-X."""
    invoice = get_object_or_404(Invoice, pk=pk, shop=own_shop(request.user))
    return HttpResponse(
        invoice_file(invoice),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{invoice.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
