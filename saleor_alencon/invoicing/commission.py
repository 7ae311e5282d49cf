"""The invoice of a statement's commission: its lines, its period, its words."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from saleor_alencon.outputs.invoice import Corrected, InvoiceDocument, InvoiceKind, InvoiceLine
from saleor_alencon.outputs.statement import Party, StatementDocument
from saleor_alencon.settlement.documents import party_of
from saleor_alencon.settlement.models import (
    Statement,
    StatementItem,
    StatementLine,
    StatementLineKind,
)

COMMISSION = "Commission sur ventes"
CHEQUE_FEES = "Frais sur chèques cadeaux encaissés en boutique"
FRANCHISE = "TVA non applicable, art. 293 B du CGI"
"""What an association below the threshold of VAT must write."""


@dataclass(frozen=True)
class CommissionRow:
    """The commission of a statement at one VAT rate, in cents, over ``count`` order lines.

    Or, by its ``label``, the fee of so many gift cheques taken at the counter.
    """

    vat_rate_bps: int
    commission_cents: int
    vat_cents: int
    count: int
    label: str = COMMISSION


def commission_rows(statement: Statement) -> list[CommissionRow]:
    """Return what a statement took (or gave back: negative), by the VAT rate, highest first."""
    rows = (
        StatementItem.objects.filter(line__statement=statement)
        .values(rate=F("order_line__commission_vat_rate_bps"))
        .annotate(
            commission=Sum("commission_cents"),
            vat=Sum("commission_vat_cents"),
            count=Count("pk"),
        )
        .order_by("-rate")
    )
    cheques = (
        StatementLine.objects.filter(statement=statement, kind=StatementLineKind.CHEQUE)
        .values(rate=F("cheque_movement__fee_vat_rate_bps"))
        .annotate(
            commission=Sum("commission_cents"),
            vat=Sum("commission_vat_cents"),
            count=Count("pk", filter=~Q(commission_cents=0)),
        )
        .order_by("-rate")
    )
    return [
        CommissionRow(row["rate"], int(row["commission"]), int(row["vat"]), row["count"], label)
        for label, found in ((COMMISSION, rows), (CHEQUE_FEES, cheques))
        for row in found
        if row["commission"] or row["vat"]
    ]


def commission_document(
    statement: Statement,
    rows: Sequence[CommissionRow],
    *,
    seller: Party,
    kind: InvoiceKind,
    number: str,
    issued_on: datetime.date,
    corrects: tuple[Corrected, ...],
) -> InvoiceDocument:
    """Return the invoice, or the credit note, whose amounts are then what is given back.

    The period is that of the statement's operations.

    :raises InvoiceError: when a mention that the law asks for is missing.
    """
    stated = StatementDocument.from_json(json.dumps(statement.document))
    days = [line.occurred_on for line in stated.lines if line.items or line.kind == "cheque"]
    sign = -1 if kind == "credit_note" else 1
    return InvoiceDocument(
        kind=kind,
        number=number,
        issued_on=issued_on,
        seller=seller,
        buyer=party_of(statement.shop),
        lines=tuple(
            InvoiceLine(
                label=row.label,
                detail=f"Relevé {statement.number}, lignes : {row.count}",
                net_cents=sign * row.commission_cents,
                vat_rate_bps=row.vat_rate_bps,
                vat_cents=sign * row.vat_cents,
                exemption="" if row.vat_rate_bps else FRANCHISE,
                roundings=row.count,
            )
            for row in rows
        ),
        payment="offset",
        reference=statement.number,
        period_start=min(days),
        period_end=max(days),
        due_on=issued_on,
        corrects=corrects,
    )
