"""Statements that the tests build; names come from the demonstration shops."""

from dataclasses import replace
from datetime import UTC, date, datetime

from saleor_alencon.domain.money import share_of
from saleor_alencon.outputs.statement import (
    LineKind,
    Party,
    StatementDocument,
    StatementItem,
    StatementLine,
    TenderPart,
)

OFFICE = Party(
    name="Acheter à Alençon",
    legal_name="Office du commerce d'Alençon (démonstration)",
    siret="90000000000014",
    address_lines=("1 place Foch", "61000 Alençon"),
    vat_number="FR00900000000",
    email="office@alencon.example",
)
SHOP = Party(
    name="Librairie des Halles",
    legal_name="Librairie des Halles (démonstration)",
    siret="90797728400013",
    address_lines=("86 Grande Rue", "61000 Alençon"),
    email="librairie-des-halles@alencon.example",
)
IBAN = "FR7630002000009097150717606"
VAT_BPS = 2000


def item(
    gross_cents: int,
    label: str = "Le Perche à pied",
    sku: str = "LIV-00421",
    quantity: int = 1,
    vat_rate_bps: int | None = 550,
    commission_rate_bps: int = 800,
) -> StatementItem:
    """Return an item with the commission and VAT that the plain rule gives."""
    commission_cents = share_of(gross_cents, commission_rate_bps)
    vat_cents = (
        None
        if vat_rate_bps is None
        else gross_cents - share_of_inclusive(gross_cents, vat_rate_bps)
    )
    return StatementItem(
        label=label,
        sku=sku,
        quantity=quantity,
        vat_rate_bps=vat_rate_bps,
        gross_cents=gross_cents,
        commission_rate_bps=commission_rate_bps,
        commission_cents=commission_cents,
        commission_vat_cents=share_of(commission_cents, VAT_BPS),
        vat_cents=vat_cents,
        commission_rule="Livres" if commission_rate_bps else "",
        commission_vat_rate_bps=VAT_BPS,
    )


def share_of_inclusive(gross_cents: int, rate_bps: int) -> int:
    """Return the amount without VAT contained in `gross_cents`, halves away from zero."""
    divisor = 10_000 + rate_bps
    quotient = (2 * abs(gross_cents) * 10_000 + divisor) // (2 * divisor)
    return quotient if gross_cents >= 0 else -quotient


def line(
    *items: StatementItem,
    kind: LineKind = "sale",
    order_number: str = "1042",
    label: str = "",
    occurred_on: date = date(2026, 9, 12),
    fees_cents: int = 0,
    gift_cheque_cents: int = 0,
) -> StatementLine:
    """Return a line that sums its items, paid by card and, for a part, by gift cheque."""
    gross = sum(i.gross_cents for i in items)
    commission = sum(i.commission_cents for i in items)
    vat = sum(i.commission_vat_cents for i in items)
    tenders = [TenderPart("Carte bancaire", gross - gift_cheque_cents)]
    if gift_cheque_cents:
        tenders.append(TenderPart("Chèque cadeau", gift_cheque_cents))
    return StatementLine(
        occurred_on=occurred_on,
        kind=kind,
        order_number=order_number,
        label=label,
        gross_cents=gross,
        commission_cents=commission,
        commission_vat_cents=vat,
        fees_cents=fees_cents,
        net_cents=gross - commission - vat - fees_cents,
        items=items,
        tenders=tuple(tenders),
    )


def bare_line(kind: LineKind, gross_cents: int, label: str) -> StatementLine:
    """Return a line without items, tenders or commission."""
    return StatementLine(
        date(2026, 9, 20), kind, "", label, gross_cents, 0, 0, 0, gross_cents, (), ()
    )


def document(
    *lines: StatementLine, opening_cents: int = 0, minimum_cents: int = 1000, iban: str = IBAN
) -> StatementDocument:
    """Return a statement whose outcome follows from its lines, as the settlement decides it."""
    net = sum(entry.net_cents for entry in lines)
    balance = opening_cents + net
    reason = ""
    if balance < 0:
        reason = "negative"
    elif 0 < balance < minimum_cents:
        reason = "below_minimum"
    elif balance > 0 and not iban:
        reason = "missing_iban"
    return StatementDocument(
        number="R-2026-09-001",
        run_number="2026-09",
        issued_on=date(2026, 10, 1),
        cutoff=datetime(2026, 9, 30, 21, 59, tzinfo=UTC),
        issuer=OFFICE,
        shop=SHOP,
        lines=lines,
        opening_cents=opening_cents,
        net_cents=net,
        payable_cents=0 if reason else balance,
        carried_cents=balance if reason else 0,
        carried_reason=reason,  # type: ignore[arg-type]
        minimum_cents=minimum_cents,
        iban=iban,
        commission_vat_rate_bps=VAT_BPS,
    )


def typical_document() -> StatementDocument:
    """Return a month of a bookshop: sales, a refund, a correction, two rates, two tenders."""
    sales = [
        line(
            item(2490, "Le Perche à pied, 32 randonnées", "LIV-00421"),
            item(3980, "Atlas des dentelles de Normandie", "LIV-01007", quantity=2),
            order_number="1042",
            label="retrait en boutique",
            gift_cheque_cents=2000,
        ),
        line(
            item(1250, "Carnet ligné, couverture bleue", "PAP-0310", vat_rate_bps=2000),
            order_number="1047",
            label="retrait en boutique",
            occurred_on=date(2026, 9, 14),
        ),
        line(
            item(112000, "Encyclopédie en douze volumes", "LIV-00012"),
            item(450, "Livraison", "", vat_rate_bps=2000, commission_rate_bps=0),
            order_number="1055",
            label="livraison",
            occurred_on=date(2026, 9, 18),
        ),
    ]
    refund = line(
        item(-3980, "Atlas des dentelles de Normandie", "LIV-01007", quantity=-2),
        kind="refund",
        order_number="1042",
        label="article rendu",
        occurred_on=date(2026, 9, 21),
    )
    correction = bare_line("correction", -150, "écart de caisse constaté")
    return document(*sales, refund, correction, opening_cents=-1234)


def hostile_document() -> StatementDocument:
    """Return labels that try to be markup, formulas, other scripts, or endless words."""
    labels = [
        '#panic("x") *gras* _it_ $x^2$ `code` <label> @ref = titre \\ // /* */',
        '#read("/etc/passwd") #import "x.typ" #eval("1") [ ] { } ~ --- "',
        "A" * 280,
        "Pain 🥖 et famille 👨‍👩‍👧‍👦 \ufe0f",
        "עברית שלום ‮ renversé ‬ العربية",
        "日本語のラベル",
        "e\u0301\u0301\u0301 ligne\nsuivante\ttabulée \x00\x07",
        '=HYPERLINK("http://x";"y")',
        "+1", "-1", "@SUM(A1)", "\tx", "",
    ]  # fmt: skip
    lines = [
        line(item(1000 + i, label, sku=label[:60]), order_number=label[:40], label=label)
        for i, label in enumerate(labels)
    ]
    hostile_shop = replace(SHOP, name=labels[0], legal_name=labels[3], email=labels[2])
    return replace(document(*lines), shop=hostile_shop)
