"""A merchant's file is read in any of the shapes that spreadsheets and tills give it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_alencon.catalogue.columns import Column
from saleor_alencon.catalogue.faults import FileRefused
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.sheets import row_cells, sheet_bytes, template_bytes
from tests.unit.catalogue.files import HEADER, faults_of, read_path, workbook, write

LINE = "A-1;Goûter d'été;12,50;5,5;3"
READ = ProductRow(
    line=2,
    reference="A-1",
    code="A-1",
    name="Goûter d'été",
    price_cents=1250,
    rate_bps=550,
    stock=3,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_is_read_in_each_encoding_with_each_separator(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    text = f"{HEADER}{end}{LINE}{end}".replace(";", separator)

    catalogue = read_path(write(tmp_path, text.encode(encoding)))

    assert catalogue.rows == [READ]
    assert catalogue.refused == []


def test_commas_part_cells_when_they_are_the_separator(tmp_path: Path) -> None:
    text = 'sku,name,price,VAT,stock\nA-1,Goûter d\'été,"12,50",5.5%,3\n'

    assert read_path(write(tmp_path, text)).rows == [READ]


def test_names_of_columns_are_read_in_english_and_without_accents_or_case(tmp_path: Path) -> None:
    text = (
        "SHOP;Sku;NAME;Price incl. VAT;vat;STOCK\nLibrairie des Halles;A-1;Goûter d'été;12.5;5,5;3"
    )

    assert read_path(write(tmp_path, text)).rows == [READ]


def test_a_workbook_is_read_with_its_figures_as_figures(tmp_path: Path) -> None:
    content = workbook(
        ["référence", "nom", "prix TTC", "TVA", "stock", "EAN"],
        ["A-1", "Goûter d'été", 12.5, 0.055, 3.0, 9782070368228],
        [4012, "Sac", 3, "20 %", 0, None],
    )

    rows = read_path(write(tmp_path, content)).rows

    assert [(r.reference, r.price_cents, r.rate_bps, r.stock, r.ean) for r in rows] == [
        ("A-1", 1250, 550, 3, "9782070368228"),
        ("4012", 300, 2000, 0, ""),
    ]


def test_unknown_columns_are_reported_and_missing_ones_named(tmp_path: Path) -> None:
    catalogue = read_path(write(tmp_path, f"{HEADER};fournisseur;erreur\n{LINE};X;\n"))
    assert catalogue.unknown == ["fournisseur"]

    with pytest.raises(FileRefused, match="Colonnes manquantes : prix TTC, stock"):
        read_path(write(tmp_path, "référence;nom;TVA;px\nA;B;20;3\n"))
    with pytest.raises(FileRefused, match="« référence » est là deux fois"):
        read_path(write(tmp_path, f"{HEADER};sku\n{LINE};A-1\n"))


def test_every_fault_of_a_file_is_told_with_its_place_and_value(tmp_path: Path) -> None:
    text = (
        "référence;nom;prix TTC;TVA;stock;EAN;catégorie;poids g\n"
        ";;-1;19,6;2,5;123;Livres >;lourd\n"
        "A-1;Livre;12,505;5,5;-3;9782070368229;;\n"
        "A-2;Livre;0;2,1;0;;;\n"
    )

    catalogue = read_path(write(tmp_path, text))

    assert faults_of(catalogue) == [
        (2, "référence", ""),
        (2, "nom", ""),
        (2, "prix TTC", "-1"),
        (2, "TVA", "19,6"),
        (2, "stock", "2,5"),
        (2, "EAN", "123"),
        (2, "catégorie", "Livres >"),
        (2, "poids g", "lourd"),
        (3, "prix TTC", "12,505"),
        (3, "stock", "-3"),
        (3, "EAN", "9782070368229"),
    ]
    assert all(fault.message for refused in catalogue.refused for fault in refused.faults)
    assert [row.reference for row in catalogue.rows] == ["A-2"]  # a price of zero is a gift


def test_a_reference_used_twice_refuses_both_rows_and_names_the_other(tmp_path: Path) -> None:
    text = f"{HEADER}\nA-1;Un;1;20;1\nA-2;Deux;1;20;1\nA-1;Trois;1;20;1\n"

    catalogue = read_path(write(tmp_path, text))

    assert faults_of(catalogue) == [(2, "référence", "A-1"), (4, "référence", "A-1")]
    assert "ligne 4" in catalogue.refused[0].faults[0].message
    assert "ligne 2" in catalogue.refused[1].faults[0].message
    assert catalogue.refused[0].cells[Column.NAME] == "Un"
    assert [row.reference for row in catalogue.rows] == ["A-2"]


def test_variants_of_a_product_that_contradict_each_other_are_refused_together(
    tmp_path: Path,
) -> None:
    text = (
        "référence;code produit;nom;variante;prix TTC;TVA;stock\n"
        "P-M;PULL;Pull marin;M;60;20;1\n"
        "P-L;PULL;Pull breton;L;60;20;1\n"
        "S-1;SAC;Sac;;5;20;1\n"
        "S-2;SAC;Sac;;5;20;1\n"
        "T-1;TASSE;Tasse;bleue;5;20;1\n"
        "T-2;TASSE;Tasse;rouge;cinq;20;1\n"
    )

    catalogue = read_path(write(tmp_path, text))

    assert catalogue.rows == []
    assert faults_of(catalogue) == [
        (2, "code produit", "PULL"),
        (3, "nom", "Pull breton"),
        (4, "variante", ""),
        (5, "variante", ""),
        (6, "code produit", "TASSE"),
        (7, "prix TTC", "cinq"),
    ]


def test_scenario_13_a_file_that_names_another_shop_is_refused_whole(tmp_path: Path) -> None:
    text = f"boutique;{HEADER}\n;{LINE}\nfromagerie-du-perche;A-2;Livarot;6;5,5;2\n"

    with pytest.raises(FileRefused, match=r"Ligne 3.*fromagerie-du-perche"):
        read_path(write(tmp_path, text))


def test_prices_and_stock_need_a_reference_and_one_of_both(tmp_path: Path) -> None:
    path = write(tmp_path, "référence;stock;nom\nA-1;4;=dangereux\n")
    rows = read_path(path, prices_and_stock=True).rows
    assert rows == [ProductRow(line=2, reference="A-1", code="A-1", stock=4)]

    with pytest.raises(FileRefused, match="prix TTC / stock"):
        read_path(write(tmp_path, "référence;nom\nA-1;B\n"), prices_and_stock=True)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_template_is_itself_a_catalogue(tmp_path: Path, suffix: str) -> None:
    catalogue = read_path(write(tmp_path, template_bytes(suffix)))

    assert catalogue.unknown == []
    assert [row.reference for row in catalogue.rows] == ["LIV-001", "PULL-M", "PULL-L"]


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1
).map(lambda text: " ".join(text.replace("\ufffd", "").split())[:80])
WORDS = TEXT.filter(bool)


@st.composite
def product_rows(draw: st.DrawFn) -> ProductRow:
    reference = draw(WORDS.map(lambda text: text.replace("/", "-")).filter(str.strip))
    return ProductRow(
        line=2,
        reference=reference,
        code=reference,
        name=draw(WORDS),
        variant=draw(TEXT),
        price_cents=draw(st.integers(0, 99_999_999)),
        rate_bps=draw(st.sampled_from([2000, 1000, 550, 210])),
        stock=draw(st.integers(0, 1_000_000)),
        ean=draw(st.sampled_from(["", "9782070368228", "96385074"])),
        category=draw(st.sampled_from([(), ("Livres",), ("Livres", "Jeunesse")])),
        description=draw(TEXT),
        weight_grams=draw(st.none() | st.integers(0, 1_000_000)),
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@given(row=product_rows())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_row_that_is_written_is_read_back_the_same(
    tmp_path: Path, suffix: str, row: ProductRow
) -> None:
    cells = [row_cells(row)[column] for column in Column]
    content = sheet_bytes([cells], columns=[column.value for column in Column], suffix=suffix)

    catalogue = read_path(write(tmp_path, content))

    assert catalogue.refused == []
    assert catalogue.rows == [row]


@pytest.mark.parametrize("text", ["=1+1", "+33", "-10 %", "@SUM(A1)", "  =HYPERLINK()"])
def test_a_formula_is_refused_and_an_apostrophe_makes_it_text(tmp_path: Path, text: str) -> None:
    formula = read_path(write(tmp_path, f"{HEADER}\nA-1;{text};1;20;1\n"))
    assert faults_of(formula) == [(2, "nom", text.strip())]

    marked = read_path(write(tmp_path, f"{HEADER}\nA-1;'{text.strip()};1;20;1\n"))
    assert [row.name for row in marked.rows] == [text.strip()]
    assert row_cells(marked.rows[0])[Column.NAME] == f"'{text.strip()}"
