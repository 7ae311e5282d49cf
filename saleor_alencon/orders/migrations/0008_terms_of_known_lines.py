"""Lines keep the terms their shop order had, with what the inbox says of their sale.

From here on a line's terms are frozen: whoever writes, PostgreSQL refuses to change them.
"""

from django.db import migrations

INSTALL = """
WITH first_tender AS (
  SELECT DISTINCT ON (order_id) order_id, kind FROM orders_tender
   WHERE charged_cents > 0 ORDER BY order_id, created_at, saleor_id
)
UPDATE orders_shoporderline l
   SET sold_at = o.created_at, sold_cents = l.gross_cents, sold_delivery = so.delivery_choice,
       sold_tender = first_tender.kind, commission_rule_name = 'Taux de la boutique',
       commission_rate_bps = so.commission_rate_bps,
       commission_vat_rate_bps = so.commission_vat_rate_bps
  FROM orders_shoporder so
  JOIN orders_order o ON o.id = so.order_id
  JOIN first_tender ON first_tender.order_id = o.id
 WHERE so.id = l.shop_order_id;

WITH newest AS (
  SELECT DISTINCT ON (order_id) payload::jsonb AS document FROM inbox_document
   WHERE state = 'done' ORDER BY order_id, captured_at DESC, digest DESC
), told AS (
  SELECT line ->> 'id' AS line_id,
         line #>> '{variant,product,category,slug}' AS category,
         line #>> '{variant,product,productType,slug}' AS product_type
    FROM newest, jsonb_array_elements(document #> '{order,lines}') AS line
)
UPDATE orders_shoporderline l
   SET category = coalesce(told.category, ''), product_type = coalesce(told.product_type, '')
  FROM told WHERE told.line_id = l.saleor_id AND l.sold_at IS NOT NULL;

CREATE FUNCTION orders_refuse_new_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'COMMISSION_TERMS_FROZEN: the terms of line % stay', OLD.saleor_id
    USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER orders_line_terms_stay BEFORE UPDATE ON orders_shoporderline
  FOR EACH ROW WHEN (OLD.sold_at IS NOT NULL AND
    (OLD.sold_at, OLD.sold_cents, OLD.category, OLD.product_type, OLD.sold_delivery,
     OLD.sold_tender, OLD.commission_rule_id, OLD.commission_rule_name, OLD.commission_rate_bps,
     OLD.commission_fixed_cents, OLD.commission_minimum_cents, OLD.commission_maximum_cents,
     OLD.commission_vat_rate_bps)
    IS DISTINCT FROM
    (NEW.sold_at, NEW.sold_cents, NEW.category, NEW.product_type, NEW.sold_delivery,
     NEW.sold_tender, NEW.commission_rule_id, NEW.commission_rule_name, NEW.commission_rate_bps,
     NEW.commission_fixed_cents, NEW.commission_minimum_cents, NEW.commission_maximum_cents,
     NEW.commission_vat_rate_bps))
  EXECUTE FUNCTION orders_refuse_new_terms();
"""

REMOVE = """
DROP TRIGGER orders_line_terms_stay ON orders_shoporderline;
DROP FUNCTION orders_refuse_new_terms();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_terms_by_line"), ("inbox", "__first__")]
    operations = [migrations.RunSQL(INSTALL, REMOVE)]
