-- A big town for `alencon bench scope`, straight into Saleor's tables: every row is a copy of one
-- that Saleor made (the temporary table example says which), with the columns changed that make it another.
-- Asked for once a statement, in a subquery: otherwise max() passes all that it has added so far.
-- Settings: alencon.shops, alencon.products (a shop), alencon.orders.
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
SET maintenance_work_mem = '512MB';

CREATE FUNCTION pg_temp.number(name text) RETURNS integer LANGUAGE sql STABLE
  RETURN current_setting('alencon.' || name)::integer;
-- A number from 0 to below `most` that looks drawn, the same at every run.
CREATE FUNCTION pg_temp.draw(salt text, key bigint, most integer) RETURNS integer LANGUAGE sql
  IMMUTABLE RETURN abs(hashtextextended(salt || key::text, 7)) % most;
CREATE FUNCTION pg_temp.uuid(salt text, key bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
  RETURN md5(salt || key::text)::uuid;
CREATE FUNCTION pg_temp.first_free(table_name text) RETURNS bigint LANGUAGE plpgsql STABLE AS
$$ DECLARE free bigint; BEGIN
  EXECUTE format('SELECT coalesce(max(id), 0) + 1 FROM %I', table_name) INTO free; RETURN free;
END $$;

-- Indexes are made again at the end: that is many times faster than to fill them row by row.
CREATE TEMP TABLE kept_index AS
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index JOIN pg_class c ON c.oid = indrelid
 WHERE c.relnamespace = 'public'::regnamespace AND NOT indisunique
   AND c.relname ~ '^(account_address|account_user|attribute_assigned|order_|payment_transactionitem'
                   '|product_|warehouse_)';
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT name FROM kept_index LOOP EXECUTE 'DROP INDEX ' || one; END LOOP;
END $$;

-- The shops ----------------------------------------------------------------------------------
CREATE TEMP TABLE shop AS
SELECT i, 'bench-' || lpad(i::text, 3, '0') AS slug, pg_temp.uuid('warehouse', i) AS warehouse_id,
       (SELECT pg_temp.first_free('account_address')) + i AS address_id,
       (SELECT pg_temp.first_free('account_group')) + i AS group_id,
       (SELECT pg_temp.first_free('account_user')) + i AS user_id,
       (SELECT pg_temp.first_free('product_collection')) + i AS collection_id
  FROM generate_series(1, pg_temp.number('shops')) i;

INSERT INTO account_address
SELECT r.* FROM shop, jsonb_populate_record(
  (SELECT a FROM account_address a WHERE id = (SELECT address_id FROM example)),
  jsonb_build_object('id', address_id, 'company_name', slug)) r;
INSERT INTO account_group (id, name, restricted_access_to_channels)
SELECT group_id, 'Boutique ' || slug, true FROM shop;
INSERT INTO account_group_channels (group_id, channel_id)
SELECT group_id, channel_id FROM shop, example;
INSERT INTO account_user
SELECT r.* FROM shop, jsonb_populate_record(
  (SELECT u FROM account_user u WHERE is_superuser ORDER BY id LIMIT 1),
  jsonb_build_object('id', user_id, 'email', slug || '@alencon.example', 'is_superuser', false,
    'uuid', pg_temp.uuid('user', i), 'password', current_setting('alencon.password'),
    'is_confirmed', true, 'jwt_token_key', 'bench' || i)) r;
INSERT INTO account_user_groups (user_id, group_id) SELECT user_id, group_id FROM shop;
INSERT INTO warehouse_warehouse
SELECT r.* FROM shop, jsonb_populate_record(
  (SELECT w FROM warehouse_warehouse w WHERE id = (SELECT warehouse_id FROM example)),
  jsonb_build_object('id', warehouse_id, 'name', slug, 'slug', slug, 'address_id', address_id,
    'private_metadata', jsonb_build_object('alencon.shop', slug, 'alencon.group',
      encode(convert_to('Group:' || group_id, 'UTF8'), 'base64')))) r;
INSERT INTO warehouse_channelwarehouse (warehouse_id, channel_id)
SELECT shop.warehouse_id, channel_id FROM shop, example;
INSERT INTO warehouse_warehouse_shipping_zones (warehouse_id, shippingzone_id)
SELECT shop.warehouse_id, zone_id FROM shop, example;
INSERT INTO product_collection (id, name, slug, background_image_alt, metadata, private_metadata)
SELECT collection_id, 'Boutique ' || slug, slug, '', '{}',
       jsonb_build_object('alencon.shop', slug) FROM shop;
INSERT INTO product_collectionchannellisting (collection_id, channel_id, is_published, published_at)
SELECT collection_id, channel_id, true, now() - interval '1 year' FROM shop, example;

-- What they sell: imported 200 at a time, the shops in turn -----------------------------------
CREATE TEMP TABLE word AS SELECT
  ARRAY['Roman', 'Album', 'Carnet', 'Théière', 'Bol', 'Écharpe', 'Bonnet', 'Lampe', 'Savon',
        'Bougie', 'Miel', 'Cidre', 'Terrine', 'Biscuits', 'Jeu', 'Puzzle', 'Bijou', 'Plante'] AS what,
  ARRAY['normand', 'bleu', 'rouge', 'artisanal', 'ancien', 'léger', 'doux', 'parfumé', 'rond',
        'du Perche', 'en lin', 'en laine', 'en grès', 'de saison', 'pour enfant'] AS how;
CREATE TEMP TABLE article AS
SELECT (SELECT pg_temp.first_free('product_product')) + row_number() OVER (ORDER BY k / 200, i, k) AS id,
       i, k, shop.slug AS shop, shop.slug || '-' || k AS slug, warehouse_id, collection_id,
       what[1 + pg_temp.draw('what', i * 10000 + k, cardinality(what))] || ' '
         || how[1 + pg_temp.draw('how', i * 10000 + k, cardinality(how))] || ' ' || k AS name,
       (290 + pg_temp.draw('price', i * 10000 + k, 9000)) / 100.0 AS price,
       now() - make_interval(days => 300 - k / 200, hours => i) AS since,
       CASE WHEN k % 5 = 0 THEN 3 ELSE 1 END AS variants
  FROM shop, word, generate_series(1, pg_temp.number('products')) k;
CREATE UNIQUE INDEX ON article (i, k);

CREATE TEMP TABLE kind AS
SELECT (SELECT pg_temp.first_free('product_category')) + i AS id, i
  FROM generate_series(1, 40) i;
INSERT INTO product_category
SELECT r.* FROM kind, jsonb_populate_record(
  (SELECT c FROM product_category c ORDER BY id LIMIT 1),
  jsonb_build_object('id', id, 'name', 'Rayon ' || i, 'slug', 'bench-rayon-' || i,
    'tree_id', 10000 + i, 'parent_id', null)) r;

INSERT INTO product_product
SELECT r.* FROM article, jsonb_populate_record(
  (SELECT p FROM product_product p WHERE id = (SELECT product_id FROM example)),
  jsonb_build_object('id', article.id, 'name', name, 'slug', slug, 'created_at', since,
    'updated_at', since, 'search_index_dirty', false, 'default_variant_id', null,
    'category_id', (SELECT id FROM kind WHERE kind.i = 1 + article.k % 40),
    'search_vector', to_tsvector('simple', name || ' ' || slug),
    'private_metadata', jsonb_build_object('alencon.shop', shop))) r ORDER BY article.id;
INSERT INTO product_productchannellisting
SELECT r.* FROM article, jsonb_populate_record(
  (SELECT l FROM product_productchannellisting l WHERE product_id = (SELECT product_id FROM example)),
  jsonb_build_object('id', (SELECT pg_temp.first_free('product_productchannellisting')) + article.id,
    'product_id', article.id, 'discounted_price_amount', price, 'published_at', since,
    'available_for_purchase_at', since, 'is_published', k % 50 <> 0)) r;
CREATE TEMP TABLE choice AS
SELECT (SELECT pg_temp.first_free('product_productvariant'))
         + row_number() OVER (ORDER BY article.id, n) AS id,
       article.id AS product_id, i, k, n, slug || CASE WHEN n > 1 THEN '-' || n ELSE '' END AS sku,
       name, price + n - 1 AS price, warehouse_id, since
  FROM article, generate_series(1, variants) n;
CREATE UNIQUE INDEX ON choice (i, k, n);
INSERT INTO product_productvariant
SELECT r.* FROM choice, jsonb_populate_record(
  (SELECT v FROM product_productvariant v WHERE v.id = (SELECT variant_id FROM example)),
  jsonb_build_object('id', choice.id, 'product_id', product_id, 'sku', sku, 'sort_order', n - 1,
    'name', CASE WHEN n > 1 THEN 'Taille ' || n ELSE '' END, 'created_at', since,
    'updated_at', since)) r ORDER BY choice.id;
-- The seed's few articles, without pictures or attributes, are not what is changed last.
UPDATE product_product SET updated_at = now() - interval '2 years' WHERE slug NOT LIKE 'bench-%';
UPDATE product_product SET default_variant_id = choice.id
  FROM choice WHERE choice.product_id = product_product.id AND n = 1;
INSERT INTO product_productvariantchannellisting
SELECT r.* FROM choice, jsonb_populate_record(
  (SELECT l FROM product_productvariantchannellisting l WHERE variant_id = (SELECT variant_id FROM example)),
  jsonb_build_object('id', (SELECT pg_temp.first_free('product_productvariantchannellisting')) + choice.id,
    'variant_id', choice.id, 'price_amount', price, 'discounted_price_amount', price)) r;
CREATE TEMP TABLE place AS
SELECT id AS variant_id, (SELECT pg_temp.first_free('warehouse_stock')) + id AS id, warehouse_id
  FROM choice;
CREATE UNIQUE INDEX ON place (variant_id);
INSERT INTO warehouse_stock (id, product_variant_id, warehouse_id, quantity, quantity_allocated)
SELECT id, variant_id, warehouse_id,
       CASE WHEN variant_id % 33 = 0 THEN 0 ELSE 1000 + variant_id % 50 END, 0 FROM place;
INSERT INTO product_productmedia (product_id, sort_order, image, alt, type, oembed_data, to_remove,
                                  metadata, private_metadata)
SELECT id, 0, 'products/bench.png', name, 'IMAGE', '{}', false, '{}', '{}' FROM article;
INSERT INTO product_collectionproduct (collection_id, product_id) SELECT collection_id, id FROM article;

CREATE TEMP TABLE colour AS
SELECT (SELECT pg_temp.first_free('attribute_attribute')) AS attribute_id,
       (SELECT pg_temp.first_free('attribute_attributevalue')) + i AS id, i FROM generate_series(1, 30) i;
INSERT INTO attribute_attribute (id, slug, name, metadata, private_metadata, input_type,
  available_in_grid, visible_in_storefront, filterable_in_dashboard, filterable_in_storefront,
  value_required, storefront_search_position, is_variant_only, type, max_sort_order)
SELECT attribute_id, 'bench-couleur', 'Couleur', '{}', '{}', 'dropdown', true, true, true, true,
       false, 0, false, 'product-type', 30 FROM colour LIMIT 1;
INSERT INTO attribute_attributevalue (id, attribute_id, name, slug, value, sort_order)
SELECT id, attribute_id, 'Couleur ' || i, 'couleur-' || i, '', i FROM colour;
INSERT INTO attribute_attributeproduct (attribute_id, product_type_id, sort_order)
SELECT DISTINCT attribute_id, product_type_id, 0 FROM colour, product_product p
 WHERE p.id = (SELECT product_id FROM example);
INSERT INTO attribute_assignedproductattributevalue (product_id, value_id, sort_order)
SELECT article.id, colour.id, 0 FROM article JOIN colour ON colour.i = 1 + article.k % 30;

-- Who buys, and what: one to four lines, each of a shop of its own -----------------------------
CREATE TEMP TABLE buyer AS
SELECT (SELECT pg_temp.first_free('account_user')) + i AS id, i
  FROM generate_series(1, greatest(1, pg_temp.number('orders') / 10)) i;
INSERT INTO account_user
SELECT r.* FROM buyer, jsonb_populate_record(
  (SELECT u FROM account_user u WHERE is_superuser ORDER BY id LIMIT 1),
  jsonb_build_object('id', buyer.id, 'email', 'bench-' || i || '@client.example', 'is_staff', false,
    'is_superuser', false, 'uuid', pg_temp.uuid('buyer', i), 'jwt_token_key', 'buyer' || i)) r;
CREATE TEMP TABLE sale AS
SELECT o, pg_temp.uuid('order', o) AS id, 1 + pg_temp.draw('lines', o, 4) AS lines,
       (SELECT max(number) FROM order_order) + o AS number,
       now() - make_interval(mins => (pg_temp.number('orders') - o) * 5) AS made,
       1 + pg_temp.draw('buyer', o, (SELECT count(*)::integer FROM buyer)) AS buyer,
       (SELECT pg_temp.first_free('account_address')) + 2 * o AS address_id,
       o < pg_temp.number('orders') * 0.96 AS is_done
  FROM generate_series(1, pg_temp.number('orders')) o;
INSERT INTO account_address
SELECT r.* FROM sale, generate_series(0, 1) n, jsonb_populate_record(
  (SELECT a FROM account_address a WHERE id = (SELECT shopper_address_id FROM example)),
  jsonb_build_object('id', sale.address_id + n, 'last_name', 'Client ' || buyer)) r
 ORDER BY sale.o;
CREATE TEMP TABLE sold AS
SELECT o, line AS n, pg_temp.uuid('line' || line, o) AS id, sale.id AS order_id,
       choice.id AS variant_id, choice.i, choice.name, sku, price, made, is_done,
       1 + pg_temp.draw('many' || line, o, 3) AS many
  FROM sale CROSS JOIN LATERAL generate_series(1, lines) line
  JOIN choice ON choice.n = 1 AND choice.i = 1 + (pg_temp.draw('shop', o, 1000000) + line * 7)
                                                   % pg_temp.number('shops')
             AND choice.k = 1 + pg_temp.draw('article' || line, o, pg_temp.number('products'));
CREATE TEMP TABLE total AS
SELECT o, sum(price * many) AS gross, round(sum(price * many) / 1.2, 2) AS net, count(*) AS lines
  FROM sold GROUP BY o;
INSERT INTO order_order
SELECT r.* FROM sale JOIN total USING (o) JOIN buyer ON buyer.i = sale.buyer,
  jsonb_populate_record(
  (SELECT x FROM order_order x WHERE id = (SELECT order_id FROM example)),
  jsonb_build_object('id', sale.id, 'number', number, 'created_at', made, 'updated_at', made,
    'user_id', buyer.id, 'user_email', 'bench-' || buyer.i || '@client.example',
    'billing_address_id', address_id, 'shipping_address_id', address_id + 1,
    'status', CASE WHEN is_done THEN 'fulfilled' ELSE 'unfulfilled' END, 'charge_status', 'full',
    'total_gross_amount', gross, 'total_net_amount', net, 'subtotal_gross_amount', gross,
    'subtotal_net_amount', net, 'undiscounted_total_gross_amount', gross,
    'undiscounted_total_net_amount', net, 'total_charged_amount', gross,
    'checkout_token', replace(sale.id::text, '-', ''), 'lines_count', total.lines,
    'should_refresh_prices', false, 'search_document', '',
    'search_vector', to_tsvector('simple', number || ' bench-' || buyer.i))) r
 ORDER BY sale.o;
INSERT INTO order_orderline
SELECT r.* FROM sold, jsonb_populate_record(
  (SELECT x FROM order_orderline x WHERE id = (SELECT line_id FROM example)),
  jsonb_build_object('id', sold.id, 'order_id', sold.order_id, 'variant_id', variant_id,
    'alencon_shop', 'bench-' || lpad(i::text, 3, '0'),
    'old_id', null, 'product_name', name, 'product_sku', sku, 'quantity', many,
    'product_variant_id', encode(convert_to('ProductVariant:' || variant_id, 'UTF8'), 'base64'),
    'quantity_fulfilled', CASE WHEN is_done THEN many ELSE 0 END, 'created_at', made,
    'unit_price_gross_amount', price, 'unit_price_net_amount', round(price / 1.2, 2),
    'total_price_gross_amount', price * many, 'total_price_net_amount',
    round(price * many / 1.2, 2), 'undiscounted_unit_price_gross_amount', price,
    'undiscounted_unit_price_net_amount', round(price / 1.2, 2),
    'undiscounted_total_price_gross_amount', price * many,
    'undiscounted_total_price_net_amount', round(price * many / 1.2, 2),
    'base_unit_price_amount', price, 'undiscounted_base_unit_price_amount', price)) r
 ORDER BY sold.o, sold.n;
INSERT INTO warehouse_allocation (order_line_id, stock_id, quantity_allocated)
SELECT sold.id, place.id, many FROM sold JOIN place USING (variant_id) WHERE NOT is_done;
UPDATE warehouse_stock SET quantity_allocated = a.many
  FROM (SELECT stock_id, sum(quantity_allocated) AS many FROM warehouse_allocation GROUP BY 1) a
 WHERE a.stock_id = warehouse_stock.id;
CREATE TEMP TABLE parcel AS
SELECT (SELECT pg_temp.first_free('order_fulfillment')) + row_number() OVER (ORDER BY o, n) AS id, order_id,
       sold.id AS line_id, variant_id, n, many, made
  FROM sold WHERE is_done;
INSERT INTO order_fulfillment (id, order_id, status, fulfillment_order, created_at,
  tracking_number, metadata, private_metadata)
SELECT id, order_id, 'fulfilled', n, made + interval '1 day', '', '{}', '{}' FROM parcel
 ORDER BY id;
INSERT INTO order_fulfillmentline (fulfillment_id, order_line_id, quantity, stock_id)
SELECT parcel.id, line_id, many, place.id FROM parcel JOIN place USING (variant_id);
INSERT INTO order_orderevent (order_id, type, date, user_id, parameters)
SELECT sale.id, kind, made, NULL, '{}'
  FROM sale, unnest(ARRAY['placed', 'confirmed', 'order_fully_paid']) kind;
INSERT INTO payment_transactionitem
SELECT r.* FROM sale JOIN total USING (o), jsonb_populate_record(
  (SELECT t FROM payment_transactionitem t
    WHERE order_id = (SELECT order_id FROM example) LIMIT 1),
  jsonb_build_object('id', (SELECT pg_temp.first_free('payment_transactionitem')) + sale.o, 'order_id', sale.id,
    'token', pg_temp.uuid('transaction', sale.o), 'psp_reference', 'pi_bench_' || sale.o,
    'charged_value', gross, 'created_at', made, 'modified_at', made)) r;

DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT definition FROM kept_index LOOP EXECUTE one; END LOOP;
END $$;

-- Numbers given here are taken ---------------------------------------------------------------
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT c.relname, pg_get_serial_sequence(c.relname, 'id') AS sequence FROM pg_class c
              WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'id')
  LOOP
    IF one.sequence IS NOT NULL THEN
      EXECUTE format('SELECT setval(%L, (SELECT coalesce(max(id), 0) + 1 FROM %I))',
                     one.sequence, one.relname);
    END IF;
  END LOOP;
END $$;
SELECT setval('order_order_number_seq', (SELECT max(number) + 1 FROM order_order))
 WHERE to_regclass('order_order_number_seq') IS NOT NULL;
