"""What is declared of a seller: the examples of docs/dac7.md, and what holds for any year."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.dac7 import (
    Exclusion,
    Identity,
    IdentityField,
    SellerKind,
    YearFigures,
    declared_quarters,
    quarter_starts,
    seller_status,
    withheld_from,
)
from saleor_alencon.outputs.dac7_json import FileSeller, entity_json, individual_json
from saleor_alencon.outputs.dac7_sheet import dac7_sheet
from saleor_alencon.outputs.report_table import report_csv

DOCUMENT = Path(__file__).parents[2] / "docs" / "dac7.md"
COMPANY = Identity(
    legal_name="Société des halles",
    trade_name="Les halles",
    siret="99900061500008",
    address_line="Place Foch",
    postal_code="61000",
    city="Alençon",
    iban="FR7630006000011234567890189",
    account_holder="Société des halles",
)
PERSON = Identity(
    kind=SellerKind.INDIVIDUAL,
    trade_name="La mercerie",
    first_name="Prénom",
    last_name="Nom",
    birth_date=datetime.date(1980, 2, 29),
    tax_number="1234567890123",
    siret="99900061500008",
    address_line="Place Foch",
    postal_code="61000",
    city="Alençon",
    iban="FR7630006000011234567890189",
    account_holder="Prénom Nom",
)


def table(heading):
    """Return the cells of the document's table whose first row is ``heading``."""
    lines = DOCUMENT.read_text().splitlines()
    start = lines.index(heading) + 2
    rows = []
    while start < len(lines) and lines[start].startswith("|"):
        rows.append([cell.strip() for cell in lines[start].strip("|").split("|")])
        start += 1
    assert rows
    return rows


def cents(text):
    return int(Decimal(text) * 100)


@pytest.mark.parametrize(
    "row", table("| T1 | T2 | T3 | T4 | declared T1 | T2 | T3 | T4 | left |"), ids=" ".join
)
def test_amounts_below_zero_correct_earlier_quarters(row):
    found = declared_quarters([cents(each) for each in row[:4]])
    assert found.cents == tuple(cents(each) for each in row[4:8])
    assert found.left_cents == cents(row[8])


@given(st.lists(st.integers(-(10**6), 10**6), min_size=4, max_size=4))
def test_declared_quarters_are_never_negative_and_lose_nothing(quarters):
    found = declared_quarters(quarters)
    assert min(found.cents) >= 0
    assert found.left_cents <= 0
    assert sum(found.cents) + found.left_cents == sum(quarters)
    if min(quarters) >= 0:
        assert found.cents == tuple(quarters)
    # What is left over was given back before anything was received that could bear it.
    lowest = min(sum(quarters[: place + 1]) for place in range(4))
    assert found.left_cents == min(0, lowest)


@pytest.mark.parametrize(
    "row", table("| sales | consideration | mark | what becomes of it |"), ids=" ".join
)
def test_who_is_declared(row):
    figures = YearFigures((0, cents(row[1]), 0, 0), sales=(0, int(row[0]), 0, 0))
    assert seller_status(figures, Exclusion(row[2])).value == row[3]


@pytest.mark.parametrize("row", table("| sent | withheld from |"), ids=" ".join)
def test_when_payment_is_withheld(row):
    day = datetime.date.fromisoformat
    found = withheld_from([day(each) for each in row[0].split(", ")])
    assert found == (day(row[1]) if row[1] else None)


def test_the_reminders_alone_do_not_withhold_before_sixty_days():
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=each) for each in (0, 1, 2)]
    assert withheld_from(days) == datetime.date(2026, 3, 2)


def test_quarters_begin_with_the_calendar_s():
    assert quarter_starts(2026)[0] == datetime.date(2026, 1, 1)
    assert quarter_starts(2026)[3:] == (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))


def test_a_company_needs_no_birth_and_a_person_no_legal_name():
    assert COMPANY.missing() == ()
    assert PERSON.missing() == ()
    assert Identity().missing() == (
        IdentityField.LEGAL_NAME, IdentityField.ADDRESS, IdentityField.SIRET, IdentityField.IBAN,
        IdentityField.ACCOUNT_HOLDER,
    )  # fmt: skip
    assert set(Identity(kind=SellerKind.INDIVIDUAL).missing()) == set(IdentityField) - {
        IdentityField.LEGAL_NAME
    }


def test_a_person_without_a_tax_number_gives_the_place_of_birth():
    without = Identity(**{**vars(PERSON), "tax_number": ""})
    assert without.missing() == (IdentityField.BIRTH_PLACE,)
    assert Identity(**{**vars(without), "birth_city": "Laval"}).missing() == (
        IdentityField.BIRTH_PLACE,
    )
    placed = Identity(**{**vars(without), "birth_city": "Laval", "birth_country": "FR"})
    assert placed.missing() == ()
    assert FileSeller("mercerie", 1, PERSON, YearFigures()).missing() == (
        IdentityField.BIRTH_PLACE,
    )


def test_the_file_rounds_each_quarter_and_tells_no_sale_of_an_empty_one():
    figures = YearFigures((10_050, 49, -20, 1_000_049), (149, 150, 0, 0), (3, 1, 0, 40))
    goods = entity_json(FileSeller("halles", 2, COMPANY, figures))["sale_of_goods"]
    assert [goods[f"consideration_amount_q{each}"] for each in (1, 2, 3, 4)] == [101, 0, 0, 10_000]
    assert [goods[f"activities_number_q{each}"] for each in (1, 2, 3, 4)] == [3, 0, 0, 40]
    assert [goods[f"fees_amount_q{each}"] for each in (1, 2, 3, 4)] == [1, 2, 0, 0]
    assert not FileSeller("halles", 1, COMPANY, YearFigures((49, 0, 0, 0))).is_tellable


def test_a_person_is_named_by_its_own_name_and_number():
    data = individual_json(FileSeller("mercerie", 1, PERSON, YearFigures((100, 0, 0, 0))))
    assert (data["first_name"], data["last_name"]) == ("Prénom", "Nom")
    assert data["birth_date"] == "1980-02-29"
    assert data["tax_identification_numbers"] == [{"issued_by": "FR", "value": "1234567890123"}]
    json.dumps(data)


def test_the_sheet_keeps_codes_as_text_and_amounts_as_declared():
    figures = YearFigures((10_000, -2_500, 0, 0), (960, -480, 0, 0), (1, 0, 0, 0))
    status = seller_status(figures, Exclusion.NONE)
    found = dac7_sheet([(COMPANY, status, figures, ["IBAN"])], year=2026, version=1)
    assert found.name == "dac7-2026-v1"
    heading, row = b"".join(report_csv(found)).decode("utf-8-sig").strip().split("\r\n")
    values = dict(zip(heading.split(";"), row.split(";"), strict=True))
    assert values["SIRET"] == "99900061500008"
    assert values["Suite"] == "sous les seuils"
    assert values["Contrepartie T1"] == "75,00"
    assert values["Contrepartie T2"] == "0,00"
    assert values["Frais année"] == "4,80"
    assert values["Ventes année"] == "1"
    assert values["Il manque"] == "IBAN"
