"""Statements as documents: built once from the database, then only rendered."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from saleor_alencon.domain.order_books import PositionKind, TenderKind
from saleor_alencon.domain.shop_orders import DeliveryChoice
from saleor_alencon.ledger.models import (
    SHOP_DISPUTES,
    SHOP_FEES,
    Transaction,
    TransactionKind,
)
from saleor_alencon.orders.models import ShopOrder
from saleor_alencon.outputs.french_text import TOWN_TIME, rate_text
from saleor_alencon.outputs.statement import (
    LineKind,
    Party,
    PaymentStatus,
    StatementDocument,
    StatementItem,
    StatementLine,
    StatementPayment,
    TenderPart,
)
from saleor_alencon.outputs.statement_csv import render_statement_csv
from saleor_alencon.outputs.statement_pdf import render_statement_pdf
from saleor_alencon.outputs.statement_xlsx import render_statement_xlsx
from saleor_alencon.settlement.models import Payout, PayoutState, Statement, StatementLineKind
from saleor_alencon.settlement.models import StatementItem as ItemRow
from saleor_alencon.settlement.models import StatementLine as LineRow
from saleor_alencon.shops.models import Association, PayoutRail, Shop, vat_rate_at

# In French whatever the language of the page: documents are stored, and read years later.
TENDER_LABELS = {
    TenderKind.CARD: "Carte bancaire",
    TenderKind.GIFT_CHEQUE: "Chèque cadeau",
    TenderKind.OTHER: "Autre moyen de paiement",
}
DELIVERY_LABELS = {
    DeliveryChoice.COLLECT: "retrait en boutique",
    DeliveryChoice.HOME: "livraison à domicile",
    DeliveryChoice.NONE: "",
}


def statement_document(
    statement: Statement,
    office: Association,
    *,
    now: datetime.datetime,
    holds: tuple[str, ...] = (),
) -> Any:
    """Return the JSON of a statement, from its lines as they stand.

    ``holds`` are the sentences of the rules that hold the shop's money back.
    """
    lines = tuple(
        _line(row)
        for row in statement.lines.select_related(
            "shop_order__order",
            "payout",
            "dues_payment__bill",
            "cheque_movement__cheque",
            "transaction__order",
        )
        .prefetch_related("items__order_line", "tenders__tender")
        .order_by("id")
    )
    document = StatementDocument(
        number=statement.number,
        run_number=statement.run.number,
        issued_on=now.astimezone(TOWN_TIME).date(),
        cutoff=statement.run.cutoff,
        issuer=party_of(office),
        shop=party_of(statement.shop),
        lines=lines,
        opening_cents=statement.opening_cents,
        net_cents=statement.net_cents,
        payable_cents=statement.payable_cents,
        carried_cents=statement.carried_cents,
        carried_reason=statement.carried_reason,  # type: ignore[arg-type]
        holds=holds,
        minimum_cents=office.minimum_payout_cents,
        iban=_account(statement),
        commission_vat_rate_bps=vat_rate_at(now.astimezone(TOWN_TIME).date()),
    )
    return json.loads(document.to_json())


def _account(statement: Statement) -> str:
    """Return the bank account that the run pays to: with Connect it is the provider that knows."""
    shop = statement.shop
    return shop.iban if statement.run.rail == PayoutRail.SEPA and shop.bic else ""


def party_of(row: Association | Shop) -> Party:
    """Return who is named on a document."""
    return Party(
        name=row.name,
        legal_name=row.legal_name or row.name,
        siret=row.siret,
        address_lines=tuple(
            filter(None, (row.address_line, f"{row.postal_code} {row.city}".strip()))
        ),
        vat_number=row.vat_number,
        email=row.email,
    )


def _line(row: LineRow) -> StatementLine:
    if row.kind == StatementLineKind.PAYOUT_RETURNED:
        return _returned_payout_line(row)
    if row.kind == StatementLineKind.DUES:
        return _dues_line(row)
    if row.kind == StatementLineKind.CHEQUE:
        return _cheque_line(row)
    if row.transaction is not None:
        return _correction_line(row, row.transaction)
    shop_order = row.shop_order
    assert shop_order is not None
    order = shop_order.order
    if row.kind == StatementLineKind.DISPUTE:
        return _dispute_line(row, shop_order)
    kind: LineKind
    if row.kind == StatementLineKind.SALE:
        kind, occurred_at = "sale", order.created_at
        label = DELIVERY_LABELS[DeliveryChoice(order.delivery_choice)]
    else:
        kind = "refund" if row.gross_cents < 0 else "correction"
        occurred_at = _last_change(shop_order)
        sales = shop_order.statement_lines.exclude(kind=StatementLineKind.DISPUTE)
        sold = sales.select_related("statement").order_by("id")[0]
        label = f"vente du relevé {sold.statement.number}"
        if not row.gross_cents and not row.commission_cents:
            label = f"frais du prestataire de paiement, {label}"
    return StatementLine(
        occurred_on=occurred_at.astimezone(TOWN_TIME).date(),
        kind=kind,
        order_number=order.number,
        label=label,
        gross_cents=row.gross_cents,
        commission_cents=row.commission_cents,
        commission_vat_cents=row.commission_vat_cents,
        fees_cents=row.fees_cents,
        net_cents=row.net_cents,
        items=tuple(
            StatementItem(
                label=item.order_line.name,
                sku=item.order_line.sku,
                quantity=_pieces(item, sale=kind == "sale"),
                vat_rate_bps=item.order_line.vat_rate_bps,
                gross_cents=item.gross_cents,
                commission_rate_bps=item.order_line.commission_rate_bps,
                commission_cents=item.commission_cents,
                commission_vat_cents=item.commission_vat_cents,
                vat_cents=item.vat_cents,
                commission_rule=item.order_line.commission_rule_name,
                commission_fixed_cents=item.order_line.commission_fixed_cents,
                commission_minimum_cents=item.order_line.commission_minimum_cents,
                commission_maximum_cents=item.order_line.commission_maximum_cents,
                commission_vat_rate_bps=item.order_line.commission_vat_rate_bps,
            )
            for item in row.items.all()
        ),
        tenders=_tenders(row),
    )


def _returned_payout_line(row: LineRow) -> StatementLine:
    payout = row.payout
    assert payout is not None
    assert payout.returned_at is not None
    return StatementLine(
        occurred_on=payout.returned_at.astimezone(TOWN_TIME).date(),
        kind="payout_returned",
        order_number="",
        label=f"{payout.end_to_end_id} : {payout.return_reason}",
        gross_cents=row.gross_cents,
        commission_cents=0,
        commission_vat_cents=0,
        fees_cents=0,
        net_cents=row.net_cents,
    )


def _dues_line(row: LineRow) -> StatementLine:
    payment = row.dues_payment
    assert payment is not None
    return StatementLine(
        occurred_on=payment.paid_on,
        kind="dues",
        order_number="",
        label=f"{payment.bill.year}, retenue avec votre accord",
        gross_cents=row.gross_cents,
        commission_cents=0,
        commission_vat_cents=0,
        fees_cents=0,
        net_cents=row.net_cents,
    )


def _cheque_line(row: LineRow) -> StatementLine:
    movement = row.cheque_movement
    assert movement is not None
    assert movement.done_at is not None
    taken = "pris en boutique" if row.gross_cents > 0 else "rendu au client"
    parts = [f"n° {movement.cheque.serial}, {taken}", movement.reason]
    if movement.fee_cents:
        parts.append(f"frais de {rate_text(movement.fee_rate_bps)}")
    return StatementLine(
        occurred_on=movement.done_at.astimezone(TOWN_TIME).date(),
        kind="cheque",
        order_number="",
        label=", ".join(filter(None, parts)),
        gross_cents=row.gross_cents,
        commission_cents=row.commission_cents,
        commission_vat_cents=row.commission_vat_cents,
        fees_cents=0,
        net_cents=row.net_cents,
        tenders=(TenderPart(TENDER_LABELS[TenderKind.GIFT_CHEQUE], row.gross_cents),),
    )


def _correction_line(row: LineRow, posted: Transaction) -> StatementLine:
    """Return the line of a correction, a reserve or a demand, whose reason says what it is."""
    return StatementLine(
        occurred_on=posted.occurred_at.astimezone(TOWN_TIME).date(),
        kind=row.kind,  # type: ignore[arg-type]
        order_number=posted.order.number if posted.order else "",
        label=posted.reason,
        gross_cents=row.gross_cents,
        commission_cents=0,
        commission_vat_cents=0,
        fees_cents=0,
        net_cents=row.net_cents,
    )


def _dispute_line(row: LineRow, shop_order: ShopOrder) -> StatementLine:
    kinds = [*SHOP_DISPUTES, TransactionKind.DISPUTE_FEE]
    label = "paiement contesté par le client, retenu"
    if row.gross_cents > 0:
        won = Transaction.objects.filter(
            entries__shop_order=shop_order, kind=TransactionKind.DISPUTE_WON
        )
        # Else it was first taken for a larger part: a refund became known later than the dispute.
        label = "litige gagné, somme rendue" if won.exists() else "litige, part corrigée"
    elif not row.gross_cents:
        label = "frais du prestataire de paiement"
    return StatementLine(
        occurred_on=_last_change(shop_order, kinds).astimezone(TOWN_TIME).date(),
        kind="dispute",
        order_number=shop_order.order.number,
        label=label,
        gross_cents=row.gross_cents,
        commission_cents=0,
        commission_vat_cents=0,
        fees_cents=row.fees_cents,
        net_cents=row.net_cents,
    )


def _last_change(
    shop_order: ShopOrder, kinds: Sequence[str] = (*PositionKind, *SHOP_FEES)
) -> datetime.datetime:
    """Return when what the ledger says of the shop order last changed, in Saleor or by a fee."""
    changes = Transaction.objects.filter(entries__shop_order=shop_order, kind__in=kinds)
    latest: datetime.datetime = changes.aggregate(latest=Max("occurred_at"))["latest"]
    return latest


def _pieces(item: ItemRow, *, sale: bool) -> int:
    """Return the pieces that an item's amount stands for.

    When the amount is no whole number of pieces: all of them in a sale, none in a correction.
    """
    line = item.order_line
    if line.gross_cents:
        pieces, rest = divmod(abs(item.gross_cents) * line.quantity, line.gross_cents)
        if not rest:
            return pieces if item.gross_cents > 0 else -pieces
    return line.quantity if sale else 0


def _tenders(row: LineRow) -> tuple[TenderPart, ...]:
    """Return what each means of payment paid of the line; cheques of one line count together."""
    cents: dict[str, int] = {}
    for part in row.tenders.all():
        label = TENDER_LABELS[TenderKind(part.tender.kind)]
        cents[label] = cents.get(label, 0) + part.amount_cents
    return tuple(TenderPart(label, amount) for label, amount in sorted(cents.items()) if amount)


def _frozen(statement: Statement) -> StatementDocument:
    return StatementDocument.from_json(json.dumps(statement.document))


def _payment(statement: Statement) -> StatementPayment | None:
    """Return what became of the statement's payout, once its run is approved."""
    payout = Payout.objects.select_related("run").filter(statement=statement).first()
    if payout is None or payout.state == PayoutState.DRAFT:
        return None
    reference, run = payout.end_to_end_id, payout.run
    if payout.state in (PayoutState.RETURNED, PayoutState.FAILED):
        assert payout.returned_at is not None
        day = payout.returned_at.astimezone(TOWN_TIME).date()
        status: PaymentStatus = "refused" if payout.state == PayoutState.FAILED else "returned"
        return StatementPayment(status, reference, day, payout.return_reason)
    if payout.state == PayoutState.EXECUTED:
        executed_at = payout.executed_at or run.executed_at
        assert executed_at is not None
        return StatementPayment("executed", reference, executed_at.astimezone(TOWN_TIME).date())
    assert run.execution_date is not None
    return StatementPayment("ordered", reference, run.execution_date)


def statement_pdf(statement: Statement) -> bytes:
    """Render the statement as it was frozen with its run, and what became of its payment."""
    return render_statement_pdf(_frozen(statement), _payment(statement))


def statement_pdf_as_approved(statement: Statement) -> bytes:
    """Render the statement with its payment as it was ordered by the approval."""
    payout = Payout.objects.select_related("run").filter(statement=statement).first()
    payment = None
    if payout is not None and payout.run.execution_date is not None:
        payment = StatementPayment("ordered", payout.end_to_end_id, payout.run.execution_date)
    return render_statement_pdf(_frozen(statement), payment)


def statement_csv(statement: Statement) -> bytes:
    """Render the statement as it was frozen with its run, as CSV."""
    return render_statement_csv(_frozen(statement))


def statement_xlsx(statement: Statement) -> bytes:
    """Render the statement as it was frozen with its run, as a workbook."""
    return render_statement_xlsx(_frozen(statement))
