import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given

from saleor_alencon.outputs.statement import (
    StatementDocument,
    StatementError,
    StatementLine,
    TenderPart,
    sum_by_vat_rate,
)
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
        (lambda p: p.update(statement_version=2), "unknown statement version 2"),
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
