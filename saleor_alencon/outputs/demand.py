"""The « appel de règlement »: a shop's negative balance, asked for. No invoice, no VAT."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.french_text import amount_text, date_text
from saleor_alencon.outputs.printable_text import printable_text
from saleor_alencon.outputs.statement import Party
from saleor_alencon.outputs.statement_view import party_view
from saleor_alencon.outputs.strict_json import StrictJsonError, decode, encode
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf


class DemandDocumentError(AlenconError):
    """A demand's figures make no sense, its stored form is not ours, or it cannot be set."""


@dataclass(frozen=True, slots=True)
class DemandDocument:
    """Everything printed on a demand. ``statements`` are those that the balance comes from.

    :raises DemandDocumentError: unless the amount is above zero and due no earlier than issued.
    """

    number: str
    issued_on: date
    due_on: date
    issuer: Party
    shop: Party
    amount_cents: int
    reason: str
    statements: tuple[str, ...]
    iban: str
    bic: str
    demand_version: int = 1

    def __post_init__(self) -> None:
        if self.amount_cents <= 0 or self.due_on < self.issued_on:
            raise DemandDocumentError(f"{self.number}: {self.amount_cents} due {self.due_on}")

    def to_json(self) -> str:
        """Return the document as canonical JSON."""
        return json.dumps(encode(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "DemandDocument":
        """Return the document that `to_json` wrote.

        :raises DemandDocumentError: for any missing, unknown or mistyped field.
        """
        try:
            return decode(cls, json.loads(text), "demand")
        except (ValueError, StrictJsonError) as error:
            raise DemandDocumentError(str(error)) from error


def render_demand_pdf(document: DemandDocument, theme: str = DEFAULT_THEME) -> bytes:
    """Return the demand as PDF/A-2; the same document gives the same bytes.

    :raises DemandDocumentError: if the theme's template does not compile.
    """
    return render_themed_pdf(
        "demand",
        demand_view(document),
        theme=theme,
        issued_on=document.issued_on,
        standards=["a-2a"],
        error=DemandDocumentError,
        name=f"demand {document.number}",
    )


def demand_view(document: DemandDocument) -> dict[str, Any]:
    """Return the JSON-ready data of themes/<name>/pdf/demand.typ: finished strings only."""
    facts = [["À payer avant le", date_text(document.due_on)]]
    if document.iban:
        groups = [document.iban[place : place + 4] for place in range(0, len(document.iban), 4)]
        facts += [["IBAN", " ".join(groups)], ["BIC", printable_text(document.bic)]]
    facts.append(["À rappeler", printable_text(document.number)])
    statements = ", ".join(map(printable_text, document.statements))
    return {
        "title": f"Appel de règlement n° {printable_text(document.number)}",
        "number": printable_text(document.number),
        "seller": party_view(document.issuer),
        "buyer": party_view(document.shop),
        "facts": [["Émis le", date_text(document.issued_on)]],
        "text": [
            "Le solde de votre compte auprès de l’association est négatif : des remboursements, "
            "des litiges ou des corrections sont venus après nos versements, et vos ventes "
            "depuis ne les ont pas couverts.",
            f"Motif : {printable_text(document.reason)}.",
            *([f"Relevés : {statements}."] if statements else []),
        ],
        "due": {
            "label": "À régler",
            "amount": amount_text(document.amount_cents),
            "text": "Par virement à l’association.",
            "facts": facts,
        },
        "notes": [
            "Ce document n’est pas une facture : il demande le règlement d’un solde, sans TVA. "
            "Chaque somme qui le compose est expliquée par vos relevés.",
        ],
    }
