"""The ledger, to read: accounts with their balances, transactions with their entries."""

from typing import Any

from django.contrib import admin
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from saleor_alencon.explaining.story import Ref, Subject
from saleor_alencon.ledger.models import Account, Entry, Transaction
from saleor_alencon.localized import amount_text
from saleor_alencon.office.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    change_url,
    link,
    list_url,
)
from saleor_alencon.office.admin.why import WhyAction, why_url


def balances() -> Any:
    """Return the balance of the account of the outer query, in cents."""
    sums = (
        Entry.objects.filter(account=OuterRef("pk"))
        .order_by()
        .values("account")
        .annotate(total=Cast(Sum("amount_cents"), BigIntegerField()))
    )
    return Coalesce(Subquery(sums.values("total")), 0, output_field=BigIntegerField())


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("plan_number", "plan_label", "shop", "balance", "its_transactions", "why")
    list_filter = ("kind", "shop")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)
    fields = readonly_fields = ("plan_number", "plan_label", "shop", "currency", "balance")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).annotate(balance_cents=balances())

    @display(description=_("numéro"), ordering="kind")
    def plan_number(self, account: Account) -> str:
        return account.number

    @display(description=_("compte"))
    def plan_label(self, account: Account) -> str:
        return account.label

    @display(description=_("solde"))
    def balance(self, account: Any) -> str:
        side = _("débiteur") if account.balance_cents > 0 else _("créditeur")
        text = amount_text(abs(account.balance_cents), account.currency)
        return f"{text} {side}" if account.balance_cents else text

    @display(description=_("écritures"))
    def its_transactions(self, account: Account) -> str:
        return link(list_url(Transaction, f"entries__account={account.pk}"), _("voir"))

    @display(description=_("explication"))
    def why(self, account: Account) -> str:
        if account.shop_id is None:
            return "—"
        url = why_url(Ref(Subject.BALANCE, account.shop_id, ""))
        return link(url, _("Pourquoi ce montant ?"))


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = readonly_fields = ("account", "debit", "credit", "shop_order")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        related = ("account__shop", "shop_order__order", "shop_order__shop")
        return super().get_queryset(request).select_related(*related)

    @display(description=_("débit"))
    def debit(self, entry: Entry) -> str:
        return amount_text(entry.amount_cents) if entry.amount_cents > 0 else ""

    @display(description=_("crédit"))
    def credit(self, entry: Entry) -> str:
        return amount_text(-entry.amount_cents) if entry.amount_cents < 0 else ""


@admin.register(Transaction)
class TransactionAdmin(WhyAction, ReadOnlyAdmin):
    list_display = ("kind_label", "order", "occurred_at", "posted_at", "total", "reason")
    list_filter = ("kind",)
    list_select_related = ("order",)
    search_fields = ("source_id", "order__number")
    inlines = (EntryInline,)
    actions_list = ("journal",)
    actions_detail = ("why",)
    fields = readonly_fields = (
        "kind",
        "source_id",
        "subject",
        "its_order",
        "occurred_at",
        "posted_at",
        "its_original",
        "reason",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        debits = (
            Entry.objects.filter(transaction=OuterRef("pk"), amount_cents__gt=0)
            .order_by()
            .values("transaction")
            .annotate(total=Cast(Sum("amount_cents"), BigIntegerField()))
        )
        return super().get_queryset(request).annotate(total_cents=Subquery(debits.values("total")))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Let the list of accounts link to one account's transactions."""
        return lookup == "entries__account" or super().lookup_allowed(lookup, value, request)

    @display(description=_("nature"), ordering="kind")
    def kind_label(self, transaction: Transaction) -> str:
        return f"{transaction.get_kind_display()} {transaction.pk}"

    @display(description=_("montant"))
    def total(self, transaction: Any) -> str:
        return amount_text(transaction.total_cents or 0)

    @display(description=_("commande"))
    def its_order(self, transaction: Transaction) -> str:
        return link(change_url(transaction.order), transaction.order) if transaction.order else "—"

    @display(description=_("corrige"))
    def its_original(self, transaction: Transaction) -> str:
        original = transaction.corrects
        return link(change_url(original), original) if original else "—"

    @action(
        description=_("Télécharger le journal"),
        permissions=["view"],
        url_path="journal",
        icon="download",
    )
    def journal(self, _request: HttpRequest) -> StreamingHttpResponse:
        from saleor_alencon.ledger.journal import journal_csv

        name = f"journal-{timezone.localdate():%Y%m%d}.csv"
        return StreamingHttpResponse(
            journal_csv(),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )
