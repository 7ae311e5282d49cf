"""Each instant at which a shop's rate changed begins a plan with one rule per rate."""

from django.db import migrations

INSTALL = """
INSERT INTO commission_plan (name, valid_from, created_at, published_at)
SELECT 'Taux au ' || to_char(valid_from AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY HH24:MI'),
       valid_from, now(), now()
  FROM shops_commissionrate GROUP BY valid_from ORDER BY valid_from;

WITH agreed AS (
  SELECT DISTINCT ON (p.id, r.shop_id) p.id AS plan_id, s.slug, r.rate_bps
    FROM commission_plan p
    JOIN shops_commissionrate r ON r.valid_from <= p.valid_from
    JOIN shops_shop s ON s.id = r.shop_id
   ORDER BY p.id, r.shop_id, r.valid_from DESC
)
INSERT INTO commission_commissionrule
  (plan_id, rank, name, shops, categories, product_types, deliveries, tenders, rate_bps,
   fixed_cents, minimum_cents)
SELECT plan_id, row_number() OVER (PARTITION BY plan_id ORDER BY rate_bps),
       'Commission ' || replace(trim(trailing '.' FROM trim(trailing '0' FROM
         to_char(rate_bps / 100.0, 'FM990.00'))), '.', ',') || ' %',
       array_agg(slug ORDER BY slug), '{}', '{}', '{}', '{}', rate_bps, 0, 0
  FROM agreed GROUP BY plan_id, rate_bps;
"""


class Migration(migrations.Migration):
    dependencies = [("commission", "0001_initial"), ("shops", "0007_vat_status_from_rate")]
    operations = [migrations.RunSQL(INSTALL, migrations.RunSQL.noop)]
