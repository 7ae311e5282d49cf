-- A month of orders for `alencon bench settlement`, as ingest has them before any money is split:
-- what was ordered, sold, handed over and charged; what each shop and line is paid is still nothing.
-- Settings: alencon.orders, alencon.shops. Run as the service's role; foreign keys are checked.
CREATE FUNCTION pg_temp.number(name text) RETURNS integer LANGUAGE sql STABLE
  RETURN current_setting('alencon.' || name)::integer;
-- A number from 0 to below `most` that looks drawn, the same at every run.
CREATE FUNCTION pg_temp.draw(salt text, key bigint, most integer) RETURNS integer LANGUAGE sql
  IMMUTABLE RETURN abs(hashtextextended(salt || key::text, 7) % most);

INSERT INTO shops_shop (slug, name, legal_name, kind, description, logo, state, siret, vat_number,
                        iban, bic, contact_name, email, phone, website, address_line, postal_code,
                        city, pickup_note, created_at)
SELECT 'boutique-' || i, 'Boutique ' || i, 'Boutique ' || i || ' SARL', 'shop', '', '', 'live', '',
       '', 'FR7630006000011234567890189', 'AGRIFRPP', '', '', '', '', i || ' Grande Rue', '61000',
       'Alençon', '', '2026-01-01Z'
  FROM generate_series(1, pg_temp.number('shops')) i;

CREATE TEMP TABLE town_shop AS
SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, 500 + 50 * (id % 12) AS rate_bps
  FROM shops_shop;

CREATE TEMP TABLE town_order AS
SELECT i, '2026-10-01Z'::timestamptz + interval '30 days' * i / pg_temp.number('orders') AS placed_at,
       pg_temp.draw('shop', i, pg_temp.number('shops')) AS place,
       CASE WHEN i % 5 = 0 THEN 490 ELSE 0 END AS shipping_cents
  FROM generate_series(1, pg_temp.number('orders')) i;

-- One to four lines; those after the first are of other shops as often as not.
CREATE TEMP TABLE town_line AS
SELECT o.i, position,
       (place + CASE WHEN position > 0 AND pg_temp.draw('other', o.i * 4 + position, 2) = 0
                     THEN 7 * position ELSE 0 END) % pg_temp.number('shops') AS place,
       1 + pg_temp.draw('pieces', o.i * 4 + position, 3) AS pieces,
       150 + pg_temp.draw('price', o.i * 4 + position, 9000) AS gross_cents,
       (ARRAY[2000, 1000, 550])[1 + pg_temp.draw('vat', o.i * 4 + position, 3)] AS vat_rate_bps
  FROM town_order o CROSS JOIN LATERAL generate_series(0, (o.i % 4)::integer) position;
ANALYZE town_line;

INSERT INTO orders_order (saleor_id, number, created_at, saleor_status, channel, currency,
                          customer_name, customer_email, customer_phone, delivery_choice,
                          delivery_postal_code, delivery_address, language_code,
                          total_gross_cents, shipping_gross_cents, shopper_credit_cents,
                          captured_at, digest)
SELECT 'order-' || i, i::text, placed_at, 'FULFILLED', 'alencon', 'EUR', 'Camille Martin',
       'client' || i || '@client.example', '', CASE WHEN shipping_cents > 0 THEN 'home' ELSE 'collect' END,
       '61000', '{}', 'fr', shipping_cents + gross_cents, shipping_cents, 0,
       placed_at + interval '2 days', md5(i::text)
  FROM town_order JOIN (SELECT i, sum(gross_cents) AS gross_cents FROM town_line GROUP BY i) l USING (i)
 ORDER BY i;
CREATE TEMP TABLE town_key AS SELECT number::bigint AS i, id, total_gross_cents FROM orders_order;
CREATE INDEX ON town_key (i);
ANALYZE town_key;

INSERT INTO orders_shoporder (order_id, shop_id, state, delivery_choice, handed_over_at,
                              goods_gross_cents, shipping_share_cents, paid_cents, refunded_cents,
                              commission_cents, commission_vat_cents, net_cents)
SELECT k.id, s.id, 'handed_over', CASE WHEN o.shipping_cents > 0 THEN 'home' ELSE 'collect' END,
       o.placed_at + interval '1 day', sum(l.gross_cents), 0, 0, 0, 0, 0, 0
  FROM town_line l JOIN town_order o USING (i) JOIN town_key k USING (i)
  JOIN town_shop s ON s.place = l.place
 GROUP BY k.id, s.id, o.shipping_cents, o.placed_at
 ORDER BY k.id, s.id;
ANALYZE orders_shoporder;

INSERT INTO orders_shoporderline
  (shop_order_id, saleor_id, position, name, sku, quantity, quantity_handed_over, quantity_returned,
   gross_cents, net_cents, vat_rate_bps, paid_cents, refunded_cents, commission_cents,
   commission_vat_cents, sold_at, sold_cents, category, product_type, sold_delivery, sold_tender,
   commission_rule_name, commission_rate_bps, commission_fixed_cents, commission_minimum_cents,
   commission_vat_rate_bps)
SELECT so.id, 'line-' || l.i || '-' || l.position, l.position, 'Article ' || l.gross_cents,
       'ART-' || l.gross_cents, l.pieces, l.pieces, 0, l.gross_cents,
       (l.gross_cents * 20000 + 10000 + l.vat_rate_bps) / (2 * (10000 + l.vat_rate_bps)),
       l.vat_rate_bps, 0, 0, 0, 0, o.placed_at, l.gross_cents, 'rayon', 'article', so.delivery_choice,
       'card', 'Taux de la boutique', s.rate_bps, 0, 0, 2000
  FROM town_line l JOIN town_order o USING (i) JOIN town_key k USING (i)
  JOIN town_shop s ON s.place = l.place
  JOIN orders_shoporder so ON so.order_id = k.id AND so.shop_id = s.id
 ORDER BY so.id, l.position;

-- One order in ten begins with a gift cheque of twenty euros; of one in fifty a third was given back.
INSERT INTO orders_tender (order_id, saleor_id, kind, label, psp_reference, created_at, charged_cents,
                           refunded_cents, pending_cents)
SELECT id, 'cheque-' || i, 'gift_cheque', 'Chèque cadeau', '', timestamptz '2026-10-01Z',
       least(2000, total_gross_cents), 0, 0
  FROM town_key WHERE i % 10 = 0
UNION ALL
SELECT id, 'card-' || i, 'card', 'Carte', 'pi_' || i, timestamptz '2026-10-02Z',
       total_gross_cents - CASE WHEN i % 10 = 0 THEN least(2000, total_gross_cents) ELSE 0 END,
       CASE WHEN i % 50 = 7 THEN total_gross_cents / 3 ELSE 0 END, 0
  FROM town_key
 ORDER BY 1, 2;
