"""The data of an invoice as Factur-X, profile EN 16931 (Factur-X 1.0, UN/CEFACT CII D22B).

Fields are named by the European norm (BT: a business term, BG: a group of them). The notes and
identifiers that the French reform asks for are those of AFNOR XP Z12-012.
"""

import re
from typing import Any

import facturx

from saleor_alencon.domain.money import BASIS_POINTS
from saleor_alencon.outputs.invoice import InvoiceDocument, InvoiceLine, VatTotal
from saleor_alencon.outputs.statement import Party

PROFILE = "en16931"
TYPE_CODES = {"invoice": "380", "credit_note": "381"}
SIREN, SIRET, SIREN_ADDRESS = "0002", "0009", "0225"
"""Schemes of ISO 6523, and of electronic addresses."""
CLEARING, CREDIT_TRANSFER = "97", "30"
"""Means of payment (UNTDID 4461): withheld from what is owed, or a transfer."""
LATE_NOTES = {
    "PMT": "Indemnité forfaitaire pour frais de recouvrement en cas de retard : 40 €.",
    "PMD": "Pénalités de retard : trois fois le taux de l’intérêt légal.",
    "AAB": "Pas d’escompte pour paiement anticipé.",
}
"""What art. L441-9 of the Code de commerce asks for, by UNTDID 4451's code of the subject."""
PIECE = "C62"


def render_factur_x(document: InvoiceDocument) -> bytes:
    """Return the XML of an invoice, checked against the profile's own schema."""
    return bytes(
        facturx.generate_cii_xml(
            _invoice(document), level=PROFILE, check_xsd=True, check_schematron=False
        )
    )


def embed_factur_x(pdf: bytes, xml: bytes, *, title: str, author: str) -> bytes:
    """Return the PDF/A-3 with the XML in it, declared as Factur-X asks."""
    metadata = {"author": author, "title": title, "subject": title, "keywords": "Factur-X"}
    return bytes(
        facturx.generate_from_binary(
            pdf,
            xml,
            flavor="factur-x",
            level=PROFILE,
            check_xsd=True,
            pdf_metadata=metadata,
            lang="fr-FR",
            afrelationship="alternative",
        )
    )


def _invoice(document: InvoiceDocument) -> dict[str, Any]:
    paid = document.total_cents - document.due_cents
    fields: dict[str, Any] = {
        "BT-1": document.number,
        "BT-2": document.issued_on,
        "BT-3": TYPE_CODES[document.kind],
        "BT-5": "EUR",
        "BT-9": document.due_on,
        # A service, paid already or not.
        "BT-23": "S2" if document.payment == "offset" else "S1",
        "BT-72": document.period_end,
        "BT-73": document.period_start,
        "BT-74": document.period_end,
        "BT-81": CLEARING if document.payment == "offset" else CREDIT_TRANSFER,
        "BT-83": document.number,
        "BT-106": _euros(document.net_cents),
        "BT-109": _euros(document.net_cents),
        "BT-110": _euros(document.vat_cents),
        "BT-112": _euros(document.total_cents),
        "BT-113": _euros(paid),
        "BT-115": _euros(document.due_cents),
        "BG-1": [
            *({"BT-21": code, "BT-22": text} for code, text in LATE_NOTES.items()),
            *([{"BT-22": document.reason}] if document.reason else []),
        ],
        "BG-4": _party(document.seller),
        "BG-7": _party(document.buyer),
        "BG-23": [_vat(total) for total in document.vat_totals()],
        "BG-25": [_line(str(place), line) for place, line in enumerate(document.lines, start=1)],
    }
    if document.payment == "offset":
        fields["BT-20"] = f"Retenu sur le reversement {document.reference}"
    if document.iban:
        fields |= {"BT-84": document.iban, "BT-86": document.bic}
    if document.corrects:
        fields["BG-3"] = [{"BT-25": each.number, "BT-26": each.issued_on}
                          for each in document.corrects]  # fmt: skip
    return fields


def _party(party: Party) -> dict[str, Any]:
    siren = party.siret[:9]
    street, city = (*party.address_lines, "", "")[:2]
    code, place = re.fullmatch(r"(\d{5}\b)?\s*(.*)", city).groups()  # type: ignore[union-attr]
    fields = {
        "name": party.legal_name,
        "biz_name": party.name,
        "addr_l1": street,
        "postcode": code or "",
        "city": place,
        "country_code": "FR",
        "vat_identifier": party.vat_number,
    }
    if not party.vat_number:
        # Who has no VAT number is known to the tax authority by its SIREN (BR-E-2).
        fields["tax_identifier"] = siren
    if siren:
        fields |= {
            "legal_identifier": siren,
            "legal_identifier_schemeid": SIREN,
            "identifiers": {SIRET: party.siret},
            "einvoicing_addr": siren,
            "einvoicing_addr_schemeid": SIREN_ADDRESS,
        }
    return {name: value for name, value in fields.items() if value}


def _line(place: str, line: InvoiceLine) -> dict[str, Any]:
    """A price is never negative (BR-27): what is given back is a negative quantity."""
    category, rate = _category(line.vat_rate_bps)
    fields = {
        "BT-126": place,
        "BT-129": "-1" if line.net_cents < 0 else "1",
        "BT-130": PIECE,
        "BT-131": _euros(line.net_cents),
        "BT-146": _euros(abs(line.net_cents)),
        "BT-151": category,
        "BT-152": rate,
        "BT-153": line.label,
    }
    return fields | ({"BT-154": line.detail} if line.detail else {})


def _vat(total: VatTotal) -> dict[str, Any]:
    category, rate = _category(total.vat_rate_bps)
    fields = {
        "BT-116": _euros(total.net_cents),
        "BT-117": _euros(total.vat_cents),
        "BT-118": category,
        "BT-119": rate,
    }
    return fields | ({"BT-120": total.exemption} if total.exemption else {})


def _category(rate_bps: int) -> tuple[str, str]:
    """Return the category of UNTDID 5305 (S: standard, E: exempt) and the rate in percent."""
    whole, part = divmod(rate_bps, BASIS_POINTS // 100)
    return ("S" if rate_bps else "E"), f"{whole}.{part:02d}"


def _euros(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole}.{part:02d}"
