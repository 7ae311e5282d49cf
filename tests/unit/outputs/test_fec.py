"""The FEC as text: what is written is what the control reads, whatever people typed."""

from dataclasses import replace
from datetime import date
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.outputs.fec import (
    FEC_COLUMNS,
    FecError,
    FecLine,
    fec_name,
    fec_text,
    render_fec,
)
from saleor_alencon.outputs.fec_description import render_fec_description
from tests.fec_control import FIELDS, control
from tests.unit.outputs.strategies import TEXTS

NAME = "123456789FEC20261231.txt"
SALE = FecLine(
    journal_code="EN",
    journal_label="Encaissements et remboursements",
    entry_number=1,
    booked_on=date(2026, 9, 12),
    account_number="517100",
    account_label="Prestataire de paiement, encaissements",
    auxiliary_number="",
    auxiliary_label="",
    piece_reference="1042",
    piece_on=date(2026, 9, 12),
    label="Encaissement, commande 1042 [118]",
    debit_cents=6470,
    credit_cents=0,
    lettering="",
    lettered_on=None,
    valid_on=date(2026, 9, 13),
)
OWED = replace(
    SALE,
    account_number="467100",
    account_label="Boutiques, fonds détenus",
    auxiliary_number="librairie",
    auxiliary_label="Librairie",
    debit_cents=0,
    credit_cents=6470,
)


def written(lines):
    return b"".join(render_fec(lines))


def numbered(pairs):
    """Give each pair of legs the next number."""
    return [
        replace(leg, entry_number=number)
        for number, pair in enumerate(pairs, start=1)
        for leg in pair
    ]


def test_a_sale_is_written_in_full():
    text = written([SALE, OWED]).decode("iso-8859-15")
    assert text.split("\r\n") == [
        "\t".join(FIELDS),
        "EN\tEncaissements et remboursements\t1\t20260912\t517100\t"
        "Prestataire de paiement, encaissements\t\t\t1042\t20260912\t"
        "Encaissement, commande 1042 [118]\t64,70\t0,00\t\t\t20260913\t\t",
        "EN\tEncaissements et remboursements\t1\t20260912\t467100\tBoutiques, fonds détenus\t"
        "librairie\tLibrairie\t1042\t20260912\tEncaissement, commande 1042 [118]\t0,00\t64,70\t"
        "\t\t20260913\t\t",
        "",
    ]
    assert list(FEC_COLUMNS) == FIELDS
    assert control(NAME, written([SALE, OWED])) == []


def test_the_name_is_siren_fec_and_the_closing_date():
    assert fec_name("123456789", date(2026, 12, 31)) == NAME
    for siren in ("", "12345678", "12345678A", "1234567890"):
        with pytest.raises(FecError, match="nine digits"):
            fec_name(siren, date(2026, 12, 31))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("Café\tcrème\r\nà 2,50 €", "Café crème à 2,50 €"),
        ("L’Échoppe – « Œuvres »", "L'Échoppe - « Œuvres »"),
        ("a|b", "a/b"),
        ("Kőszeg", "Koszeg"),
        ("🧀 Comté", "? Comté"),
        ("cafe\u0301", "café"),
        ("A\u200bB\u202eC\u0007D", "ABC D"),
        ("\u00a0 x \u202f", "x"),
        ("ﬁn", "fin"),
        ("\u2028", ""),
        ("½ l", "1/2 l"),
    ],
)
def test_text_becomes_one_field_of_the_legal_character_set(typed, field):
    assert fec_text(typed) == field


@given(TEXTS)
def test_any_text_is_one_clean_field(text):
    field = fec_text(text)
    field.encode("iso-8859-15")
    assert not set(field) & set("\t|\r\n")
    assert field == field.strip()
    assert field.isprintable()
    assert fec_text(field) == field


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, st.integers(1, 10**13)), min_size=1, max_size=12))
def test_the_control_accepts_whatever_shops_and_orders_are_called(entries):
    pairs = []
    for label, shop, reference, cents in entries:
        names = {"label": f"Vente {label} {shop}", "piece_reference": f"1{reference}"}
        pairs.append(
            (
                replace(SALE, debit_cents=cents, **names),
                replace(
                    OWED, credit_cents=cents, auxiliary_number="b", auxiliary_label="B", **names
                ),
            )
        )
    content = written(numbered(pairs))
    assert control(NAME, content) == []
    cells = [row.split("\t") for row in content.decode("iso-8859-15").split("\r\n")[1:-1]]
    debits = sum(int(row[11].replace(",", "")) for row in cells)
    assert debits == sum(int(row[12].replace(",", "")) for row in cells)
    assert debits == sum(cents for *_, cents in entries)


def test_an_endless_year_is_streamed():
    endless = (replace(leg, entry_number=number) for number in count(1) for leg in (SALE, OWED))
    chunks = list(islice(render_fec(endless), 4))
    assert [chunk.count(b"\r\n") for chunk in chunks] == [1, 2000, 2000, 2000]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([replace(SALE, credit_cents=6470)], "debit and credit are"),
        ([replace(SALE, debit_cents=0)], "debit and credit are"),
        ([replace(SALE, debit_cents=-1)], "debit and credit are"),
        ([SALE], "entry 1: debit and credit differ by 6470 cents"),
        ([SALE, replace(OWED, entry_number=2)], "entry 1: debit and credit differ by 6470"),
        ([SALE, OWED, replace(SALE, entry_number=3)], "the numbers have a gap"),
        ([replace(SALE, entry_number=2)], "the numbers have a gap"),
        ([replace(SALE, account_number="4A7100")], "three digits of the plan comptable"),
        ([replace(SALE, account_number="46")], "three digits of the plan comptable"),
        ([SALE, replace(OWED, valid_on=date(2026, 9, 12))], "before the entry ahead of it"),
        ([replace(SALE, piece_reference=" \t"), OWED], "entry 1, account 517100: no PieceRef"),
        ([replace(SALE, label="\u200b"), OWED], "entry 1, account 517100: no EcritureLib"),
    ],
)
def test_what_the_tax_authority_would_refuse_is_refused_here_by_name(lines, message):
    with pytest.raises(FecError, match=message):
        written(lines)


def test_the_description_names_every_field_and_how_the_file_is_coded():
    text = render_fec_description(
        name=NAME, holder="Office d'Alençon", siren="123456789",
        first_day=date(2026, 1, 1), last_day=date(2026, 12, 31),
    ).decode()  # fmt: skip
    for place, column in enumerate(FEC_COLUMNS, start=1):
        assert f"\r\n{place}. {column} : " in text
    for words in (NAME, "SIREN 123456789", "du 01/01/2026 au 31/12/2026", "tabulation", "8859-15"):
        assert words in text


# ---- The control itself: each rule finds its own fault, and nothing else does --------------------


def changed(field, text, line=1):
    """Return the two lines of a sale with one field otherwise."""
    lines = written([SALE, OWED]).decode("iso-8859-15").split("\r\n")
    cells = lines[line].split("\t")
    cells[FIELDS.index(field)] = text
    lines[line] = "\t".join(cells)
    return "\r\n".join(lines).encode("iso-8859-15")


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("JournalCode", "", "JournalCode is empty"),
        ("PieceRef", "", "PieceRef is empty"),
        ("ValidDate", "", "ValidDate is empty"),
        ("CompteLib", " x", "CompteLib has spaces around it"),
        ("EcritureDate", "20260931", "EcritureDate is no date"),
        ("PieceDate", "2026-09-12", "PieceDate is no date"),
        ("EcritureDate", "20251231", "EcritureDate outside the year"),
        ("ValidDate", "20260911", "validated before it was booked"),
        ("Debit", "64.70", "Debit is no amount"),
        ("Debit", "1 064,70", "Debit is no amount"),
        ("Credit", "64,70", "debit and credit on one line"),
        ("Debit", "64,71", "entry 1 does not balance"),
        ("CompteNum", "Caisse", "CompteNum is not of the plan comptable"),
        ("CompteNum", "990000", "CompteNum is not of the plan comptable"),
        ("CompAuxNum", "x", "CompAuxNum without CompAuxLib"),
        ("EcritureLet", "A", "EcritureLet without DateLet"),
        ("Montantdevise", "1,00", "Montantdevise without Idevise"),
        ("EcritureNum", "2", "EcritureNum has a gap"),
        ("JournalCode", "CO", "an entry of two journals or dates"),
    ],
)
def test_the_control_finds_a_wrong_field(field, text, rule):
    assert rule in {found for found, _ in control(NAME, changed(field, text))}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"\xef\xbb\xbf" + written([SALE, OWED]), "character set"),
        (written([SALE, OWED]).replace(b"\r\n", b"\n"), "line ends"),
        (written([SALE, OWED]).replace(b"Debit", b"Montant"), "header"),
        (written([SALE, OWED]).replace(b"1042\t", b"1042\t\t", 1), "number of fields"),
        (written([]), "no line"),
    ],
)
def test_the_control_finds_a_wrong_file(content, rule):
    assert rule in {found for found, _ in control(NAME, content)}


@pytest.mark.parametrize(
    "name", ["FEC20261231.txt", "123456789FEC20261331.txt", "123456789FEC20261231.csv"]
)
def test_the_control_finds_a_wrong_name(name):
    assert control(name, written([SALE, OWED])) == [("name", 0)]


def test_the_control_finds_wrong_letterings_and_names():
    lettered = {"lettering": "A", "lettered_on": date(2026, 9, 12)}
    faults = dict(control(NAME, written([replace(SALE, **lettered), OWED])))
    assert faults == {"a lettering does not balance": 2}
    early = replace(SALE, lettering="A", lettered_on=date(2026, 9, 11))
    back = replace(early, debit_cents=0, credit_cents=6470)
    assert dict(control(NAME, written([early, back]))) == {"lettered before it was booked": 2}
    renamed = replace(SALE, account_label="Autre", debit_cents=0, credit_cents=6470)
    assert dict(control(NAME, written([SALE, renamed]))) == {"CompteNum has two names": 3}
    opening = replace(SALE, journal_code="AN", journal_label="À nouveaux", entry_number=2)
    late = [SALE, OWED, opening, replace(opening, debit_cents=0, credit_cents=6470)]
    assert {rule for rule, _ in control(NAME, written(late))} == {"à nouveaux after other entries"}
