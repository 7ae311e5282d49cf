"""Every invariant of the books, as a query that finds what breaks it."""

from collections.abc import Callable
from functools import partial

from django.db import connection
from django.db.models import Count, Sum

from saleor_alencon.dac7.figures import credited_cents, year_figures
from saleor_alencon.dac7.models import YearReport
from saleor_alencon.domain.dac7 import YearFigures
from saleor_alencon.outputs.sepa import SepaError, read_control_sum
from saleor_alencon.psp.models import FetchState
from saleor_alencon.psp.reconciliation import other_currencies, overdue, psp_reconcile
from saleor_alencon.settlement.models import SettlementRun

QUERIES: dict[str, str] = {
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
          JOIN (SELECT order_id, sum(charged_cents - refunded_cents) AS cents
                  FROM orders_tender GROUP BY order_id) tendered ON tendered.order_id = o.id
          LEFT JOIN (SELECT so.order_id, sum(s.charged_cents - s.refunded_cents) AS cents
                       FROM orders_tendershare s
                       JOIN orders_shoporder so ON so.id = s.shop_order_id
                      GROUP BY so.order_id) shared ON shared.order_id = o.id
         WHERE tendered.cents <> o.shopper_credit_cents + coalesce(shared.cents, 0)""",
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
          LEFT JOIN (ledger_entry e
                     JOIN ledger_transaction t
                       ON t.id = e.transaction_id
                      AND t.kind IN ('charge', 'refund', 'commission', 'release', 'hold_again')
                     JOIN ledger_account a
                       ON a.id = e.account_id AND a.kind IN ('shop_hold', 'shop_available'))
            ON e.shop_order_id = so.id
         GROUP BY so.id HAVING -coalesce(sum(e.amount_cents), 0) <> so.net_cents""",
    "a released shop order's money is all available, one that is not all held": """
        SELECT format('shop order %s: %s cents', so.id, sum(e.amount_cents))
          FROM orders_shoporder so
          JOIN ledger_entry e ON e.shop_order_id = so.id
          JOIN ledger_account a ON a.id = e.account_id
           AND a.kind = CASE WHEN so.released_at IS NULL THEN 'shop_available' ELSE 'shop_hold' END
         GROUP BY so.id HAVING sum(e.amount_cents) <> 0""",
    "a shop order's gross is commission, VAT and net": """
        SELECT format('shop order %s', so.id) FROM orders_shoporder so
          JOIN orders_shoporderline l ON l.shop_order_id = so.id
         GROUP BY so.id
        HAVING sum(l.paid_cents - l.refunded_cents)
            <> so.commission_cents + so.commission_vat_cents + so.net_cents""",
    "a line's commission is what its frozen terms say": """
        SELECT format('line %s: %s and %s of VAT', l.id, l.commission_cents, l.commission_vat_cents)
          FROM orders_shoporderline l
          CROSS JOIN LATERAL (SELECT l.paid_cents - l.refunded_cents AS kept) a
          CROSS JOIN LATERAL (
            SELECT round(kept * l.commission_rate_bps / 10000.0)::bigint AS share) b
          CROSS JOIN LATERAL (
            SELECT CASE WHEN kept = 0 THEN 0 ELSE least(
                     greatest(share + l.commission_fixed_cents, l.commission_minimum_cents),
                     l.commission_maximum_cents,
                     greatest(share, kept * 10000 / (10000 + l.commission_vat_rate_bps)))
                   END AS commission) c
         WHERE l.commission_cents <> commission
            OR l.commission_vat_cents <> round(commission * l.commission_vat_rate_bps / 10000.0)
            OR (kept <> 0 AND l.sold_at IS NULL)""",
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
    "what each tender charged and gave back is on its account": """
        SELECT format('tender %s', tender.id) FROM orders_tender tender
          LEFT JOIN (SELECT t.subject, sum(e.amount_cents) AS cents FROM ledger_transaction t
                       JOIN ledger_entry e ON e.transaction_id = t.id
                       JOIN ledger_account a ON a.id = e.account_id AND a.kind IN
                         ('psp_clearing', 'gift_cheque_liability', 'other_tender_clearing',
                          'goodwill')
                      WHERE t.kind IN ('charge', 'refund') GROUP BY t.subject) posted
            ON posted.subject = tender.saleor_id
         WHERE coalesce(posted.cents, 0) <> tender.charged_cents - tender.refunded_cents""",
    "a statement opens with what the one before carried": """
        SELECT number FROM (
          SELECT number, opening_cents,
                 lag(carried_cents, 1, 0::bigint) OVER (PARTITION BY shop_id ORDER BY id) AS before
            FROM settlement_statement) st
         WHERE opening_cents <> before""",
    "a statement line's items and tenders sum to it": """
        SELECT format('%s, line %s', st.number, l.id) FROM settlement_statementline l
          JOIN settlement_statement st ON st.id = l.statement_id
         WHERE l.kind IN ('sale', 'correction') AND (
               (l.gross_cents, l.commission_cents, l.commission_vat_cents) IS DISTINCT FROM (
                 SELECT ROW (coalesce(sum(i.gross_cents), 0)::bigint,
                             coalesce(sum(i.commission_cents), 0)::bigint,
                             coalesce(sum(i.commission_vat_cents), 0)::bigint)
                   FROM settlement_statementitem i WHERE i.line_id = l.id)
            OR l.gross_cents <> coalesce((
                 SELECT sum(s.amount_cents) FROM settlement_statementtender s
                  WHERE s.line_id = l.id), 0))""",
    "a shop order is sold on one statement line": """
        SELECT format('shop order %s', shop_order_id) FROM settlement_statementline
         WHERE kind = 'sale' GROUP BY shop_order_id HAVING count(*) > 1""",
    "a payout pays what its statement says": """
        SELECT st.number FROM settlement_statement st
          LEFT JOIN settlement_payout p ON p.statement_id = st.id
         WHERE st.payable_cents <> coalesce(p.amount_cents, 0)""",
    "an automatic payout of the provider's is made of its movements": """
        SELECT format('%s: %s cents', p.provider_id, sum(m.amount_cents - m.fee_cents))
          FROM psp_providerpayout p JOIN psp_balancetransaction m ON m.provider_payout_id = p.id
         WHERE p.composed
         GROUP BY p.id HAVING sum(m.amount_cents - m.fee_cents) <> 0""",
    "payouts declared executed or returned are in the ledger": """
        SELECT format('%s: %s', p.end_to_end_id, step.kind) FROM settlement_payout p
          CROSS JOIN (VALUES ('payout_executed', ARRAY['executed', 'returned']),
                             ('payout_returned', ARRAY['returned', 'failed']))
                  AS step (kind, states)
          LEFT JOIN ledger_transaction t
            ON t.kind = step.kind AND t.source_id = p.end_to_end_id
         WHERE (p.state = ANY(step.states)) <> (t.id IS NOT NULL)""",
    "dues called and not paid are on the shops' receivable accounts": """
        SELECT s.slug FROM shops_shop s
          LEFT JOIN (SELECT b.shop_id, sum(b.total_cents - coalesce(p.cents, 0)) AS cents
                       FROM dues_duesbill b
                       LEFT JOIN (SELECT bill_id, sum(amount_cents) AS cents
                                    FROM dues_duespayment GROUP BY bill_id) p ON p.bill_id = b.id
                      WHERE b.cancelled_at IS NULL GROUP BY b.shop_id) owed ON owed.shop_id = s.id
          LEFT JOIN (SELECT a.shop_id, sum(e.amount_cents) AS cents FROM ledger_entry e
                       JOIN ledger_account a ON a.id = e.account_id
                       JOIN ledger_transaction t ON t.id = e.transaction_id
                        AND t.kind IN ('dues', 'dues_paid', 'dues_withheld', 'dues_cancelled')
                      WHERE a.kind = 'shop_receivable' GROUP BY a.shop_id) held
            ON held.shop_id = s.id
         WHERE coalesce(owed.cents, 0) <> coalesce(held.cents, 0)""",
    "demands not paid are on the shops' receivable accounts": """
        SELECT s.slug FROM shops_shop s
          LEFT JOIN (SELECT d.shop_id, sum(
                       CASE WHEN d.cancelled_at IS NULL THEN d.amount_cents - coalesce(p.cents, 0)
                            ELSE 0 END) AS cents
                       FROM settlement_demand d
                       LEFT JOIN (SELECT demand_id, sum(amount_cents) AS cents
                                    FROM settlement_demandpayment GROUP BY demand_id) p
                         ON p.demand_id = d.id
                      GROUP BY d.shop_id) owed ON owed.shop_id = s.id
          LEFT JOIN (SELECT a.shop_id, sum(e.amount_cents) AS cents FROM ledger_entry e
                       JOIN ledger_account a ON a.id = e.account_id
                       JOIN ledger_transaction t ON t.id = e.transaction_id
                        AND t.kind LIKE 'demand%'
                      WHERE a.kind = 'shop_receivable' GROUP BY a.shop_id) held
            ON held.shop_id = s.id
         WHERE coalesce(owed.cents, 0) <> coalesce(held.cents, 0)""",
    "no demand is paid beyond what was asked": """
        SELECT d.number FROM settlement_demand d
          JOIN settlement_demandpayment p ON p.demand_id = d.id
         GROUP BY d.id HAVING sum(p.amount_cents) > d.amount_cents""",
    "what is put by of each shop is on its reserve account": """
        SELECT s.slug FROM shops_shop s
          LEFT JOIN (SELECT r.shop_id, sum(r.amount_cents - coalesce(f.cents, 0)) AS cents
                       FROM settlement_reserve r
                       LEFT JOIN (SELECT reserve_id, sum(amount_cents) AS cents
                                    FROM settlement_reserverelease GROUP BY reserve_id) f
                         ON f.reserve_id = r.id
                      WHERE r.cancelled_at IS NULL GROUP BY r.shop_id) kept ON kept.shop_id = s.id
          LEFT JOIN (SELECT a.shop_id, -sum(e.amount_cents) AS cents FROM ledger_entry e
                       JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'shop_reserve'
                      GROUP BY a.shop_id) held ON held.shop_id = s.id
         WHERE coalesce(kept.cents, 0) <> coalesce(held.cents, 0)""",
    "no reserve gives back more than was put by": """
        SELECT format('reserve %s', r.id) FROM settlement_reserve r
          JOIN settlement_reserverelease f ON f.reserve_id = r.id
         GROUP BY r.id HAVING sum(f.amount_cents) > r.amount_cents OR r.cancelled_at IS NOT NULL""",
    "an approved adjustment is in the ledger, no other is": """
        SELECT format('adjustment %s', j.id) FROM settlement_adjustment j
          LEFT JOIN ledger_transaction t ON t.kind = 'adjustment' AND t.source_id = j.id::text
          LEFT JOIN (ledger_entry e JOIN ledger_account a
                       ON a.id = e.account_id AND a.kind = 'shop_available')
            ON e.transaction_id = t.id
         WHERE (j.state = 'approved') <> (t.id IS NOT NULL)
            OR (j.state = 'approved' AND -coalesce(e.amount_cents, 0) <> j.shop_cents)""",
    "an approved statement's document is the one that was sealed": """
        SELECT st.number FROM settlement_statementseal s
          JOIN settlement_statement st ON st.id = s.statement_id
         WHERE s.kind = 'document'
           AND s.sha256 <> encode(sha256(convert_to(st.document::text, 'UTF8')), 'hex')""",
    "no dues are paid beyond what was called": """
        SELECT format('bill %s', b.id) FROM dues_duesbill b
          JOIN dues_duespayment p ON p.bill_id = b.id
         GROUP BY b.id HAVING sum(p.amount_cents) > b.total_cents OR b.cancelled_at IS NOT NULL""",
    "each call for dues has its invoice, a cancelled one its credit note": """
        SELECT format('bill %s', b.id) FROM dues_duesbill b
         WHERE NOT EXISTS (SELECT FROM invoicing_invoice i
                            WHERE i.dues_bill_id = b.id AND i.kind = 'invoice'
                              AND i.total_cents = b.total_cents)
            OR (b.cancelled_at IS NOT NULL) <> EXISTS (
                 SELECT FROM invoicing_invoice i
                  WHERE i.dues_bill_id = b.id AND i.kind = 'credit_note')""",
    "invoices are numbered without a gap": """
        SELECT format('%s %s: %s of %s', kind, year, count(*), max(sequence))
          FROM invoicing_invoice GROUP BY kind, year HAVING count(*) <> max(sequence)""",
    "a statement's invoice has its commission": """
        SELECT i.number FROM invoicing_invoice i
          JOIN settlement_statementline l ON l.statement_id = i.statement_id
         GROUP BY i.id
        HAVING (i.net_cents, i.vat_cents) IS DISTINCT FROM (
               sum(l.commission_cents) * CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END,
               sum(l.commission_vat_cents) * CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END)""",
    "gift cheques issued, less what was used, expired and refunded, are the ledger's liability": """
        SELECT format('issued %s, used online %s, otherwise %s: owed %s, ledger %s',
                      issued, used, moved, issued - used - moved, -ledger)
          FROM (SELECT coalesce(sum(face_cents), 0)::bigint AS issued FROM cheques_cheque) c,
               (SELECT coalesce(sum(charged_cents - refunded_cents), 0)::bigint AS used
                  FROM cheques_chequeuse) u,
               (SELECT coalesce(sum(effect_cents), 0)::bigint AS moved
                  FROM cheques_chequemovement WHERE state = 'done') m,
               (SELECT coalesce(sum(e.amount_cents), 0)::bigint AS ledger FROM ledger_entry e
                  JOIN ledger_account a ON a.id = e.account_id
                   AND a.kind = 'gift_cheque_liability') l
         WHERE issued - used - moved <> -ledger""",
    "what a gift card that the Office did not sell paid is a charge": """
        SELECT format('order %s, tender %s: %s cents', o.number, t.saleor_id,
                      t.charged_cents - t.refunded_cents)
          FROM orders_tender t
          JOIN orders_order o ON o.id = t.order_id
          LEFT JOIN cheques_chequeuse u ON u.tender = t.saleor_id
          LEFT JOIN (SELECT p.subject, sum(e.amount_cents) AS cents FROM ledger_transaction p
                       JOIN ledger_entry e ON e.transaction_id = p.id
                       JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'goodwill'
                      WHERE p.kind IN ('charge', 'refund') GROUP BY p.subject) posted
            ON posted.subject = t.saleor_id
         WHERE coalesce(posted.cents, 0)
               <> CASE WHEN t.kind = 'gift_cheque' AND u.id IS NULL
                       THEN t.charged_cents - t.refunded_cents ELSE 0 END""",
    "what is left of a cheque is its face value less what was taken of it": """
        SELECT format('%s: %s cents', serial, remaining_cents) FROM cheques_cheque
         WHERE remaining_cents <> cheques_count(id)""",
    "no cheque paid more than its face value": """
        SELECT format('%s: %s cents', c.serial, c.face_cents - spent.cents) FROM cheques_cheque c
         CROSS JOIN LATERAL (
           SELECT coalesce((SELECT sum(charged_cents - refunded_cents) FROM cheques_chequeuse
                             WHERE cheque_id = c.id), 0)
                + coalesce((SELECT sum(effect_cents) FROM cheques_chequemovement
                             WHERE cheque_id = c.id AND state = 'done'), 0) AS cents) spent
         WHERE spent.cents NOT BETWEEN 0 AND c.face_cents""",
    "what a cheque paid online is what its tender says": """
        SELECT format('%s, order %s', c.serial, u.order_number) FROM cheques_chequeuse u
          JOIN cheques_cheque c ON c.id = u.cheque_id
          LEFT JOIN orders_tender t ON t.saleor_id = u.tender AND t.kind = 'gift_cheque'
         WHERE (u.charged_cents, u.refunded_cents)
               IS DISTINCT FROM (t.charged_cents, t.refunded_cents)""",
    "what was taken of a cheque outside web orders is posted once, to its shop": """
        SELECT format('movement %s of %s', m.id, c.serial) FROM cheques_chequemovement m
          JOIN cheques_cheque c ON c.id = m.cheque_id
          LEFT JOIN (ledger_transaction t
                     JOIN ledger_entry e ON e.transaction_id = t.id
                     JOIN ledger_account a ON a.id = e.account_id)
            ON t.kind IN ('cheque_redeemed', 'cheque_given_back', 'cheque_expired',
                          'cheque_refunded')
           AND t.subject = m.id::text
         GROUP BY m.id, c.id
        HAVING coalesce(sum(e.amount_cents) FILTER (WHERE a.kind = 'gift_cheque_liability'), 0)
               <> CASE WHEN m.state = 'done' THEN m.effect_cents ELSE 0 END
            OR coalesce(-sum(e.amount_cents) FILTER (
                 WHERE a.kind = 'shop_available' AND a.shop_id = m.shop_id), 0)
               <> CASE WHEN m.state = 'done' AND m.shop_id IS NOT NULL
                       THEN m.effect_cents - m.fee_cents - m.fee_vat_cents ELSE 0 END""",
}


def _unlike_the_ledger() -> list[str]:
    """Find frozen declarations whose figures are no longer those of the ledger they came from."""
    found = []
    for report in YearReport.objects.prefetch_related("sellers__shop"):
        figures = year_figures(report.year, last_transaction_id=report.last_transaction_id)
        for seller in report.sellers.all():
            known = figures.pop(seller.shop_id, YearFigures())
            kept = YearFigures(
                tuple(seller.consideration_cents), tuple(seller.fees_cents), tuple(seller.sales)
            )
            if (kept, seller.total_cents) != (known, known.total_cents):
                found.append(f"{report}, {seller.shop}: {kept} | {known}")
        found += [f"{report}: shop {shop} is missing" for shop, known in figures.items()
                  if not known.is_nothing]  # fmt: skip
        credited = credited_cents(report.year, last_transaction_id=report.last_transaction_id)
        total = sum(seller.total_cents for seller in report.sellers.all())
        if total != credited:
            found.append(f"{report}: {total} cents, the ledger credited {credited}")
    return found


def _rows(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


def _wrong_bank_files() -> list[str]:
    found = []
    runs = SettlementRun.objects.filter(payment_file__isnull=False)
    for run in runs.annotate(cents=Sum("payouts__amount_cents"), count=Count("payouts")):
        try:
            total = read_control_sum(bytes(run.payment_file or b""))
        except SepaError as error:
            found.append(f"{run}: {error}")
        else:
            if total != (run.cents, run.count):
                found.append(f"{run}: {total[0]} cents in {total[1]} payments")
    return found


def _unlike_the_provider() -> list[str]:
    """Find what the provider says otherwise, of what both had the time to know."""
    found = psp_reconcile()
    wrong = [
        f"{match.status.replace('_', ' ')}: "
        f"{match.booked.key if match.booked else '—'} {match.here_cents} | "
        f"{match.provided.key if match.provided else '—'} {match.there_cents}"
        for match in overdue(found)
    ]
    if found.matches and found.unexplained_cents and FetchState.objects.exists():
        wrong.append(f"{found.unexplained_cents} cents that no movement explains")
    return wrong + [f"in another currency: {each}" for each in other_currencies()]


INVARIANTS: dict[str, Callable[[], list[str]]] = {
    name: partial(_rows, query) for name, query in QUERIES.items()
} | {
    "a frozen DAC7 declaration is what the ledger credited": _unlike_the_ledger,
    "a bank file's control sum is that of its run's payouts": _wrong_bank_files,
    "PSP clearing is what the provider says it holds": _unlike_the_provider,
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
    return [f"{name}: {row}" for name, check in INVARIANTS.items() for row in check()]


def digest_rows() -> list[tuple[str, ...]]:
    """Return all balances and shop orders, in a fixed order, without what is drawn at random."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST)
        return list(cursor.fetchall())
