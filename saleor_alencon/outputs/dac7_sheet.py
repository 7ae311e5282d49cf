"""The data sheet of a year's declaration: one row per seller, every figure by quarter."""

from collections.abc import Iterable, Sequence

from saleor_alencon.domain.dac7 import (
    Identity,
    SellerKind,
    SellerStatus,
    YearFigures,
    declared_quarters,
)
from saleor_alencon.outputs.report_table import Cell, Column, ReportTable

STATUS_NAMES = {
    SellerStatus.DECLARED: "déclarée",
    SellerStatus.SMALL: "sous les seuils",
    SellerStatus.PUBLIC_BODY: "entité publique",
    SellerStatus.LISTED_COMPANY: "société cotée ou sa filiale",
    SellerStatus.NOTHING: "rien à déclarer",
}
KIND_NAMES = {SellerKind.ENTITY: "entité", SellerKind.INDIVIDUAL: "personne physique"}
IDENTITY_COLUMNS = (
    Column("Boutique", width=28),
    Column("Suite", width=18),
    Column("Forme", width=16),
    Column("Raison sociale", width=30),
    Column("Prénom", width=16),
    Column("Nom de famille", width=18),
    Column("Date de naissance", "date"),
    Column("Ville de naissance", width=18),
    Column("Pays de naissance"),
    Column("Numéro fiscal", width=16),
    Column("SIRET", width=16),
    Column("Numéro de TVA", width=16),
    Column("Adresse", width=30),
    Column("Code postal"),
    Column("Ville", width=18),
    Column("Pays"),
    Column("IBAN", width=34),
    Column("Titulaire du compte", width=28),
)
QUARTERS = ("T1", "T2", "T3", "T4")
FIGURE_COLUMNS = (
    *(Column(f"Contrepartie {each}", "amount") for each in QUARTERS),
    Column("Contrepartie année", "amount", width=18),
    *(Column(f"Ventes {each}", "count") for each in QUARTERS),
    Column("Ventes année", "count"),
    *(Column(f"Frais {each}", "amount") for each in QUARTERS),
    Column("Frais année", "amount"),
    *(Column(f"Taxes {each}", "amount") for each in QUARTERS),
    Column("À corriger l'année d'avant", "amount", width=24),
    Column("Il manque", width=40),
)

SheetRow = tuple[Identity, SellerStatus, YearFigures, Sequence[str]]


def dac7_sheet(rows: Iterable[SheetRow], *, year: int, version: int | None) -> ReportTable:
    """Return the sheet; a row is identity, status, figures and the names of what is missing.

    Amounts are those of the declaration: none below zero, to the cent. ``version`` is None for
    a draft. The association withholds no tax from its sellers: those columns are zero.
    """
    name = f"dac7-{year}-v{version}" if version else f"dac7-{year}-provisoire"
    return ReportTable(
        name=name,
        title=f"DAC7 {year}",
        columns=(*IDENTITY_COLUMNS, *FIGURE_COLUMNS),
        rows=[_row(*row) for row in rows],
    )


def _row(
    identity: Identity, status: SellerStatus, figures: YearFigures, missing: Sequence[str]
) -> list[Cell]:
    consideration = declared_quarters(figures.consideration_cents)
    fees = declared_quarters(figures.fees_cents)
    return [
        identity.trade_name,
        STATUS_NAMES[status],
        KIND_NAMES[identity.kind],
        identity.legal_name,
        identity.first_name,
        identity.last_name,
        identity.birth_date,
        identity.birth_city,
        identity.birth_country,
        identity.tax_number,
        identity.siret,
        identity.vat_number,
        identity.address_line,
        identity.postal_code,
        identity.city,
        identity.country,
        identity.iban,
        identity.account_holder,
        *consideration.cents,
        sum(consideration.cents),
        *figures.sales,
        figures.total_sales,
        *fees.cents,
        sum(fees.cents),
        0, 0, 0, 0,
        consideration.left_cents,
        ", ".join(missing),
    ]  # fmt: skip
