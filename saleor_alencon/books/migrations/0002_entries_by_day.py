"""The ledger's entries with the day they are booked on, and closings that miss none.

An entry is booked on the day of its fact, in the town's time. When the year of that day was closed
before the transaction came, it is booked on the first day after: a closed year never changes.

A closing reads the last transaction's id. Ids are drawn before they are committed, so who posts
holds a lock that the closing waits for: no transaction of a lower id can come after it.
"""

from django.db import migrations

INSTALL = """
CREATE VIEW books_entry AS
SELECT e.id, e.transaction_id, e.account_id, e.amount_cents, e.shop_order_id,
       a.kind AS account_kind, a.shop_id, a.currency,
       t.kind, t.source_id, t.subject, t.order_id, t.occurred_at, t.posted_at, t.reason,
       greatest((t.occurred_at AT TIME ZONE 'Europe/Paris')::date,
                (SELECT max(y.last_day) + 1 FROM books_closedyear y
                  WHERE y.last_transaction_id < t.id)) AS booked_on
  FROM ledger_entry e
  JOIN ledger_transaction t ON t.id = e.transaction_id
  JOIN ledger_account a ON a.id = e.account_id;

CREATE FUNCTION books_hold_off_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('books.closing', 63));
  RETURN NULL;
END
$$;

CREATE TRIGGER books_hold_off_closing BEFORE INSERT ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION books_hold_off_closing();

CREATE FUNCTION books_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- The file's digest is written once; nothing else ever changes.
    IF OLD.digest = '' AND to_jsonb(NEW) - 'digest' = to_jsonb(OLD) - 'digest' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'BOOKS_CLOSED: % of a closed year is refused', TG_OP
    USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER books_closedyear_final BEFORE UPDATE OR DELETE ON books_closedyear
  FOR EACH ROW EXECUTE FUNCTION books_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    GRANT SELECT ON books_entry TO alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER books_closedyear_final ON books_closedyear;
DROP TRIGGER books_hold_off_closing ON ledger_transaction;
DROP FUNCTION books_refuse_change();
DROP FUNCTION books_hold_off_closing();
DROP VIEW books_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial"), ("ledger", "0005_dues")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
