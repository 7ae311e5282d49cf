"""The yearly statement that tells a seller what is declared of it, as a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from saleor_alencon.domain.dac7 import (
    QUARTERS,
    Identity,
    SellerKind,
    SellerStatus,
    YearFigures,
    declared_quarters,
)
from saleor_alencon.errors import AlenconError
from saleor_alencon.outputs.french_text import (
    amount_text,
    count_text,
    date_text,
    figure_text,
    masked_iban_text,
)
from saleor_alencon.outputs.theme import DEFAULT_THEME
from saleor_alencon.outputs.themed_pdf import render_themed_pdf

UNKNOWN = "non communiqué"
STATUS_TEXTS = {
    SellerStatus.DECLARED: "Ces données sont déclarées à la Direction générale des finances "
    "publiques au plus tard le {day}.",
    SellerStatus.SMALL: "Vous n'êtes pas déclaré : moins de 30 ventes et 2 000 € au plus dans "
    "l'année. Ces données restent à votre disposition.",
    SellerStatus.PUBLIC_BODY: "Vous n'êtes pas déclaré : entité publique.",
    SellerStatus.LISTED_COMPANY: "Vous n'êtes pas déclaré : société cotée ou sa filiale.",
    SellerStatus.NOTHING: "Vous n'êtes pas déclaré : rien ne vous a été crédité dans l'année.",
}


class NoticeError(AlenconError):
    """A seller's statement cannot be laid out."""


@dataclass(frozen=True)
class SellerNoticeDocument:
    """What one seller is told of one year; ``version`` is that of the report."""

    year: int
    version: int
    issued_on: date
    due_on: date
    office: str
    office_address: str
    office_siret: str
    identity: Identity
    status: SellerStatus
    figures: YearFigures


def quarter_rows(figures: YearFigures) -> list[tuple[str, int, int, int]]:
    """Return label, sales, fees and consideration of each quarter, as they are declared."""
    consideration = declared_quarters(figures.consideration_cents).cents
    fees = declared_quarters(figures.fees_cents).cents
    return [
        (f"{quarter + 1}{'er' if quarter == 0 else 'e'} trimestre", figures.sales[quarter],
         fees[quarter], consideration[quarter])
        for quarter in range(QUARTERS)
    ]  # fmt: skip


def identity_rows(identity: Identity) -> list[tuple[str, str]]:
    """Return what is declared of who the seller is; the IBAN shows its ends only."""
    address = ", ".join(
        part for part in (identity.address_line,
                          f"{identity.postal_code} {identity.city}".strip()) if part
    )  # fmt: skip
    rows = [("Nom", identity.name or UNKNOWN), ("Enseigne", identity.trade_name)]
    if identity.kind is SellerKind.INDIVIDUAL:
        birth = date_text(identity.birth_date) if identity.birth_date else UNKNOWN
        place = f"{identity.birth_city} ({identity.birth_country})" if identity.birth_city else ""
        rows += [
            ("Date de naissance", birth),
            ("Lieu de naissance", place or "—"),
            ("Numéro fiscal", identity.tax_number or "—"),
        ]
    return [
        *rows,
        ("Adresse", address or UNKNOWN),
        ("Pays de résidence", identity.country),
        ("SIRET", identity.siret or UNKNOWN),
        ("Numéro de TVA", identity.vat_number or "—"),
        ("Compte crédité", masked_iban_text(identity.iban) if identity.iban else UNKNOWN),
        ("Titulaire du compte", identity.account_holder or UNKNOWN),
    ]


def notice_view(document: SellerNoticeDocument) -> dict[str, object]:
    """Return the strings that the template sets."""
    rows = quarter_rows(document.figures)
    status = STATUS_TEXTS[document.status].format(day=date_text(document.due_on))
    return {
        "title": f"Récapitulatif DAC7 {document.year}",
        "office": document.office,
        "office_lines": [document.office_address, f"SIRET {document.office_siret}"],
        "subtitle": f"Version {document.version}, arrêtée le {date_text(document.issued_on)}",
        "seller": document.identity.trade_name,
        "status": status,
        "identity": [list(row) for row in identity_rows(document.identity)],
        "head": ["", "Ventes", "Frais et commissions retenus", "Contrepartie créditée"],
        "rows": [
            [label, count_text(sales), figure_text(fees), figure_text(cents)]
            for label, sales, fees, cents in rows
        ],
        "total": [
            "Année",
            count_text(_total(rows, 1)),
            amount_text(_total(rows, 2)),
            amount_text(_total(rows, 3)),
        ],
        "notes": [
            "La contrepartie est ce qui a été mis à votre disposition dans le trimestre, TVA de "
            "vos ventes comprise, net des frais et commissions. Un remboursement la diminue.",
            "Une donnée est inexacte ? Signalez-le à l'Office : une version corrigée sera "
            "déclarée et vous sera remise.",
        ],
    }


def _total(rows: Sequence[tuple[str, int, int, int]], place: int) -> int:
    return sum(int(row[place]) for row in rows)


def render_notice(document: SellerNoticeDocument, theme: str = DEFAULT_THEME) -> bytes:
    """Return the statement as PDF/A-3a. The same data give the same bytes.

    :raises NoticeError: if the theme's template does not compile.
    :raises ThemeError: if the theme or one of its files is missing.
    """
    return render_themed_pdf(
        "dac7",
        notice_view(document),
        theme=theme,
        issued_on=document.issued_on,
        standards=["a-3a", "ua-1"],
        error=NoticeError,
        name=f"DAC7 {document.year}, {document.identity.trade_name}",
    )
