"""Invoices and credit notes to download."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from saleor_alencon.invoicing.models import Invoice, InvoiceKind
from saleor_alencon.invoicing.services import (
    Issued,
    commission_invoices_issue,
    invoice_file,
    statements_to_invoice,
)
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    amount,
    change_url,
    confirm,
    download,
    link,
    list_url,
)

MOST_PROBLEMS = 10


def tell(request: HttpRequest, issued: Issued | None) -> None:
    """Say how many documents were issued, and what could not be."""
    if issued is None:
        return
    count = len(issued.invoices)
    messages.success(
        request,
        ngettext("%(count)s pièce établie.", "%(count)s pièces établies.", count)
        % {"count": count},
    )
    for problem in issued.problems[:MOST_PROBLEMS]:
        messages.error(request, problem)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "kind_label",
        "issued_on",
        "shop",
        amount("net_cents", gettext_lazy("HT")),
        amount("vat_cents", gettext_lazy("TVA")),
        amount("total_cents", gettext_lazy("TTC")),
    )
    list_filter = ("kind", "year", "shop")
    list_select_related = ("shop",)
    search_fields = ("number", "shop__name", "statement__number")
    date_hierarchy = "issued_on"
    actions_list = ("issue",)
    actions_detail = ("pdf",)
    actions_row = ("pdf",)
    fields = (
        "number",
        "kind",
        "issued_on",
        "shop",
        "about",
        *list_display[4:],
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return super().get_queryset(request).defer("file", "document")

    def has_issue_permission(self, request: HttpRequest, _object_id: Any = None) -> bool:
        return bool(request.user.has_perm("invoicing.issue"))

    @display(
        description=gettext_lazy("nature"),
        ordering="kind",
        label={InvoiceKind.INVOICE: "info", InvoiceKind.CREDIT_NOTE: "warning"},
    )
    def kind_label(self, invoice: Invoice) -> tuple[str, str]:
        return invoice.kind, invoice.get_kind_display()

    @display(description=gettext_lazy("objet"))
    def about(self, invoice: Invoice) -> str:
        subject = invoice.statement or invoice.dues_bill
        assert subject is not None
        return link(change_url(subject), subject)

    @action(
        description=gettext_lazy("Factur-X (PDF)"),
        permissions=["view"],
        url_path="pdf",
        icon="picture_as_pdf",
    )
    def pdf(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice = get_object_or_404(Invoice, pk=object_id)
        return download(invoice_file(invoice), f"{invoice.number}.pdf", "application/pdf")

    @action(
        description=gettext_lazy("Facturer les commissions"),
        permissions=["issue"],
        url_path="facturer",
        icon="receipt",
    )
    def issue(self, request: HttpRequest) -> HttpResponse:
        """Invoice what was approved and is not invoiced yet, without waiting for the hour."""

        def command(_form: forms.Form) -> None:
            tell(request, commission_invoices_issue(now=timezone.now()))

        count = statements_to_invoice().count()
        return confirm(
            self,
            request,
            title=_("Facturer les commissions ?"),
            text=ngettext(
                "%(count)s relevé approuvé n'est pas encore facturé. Les factures partent aussi "
                "d'elles-mêmes, chaque heure.",
                "%(count)s relevés approuvés ne sont pas encore facturés. Les factures partent "
                "aussi d'elles-mêmes, chaque heure.",
                count,
            )
            % {"count": count},
            button=_("Facturer"),
            command=command,
            back=list_url(Invoice),
        )
