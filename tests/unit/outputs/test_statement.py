import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given

from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.outputs.statement import (
    StatementDocument,
    StatementError,
    StatementLine,
    TenderPart,
    sum_by_vat_rate,
)
from saleor_alencon.outputs.statement_csv import render_statement_csv
from saleor_alencon.outputs.statement_view import statement_view
from tests.unit.outputs import samples
from tests.unit.outputs.strategies import documents


def test_a_line_whose_parts_do_not_sum_to_its_gross_is_refused():
    with pytest.raises(StatementError, match="sale 1042: gross 1000 is not commission 80"):
        StatementLine(date(2026, 9, 1), "sale", "1042", "", 1000, 80, 16, 0, 905)


def test_items_must_explain_their_line_to_the_cent():
    line = samples.line(samples.item(1000))
    with pytest.raises(StatementError, match="items' gross_cents sum to 1001"):
        replace(line, items=(replace(line.items[0], gross_cents=1001),))
    with pytest.raises(StatementError, match="items' commission_cents sum to 79"):
        replace(line, items=(replace(line.items[0], commission_cents=79),))


def test_tenders_must_pay_their_line_to_the_cent():
    line = samples.line(samples.item(1000))
    with pytest.raises(StatementError, match="tenders sum to 999"):
        replace(line, tenders=(TenderPart("Carte bancaire", 999),))


def test_the_document_net_is_the_sum_of_its_lines():
    document = samples.typical_document()
    assert document.net_cents == 104929
    with pytest.raises(StatementError, match="lines' net is 104929, not 104930"):
        replace(document, net_cents=104930, payable_cents=document.payable_cents + 1)


def test_opening_and_net_are_paid_or_carried():
    document = samples.typical_document()
    assert (document.opening_cents, document.payable_cents) == (-1234, 103695)
    with pytest.raises(StatementError, match="is not payable"):
        replace(document, payable_cents=103694)
    with pytest.raises(StatementError, match="never split"):
        replace(document, payable_cents=103694, carried_cents=1)


@pytest.mark.parametrize(
    ("gross_cents", "iban", "reason"),
    [
        (-2000, samples.IBAN, "negative"),
        (500, samples.IBAN, "below_minimum"),
        (5000, "", "missing_iban"),
        (5000, samples.IBAN, ""),
    ],
)
def test_a_reason_must_fit_what_is_carried(gross_cents, iban, reason):
    document = samples.document(samples.bare_line("correction", gross_cents, ""), iban=iban)
    assert document.carried_reason == reason
    for other in {"", "negative", "below_minimum", "missing_iban"} - {reason}:
        with pytest.raises(StatementError, match="does not fit the reason"):
            replace(document, carried_reason=other)


def test_a_cutoff_without_offset_is_refused():
    with pytest.raises(StatementError, match="UTC offset"):
        replace(samples.document(), cutoff=datetime(2026, 9, 30))  # noqa: DTZ001


@given(documents())
def test_the_stored_form_gives_the_same_document_and_the_same_bytes(document):
    text = document.to_json()
    assert StatementDocument.from_json(text) == document
    assert StatementDocument.from_json(text.encode()).to_json() == text
    assert json.dumps(json.loads(text), sort_keys=True) == json.dumps(json.loads(text))


def test_the_same_moment_in_another_offset_is_stored_the_same():
    document = samples.document()
    paris = document.cutoff.astimezone(timezone(timedelta(hours=2)))
    assert replace(document, cutoff=paris).to_json() == document.to_json()
    assert document.cutoff.tzinfo is UTC


def damaged(change):
    payload = json.loads(samples.typical_document().to_json())
    change(payload)
    return json.dumps(payload)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update(statement_version=4), "unknown statement version 4"),
        (lambda p: p.update(statement_version=2), "version 2 has fields of 3"),
        (
            lambda p: (p.update(statement_version=1), p.pop("holds")),
            "version 1 has fields of version 2",
        ),
        (lambda p: p.update(statement_version=True), "unknown statement version True"),
        (lambda p: p.pop("statement_version"), "unknown statement version None"),
        (lambda p: p.pop("iban"), r"missing \['iban'\]"),
        (lambda p: p.update(surprise=1), r"unknown \['surprise'\]"),
        (lambda p: p.update(net_cents=104929.0), "statement.net_cents: expected int, got float"),
        (lambda p: p.update(net_cents=True), "statement.net_cents: expected int, got bool"),
        (lambda p: p.update(shop=None), "statement.shop: expected an object"),
        (lambda p: p.update(lines={}), "statement.lines: expected a list"),
        (lambda p: p.update(issued_on="hier"), "statement.issued_on: 'hier' is not a date"),
        (lambda p: p["lines"][0].update(kind="gift"), r"lines\[0\].kind: 'gift'"),
        (lambda p: p["lines"][0].update(net_cents=1), "sale 1042: gross"),
        (lambda p: p.update(payable_cents=1), "is not payable 1"),
    ],
)
def test_a_damaged_stored_statement_is_refused(change, message):
    with pytest.raises(StatementError, match=message):
        StatementDocument.from_json(damaged(change))


@pytest.mark.parametrize("text", ["", "[]", "null", "not json"])
def test_what_is_no_statement_is_refused(text):
    with pytest.raises(StatementError):
        StatementDocument.from_json(text)


def test_totals_by_rate_count_a_line_without_items_under_no_rate():
    totals = sum_by_vat_rate(samples.typical_document().lines)
    assert [(t.vat_rate_bps, t.gross_cents, t.vat_cents) for t in totals] == [
        (550, 114490, 5969),
        (2000, 1700, 283),
        (None, -150, None),
    ]


@given(documents())
def test_totals_by_rate_sum_to_the_lines(document):
    totals = sum_by_vat_rate(document.lines)
    for field in ("gross_cents", "commission_cents", "commission_vat_cents"):
        assert sum(getattr(t, field) for t in totals) == sum(
            getattr(entry, field) for entry in document.lines
        )


STORED = Path(__file__).parent / "stored"


def test_a_statement_stored_before_rules_had_names_is_read_and_written_as_it_was():
    text = (STORED / "statement-v1.json").read_text(encoding="utf-8")
    document = StatementDocument.from_json(text)
    assert document.to_json() == text
    assert render_statement_csv(document) == (STORED / "statement-v1.csv").read_bytes()
    view = statement_view(document)
    assert {item["rule"] for line in view["lines"] for item in line["items"]} == {""}
    assert not any("Commission" in line["foot"] for line in view["lines"])
    assert [" ".join(note.split()) for note in view["notes"][1:]] == [
        "La commission est calculée article par article, sur le montant TTC payé et non remboursé, "
        "puis arrondie au centime le plus proche (un demi-centime est arrondi au centime "
        "supérieur). La TVA de 20 % est calculée et arrondie de la même façon sur chaque "
        "commission.",
        "Le taux appliqué est celui en vigueur le jour de la vente ; un remboursement rend la "
        "commission au même taux.",
        "Exemple, pour « Le Perche à pied, 32 randonnées » : 24,90 € × 8 % = 1,99 € de "
        "commission, puis 1,99 € × 20 % = 0,40 € de TVA.",
    ]


def ruled(gross_cents, **more):
    """A statement of one item under a rule of 8 % and more."""
    terms = CommissionTerms(
        "Épicerie", 800, more.pop("vat_rate_bps", 2000),
        more.get("commission_fixed_cents", 0), more.get("commission_minimum_cents", 0),
        more.get("commission_maximum_cents"),
    )  # fmt: skip
    commission_cents = terms.commission_cents(gross_cents)
    item = replace(
        samples.item(gross_cents),
        commission_rule="Épicerie",
        commission_cents=commission_cents,
        commission_vat_cents=terms.vat_cents(commission_cents),
        commission_vat_rate_bps=terms.vat_rate_bps,
        **more,
    )
    return samples.document(samples.line(item))


@pytest.mark.parametrize(
    ("document", "rule", "example"),
    [
        (ruled(2490), "Épicerie", "24,90 € × 8 % = 1,99 € de commission, puis 1,99 € × 20 %"),
        (
            ruled(2490, commission_fixed_cents=30),
            "Épicerie : 8 % + 0,30 € par article",
            "24,90 € × 8 % = 1,99 €, plus 0,30 € de part fixe, soit 2,29 € de commission, puis",
        ),
        (
            ruled(490, commission_minimum_cents=50),
            "Épicerie : 8 %, au moins 0,50 €",
            "4,90 € × 8 % = 0,39 €, porté au minimum de 0,50 € de commission, puis 0,50 € × 20 %",
        ),
        (
            ruled(90000, commission_maximum_cents=2000),
            "Épicerie : 8 %, au plus 20,00 €",
            "900,00 € × 8 % = 72,00 €, limité à 20,00 € de commission, puis 20,00 € × 20 %",
        ),
    ],
)
def test_an_items_rule_is_named_and_its_sum_spelled_out(document, rule, example):
    view = statement_view(document)
    foot = " ".join(view["lines"][0]["foot"].split())
    assert foot.startswith(f"Commission : {rule} · Payé par : Carte bancaire ")
    assert example in " ".join(view["notes"][-1].split())


def test_an_association_under_franchise_says_so_and_one_that_changed_names_both_rates():
    franchise = ruled(2490, vat_rate_bps=0)
    assert "TVA non applicable, art. 293 B du CGI." in statement_view(franchise)["notes"][1]
    both = samples.document(*franchise.lines, *ruled(2490).lines)
    labels = [" ".join(row["label"].split()) for row in statement_view(both)["summary"]]
    assert "TVA sur commission (0 % et 20 %)" in labels


def test_an_item_that_no_rule_fits_says_so():
    free = samples.document(samples.line(samples.item(2490, commission_rate_bps=0)))
    (line,) = statement_view(free)["lines"]
    assert line["foot"].startswith("Commission : aucune règle de commission")


def test_items_under_different_rules_are_named_one_by_one():
    items = samples.item(2490), samples.item(450, commission_rate_bps=0)
    (line,) = statement_view(samples.document(samples.line(*items)))["lines"]
    assert [item["rule"] for item in line["items"]] == ["Livres", "aucune règle de commission"]
    assert "Commission" not in line["foot"]
