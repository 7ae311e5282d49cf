"""The ledger's journal as CSV, streamed: a year of entries never sits in memory."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One entry of the ledger. Exactly one of `debit_cents` and `credit_cents` is not zero.

    `transaction_id` groups the entries that balance together; `kind` and `source_id` name the
    fact they record; `posted_at` is the moment of recording, with its UTC offset.
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
