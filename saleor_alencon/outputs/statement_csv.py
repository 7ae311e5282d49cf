"""The statement as CSV: one row per item, for a shop's spreadsheet or accountant."""

from collections.abc import Iterator

from saleor_alencon.outputs.csv_text import (
    BYTE_ORDER_MARK,
    amount_cell,
    csv_bytes,
    rate_cell,
    text_cell,
)
from saleor_alencon.outputs.statement import StatementDocument, StatementItem, StatementLine
from saleor_alencon.outputs.statement_notes import names_rules
from saleor_alencon.outputs.statement_view import KIND_LABELS

# Documented one by one in docs/outputs.md; a unit test compares the two.
STATEMENT_COLUMNS = (
    "Relevé",
    "Reversement",
    "SIRET",
    "Boutique",
    "Ligne",
    "Date",
    "Type",
    "Commande",
    "Libellé",
    "Article",
    "Référence",
    "Quantité",
    "Taux TVA %",
    "Montant TTC",
    "Dont TVA",
    "Taux commission %",
    "Commission HT",
    "TVA sur commission",
    "Ligne montant TTC",
    "Ligne commission HT",
    "Ligne TVA sur commission",
    "Ligne frais",
    "Ligne net",
    "Moyens de paiement",
    "Devise",
)
# What a document of version 2 has more, after the commission's rate.
RULE_COLUMNS = (
    "Règle de commission",
    "Part fixe",
    "Commission minimum",
    "Commission maximum",
    "Taux TVA commission %",
)
RULE_PLACE = STATEMENT_COLUMNS.index("Taux commission %") + 1
ITEM_COLUMNS = 9
# Everything else is text.
NUMBER_COLUMNS = frozenset(
    {
        "Ligne",
        "Quantité",
        "Taux TVA %",
        "Montant TTC",
        "Dont TVA",
        "Taux commission %",
        "Part fixe",
        "Commission minimum",
        "Commission maximum",
        "Taux TVA commission %",
        "Commission HT",
        "TVA sur commission",
        "Ligne montant TTC",
        "Ligne commission HT",
        "Ligne TVA sur commission",
        "Ligne frais",
        "Ligne net",
    }
)


def statement_columns(document: StatementDocument) -> tuple[str, ...]:
    """Return the header of a document's CSV; one of version 1 has no columns of rules."""
    columns = STATEMENT_COLUMNS
    added = RULE_COLUMNS if names_rules(document) else ()
    return (*columns[:RULE_PLACE], *added, *columns[RULE_PLACE:])


def render_statement_csv(document: StatementDocument) -> bytes:
    """Return one row per item, in the project's CSV dialect (see csv_text).

    The line's own figures stand on its first row only, so that each column sums to the
    statement's total; a line without items has one row with no item.
    """
    columns = statement_columns(document)
    numbers = [column in NUMBER_COLUMNS for column in columns]
    rows = [columns]
    for cells in statement_rows(document):
        pairs = zip(cells, numbers, strict=True)
        rows.append(tuple(cell if is_number else text_cell(cell) for cell, is_number in pairs))
    return BYTE_ORDER_MARK.encode() + csv_bytes(rows)


def statement_rows(document: StatementDocument) -> Iterator[tuple[str, ...]]:
    """Yield the rows below the header, each with a cell per column; text is as it was given."""
    for position, line in enumerate(document.lines, start=1):
        yield from _line_rows(document, position, line)


def _line_rows(
    document: StatementDocument, position: int, line: StatementLine
) -> Iterator[tuple[str, ...]]:
    head = (
        document.number,
        document.run_number,
        document.shop.siret,
        document.shop.name,
        str(position),
        line.occurred_on.isoformat(),
        KIND_LABELS[line.kind],
        line.order_number,
        line.label,
    )
    tenders = " | ".join(f"{t.label}: {amount_cell(t.amount_cents)}" for t in line.tenders)
    figures: tuple[str, ...] = (
        amount_cell(line.gross_cents),
        amount_cell(line.commission_cents),
        amount_cell(line.commission_vat_cents),
        amount_cell(line.fees_cents),
        amount_cell(line.net_cents),
        tenders,
    )
    for item in line.items or (None,):
        yield (*head, *_item_cells(item, named=names_rules(document)), *figures, document.currency)
        figures = ("",) * len(figures)


def _item_cells(item: StatementItem | None, *, named: bool) -> tuple[str, ...]:
    if item is None:
        return ("",) * (ITEM_COLUMNS + (len(RULE_COLUMNS) if named else 0))
    return (
        item.label,
        item.sku,
        str(item.quantity),
        rate_cell(item.vat_rate_bps),
        amount_cell(item.gross_cents),
        "" if item.vat_cents is None else amount_cell(item.vat_cents),
        rate_cell(item.commission_rate_bps),
        *(_rule_cells(item) if named else ()),
        amount_cell(item.commission_cents),
        amount_cell(item.commission_vat_cents),
    )


def _rule_cells(item: StatementItem) -> tuple[str, ...]:
    maximum = item.commission_maximum_cents
    return (
        item.commission_rule,
        amount_cell(item.commission_fixed_cents),
        amount_cell(item.commission_minimum_cents),
        "" if maximum is None else amount_cell(maximum),
        rate_cell(item.commission_vat_rate_bps),
    )
