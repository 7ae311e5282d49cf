"""Statements as documents: built once from the database, then only rendered."""

import datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

from saleor_alencon.outputs.statement import (
    Party,
    StatementDocument,
    StatementItem,
    StatementLine,
)
from saleor_alencon.outputs.statement_csv import render_statement_csv
from saleor_alencon.outputs.statement_pdf import render_statement_pdf
from saleor_alencon.settlement.models import Statement, StatementLineKind
from saleor_alencon.settlement.models import StatementLine as LineRow
from saleor_alencon.shops.models import Association, Shop

PARIS = ZoneInfo("Europe/Paris")


def statement_document(statement: Statement, office: Association, *, now: datetime.datetime) -> Any:
    """Return the JSON of a statement, from its lines as they stand."""
    lines = tuple(
        _line(row)
        for row in statement.lines.select_related("shop_order__order", "payout")
        .prefetch_related("items__order_line")
        .order_by("id")
    )
    document = StatementDocument(
        number=statement.number,
        run_number=statement.run.number,
        issued_on=now.astimezone(PARIS).date(),
        cutoff=statement.run.cutoff,
        issuer=_party(office, ""),
        shop=_party(statement.shop, statement.shop.vat_number),
        lines=lines,
        opening_cents=statement.opening_cents,
        net_cents=statement.net_cents,
        payable_cents=statement.payable_cents,
        carried_cents=statement.carried_cents,
        carried_reason=statement.carried_reason,  # type: ignore[arg-type]
        minimum_cents=office.minimum_payout_cents,
        iban=statement.shop.iban if statement.shop.bic else "",
        execution_date=None,
        commission_vat_rate_bps=office.commission_vat_rate_bps,
    )
    return json.loads(document.to_json())


def _party(row: Association | Shop, vat_number: str) -> Party:
    return Party(
        name=row.name,
        legal_name=row.legal_name,
        siret=row.siret,
        address_lines=tuple(
            filter(None, (row.address_line, f"{row.postal_code} {row.city}".strip()))
        ),
        vat_number=vat_number or row.vat_number,
        email=row.email,
    )


def _line(row: LineRow) -> StatementLine:
    if row.kind == StatementLineKind.PAYOUT_RETURNED:
        payout = row.payout
        assert payout is not None
        assert payout.returned_at is not None
        return StatementLine(
            occurred_on=payout.returned_at.astimezone(PARIS).date(),
            kind="payout_returned",
            order_number="",
            label=f"Virement {payout.end_to_end_id} retourné : {payout.return_reason}",
            gross_cents=row.gross_cents,
            commission_cents=0,
            commission_vat_cents=0,
            fees_cents=0,
            net_cents=row.net_cents,
            items=(),
            tenders=(),
        )
    shop_order = row.shop_order
    assert shop_order is not None
    order = shop_order.order
    sale = row.kind == StatementLineKind.SALE
    kind = "sale" if sale else "refund" if row.gross_cents < 0 else "correction"
    return StatementLine(
        occurred_on=order.created_at.astimezone(PARIS).date(),
        kind=kind,  # type: ignore[arg-type]
        order_number=order.number,
        label=f"Commande n° {order.number}" if sale else f"Correction, commande n° {order.number}",
        gross_cents=row.gross_cents,
        commission_cents=row.commission_cents,
        commission_vat_cents=row.commission_vat_cents,
        fees_cents=row.fees_cents,
        net_cents=row.net_cents,
        items=tuple(
            StatementItem(
                label=item.order_line.name,
                sku=item.order_line.sku,
                quantity=item.order_line.quantity,
                vat_rate_bps=item.order_line.vat_rate_bps,
                gross_cents=item.gross_cents,
                commission_rate_bps=shop_order.commission_rate_bps,
                commission_cents=item.commission_cents,
                commission_vat_cents=item.commission_vat_cents,
            )
            for item in row.items.all()
        ),
        tenders=(),
    )


def _frozen(statement: Statement) -> StatementDocument:
    return StatementDocument.from_json(json.dumps(statement.document))


def statement_pdf(statement: Statement) -> bytes:
    """Render the statement that was frozen with its run, as PDF."""
    return render_statement_pdf(_frozen(statement))


def statement_csv(statement: Statement) -> bytes:
    """Render the statement that was frozen with its run, as CSV."""
    return render_statement_csv(_frozen(statement))
