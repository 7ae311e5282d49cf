"""The ledger's journal as a file, streamed."""

from collections.abc import Iterator

from django.utils.translation import override

from saleor_alencon.domain.accounts import PLAN, AccountKind
from saleor_alencon.ledger.models import Entry, TransactionKind
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.journal_csv import JournalRow, render_journal_csv


def journal_rows() -> Iterator[JournalRow]:
    """Yield every entry of the ledger, oldest first."""
    with override("fr"):  # An accountant's file: French, whoever asks for it.
        kind_labels = {str(kind): str(kind.label) for kind in TransactionKind}
    entries = Entry.objects.select_related(
        "transaction__order", "account__shop", "shop_order__shop"
    ).order_by("transaction_id", "id")
    for entry in entries.iterator(chunk_size=2000):
        posted = entry.transaction
        shop = entry.account.shop or (entry.shop_order.shop if entry.shop_order else None)
        yield JournalRow(
            transaction_id=str(posted.pk),
            occurred_on=posted.occurred_at.astimezone(TOWN_TIME).date(),
            posted_at=posted.posted_at,
            kind=posted.kind,
            source_id=posted.source_id,
            account_number=entry.account.number,
            account_label=PLAN[AccountKind(entry.account.kind)].label,
            shop=shop.slug if shop else "",
            order_number=posted.order.number if posted.order else "",
            label=kind_labels[posted.kind],
            debit_cents=max(entry.amount_cents, 0),
            credit_cents=max(-entry.amount_cents, 0),
            currency=entry.account.currency,
        )


def journal_csv() -> Iterator[bytes]:
    """Yield the journal as CSV, in pieces (columns in docs/outputs.md)."""
    return render_journal_csv(journal_rows())
