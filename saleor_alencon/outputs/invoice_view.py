"""What an invoice shows, in words: every string of the PDF is chosen here, none in typst."""

from typing import Any

from saleor_alencon.outputs.factur_x import LATE_NOTES
from saleor_alencon.outputs.french_text import amount_text, date_text, figure_text, rate_text
from saleor_alencon.outputs.invoice import InvoiceDocument, InvoiceLine
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.statement_view import party_view

TITLES = {"invoice": "Facture", "credit_note": "Avoir"}

View = dict[str, Any]


def invoice_view(document: InvoiceDocument) -> View:
    """Return the JSON-ready data that themes/<name>/pdf/invoice.typ lays out.

    Every leaf is a finished string or a list of them; no leaf is markup.
    """
    kind = TITLES[document.kind]
    return {
        "kind": kind,
        "number": printable_text(document.number),
        "title": f"{kind} n° {printable_text(document.number)}",
        "seller": party_view(document.seller),
        "buyer": party_view(document.buyer),
        "facts": [
            [
                "Émise le" if document.kind == "invoice" else "Émis le",
                date_text(document.issued_on),
            ],
            ["Période", f"du {date_text(document.period_start)}"],
            ["", f"au {date_text(document.period_end)}"],
            ["Référence", printable_text(document.reference)],
            ["Opération", "Prestation de services"],
        ],
        "lines": [_line(line) for line in document.lines],
        "vat": [
            {
                "rate": rate_text(total.vat_rate_bps),
                "net": figure_text(total.net_cents),
                "vat": figure_text(total.vat_cents),
            }
            for total in document.vat_totals()
        ],
        "totals": [
            ["Total HT", amount_text(document.net_cents)],
            ["TVA", amount_text(document.vat_cents)],
            ["Total TTC", amount_text(document.total_cents)],
        ],
        "due": _due(document),
        "notes": _notes(document),
    }


def _line(line: InvoiceLine) -> View:
    return {
        "label": printable_text(line.label),
        "detail": printable_text(line.detail),
        "rate": rate_text(line.vat_rate_bps),
        "net": figure_text(line.net_cents),
        "vat": figure_text(line.vat_cents),
        "total": figure_text(line.net_cents + line.vat_cents),
    }


def _due(document: InvoiceDocument) -> View:
    """Return the panel that says what is still to be paid, how and until when."""
    if document.payment == "offset":
        verb = "Retenu" if document.kind == "invoice" else "Rendu"
        return {
            "label": "Net à payer",
            "amount": amount_text(0),
            "text": f"{verb} sur le reversement {printable_text(document.reference)}, "
            f"le {date_text(document.due_on)} : rien n’est à payer.",
            "facts": [],
        }
    if document.kind == "credit_note":
        return {
            "label": "À votre crédit",
            "amount": amount_text(document.total_cents),
            "text": "Cette somme vient en déduction de ce que vous devez.",
            "facts": [],
        }
    facts = [["À payer avant le", date_text(document.due_on)]]
    if document.iban:
        facts += [["IBAN", _in_fours(document.iban)], ["BIC", printable_text(document.bic)]]
    facts.append(["À rappeler", printable_text(document.number)])
    return {
        "label": "Net à payer",
        "amount": amount_text(document.due_cents),
        "text": "Par virement à l’association.",
        "facts": facts,
    }


def _notes(document: InvoiceDocument) -> list[str]:
    """Return the mentions that the law asks for."""
    reasons = [total.exemption for total in document.vat_totals() if total.exemption]
    notes = [printable_text(reason) + "." for reason in reasons]
    if document.kind == "invoice":
        notes.append(" ".join(LATE_NOTES.values()))
    corrected = ", ".join(
        f"{printable_text(each.number)} du {date_text(each.issued_on)}"
        for each in document.corrects
    )
    if corrected:
        notes.append(f"Cet avoir corrige la facture {corrected}.")
    if document.reason:
        notes.append(f"Motif : {printable_text(document.reason)}.")
    return notes


def _in_fours(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))
