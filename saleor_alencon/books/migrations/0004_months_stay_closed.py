"""Entries are booked after the months, too, that were closed before they came."""

from django.db import migrations

VIEW = """
CREATE OR REPLACE VIEW books_entry AS
SELECT e.id, e.transaction_id, e.account_id, e.amount_cents, e.shop_order_id,
       a.kind AS account_kind, a.shop_id, a.currency,
       t.kind, t.source_id, t.subject, t.order_id, t.occurred_at, t.posted_at, t.reason,
       greatest((t.occurred_at AT TIME ZONE 'Europe/Paris')::date,
                (SELECT max(y.last_day) + 1 FROM books_closedyear y
                  WHERE y.last_transaction_id < t.id)%s) AS booked_on
  FROM ledger_entry e
  JOIN ledger_transaction t ON t.id = e.transaction_id
  JOIN ledger_account a ON a.id = e.account_id;
"""
MONTHS = """,
                (SELECT max(m.last_day) + 1 FROM books_closedmonth m
                  WHERE m.last_transaction_id < t.id)"""

STAY = """
CREATE FUNCTION books_month_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'BOOKS_CLOSED: % of a closed month is refused', TG_OP
    USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER books_closedmonth_final BEFORE UPDATE OR DELETE OR TRUNCATE ON books_closedmonth
  FOR EACH STATEMENT EXECUTE FUNCTION books_month_stays();
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'alencon') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON books_closedmonth FROM alencon;
  END IF;
END
$$;
"""
REMOVE = """
DROP TRIGGER books_closedmonth_final ON books_closedmonth;
DROP FUNCTION books_month_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("books", "0003_closed_months")]
    operations = [migrations.RunSQL(VIEW % MONTHS + STAY, REMOVE + VIEW % "")]
