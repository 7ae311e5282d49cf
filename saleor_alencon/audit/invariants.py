"""Every invariant of the books, as a query that finds what breaks it."""

from django.db import connection

INVARIANTS: dict[str, str] = {
    "every transaction balances, with two or more entries": """
        SELECT format('transaction %s', t.id) FROM ledger_transaction t
          LEFT JOIN ledger_entry e ON e.transaction_id = t.id
         GROUP BY t.id HAVING count(e.id) < 2 OR coalesce(sum(e.amount_cents), 1) <> 0""",
    "the trial balance is zero": """
        SELECT format('%s: %s cents', a.currency, sum(e.amount_cents)) FROM ledger_entry e
          JOIN ledger_account a ON a.id = e.account_id
         GROUP BY a.currency HAVING sum(e.amount_cents) <> 0""",
    "shares of a tender and the shopper's credit sum to the order's tenders": """
        SELECT format('order %s', o.number) FROM orders_order o
          JOIN orders_tender t ON t.order_id = o.id
         GROUP BY o.id
        HAVING sum(t.charged_cents - t.refunded_cents) <> o.shopper_credit_cents + coalesce((
            SELECT sum(s.charged_cents - s.refunded_cents) FROM orders_tendershare s
              JOIN orders_shoporder so ON so.id = s.shop_order_id WHERE so.order_id = o.id), 0)""",
    "a shop order's paid and refunded amounts are those of its lines and delivery": """
        SELECT format('shop order %s', so.id) FROM orders_shoporder so
          LEFT JOIN orders_tendershare s ON s.shop_order_id = so.id
         GROUP BY so.id
        HAVING so.paid_cents - so.refunded_cents
            <> coalesce(sum(s.charged_cents - s.refunded_cents), 0)""",
    "refunds do not exceed what was paid": """
        SELECT format('shop order %s', id) FROM orders_shoporder
         WHERE refunded_cents > paid_cents""",
    "held, available and stated money of a shop order is its net": """
        SELECT format('shop order %s: ledger %s, net %s', so.id,
                      -coalesce(sum(e.amount_cents), 0), so.net_cents)
          FROM orders_shoporder so
          LEFT JOIN (ledger_entry e JOIN ledger_account a
                       ON a.id = e.account_id AND a.kind IN ('shop_hold', 'shop_available'))
            ON e.shop_order_id = so.id
         GROUP BY so.id HAVING -coalesce(sum(e.amount_cents), 0) <> so.net_cents""",
    "a shop order's gross is commission, VAT and net": """
        SELECT format('shop order %s', so.id) FROM orders_shoporder so
          JOIN orders_shoporderline l ON l.shop_order_id = so.id
         GROUP BY so.id
        HAVING sum(l.paid_cents - l.refunded_cents)
            <> so.commission_cents + so.commission_vat_cents + so.net_cents""",
    "a statement's lines sum to its net": """
        SELECT st.number FROM settlement_statement st
          LEFT JOIN settlement_statementline l ON l.statement_id = st.id
         GROUP BY st.id HAVING coalesce(sum(l.net_cents), 0) <> st.net_cents""",
    "a statement claims what it explains": """
        SELECT st.number FROM settlement_statement st
          JOIN settlement_settlementrun r ON r.id = st.run_id
          LEFT JOIN settlement_claim c ON c.statement_id = st.id
          LEFT JOIN ledger_entry e ON e.id = c.entry_id
         GROUP BY st.id, r.state
        HAVING -coalesce(sum(e.amount_cents), 0) <> st.net_cents
             - CASE WHEN r.state IN ('approved', 'executed') THEN st.payable_cents ELSE 0 END""",
    "payouts of an approved run are in the ledger": """
        SELECT p.end_to_end_id FROM settlement_payout p
          LEFT JOIN ledger_transaction t ON t.kind = 'payout' AND t.source_id = p.end_to_end_id
          LEFT JOIN ledger_entry e ON e.transaction_id = t.id AND e.amount_cents > 0
         WHERE (p.state = 'draft' AND t.id IS NOT NULL)
            OR (p.state <> 'draft' AND coalesce(e.amount_cents, 0) <> p.amount_cents)""",
}

DIGEST = """
SELECT 'account', a.kind, coalesce(s.slug, ''), sum(e.amount_cents)::text, ''
  FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
  LEFT JOIN shops_shop s ON s.id = a.shop_id
 GROUP BY a.kind, s.slug HAVING sum(e.amount_cents) <> 0
UNION ALL
SELECT 'shop order', o.saleor_id, s.slug,
       concat_ws('/', so.state, so.goods_gross_cents, so.shipping_share_cents, so.paid_cents,
                 so.refunded_cents, so.commission_cents, so.commission_vat_cents, so.net_cents),
       concat_ws('/', extract(epoch FROM so.handed_over_at), p.state)
  FROM orders_shoporder so JOIN orders_order o ON o.id = so.order_id
  JOIN shops_shop s ON s.id = so.shop_id LEFT JOIN orders_pickup p ON p.shop_order_id = so.id
 WHERE EXISTS (SELECT FROM orders_shoporderline l WHERE l.shop_order_id = so.id AND l.quantity > 0)
 ORDER BY 1, 2, 3
"""


def find_problems() -> list[str]:
    """Return one line for each broken invariant and row; empty when the books are right."""
    problems: list[str] = []
    with connection.cursor() as cursor:
        for name, query in INVARIANTS.items():
            cursor.execute(query)
            problems.extend(f"{name}: {row[0]}" for row in cursor.fetchall())
    return problems


def digest_rows() -> list[tuple[str, ...]]:
    """Return all balances and shop orders, in a fixed order, without what is drawn at random."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST)
        return list(cursor.fetchall())
