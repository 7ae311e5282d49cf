"""Issuing invoices and credit notes: for each statement's commission, and for dues."""

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from saleor_alencon.accounts.models import User
from saleor_alencon.dues.models import DuesBill
from saleor_alencon.dues.services import bill_cancel, bill_create, shops_to_bill
from saleor_alencon.errors import AlenconError
from saleor_alencon.invoicing.commission import (
    FRANCHISE,
    commission_document,
    commission_rows,
)
from saleor_alencon.invoicing.models import Invoice, InvoiceKind
from saleor_alencon.invoicing.notices import dues_tell, dues_untell
from saleor_alencon.messaging.attachments import Attachment
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.invoice import (
    Corrected,
    InvoiceDocument,
    InvoiceLine,
)
from saleor_alencon.outputs.invoice import InvoiceKind as Kind
from saleor_alencon.outputs.invoice_pdf import render_invoice_pdf
from saleor_alencon.settlement.documents import party_of
from saleor_alencon.settlement.models import (
    RunState,
    Statement,
    StatementItem,
    StatementLine,
    StatementLineKind,
)
from saleor_alencon.shops.models import Association, Shop

LETTERS: dict[Kind, str] = {"invoice": "F", "credit_note": "A"}
DUES_EXEMPTION = "Cotisation exonérée de TVA, art. 261, 4, 9° du CGI"
"""A contribution to a non-profit body that defends its members' interests."""


class InvoicingError(AlenconError):
    """Raised when an invoice cannot be issued; the message says why and what to do."""


@dataclass(frozen=True)
class Issued:
    """What was issued, and what could not be, each with the reason and its cure."""

    invoices: tuple[Invoice, ...]
    problems: tuple[str, ...]


def statements_to_invoice() -> QuerySet[Statement]:
    """Return the statements of approved runs whose commission is not invoiced yet.

    One whose sales take what its refunds give back, at each rate of VAT, has nothing to invoice.
    """
    taken = _taken_by_rate(
        StatementItem.objects.filter(line__statement=OuterRef("pk")),
        "order_line__commission_vat_rate_bps",
    )
    fees = _taken_by_rate(
        StatementLine.objects.filter(statement=OuterRef("pk"), kind=StatementLineKind.CHEQUE),
        "cheque_movement__fee_vat_rate_bps",
    )
    approved = Q(run__state__in=[RunState.APPROVED, RunState.EXECUTED])
    return Statement.objects.filter(approved, Exists(taken) | Exists(fees), invoice=None)


def _taken_by_rate(rows: QuerySet[Any], rate: str) -> QuerySet[Any]:
    return (
        rows.order_by()
        .values(rate)
        .annotate(commission=Sum("commission_cents"), vat=Sum("commission_vat_cents"))
        .exclude(commission=0, vat=0)
    )


def commission_invoices_issue(*, now: datetime.datetime) -> Issued:
    """Invoice the commission of every approved statement once, each in a transaction of its own.

    A commission that the shop got back on the whole makes a credit note. A statement that cannot
    be invoiced is named with the reason, and stands in the way of no other.
    """
    invoices, problems = [], []
    waiting = statements_to_invoice().select_related("shop", "run").order_by("run_id", "id")
    for statement in waiting:
        try:
            with transaction.atomic():
                # Whoever issues at the same time waits here, then finds it done.
                Statement.objects.select_for_update().get(pk=statement.pk)
                if Invoice.objects.filter(statement=statement).exists():
                    continue
                invoices.append(_commission_invoice(statement, now))
        except InvoicingError as error:
            problems.append(f"{statement} : {error}")
    return Issued(tuple(invoices), tuple(problems))


def dues_call(*, year: int, billed_by: User, now: datetime.datetime) -> Issued:
    """Call the dues of a year from every member that was not asked yet, with an invoice each.

    :raises DuesError: when no amount was set for the year.
    """
    invoices, problems = [], []
    for shop in shops_to_bill(year):
        try:
            invoices.append(dues_bill_issue(shop_id=shop.pk, year=year, billed_by=billed_by,
                                            now=now))  # fmt: skip
        except InvoicingError as error:
            problems.append(f"{shop} : {error}")
    return Issued(tuple(invoices), tuple(problems))


def dues_bill_issue(*, shop_id: int, year: int, billed_by: User, now: datetime.datetime) -> Invoice:
    """Call the dues of one member, with its invoice: both or none.

    :raises DuesError: when no amount was set for the year, or it was asked before.
    :raises InvoicingError: when a mention that the law asks for is missing.
    """
    with transaction.atomic():
        shop = Shop.objects.select_for_update().get(pk=shop_id)
        bill = bill_create(shop=shop, year=year, billed_by=billed_by, now=now)
        office = Association.objects.get()
        _mentions_check(office, vat=bool(bill.surcharge_vat_cents))
        lines = [InvoiceLine(f"Cotisation {year}", "", bill.base_cents, 0, 0, DUES_EXEMPTION)]
        if bill.surcharge_cents:
            rate = bill.surcharge_vat_rate_bps
            lines.append(
                InvoiceLine(
                    f"Supplément {year}, vente en ligne", "", bill.surcharge_cents, rate,
                    bill.surcharge_vat_cents, "" if rate else FRANCHISE,
                )
            )  # fmt: skip
        issued_on = now.astimezone(TOWN_TIME).date()
        kind: Kind = "invoice"
        document = InvoiceDocument(
            kind=kind,
            number=_next_number(kind, issued_on),
            issued_on=issued_on,
            seller=party_of(office),
            buyer=party_of(shop),
            lines=tuple(line for line in lines if line.net_cents),
            payment="transfer",
            reference=str(year),
            period_start=datetime.date(year, 1, 1),
            period_end=datetime.date(year, 12, 31),
            due_on=bill.due_on,
            iban=office.iban,
            bic=office.bic,
        )
        invoice = _store(document, shop, dues_bill=bill)
        dues_tell(invoice, bill, office, now=now)
        return invoice


def dues_bill_cancel(
    *, bill_id: int, cancelled_by: User, reason: str, now: datetime.datetime
) -> Invoice:
    """Take a call for dues back, with a credit note of its invoice: both or none.

    :raises DuesError: when something was paid, it is cancelled already, or no reason is given.
    """
    with transaction.atomic():
        bill = bill_cancel(bill_id=bill_id, cancelled_by=cancelled_by, reason=reason, now=now)
        dues_untell(bill, now=now)
        invoice = bill.invoices.get(kind=InvoiceKind.INVOICE)
        was = document_of(invoice)
        issued_on = now.astimezone(TOWN_TIME).date()
        kind: Kind = "credit_note"
        document = InvoiceDocument(
            kind=kind,
            number=_next_number(kind, issued_on),
            issued_on=issued_on,
            seller=was.seller,
            buyer=party_of(bill.shop),
            lines=was.lines,
            payment="transfer",
            reference=was.reference,
            period_start=was.period_start,
            period_end=was.period_end,
            due_on=issued_on,
            corrects=(Corrected(was.number, was.issued_on),),
            reason=bill.cancel_reason,
        )
        return _store(document, bill.shop, dues_bill=bill)


def document_of(invoice: Invoice) -> InvoiceDocument:
    """Return what an invoice says, as it was frozen when it was issued."""
    return InvoiceDocument.from_json(json.dumps(invoice.document))


def invoice_file(invoice: Invoice) -> bytes:
    """Return the Factur-X file of an invoice: made at the first call, the same ever after."""
    if invoice.file is None:
        made = render_invoice_pdf(document_of(invoice))
        Invoice.objects.filter(pk=invoice.pk, file=None).update(file=made)
        invoice.refresh_from_db(fields=["file"])
    assert invoice.file is not None
    return bytes(invoice.file)


def dues_files(facts: dict[str, Any]) -> list[Attachment]:
    """Return the invoice of a call for dues, to go with its message."""
    invoice = Invoice.objects.get(pk=facts["invoice_id"])
    return [Attachment(f"{invoice.number}.pdf", invoice_file(invoice), "application/pdf")]


def _commission_invoice(statement: Statement, now: datetime.datetime) -> Invoice:
    issued_on = now.astimezone(TOWN_TIME).date()
    rows = commission_rows(statement)
    office = Association.objects.get()
    _mentions_check(office, vat=any(row.vat_rate_bps for row in rows))
    given_back = sum(row.commission_cents + row.vat_cents for row in rows) < 0
    kind: Kind = "credit_note" if given_back else "invoice"
    document = commission_document(
        statement,
        rows,
        seller=party_of(office),
        kind=kind,
        number=_next_number(kind, issued_on),
        issued_on=issued_on,
        corrects=_invoices_corrected(statement) if given_back else (),
    )
    return _store(document, statement.shop, statement=statement)


def _invoices_corrected(statement: Statement) -> tuple[Corrected, ...]:
    """Return the invoices of the earlier statements that have the same sales."""
    sales = StatementLine.objects.filter(statement=statement, shop_order__isnull=False)
    cheques = StatementLine.objects.filter(
        statement=statement, cheque_movement__corrects__isnull=False
    )
    invoices = (
        Invoice.objects.filter(kind=InvoiceKind.INVOICE)
        .filter(
            Q(statement__lines__shop_order__in=sales.values("shop_order"))
            | Q(
                statement__lines__cheque_movement__in=cheques.values("cheque_movement__corrects"),
            )
        )
        .exclude(statement=statement)
        .distinct()
        .order_by("issued_on", "id")
    )
    return tuple(Corrected(invoice.number, invoice.issued_on) for invoice in invoices)


def _next_number(kind: Kind, issued_on: datetime.date) -> str:
    """Return the next number of the year. Who asks holds the series until it commits.

    :raises InvoicingError: for a day before the one of the series' last document.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"invoice {kind}"])
    series = Invoice.objects.filter(kind=kind, year=issued_on.year)
    last = series.aggregate(sequence=Max("sequence"), day=Max("issued_on"))
    if last["day"] and last["day"] > issued_on:
        raise InvoicingError(
            _("La dernière pièce est du %(day)s : réglez l'horloge du serveur.")
            % {"day": last["day"]}
        )
    return f"{LETTERS[kind]}{issued_on.year}-{(last['sequence'] or 0) + 1:05d}"


def _store(
    document: InvoiceDocument,
    shop: Shop,
    *,
    statement: Statement | None = None,
    dues_bill: DuesBill | None = None,
) -> Invoice:
    return Invoice.objects.create(
        kind=document.kind,
        year=document.issued_on.year,
        sequence=int(document.number.rpartition("-")[2]),
        number=document.number,
        issued_on=document.issued_on,
        shop=shop,
        statement=statement,
        dues_bill=dues_bill,
        net_cents=document.net_cents,
        vat_cents=document.vat_cents,
        total_cents=document.total_cents,
        document=json.loads(document.to_json()),
    )


def _mentions_check(office: Association, *, vat: bool) -> None:
    """Refuse to invoice without what the law asks of the seller."""
    if not office.siret:
        raise InvoicingError(_("Le SIRET de l'association manque : complétez sa fiche."))
    if vat and not office.vat_number:
        raise InvoicingError(
            _(
                "Le numéro de TVA de l'association manque : complétez sa fiche, ou mettez la TVA "
                "sur commission à 0 si elle est en franchise."
            )
        )
