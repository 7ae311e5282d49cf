"""The statement as a workbook: the rows of its CSV, and how the balance came to what it is."""

from saleor_alencon.outputs.csv_text import amount_cell
from saleor_alencon.outputs.sheet_xlsx import Field, Sheet, workbook_xlsx
from saleor_alencon.outputs.statement import StatementDocument
from saleor_alencon.outputs.statement_csv import (
    NUMBER_COLUMNS,
    statement_columns,
    statement_rows,
)

WHOLE_NUMBERS = frozenset({"Ligne", "Quantité"})
WIDTHS = {
    "Boutique": 24,
    "Libellé": 34,
    "Article": 34,
    "Règle de commission": 28,
    "Moyens de paiement": 40,
}


def render_statement_xlsx(document: StatementDocument) -> bytes:
    """Return two sheets: "Lignes" has the columns and rows of the CSV, "Soldes" the balance.

    The same document gives the same bytes: the file is dated from `issued_on`.
    """
    fields = [
        Field(
            column,
            number=column in NUMBER_COLUMNS,
            decimals=column in NUMBER_COLUMNS - WHOLE_NUMBERS,
            width=WIDTHS.get(column, 14),
        )
        for column in statement_columns(document)
    ]
    balance = [Field("Solde", width=44), Field("Montant", number=True, decimals=True, width=16)]
    return workbook_xlsx(
        [
            Sheet("Lignes", fields, statement_rows(document)),
            Sheet("Soldes", balance, balance_rows(document)),
        ],
        created_on=document.issued_on,
    )


def balance_rows(document: StatementDocument) -> list[tuple[str, str]]:
    """Return opening, what the lines changed, what is paid, and closing, in the CSV's figures."""
    lines = document.lines
    parts = [
        ("Solde d’ouverture (report des relevés précédents)", document.opening_cents),
        ("Montants TTC des lignes", sum(line.gross_cents for line in lines)),
        ("Commission HT", -sum(line.commission_cents for line in lines)),
        ("TVA sur commission", -sum(line.commission_vat_cents for line in lines)),
        ("Frais", -sum(line.fees_cents for line in lines)),
        ("Net de la période", document.net_cents),
        ("Versé", -document.payable_cents),
        ("Solde de clôture (reporté sur le relevé suivant)", document.carried_cents),
    ]
    return [(label, amount_cell(amount_cents)) for label, amount_cents in parts]
