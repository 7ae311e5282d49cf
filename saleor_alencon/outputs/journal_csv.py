"""The ledger's journal as CSV, streamed: a year of entries never sits in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.csv_text import BYTE_ORDER_MARK, amount_cell, csv_bytes, text_cell
from saleor_alencon.outputs.french_text import TOWN_TIME

ROWS_PER_CHUNK = 500

# Documented one by one in docs/outputs.md; a unit test compares the two.
JOURNAL_COLUMNS = (
    "Écriture",
    "Date",
    "Enregistrée le",
    "Nature",
    "Origine",
    "Compte",
    "Intitulé du compte",
    "Boutique",
    "Commande",
    "Libellé",
    "Débit",
    "Crédit",
    "Devise",
)


class JournalError(AlenconError):
    """A row of the journal is not one entry, on one side, of a positive amount."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One entry of the ledger: one of `debit_cents` and `credit_cents` is positive, one zero.

    `transaction_id` groups the entries that balance together; `kind` and `source_id` name the
    fact they record; `posted_at` is the moment of recording, with its UTC offset.

    :raises JournalError: for an amount on both sides, on none, or below zero, or a moment
        without offset.
    """

    transaction_id: str
    occurred_on: date
    posted_at: datetime
    kind: str
    source_id: str
    account_number: str
    account_label: str
    shop: str
    order_number: str
    label: str
    debit_cents: int
    credit_cents: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        sides = (self.debit_cents, self.credit_cents)
        if min(sides) != 0 or max(sides) <= 0:
            raise JournalError(f"transaction {self.transaction_id}: debit and credit are {sides}")
        if self.posted_at.tzinfo is None:
            raise JournalError(f"transaction {self.transaction_id}: posted_at has no UTC offset")


def render_journal_csv(rows: Iterable[JournalRow]) -> Iterator[bytes]:
    """Yield the journal in the project's CSV dialect (see csv_text), in the order of `rows`.

    The first chunk holds the byte order mark and the header; each next one up to 500 entries.
    """
    yield BYTE_ORDER_MARK.encode() + csv_bytes([JOURNAL_COLUMNS])
    remaining = iter(rows)
    while chunk := [_cells(row) for row in islice(remaining, ROWS_PER_CHUNK)]:
        yield csv_bytes(chunk)


def _cells(row: JournalRow) -> tuple[str, ...]:
    return (
        text_cell(row.transaction_id),
        row.occurred_on.isoformat(),
        row.posted_at.astimezone(TOWN_TIME).isoformat(sep=" ", timespec="seconds"),
        text_cell(row.kind),
        text_cell(row.source_id),
        text_cell(row.account_number),
        text_cell(row.account_label),
        text_cell(row.shop),
        text_cell(row.order_number),
        text_cell(row.label),
        amount_cell(row.debit_cents),
        amount_cell(row.credit_cents),
        text_cell(row.currency),
    )
