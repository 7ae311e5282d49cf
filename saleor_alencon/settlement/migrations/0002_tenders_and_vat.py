"""Statement lines tell their tenders and the VAT contained; documents no longer hold a date that
is known only later. Lines stated before get the same, from the ledger as it stood at their run.
"""

import django.db.models.deletion
from django.db import migrations, models

VAT_OF_STATED_ITEMS = """
UPDATE settlement_statementitem i
   SET vat_cents = round((l.gross_cents - l.net_cents) * i.gross_cents::numeric / l.gross_cents)
  FROM orders_shoporderline l
 WHERE l.id = i.order_line_id AND l.gross_cents <> 0
"""
TENDERS_OF_STATED_LINES = """
WITH line AS (
  SELECT l.id, l.shop_order_id, r.created_at,
         lag(r.created_at) OVER (PARTITION BY l.shop_order_id ORDER BY l.id) AS earlier
    FROM settlement_statementline l
    JOIN settlement_statement st ON st.id = l.statement_id
    JOIN settlement_settlementrun r ON r.id = st.run_id
   WHERE l.shop_order_id IS NOT NULL
)
INSERT INTO settlement_statementtender (line_id, tender_id, amount_cents)
SELECT line.id, tender.id, -sum(e.amount_cents)
  FROM line
  JOIN ledger_entry e ON e.shop_order_id = line.shop_order_id
  JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('shop_hold', 'shop_available')
  JOIN ledger_transaction t ON t.id = e.transaction_id AND t.kind IN ('charge', 'refund')
   AND t.posted_at <= line.created_at
   AND (line.earlier IS NULL OR t.posted_at > line.earlier)
  JOIN orders_tender tender ON tender.saleor_id = t.subject
 GROUP BY line.id, tender.id
HAVING sum(e.amount_cents) <> 0
"""
FORGET_EXECUTION_DATE = """
UPDATE settlement_statement SET document = document - 'execution_date'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_invariants"),
        ("orders", "0001_initial"),
        ("settlement", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="statementitem",
            name="vat_cents",
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="StatementTender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_cents", models.BigIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tenders",
                        to="settlement.statementline",
                    ),
                ),
                (
                    "tender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statement_tenders",
                        to="orders.tender",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("line", "tender"), name="statement_tender_once")
                ],
            },
        ),
        migrations.RunSQL(VAT_OF_STATED_ITEMS, migrations.RunSQL.noop),
        migrations.RunSQL(TENDERS_OF_STATED_LINES, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET_EXECUTION_DATE, migrations.RunSQL.noop),
    ]
