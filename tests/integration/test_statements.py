"""What a statement says, to the cent, and what happens to a balance that is not paid."""

import datetime

import pytest

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.settlement.documents import statement_csv, statement_pdf
from saleor_alencon.settlement.services import payout_return, run_approve, run_cancel, run_execute
from saleor_alencon.shops.models import Association, Shop
from tests.documents import pdf_text
from tests.integration.small_town import (
    BIC,
    IBAN,
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
    pay,
    sell,
    stated,
    statement,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def town(db):
    open_town()


def only_line(run, shop):
    (line,) = statement(run, shop).document["lines"]
    return line


def test_a_shop_without_iban_is_owed_its_balance_until_it_gives_one(town):
    mercer = Shop.objects.filter(slug="mercerie")
    mercer.update(iban="")
    sell("1", 3000, "mercerie")
    first = draft()
    assert stated(first, "mercerie") == (0, 3000, 0, 3000, "missing_iban")
    assert not first.payouts.exists()
    pay(first)

    mercer.update(iban=IBAN, bic="")
    sell("2", 1000, "mercerie")
    second = pay(draft())
    assert stated(second, "mercerie") == (3000, 1000, 0, 4000, "missing_iban")

    mercer.update(bic=BIC)
    third = pay(draft())
    assert stated(third, "mercerie") == (4000, 0, 4000, 0, "")
    payout = third.payouts.get()
    assert (payout.amount_cents, payout.iban, payout.state) == (4000, IBAN, "executed")
    assert find_problems() == []


def test_a_balance_below_the_minimum_waits_until_it_reaches_it(town):
    assert Association.objects.get().minimum_payout_cents == 500
    sell("1", 499, "mercerie")
    first = pay(draft())
    assert stated(first, "mercerie") == (0, 499, 0, 499, "below_minimum")
    sell("2", 1, "mercerie")
    second = pay(draft())
    assert stated(second, "mercerie") == (499, 1, 500, 0, "")
    assert find_problems() == []


def test_a_negative_balance_is_carried_over_runs_until_sales_cover_it(town):
    basket = sell("1", 3000, "mercerie")
    pay(draft())
    basket.refund(3000, lines={0: 1})
    basket.deliver()
    Shop.objects.filter(slug="mercerie").update(iban="")
    second = pay(draft())
    assert stated(second, "mercerie") == (0, -3000, 0, -3000, "negative")
    sell("2", 2999, "mercerie")
    third = pay(draft())
    assert stated(third, "mercerie") == (-3000, 2999, 0, -1, "negative")
    Shop.objects.filter(slug="mercerie").update(iban=IBAN)
    sell("3", 501, "mercerie")
    fourth = pay(draft())
    assert stated(fourth, "mercerie") == (-1, 501, 500, 0, "")
    assert find_problems() == []


def test_an_abandoned_run_leaves_what_it_carried_to_the_next(town):
    sell("1", 499, "mercerie")
    pay(draft())
    sell("2", 700, "mercerie")
    run_cancel(run_id=draft().pk, cancelled_by=operator(), now=NOW)
    assert stated(draft(), "mercerie") == (499, 700, 1199, 0, "")
    assert find_problems() == []


def test_the_vat_and_the_pieces_of_an_item_follow_what_was_kept(town):
    # 30.00 at 5.5 % contain 1.56; two of three pieces kept contain 1.04.
    line = Line("librairie", 3000, pieces=3, vat_bps=550)
    basket = Basket("1", [line], [Tender(3000)])
    basket.hand_over()
    basket.refund(1000, lines={0: 1})
    basket.deliver()
    first = pay(draft())
    (item,) = only_line(first, "librairie")["items"]
    assert (item["quantity"], item["gross_cents"], item["vat_cents"]) == (2, 2000, 104)

    basket.refund(333, lines={0: 1})
    basket.deliver()
    second = pay(draft())
    (item,) = only_line(second, "librairie")["items"]
    assert (item["quantity"], item["gross_cents"], item["vat_cents"]) == (0, -333, -17)

    basket.refund(1667, lines={0: 1})
    basket.deliver()
    third = draft()
    (item,) = only_line(third, "librairie")["items"]
    assert (item["gross_cents"], item["vat_cents"]) == (-1667, -87)
    assert 104 - 17 - 87 == 0
    assert find_problems() == []


def test_a_returned_piece_is_counted_and_dated_when_it_came_back(town):
    basket = Basket("1", [Line("librairie", 3000, pieces=3)], [Tender(3000)])
    basket.hand_over()
    basket.deliver()
    pay(draft())
    basket.captured_at = NOW - DAY
    basket.refund(2000, lines={0: 2})
    basket.deliver()
    line = only_line(draft(), "librairie")
    assert (line["kind"], line["occurred_on"]) == ("refund", "2026-11-24")
    assert line["label"] == "vente du relevé R2026-0001-librairie"
    assert [item["quantity"] for item in line["items"]] == [-2]
    assert line["tenders"] == [{"label": "Carte bancaire", "amount_cents": -2000}]


def test_a_statement_is_the_same_bytes_as_long_as_its_payout_is_in_the_same_state(town):
    sell("1", 5000, "librairie")
    run = draft()
    found = statement(run, "librairie")
    table = statement_csv(found)
    seen = [statement_pdf(found)]
    steps = [
        lambda: run_approve(run_id=run.pk, approved_by=approver(), now=NOW),
        lambda: run_execute(run_id=run.pk, executed_by=operator(), now=NOW + 2 * DAY),
        lambda: payout_return(
            payout_id=run.payouts.get().pk, returned_by=operator(), reason="AC04", now=NOW + 5 * DAY
        ),
    ]
    for step in steps:
        step()
        Shop.objects.filter(slug="librairie").update(name=f"Librairie {len(seen)}", iban="")
        assert statement_csv(found) == table
        assert statement_pdf(found) == statement_pdf(found)
        seen.append(statement_pdf(found))
    assert len(set(seen)) == 4
    reference = run.payouts.get().end_to_end_id
    for pdf, words in zip(
        seen,
        [
            ["Projet", "Net à verser 45,20"],
            ["Exécution demandée le 26 novembre 2026", f"Référence {reference}"],
            ["Net versé 45,20", "Exécuté le 27 novembre 2026"],
            ["Retourné le 30 novembre 2026", "Motif AC04"],
        ],
        strict=True,
    ):
        text = pdf_text(pdf)
        for each in words:
            assert each in text
    assert find_problems() == []
