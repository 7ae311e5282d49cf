import re
from pathlib import Path

import pytest

from saleor_alencon.outputs.commission_csv import SIMULATION_COLUMNS
from saleor_alencon.outputs.fec import FEC_COLUMNS
from saleor_alencon.outputs.journal_csv import JOURNAL_COLUMNS
from saleor_alencon.outputs.statement_csv import statement_columns
from tests.unit.outputs import samples

DOCUMENT = Path(__file__).parents[3] / "docs" / "outputs.md"


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("statement", statement_columns(samples.document())),
        ("journal", JOURNAL_COLUMNS),
        ("simulation", SIMULATION_COLUMNS),
    ],
)
def test_every_column_is_documented_in_its_order(table, columns):
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = text.split(f"| column of the {table} |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `([^`]+)` \|", rows, re.MULTILINE) == list(columns)


def test_every_field_of_the_fec_is_documented_in_its_order():
    text = DOCUMENT.with_name("books.md").read_text(encoding="utf-8")
    rows = text.split("| field | content |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `([^`]+)` \|", rows, re.MULTILINE) == list(FEC_COLUMNS)
