"""What posting is compared with: a bare INSERT ... SELECT, and the ORM row by row."""

import time
from typing import Any

import psycopg
from django.db import connection, models, transaction

from saleor_alencon.ledger.models import Entry, Transaction

SAMPLE = 1500
"""Transactions that the ORM posts."""

# The same columns, indexes and foreign keys; none of our triggers and checks.
COPY = """
SET search_path = alencon;
CREATE TABLE bench_transaction
  (LIKE ledger_transaction INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
CREATE TABLE bench_entry
  (LIKE ledger_entry INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
ALTER TABLE bench_transaction
  ADD FOREIGN KEY (order_id) REFERENCES orders_order DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (corrects_id) REFERENCES bench_transaction DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bench_entry
  ADD FOREIGN KEY (transaction_id) REFERENCES {transactions} DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (account_id) REFERENCES ledger_account DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (shop_order_id) REFERENCES orders_shoporder DEFERRABLE INITIALLY DEFERRED;
GRANT ALL ON bench_transaction, bench_entry TO alencon;
"""
NO_KEYS = """
SET search_path = alencon;
CREATE TABLE bench_entry
  (LIKE ledger_entry INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
"""
INSERT = """
INSERT INTO bench_entry (transaction_id, account_id, amount_cents, shop_order_id)
SELECT transaction_id, account_id, amount_cents, shop_order_id FROM ledger_entry ORDER BY id
"""
DROP = "DROP TABLE IF EXISTS bench_entry, bench_transaction"


def post_bare(superuser: psycopg.Connection[Any]) -> tuple[float, float]:
    """Return the seconds of inserting the ledger's entries anew, and without foreign keys."""
    seconds = []
    for tables in (COPY.format(transactions="ledger_transaction"), NO_KEYS):
        superuser.execute(tables.encode())
        superuser.execute("CHECKPOINT")
        started = time.perf_counter()
        superuser.execute(INSERT)
        seconds.append(time.perf_counter() - started)
        superuser.execute(DROP)
    return seconds[0], seconds[1]


def post_by_orm(superuser: psycopg.Connection[Any]) -> float:
    """Return the seconds an entry takes when each row is saved by the ORM, on a sample.

    The rows go to copies of the tables, since the ledger refuses entries that come one by one.
    """
    superuser.execute(COPY.format(transactions="bench_transaction").encode())
    rows = [
        (posted, list(Entry.objects.filter(transaction=posted)))
        for posted in Transaction.objects.filter(corrects=None).order_by("id")[:SAMPLE]
    ]
    bare_transaction, bare_entry = _models()
    started = time.perf_counter()
    for posted, entries in rows:
        with transaction.atomic():
            copied = bare_transaction.objects.create(
                kind=posted.kind, source_id=posted.source_id, subject=posted.subject,
                order_id=posted.order_id, occurred_at=posted.occurred_at,
                posted_at=posted.posted_at, reason=posted.reason,
            )  # fmt: skip
            for entry in entries:
                bare_entry.objects.create(
                    transaction_id=copied.pk, account_id=entry.account_id,
                    amount_cents=entry.amount_cents, shop_order_id=entry.shop_order_id,
                )  # fmt: skip
    seconds = time.perf_counter() - started
    connection.close()
    superuser.execute(DROP)
    return seconds / sum(len(entries) for _, entries in rows)


def _models() -> tuple[Any, Any]:
    """Return models of the copies: made here, so that no migration knows of them."""

    class BenchTransaction(models.Model):
        kind = models.CharField(max_length=32)
        source_id = models.CharField(max_length=200)
        subject = models.CharField(max_length=128)
        order_id = models.BigIntegerField(null=True)
        occurred_at = models.DateTimeField()
        posted_at = models.DateTimeField()
        reason = models.CharField(max_length=200)

        class Meta:
            app_label = "local"
            managed = False
            db_table = "bench_transaction"

        def __str__(self) -> str:
            return self.source_id

    class BenchEntry(models.Model):
        transaction_id = models.BigIntegerField()
        account_id = models.BigIntegerField()
        amount_cents = models.BigIntegerField()
        shop_order_id = models.BigIntegerField(null=True)

        class Meta:
            app_label = "local"
            managed = False
            db_table = "bench_entry"

        def __str__(self) -> str:
            return str(self.pk)

    return BenchTransaction, BenchEntry
