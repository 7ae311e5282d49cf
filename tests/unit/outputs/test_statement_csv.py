import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.outputs.csv_text import amount_cell, rate_cell, text_cell
from saleor_alencon.outputs.statement_csv import render_statement_csv, statement_columns
from tests.unit.outputs import samples
from tests.unit.outputs.strategies import documents

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rows_of(content):
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def cents(cell):
    return int(cell.replace(",", "")) if cell else 0


def column_sum(rows, column):
    return sum(cents(row[column]) for row in rows)


def test_one_row_per_item_with_the_lines_figures_on_the_first():
    rows = rows_of(render_statement_csv(samples.typical_document()))
    assert len(rows) == 7
    assert list(rows[0]) == list(statement_columns(samples.typical_document()))
    assert rows[0] == {
        "Relevé": "R-2026-09-001",
        "Reversement": "2026-09",
        "SIRET": "90797728400013",
        "Boutique": "Librairie des Halles",
        "Ligne": "1",
        "Date": "2026-09-12",
        "Type": "Vente",
        "Commande": "1042",
        "Libellé": "retrait en boutique",
        "Article": "Le Perche à pied, 32 randonnées",
        "Référence": "LIV-00421",
        "Quantité": "1",
        "Taux TVA %": "5,50",
        "Montant TTC": "24,90",
        "Dont TVA": "1,30",
        "Taux commission %": "8,00",
        "Règle de commission": "Livres",
        "Part fixe": "0,00",
        "Commission minimum": "0,00",
        "Commission maximum": "",
        "Taux TVA commission %": "20,00",
        "Commission HT": "1,99",
        "TVA sur commission": "0,40",
        "Ligne montant TTC": "64,70",
        "Ligne commission HT": "5,17",
        "Ligne TVA sur commission": "1,04",
        "Ligne frais": "0,00",
        "Ligne net": "58,49",
        "Moyens de paiement": "Carte bancaire: 44,70 | Chèque cadeau: 20,00",
        "Devise": "EUR",
    }
    assert (rows[1]["Ligne"], rows[1]["Ligne net"]) == ("1", "")


def test_a_line_without_items_has_one_row():
    rows = rows_of(render_statement_csv(samples.typical_document()))
    assert (rows[-1]["Type"], rows[-1]["Article"], rows[-1]["Ligne net"]) == (
        "Correction",
        "",
        "-1,50",
    )


def test_an_empty_statement_is_a_header():
    assert rows_of(render_statement_csv(samples.document())) == []


@given(documents())
def test_columns_sum_to_the_documents_cents(document):
    rows = rows_of(render_statement_csv(document))
    assert column_sum(rows, "Ligne net") == document.net_cents
    for column, field in (
        ("Ligne montant TTC", "gross_cents"),
        ("Ligne commission HT", "commission_cents"),
        ("Ligne TVA sur commission", "commission_vat_cents"),
        ("Ligne frais", "fees_cents"),
    ):
        assert column_sum(rows, column) == sum(getattr(entry, field) for entry in document.lines)
    items = [item for entry in document.lines for item in entry.items]
    assert column_sum(rows, "Montant TTC") == sum(item.gross_cents for item in items)


@given(documents())
def test_no_text_can_start_a_formula_and_figures_stay_figures(document):
    for row in rows_of(render_statement_csv(document)):
        for column in (
            "Relevé",
            "Boutique",
            "Commande",
            "Libellé",
            "Article",
            "Référence",
            "Règle de commission",
        ):
            assert not row[column].startswith(FORMULA_STARTS)
        assert not row["Ligne net"].startswith("'")


@given(documents())
def test_the_same_document_gives_the_same_bytes(document):
    assert render_statement_csv(document) == render_statement_csv(document)


def test_hostile_labels_keep_their_place():
    rows = rows_of(render_statement_csv(samples.hostile_document()))
    assert len(rows) == 13
    labels = [row["Article"] for row in rows]
    assert '\'=HYPERLINK("http://x";"y")' in labels
    assert "'+1" in labels
    assert "'-1" in labels
    assert "'@SUM(A1)" in labels


@given(st.text())
def test_a_text_cell_adds_at_most_an_apostrophe(text):
    assert text_cell(text) in (text, "'" + text)


def test_a_formula_behind_spaces_is_seen():
    assert text_cell("  =1+1") == "'  =1+1"
    assert text_cell("1+1") == "1+1"


@given(st.integers())
def test_an_amount_cell_reads_back(amount_cents):
    assert cents(amount_cell(amount_cents)) == amount_cents


def test_a_rate_cell_is_a_percentage():
    assert (rate_cell(550), rate_cell(None)) == ("5,50", "")
