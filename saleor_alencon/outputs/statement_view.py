"""What a statement shows, in words: every string of the PDF is chosen here, none in typst.

The template only lays out. Deductions are shown negative, so that each row of the table and
the summary can be added up from left to right, or from top to bottom, by hand.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from saleor_alencon.outputs.french_text import (
    amount_text,
    count_text,
    date_text,
    figure_text,
    masked_iban_text,
    moment_text,
    rate_text,
    short_date_text,
)
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.statement import (
    LineKind,
    Party,
    StatementDocument,
    StatementItem,
    StatementLine,
    StatementPayment,
    sum_by_vat_rate,
)
from saleor_alencon.outputs.statement_notes import (
    commission_vat_text,
    is_by_day,
    names_rules,
    rule_text,
    statement_notes,
)

KIND_LABELS: dict[LineKind, str] = {
    "sale": "Vente",
    "refund": "Remboursement",
    "correction": "Correction",
    "payout_returned": "Virement retourné",
    "dispute": "Litige",
    "dues": "Cotisation",
    "cheque": "Chèque cadeau",
    "adjustment": "Régularisation",
    "reserve_withheld": "Mise en réserve",
    "reserve_released": "Réserve libérée",
    "demand": "Appel de règlement",
}

View = dict[str, Any]


PAYMENT_DAYS = {
    "ordered": "Exécution demandée le",
    "executed": "Exécuté le",
    "returned": "Retourné le",
    "refused": "Refusé le",
}

BACK = {
    "returned": (
        "Virement retourné",
        "Virement retourné par la banque : la somme est due à nouveau et figure sur le relevé "
        "suivant.",
    ),
    "refused": (
        "Virement refusé",
        "Virement refusé par le prestataire de paiement : la somme est due à nouveau et figure "
        "sur le relevé suivant.",
    ),
}
"""What is said of a payment that did not reach the shop: a label, and what follows."""


def statement_view(document: StatementDocument, payment: StatementPayment | None = None) -> View:
    """Return the JSON-ready data that themes/<name>/pdf/statement.typ lays out.

    Every leaf is a finished string, a boolean or a list of them; no leaf is markup.
    """
    return {
        "title": f"Relevé de reversement n° {printable_text(document.number)}",
        "number": printable_text(document.number),
        "issuer": party_view(document.issuer),
        "shop": party_view(document.shop),
        "facts": [
            ["Reversement", printable_text(document.run_number)],
            ["Émis le", date_text(document.issued_on)],
            ["Arrêté au", moment_text(document.cutoff)],
            ["Opérations", count_text(len(document.lines))],
        ],
        "summary": _summary(document),
        "outcome": _outcome(document, payment),
        "has_fees": any(line.fees_cents for line in document.lines),
        "lines": _lines(document),
        "total": _figures(document.lines),
        "vat": _vat_rows(document),
        "tenders": _tender_rows(document),
        "notes": statement_notes(document),
    }


def party_view(party: Party) -> View:
    """Return a party's name and the lines printed under it."""
    lines = [party.legal_name] if party.legal_name != party.name else []
    lines += party.address_lines
    lines += [f"SIRET {party.siret}"] if party.siret else []
    lines += [f"TVA {party.vat_number}"] if party.vat_number else []
    lines += [party.email] if party.email else []
    return {
        "name": printable_text(party.name),
        "lines": [printable_text(line) for line in lines],
    }


def _summary(document: StatementDocument) -> list[View]:
    currency = document.currency
    rows: list[View] = []

    def add(label: str, amount_cents: int, role: str = "part") -> None:
        rows.append({"label": label, "value": amount_text(amount_cents, currency), "role": role})

    def add_kind(kind: LineKind, label: str, always: bool = False) -> None:
        lines = document.lines_of(kind)
        if lines or always:
            total = sum(line.gross_cents for line in lines)
            add(f"{label} ({count_text(len(lines))})", total)

    add_kind("sale", "Ventes TTC", always=True)
    add_kind("refund", "Remboursements TTC", always=True)
    add_kind("correction", "Corrections")
    add_kind("dispute", "Paiements contestés")
    add_kind("payout_returned", "Virements retournés")
    add_kind("dues", "Cotisations retenues")
    add_kind("adjustment", "Régularisations")
    add_kind("demand", "Appels de règlement")
    add_kind("reserve_released", "Réserves libérées")
    add_kind("reserve_withheld", "Mises en réserve")
    add("Commission HT", -sum(line.commission_cents for line in document.lines))
    vat_rate = commission_vat_text(document)
    vat = sum(line.commission_vat_cents for line in document.lines)
    add(f"TVA sur commission ({vat_rate})", -vat)
    fees = sum(line.fees_cents for line in document.lines)
    if fees:
        add("Frais", -fees)
    add("Net de la période", document.net_cents, "subtotal")
    add("Report des relevés précédents", document.opening_cents)
    add("Solde", document.opening_cents + document.net_cents, "total")
    return rows


def _outcome(document: StatementDocument, payment: StatementPayment | None) -> View:
    """Return the panel that answers the shop's first question: how much, when, where to."""
    if document.payable_cents:
        return _payment(document, payment)
    currency = document.currency
    carried = amount_text(document.carried_cents, currency)
    minimum = amount_text(document.minimum_cents, currency)
    reason, facts = {
        "": ("Solde nul : il n’y a rien à verser.", []),
        "negative": (
            "Solde négatif reporté : il sera déduit du prochain reversement.",
            [["Report", carried]],
        ),
        "below_minimum": (
            "Solde inférieur au minimum de versement : il est reporté sur le prochain relevé.",
            [["Report", carried], ["Minimum", minimum]],
        ),
        "missing_iban": (
            "IBAN manquant : communiquez-le à l’Office, le solde sera versé au prochain "
            "reversement.",
            [["Report", carried]],
        ),
        "missing_account": (
            "Compte de paiement incomplet : terminez son ouverture, le solde sera versé au "
            "prochain reversement.",
            [["Report", carried]],
        ),
        "dues_unpaid": (
            "Cotisation en retard : le solde sera versé au reversement qui suit son paiement.",
            [["Report", carried]],
        ),
        "missing_identity": (
            "Identité fiscale manquante (DAC7) : donnez à l’Office ce qu’il vous a demandé, le "
            "solde sera versé au prochain reversement.",
            [["Report", carried]],
        ),
    }.get(document.carried_reason, ("Solde retenu et reporté.", [["Report", carried]]))
    if document.holds:
        reason = printable_text(" ".join(document.holds))
    return {
        "status": "carried" if document.carried_cents else "nothing",
        "label": "Net versé",
        "amount": amount_text(0, currency),
        "reason": reason,
        "facts": facts,
    }


def _payment(document: StatementDocument, payment: StatementPayment | None) -> View:
    facts = [["Compte crédité", masked_iban_text(document.iban)]] if document.iban else []
    label, reason = "Net à verser", ""
    if payment is None:
        reason = "Projet : ce reversement n’est pas encore approuvé."
    else:
        facts.append([PAYMENT_DAYS[payment.status], date_text(payment.day)])
        facts.append(["Référence", printable_text(payment.reference)])
        if payment.status == "executed":
            label = "Net versé"
        if payment.status in BACK:
            label, reason = BACK[payment.status]
            facts.append(["Motif", printable_text(payment.reason)])
    return {
        "status": "carried" if payment and payment.status in BACK else "paid",
        "label": label,
        "amount": amount_text(document.payable_cents, document.currency),
        "reason": reason,
        "facts": facts,
    }


def _lines(document: StatementDocument) -> list[View]:
    """Return the rows of the detail: each line, or of a very long document each day by kind."""
    if not is_by_day(document):
        return [_line(line, named=names_rules(document)) for line in document.lines]
    days: dict[tuple[date, LineKind], list[StatementLine]] = {}
    for line in document.lines:
        days.setdefault((line.occurred_on, line.kind), []).append(line)
    return [
        {
            "date": short_date_text(day),
            "title": f"{KIND_LABELS[kind]} · {count_text(len(lines))}",
            "label": "",
            "kind": kind,
            **_figures(lines),
            "items": [],
            "foot": "",
        }
        for (day, kind), lines in sorted(days.items())
    ]


def _line(line: StatementLine, *, named: bool) -> View:
    number = printable_text(line.order_number)
    title = KIND_LABELS[line.kind] + (f" · commande {number}" if number else "")
    rules = {rule_text(item) for item in line.items} if named else set()
    # One rule for the whole line is named once, below it.
    common = f"Commission : {printable_text(*rules)}" if len(rules) == 1 else ""
    return {
        "date": short_date_text(line.occurred_on),
        "title": title,
        "label": printable_text(line.label),
        "kind": line.kind,
        **_figures((line,)),
        "items": [_item(item, named=len(rules) > 1) for item in line.items],
        "foot": " · ".join(filter(None, (common, _tenders(line)))),
    }


def _tenders(line: StatementLine) -> str:
    parts = [
        f"{printable_text(tender.label)} {amount_text(tender.amount_cents)}"
        for tender in line.tenders
    ]
    verb = "Rendu" if line.gross_cents < 0 else "Payé"
    return f"{verb} par : {' · '.join(parts)}" if parts else ""


def _item(item: StatementItem, *, named: bool) -> View:
    count = f"{count_text(item.quantity)} × " if item.quantity else ""
    return {
        "label": count + printable_text(item.label),
        "sku": printable_text(item.sku),
        "rule": printable_text(rule_text(item)) if named else "",
        "vat_rate": "—" if item.vat_rate_bps is None else rate_text(item.vat_rate_bps),
        "gross": figure_text(item.gross_cents),
        "rate": rate_text(item.commission_rate_bps),
        "commission": figure_text(-item.commission_cents),
        "commission_vat": figure_text(-item.commission_vat_cents),
    }


def _figures(lines: Iterable[StatementLine]) -> View:
    lines = tuple(lines)
    return {
        "gross": figure_text(sum(line.gross_cents for line in lines)),
        "commission": figure_text(-sum(line.commission_cents for line in lines)),
        "commission_vat": figure_text(-sum(line.commission_vat_cents for line in lines)),
        "fees": figure_text(-sum(line.fees_cents for line in lines)),
        "net": figure_text(sum(line.net_cents for line in lines)),
    }


def _vat_rows(document: StatementDocument) -> list[View]:
    totals = sum_by_vat_rate(document.lines_of("sale", "refund", "correction"))
    return [
        {
            "rate": "Sans détail" if total.vat_rate_bps is None else rate_text(total.vat_rate_bps),
            "base": "—"
            if total.vat_cents is None
            else figure_text(total.gross_cents - total.vat_cents),
            "vat": "—" if total.vat_cents is None else figure_text(total.vat_cents),
            "gross": figure_text(total.gross_cents),
            "commission": figure_text(-total.commission_cents),
            "commission_vat": figure_text(-total.commission_vat_cents),
        }
        for total in totals
    ]


def _tender_rows(document: StatementDocument) -> list[View]:
    totals: dict[str, int] = {}
    for line in document.lines:
        for tender in line.tenders:
            totals[tender.label] = totals.get(tender.label, 0) + tender.amount_cents
    return [
        {"label": printable_text(label), "value": figure_text(totals[label])}
        for label in sorted(totals)
    ]
