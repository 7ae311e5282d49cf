"""Drafting a run's statements: claim what is not claimed, explain it, decide what is paid."""

import datetime
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.utils.translation import override

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.settlement import decide_payout
from saleor_alencon.ledger.models import SHOP_CHEQUES, SHOP_DISPUTES, SHOP_FEES, TransactionKind
from saleor_alencon.settlement.documents import statement_document
from saleor_alencon.settlement.holds import Hold, holds_of
from saleor_alencon.settlement.models import (
    CarriedReason,
    Payout,
    SettlementRun,
    Statement,
    StatementLineKind,
)
from saleor_alencon.shops.models import Association, ConnectedAccount, PayoutRail, Shop

BALANCES = """
SELECT a.shop_id,
       coalesce(sum(e.amount_cents) FILTER (WHERE c.id IS NOT NULL), 0)::bigint AS claimed,
       coalesce(sum(e.amount_cents) FILTER (WHERE c.id IS NULL), 0)::bigint AS free,
       count(*) FILTER (WHERE c.id IS NULL) AS entries
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 GROUP BY a.shop_id
"""

# What each order line is worth to its shop now, less what earlier statements said of it, and the
# provider's fees likewise, per shop order. The VAT contained is the line's own, in proportion to
# what of the line was paid and kept, rounded half up.
ITEMS = """
WITH fees AS (
  SELECT so.id AS shop_order_id, so.shop_id, now.cents - coalesce(before.cents, 0) AS fees
    FROM (SELECT e.shop_order_id, sum(e.amount_cents)::bigint AS cents
            FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
            JOIN ledger_account a ON a.id = e.account_id AND a.kind = ANY(%(shops_money)s)
           WHERE t.kind = ANY(%(fees)s) GROUP BY e.shop_order_id) now
    JOIN orders_shoporder so ON so.id = now.shop_order_id AND so.released_at IS NOT NULL
    LEFT JOIN (SELECT l.shop_order_id, sum(l.fees_cents)::bigint AS cents
                 FROM settlement_statementline l
                WHERE l.kind <> 'dispute' GROUP BY l.shop_order_id) before
      ON before.shop_order_id = so.id
), stated AS (
  SELECT i.order_line_id, sum(i.gross_cents)::bigint AS gross,
         sum(i.vat_cents)::bigint AS contained, sum(i.commission_cents)::bigint AS commission,
         sum(i.commission_vat_cents)::bigint AS vat
    FROM settlement_statementitem i GROUP BY i.order_line_id
), change AS (
  SELECT l.id AS order_line_id, so.id AS shop_order_id, so.shop_id,
         l.paid_cents - l.refunded_cents - coalesce(s.gross, 0) AS gross,
         coalesce((2 * (l.gross_cents - l.net_cents) * (l.paid_cents - l.refunded_cents)
                   + l.gross_cents) / nullif(2 * l.gross_cents, 0), 0)
           - coalesce(s.contained, 0) AS contained,
         l.commission_cents - coalesce(s.commission, 0) AS commission,
         l.commission_vat_cents - coalesce(s.vat, 0) AS vat
    FROM orders_shoporderline l
    JOIN orders_shoporder so ON so.id = l.shop_order_id AND so.released_at IS NOT NULL
    LEFT JOIN stated s ON s.order_line_id = l.id
), changed AS (
  SELECT * FROM change WHERE gross <> 0 OR commission <> 0 OR vat <> 0
), changed_order AS (
  SELECT shop_order_id, shop_id, sum(gross)::bigint AS gross, sum(commission)::bigint AS commission,
         sum(vat)::bigint AS vat, sum(fees)::bigint AS fees
    FROM (SELECT shop_order_id, shop_id, gross, commission, vat, 0 AS fees FROM changed
          UNION ALL
          SELECT shop_order_id, shop_id, 0, 0, 0, fees FROM fees WHERE fees <> 0) both_sides
   GROUP BY shop_order_id, shop_id
), line AS (
  INSERT INTO settlement_statementline
    (statement_id, kind, shop_order_id, gross_cents, commission_cents, commission_vat_cents,
     fees_cents, net_cents)
  SELECT st.id,
         CASE WHEN EXISTS (SELECT FROM settlement_statementline p
                            WHERE p.shop_order_id = changed_order.shop_order_id
                              AND p.kind <> 'dispute')
              THEN 'correction' ELSE 'sale' END,
         shop_order_id, gross, commission, vat, fees, gross - commission - vat - fees
    FROM changed_order
    JOIN settlement_statement st ON st.shop_id = changed_order.shop_id AND st.run_id = %(run)s
   ORDER BY shop_order_id
  RETURNING id, shop_order_id
)
INSERT INTO settlement_statementitem
  (line_id, order_line_id, gross_cents, vat_cents, commission_cents, commission_vat_cents)
SELECT line.id, changed.order_line_id, gross, contained, commission, vat
  FROM changed JOIN line USING (shop_order_id)
 ORDER BY changed.order_line_id
"""

# What each tender paid of the shop's money in the ledger, less what earlier statements said.
TENDERS = """
WITH line AS (
  SELECT l.id, l.shop_order_id FROM settlement_statementline l
    JOIN settlement_statement st ON st.id = l.statement_id AND st.run_id = %s
   WHERE l.kind IN ('sale', 'correction')
), paid AS (
  SELECT line.id AS line_id, line.shop_order_id, t.subject, -sum(e.amount_cents)::bigint AS cents
    FROM line
    JOIN ledger_entry e ON e.shop_order_id = line.shop_order_id
    JOIN ledger_account a ON a.id = e.account_id AND a.kind = ANY(%s)
    JOIN ledger_transaction t ON t.id = e.transaction_id AND t.kind = ANY(%s)
   GROUP BY line.id, line.shop_order_id, t.subject
), stated AS (
  SELECT l.shop_order_id, s.tender_id, sum(s.amount_cents)::bigint AS cents
    FROM settlement_statementtender s JOIN settlement_statementline l ON l.id = s.line_id
   GROUP BY l.shop_order_id, s.tender_id
)
INSERT INTO settlement_statementtender (line_id, tender_id, amount_cents)
SELECT paid.line_id, tender.id, paid.cents - coalesce(stated.cents, 0)
  FROM paid
  JOIN orders_tender tender ON tender.saleor_id = paid.subject
  LEFT JOIN stated ON stated.shop_order_id = paid.shop_order_id AND stated.tender_id = tender.id
 WHERE paid.cents <> coalesce(stated.cents, 0)
 ORDER BY paid.line_id, tender.id
"""

# Disputed money withheld from the shop and given back, with the fee, less what was said of it.
DISPUTES = """
WITH borne AS (
  SELECT so.id AS shop_order_id, so.shop_id,
         coalesce(sum(e.amount_cents) FILTER (WHERE t.kind = ANY(%(disputes)s)), 0)::bigint
           AS withheld,
         coalesce(sum(e.amount_cents) FILTER (WHERE t.kind = %(dispute_fee)s), 0)::bigint AS fees
    FROM orders_shoporder so
    JOIN ledger_entry e ON e.shop_order_id = so.id
    JOIN ledger_account a ON a.id = e.account_id AND a.kind = ANY(%(shops_money)s)
    JOIN ledger_transaction t ON t.id = e.transaction_id
     AND t.kind = ANY(%(disputes)s || ARRAY[%(dispute_fee)s])
   WHERE so.released_at IS NOT NULL
   GROUP BY so.id
), change AS (
  SELECT borne.shop_order_id, borne.shop_id,
         -borne.withheld - coalesce(sum(l.gross_cents), 0)::bigint AS gross,
         borne.fees - coalesce(sum(l.fees_cents), 0)::bigint AS fees
    FROM borne
    LEFT JOIN settlement_statementline l
      ON l.shop_order_id = borne.shop_order_id AND l.kind = 'dispute'
   GROUP BY borne.shop_order_id, borne.shop_id, borne.withheld, borne.fees
)
INSERT INTO settlement_statementline
  (statement_id, kind, shop_order_id, gross_cents, commission_cents, commission_vat_cents,
   fees_cents, net_cents)
SELECT st.id, 'dispute', change.shop_order_id, change.gross, 0, 0, change.fees,
       change.gross - change.fees
  FROM change JOIN settlement_statement st ON st.shop_id = change.shop_id AND st.run_id = %(run)s
 WHERE change.gross <> 0 OR change.fees <> 0
 ORDER BY change.shop_order_id
"""

RETURNED = """
INSERT INTO settlement_statementline
  (statement_id, kind, payout_id, gross_cents, commission_cents, commission_vat_cents,
   fees_cents, net_cents)
SELECT st.id, 'payout_returned', p.id, -e.amount_cents, 0, 0, 0, -e.amount_cents
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
  JOIN ledger_transaction t ON t.id = e.transaction_id AND t.kind = %s
  JOIN settlement_payout p ON p.end_to_end_id = t.source_id
  JOIN settlement_statement st ON st.shop_id = a.shop_id AND st.run_id = %s
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 WHERE c.id IS NULL
 ORDER BY e.id
"""

DUES = """
INSERT INTO settlement_statementline
  (statement_id, kind, dues_payment_id, gross_cents, commission_cents, commission_vat_cents,
   fees_cents, net_cents)
SELECT st.id, 'dues', t.source_id::bigint, -e.amount_cents, 0, 0, 0, -e.amount_cents
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
  JOIN ledger_transaction t ON t.id = e.transaction_id AND t.kind = %s
  JOIN settlement_statement st ON st.shop_id = a.shop_id AND st.run_id = %s
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 WHERE c.id IS NULL
 ORDER BY e.id
"""

# Gift cheques taken at the counter, and those given back; the fee has its invoice as a commission.
CHEQUES = """
INSERT INTO settlement_statementline
  (statement_id, kind, cheque_movement_id, gross_cents, commission_cents, commission_vat_cents,
   fees_cents, net_cents)
SELECT st.id, 'cheque', m.id, m.effect_cents, m.fee_cents, m.fee_vat_cents, 0, -e.amount_cents
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
  JOIN ledger_transaction t ON t.id = e.transaction_id AND t.kind = ANY(%s)
  JOIN cheques_chequemovement m ON m.id = t.subject::bigint
  JOIN settlement_statement st ON st.shop_id = a.shop_id AND st.run_id = %s
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 WHERE c.id IS NULL
 ORDER BY e.id
"""
# Corrections, reserves and demands: a line each, but for a reserve that its run took back.
OTHERS = """
INSERT INTO settlement_statementline
  (statement_id, kind, transaction_id, gross_cents, commission_cents, commission_vat_cents,
   fees_cents, net_cents)
SELECT st.id, o.line_kind, t.id, -e.amount_cents, 0, 0, 0, -e.amount_cents
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
  JOIN ledger_transaction t ON t.id = e.transaction_id
  JOIN unnest(%s::text[], %s::text[]) AS o (kind, line_kind) ON o.kind = t.kind
  JOIN settlement_statement st ON st.shop_id = a.shop_id AND st.run_id = %s
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 WHERE c.id IS NULL
   AND NOT EXISTS (SELECT FROM ledger_transaction back
                    WHERE back.corrects_id = t.id AND back.kind = 'reserve_cancelled')
 ORDER BY e.id
"""
LINE_OF = {
    TransactionKind.ADJUSTMENT: StatementLineKind.ADJUSTMENT,
    TransactionKind.RESERVE_WITHHELD: StatementLineKind.RESERVE_WITHHELD,
    TransactionKind.RESERVE_RELEASED: StatementLineKind.RESERVE_RELEASED,
    TransactionKind.DEMAND: StatementLineKind.DEMAND,
    TransactionKind.DEMAND_WITHHELD: StatementLineKind.DEMAND,
    TransactionKind.DEMAND_CANCELLED: StatementLineKind.DEMAND,
}

CLAIMS = """
INSERT INTO settlement_claim (entry_id, statement_id)
SELECT e.id, st.id
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = %s
  JOIN settlement_statement st ON st.shop_id = a.shop_id AND st.run_id = %s
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 WHERE c.id IS NULL
"""

STATED = """
SELECT st.shop_id, coalesce(sum(l.net_cents), 0)::bigint
  FROM settlement_statement st LEFT JOIN settlement_statementline l ON l.statement_id = st.id
 WHERE st.run_id = %s GROUP BY st.shop_id
"""


def statements_draft(
    run: SettlementRun, *, now: datetime.datetime, shop_ids: Collection[int] | None = None
) -> int:
    """Write the statements, claims and payouts of a new run; return how many statements.

    ``shop_ids`` are the shops that the run takes; None is all.

    Works on one database snapshot (the caller's transaction is REPEATABLE READ). What the
    lines explain is asserted to be what the ledger holds, shop by shop, to the cent.
    """
    balances = _balances()
    if shop_ids is not None:
        balances = {key: value for key, value in balances.items() if key in shop_ids}
    shops = {shop.pk: shop for shop in Shop.objects.filter(pk__in=balances)}
    statements = Statement.objects.bulk_create(
        Statement(
            run=run,
            shop=shops[shop_id],
            number=f"{run.number}-{shops[shop_id].slug}",
            opening_cents=opening,
            net_cents=net,
            payable_cents=0,
            carried_cents=opening + net,
            carried_reason=CarriedReason.NEGATIVE,
        )
        for shop_id, (opening, net, entries) in sorted(balances.items())
        if entries or opening
    )
    with connection.cursor() as cursor:
        # What was released a moment ago is not counted yet: the planner would take it for nothing,
        # and compare each of a month's lines with each.
        cursor.execute("SET LOCAL enable_nestloop = off")
        shops_money = [AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE]
        named: dict[str, Any] = {
            "run": run.pk,
            "shops_money": shops_money,
            "fees": list(SHOP_FEES),
            "disputes": list(SHOP_DISPUTES),
            "dispute_fee": TransactionKind.DISPUTE_FEE,
        }
        cursor.execute(ITEMS, named)
        by_tender = [TransactionKind.CHARGE, TransactionKind.REFUND]
        cursor.execute(TENDERS, [run.pk, shops_money, by_tender])
        cursor.execute(DISPUTES, named)
        cursor.execute(
            RETURNED, [AccountKind.SHOP_AVAILABLE, TransactionKind.PAYOUT_RETURNED, run.pk]
        )
        cursor.execute(DUES, [AccountKind.SHOP_AVAILABLE, TransactionKind.DUES_WITHHELD, run.pk])
        cursor.execute(CHEQUES, [AccountKind.SHOP_AVAILABLE, list(SHOP_CHEQUES), run.pk])
        others = [[str(kind) for kind in LINE_OF], [str(kind) for kind in LINE_OF.values()]]
        cursor.execute(OTHERS, [AccountKind.SHOP_AVAILABLE, *others, run.pk])
        cursor.execute(CLAIMS, [AccountKind.SHOP_AVAILABLE, run.pk])
        cursor.execute(STATED, [run.pk])
        stated = dict(cursor.fetchall())
        cursor.execute("SET LOCAL enable_nestloop = on")
    office = Association.objects.get()
    with override("fr"):  # A statement is French, whoever asks for it.
        held = holds_of([statement.shop_id for statement in statements], now=now)
    for statement in statements:
        assert stated[statement.shop_id] == statement.net_cents, (
            f"{statement}: lines say {stated[statement.shop_id]}, ledger {statement.net_cents}"
        )
        _decide(statement, office, now, held=held.get(statement.shop_id, ()))
        statement.document = None  # kept by the database: a hundred of them fill the memory
    return len(statements)


def _balances() -> dict[int, tuple[int, int, int]]:
    """Return by shop: what earlier statements carry, what is new (owed is positive), how many."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [AccountKind.SHOP_AVAILABLE])
        return {
            shop_id: (-claimed, -free, entries)
            for shop_id, claimed, free, entries in cursor.fetchall()
        }


def _decide(
    statement: Statement, office: Association, now: datetime.datetime, *, held: tuple[Hold, ...]
) -> None:
    """Say what is paid and what is carried, make the payout, and freeze the document."""
    shop, run = statement.shop, statement.run
    account = _connected_account(shop) if run.rail == PayoutRail.CONNECT else ""
    has_account = bool(account if run.rail == PayoutRail.CONNECT else shop.iban and shop.bic)
    decision = decide_payout(
        statement.opening_cents + statement.net_cents,
        minimum_cents=office.minimum_payout_cents,
        has_account=has_account,
        held_by=held[0].reason if held else "",
        without_account=CarriedReason.MISSING_ACCOUNT
        if run.rail == PayoutRail.CONNECT
        else CarriedReason.MISSING_IBAN,
    )
    statement.payable_cents = decision.payable_cents
    statement.carried_cents = decision.carried_cents
    statement.carried_reason = decision.reason
    if decision.payable_cents:
        Payout.objects.create(
            statement=statement,
            run=run,
            shop=shop,
            amount_cents=decision.payable_cents,
            payee_name=(shop.legal_name or shop.name)[:160],
            iban="" if account else shop.iban,
            bic="" if account else shop.bic,
            connected_account=account,
            end_to_end_id=f"{run.number}-{shop.pk}",
        )
    texts = tuple(each.text for each in held) if decision.carried_cents > 0 else ()
    statement.document = statement_document(statement, office, now=now, holds=texts)
    statement.save()


def _connected_account(shop: Shop) -> str:
    """Return the shop's account at the provider when it may receive money, or nothing."""
    ready = ConnectedAccount.objects.filter(shop=shop, ready=True)
    return ready.values_list("account_id", flat=True).first() or ""
