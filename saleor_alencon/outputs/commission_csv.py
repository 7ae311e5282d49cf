"""What a month's sales would have cost under a commission plan, as CSV: one row per shop."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from saleor_alencon.outputs.csv_text import BYTE_ORDER_MARK, amount_cell, csv_bytes, text_cell

# Documented one by one in docs/outputs.md; a unit test compares the two.
SIMULATION_COLUMNS = (
    "Barème",
    "Mois",
    "Boutique",
    "Lignes",
    "Ventes TTC",
    "Commission facturée HT",
    "TVA facturée",
    "Commission simulée HT",
    "TVA simulée",
    "Écart HT",
)


@dataclass(frozen=True)
class SimulationRow:
    """The sales of one group (a shop, a rule) in cents: what was charged, what a plan would."""

    name: str
    lines: int
    kept_cents: int
    charged_cents: int
    charged_vat_cents: int
    simulated_cents: int
    simulated_vat_cents: int

    @property
    def difference_cents(self) -> int:
        """What the plan would have brought the association more, VAT left out."""
        return self.simulated_cents - self.charged_cents


def render_simulation_csv(plan: str, month: date, rows: Iterable[SimulationRow]) -> bytes:
    """Return one row per shop, in the project's CSV dialect; there is no row of totals."""
    cells = [SIMULATION_COLUMNS] + [
        (
            text_cell(plan),
            f"{month:%Y-%m}",
            text_cell(row.name),
            str(row.lines),
            amount_cell(row.kept_cents),
            amount_cell(row.charged_cents),
            amount_cell(row.charged_vat_cents),
            amount_cell(row.simulated_cents),
            amount_cell(row.simulated_vat_cents),
            amount_cell(row.difference_cents),
        )
        for row in rows
    ]
    return BYTE_ORDER_MARK.encode() + csv_bytes(cells)
