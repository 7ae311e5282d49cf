"""Orders known before have their delivery's address from their newest document."""

from django.db import migrations

FILL = """
WITH newest AS (
  SELECT DISTINCT ON (order_id) order_id, payload::jsonb -> 'order' AS found FROM inbox_document
   WHERE state = 'done' ORDER BY order_id, captured_at DESC, digest DESC
), addressed AS (
  SELECT order_id, found,
         CASE WHEN jsonb_typeof(found -> 'shippingAddress') = 'object'
              THEN found -> 'shippingAddress' ELSE found -> 'billingAddress' END AS place
    FROM newest
)
UPDATE orders_order o
   SET delivery_postal_code = left(coalesce(place ->> 'postalCode', ''), 20),
       delivery_address = jsonb_build_object(
         'name', trim(concat_ws(' ', place ->> 'firstName', place ->> 'lastName')),
         'company', coalesce(place ->> 'companyName', ''),
         'line1', coalesce(place ->> 'streetAddress1', ''),
         'line2', coalesce(place ->> 'streetAddress2', ''),
         'postal_code', coalesce(place ->> 'postalCode', ''),
         'city', coalesce(place ->> 'city', ''),
         'phone', coalesce(place ->> 'phone', ''),
         'note', coalesce(found ->> 'customerNote', ''))
  FROM addressed
 WHERE addressed.order_id = o.saleor_id AND jsonb_typeof(place) = 'object'
   AND EXISTS (SELECT 1 FROM orders_shoporder so
                WHERE so.order_id = o.id AND so.delivery_choice = 'home');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0011_addresses_and_changed_slots"),
        ("inbox", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
