-- 100,000 pickups of the bench's shops: each shop's first forty are of today, the others of the
-- days before and handed over. The settings are given by bench_counter.py.
CREATE TEMP TABLE wanted AS
WITH shop AS (
  SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS shops
    FROM shops_shop WHERE state = 'live'
)
SELECT i, shop.id AS shop_id, i / shop.shops AS turn,
       current_setting('alencon.today')::timestamptz
         + make_interval(hours => 9 + ((i / shop.shops) % 8)::int)
         - make_interval(days => (i / shop.shops / 40)::int) AS starts_at
  FROM generate_series(0, current_setting('alencon.pickups')::int - 1) i
  JOIN shop ON shop.place = i % shop.shops;

INSERT INTO orders_order (saleor_id, number, created_at, saleor_status, channel, currency,
  customer_name, customer_email, customer_phone, delivery_choice, delivery_postal_code,
  delivery_address, language_code, total_gross_cents, shipping_gross_cents, shopper_credit_cents,
  captured_at, digest)
SELECT 'bench-' || i, (1000000 + i)::text, starts_at - interval '1 day', 'UNFULFILLED', 'alencon',
       'EUR', 'Cliente Banc ' || i, 'banc-' || i || '@client.example', '', 'collect', '', '{}', 'fr',
       2400, 0, 0, starts_at, 'bench' FROM wanted;

INSERT INTO orders_shoporder (order_id, shop_id, state, delivery_choice, handed_over_at,
  released_at, goods_gross_cents, shipping_share_cents, paid_cents, refunded_cents,
  commission_cents, commission_vat_cents, net_cents)
SELECT o.id, w.shop_id, CASE WHEN turn < 40 THEN 'to_prepare' ELSE 'handed_over' END, 'collect',
       CASE WHEN turn < 40 THEN NULL ELSE starts_at END, NULL, 2400, 0, 2400, 0, 0, 0, 2400
  FROM wanted w JOIN orders_order o ON o.saleor_id = 'bench-' || w.i;

INSERT INTO orders_shoporderline (shop_order_id, saleor_id, position, name, sku, quantity,
  quantity_handed_over, quantity_returned, gross_cents, net_cents, vat_rate_bps, paid_cents,
  refunded_cents, commission_cents, commission_vat_cents, sold_cents, category, product_type,
  sold_delivery, sold_tender, commission_rule_name, commission_rate_bps, commission_fixed_cents,
  commission_minimum_cents, commission_vat_rate_bps)
SELECT s.id, 'bench-line-' || s.id || '-' || n, n, 'Article ' || n, 'BANC-' || n, 2,
       CASE WHEN s.state = 'handed_over' THEN 2 ELSE 0 END, 0, 1200, 1000, 2000, 1200, 0, 0, 0, 0,
       '', '', '', '', '', 0, 0, 0, 0
  FROM orders_shoporder s JOIN orders_order o ON o.id = s.order_id AND o.digest = 'bench'
  CROSS JOIN generate_series(1, 2) n;

INSERT INTO orders_pickup (shop_order_id, shop_id, code, state, place, slot_starts_at, slot_ends_at,
  slot_asked)
SELECT s.id, s.shop_id, upper(lpad(to_hex(w.i), 6, '0')),
       CASE WHEN turn >= 40 THEN 'handed_over' WHEN turn % 4 = 0 THEN 'to_prepare' ELSE 'ready' END,
       'shop', starts_at, starts_at + interval '1 hour', false
  FROM wanted w JOIN orders_order o ON o.saleor_id = 'bench-' || w.i
  JOIN orders_shoporder s ON s.order_id = o.id;

INSERT INTO pickups_pickupevent (shop_order_id, step, done_by_id, by_shopper, done_at, detail)
SELECT p.shop_order_id, CASE WHEN p.state = 'ready' THEN 'ready' ELSE 'hand_over' END, NULL,
       false, p.slot_starts_at, ''
  FROM orders_pickup p JOIN orders_shoporder s ON s.id = p.shop_order_id
  JOIN orders_order o ON o.id = s.order_id AND o.digest = 'bench'
 WHERE p.state IN ('ready', 'handed_over');
