"""The ledger's invariants, kept by PostgreSQL whoever writes.

* Every transaction comes whole, in one statement: two or more entries that sum to zero per
  currency. A transaction without entries, or entries added later, are refused.
* Nothing is ever changed or removed. The service's role has no right to, and the triggers
  refuse it to the owner too.
"""

from django.db import migrations

INSTALL = """
ALTER TABLE ledger_transaction
  ADD COLUMN created_xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE FUNCTION ledger_check_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added JOIN ledger_transaction t ON t.id = added.transaction_id
     WHERE t.created_xid <> pg_current_xact_id()
  ) THEN
    RAISE EXCEPTION 'LEDGER_SEALED: entries cannot be added to an earlier transaction'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM added JOIN ledger_account a ON a.id = added.account_id
     GROUP BY added.transaction_id, a.currency
    HAVING sum(added.amount_cents) <> 0 OR count(*) < 2
  ) THEN
    RAISE EXCEPTION 'LEDGER_UNBALANCED: a transaction needs entries that sum to zero'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION ledger_check_transactions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added WHERE created_xid <> pg_current_xact_id()) THEN
    RAISE EXCEPTION 'LEDGER_SEALED: created_xid is set by the database'
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM added WHERE NOT EXISTS (
      SELECT FROM ledger_entry e WHERE e.transaction_id = added.id)
  ) THEN
    RAISE EXCEPTION 'LEDGER_EMPTY: a transaction comes with its entries, in one statement'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'LEDGER_APPEND_ONLY: % of % is refused; post a reversing transaction',
    TG_OP, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries();
CREATE TRIGGER ledger_transaction_whole AFTER INSERT ON ledger_transaction
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_transactions();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_transaction_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON ledger_transaction, ledger_entry FROM alencon;
  END IF;
END
$$;
"""

REMOVE = """
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP TRIGGER ledger_transaction_whole ON ledger_transaction;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP TRIGGER ledger_transaction_append_only ON ledger_transaction;
DROP FUNCTION ledger_check_entries();
DROP FUNCTION ledger_check_transactions();
DROP FUNCTION ledger_refuse_change();
ALTER TABLE ledger_transaction DROP COLUMN created_xid;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_initial")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
