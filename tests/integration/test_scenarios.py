"""The scenarios of the project's list of failures seen in other marketplaces, by number.

Some are tested beside their subject: 7, 8 and 9 in test_provider.py, more of 5 in
test_transfers.py; 12, 13, 15 and 16 with Saleor's permissions, 19 in
tests/live/test_whole_path.py, 20 on recorded orders in test_first_path.py.
"""

import datetime
from random import Random

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.commission.models import CommissionRule
from saleor_alencon.commission.services import PlanRefused
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.office.dashboard import attention, missing_run, waiting_documents
from saleor_alencon.orders.models import Order, ShopOrder, Tender, TenderShare
from saleor_alencon.orders.services import document_store, documents_ingest
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.outputs.sepa import read_control_sum
from saleor_alencon.pickups.services import pickup_ready
from saleor_alencon.settlement.documents import statement_csv, statement_pdf
from saleor_alencon.settlement.models import StatementTender
from saleor_alencon.settlement.release import release_due
from saleor_alencon.settlement.services import payout_return
from saleor_alencon.shops.models import Shop, ShopMember
from tests.documents import pdf_text
from tests.integration.small_town import (
    NOW,
    PLACED,
    Basket,
    Line,
    draft,
    open_town,
    operator,
    order_line,
    pay,
    publish,
    shop_order,
    stated,
    statement,
)
from tests.integration.small_town import (
    Tender as Paid,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
SLOW_DATABASE = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def town(db):
    open_town()


def two_shops(number="1", **changes):
    """A basket of 50.00 at the bookshop and 50.01 at the cheese shop, paid by card."""
    lines = [Line("librairie", 5000), Line("fromagerie", 5001)]
    return Basket(number, lines, [Paid(10001 + changes.get("shipping_cents", 0))], **changes)


def available(shop):
    return (
        -shop_balances().get(Shop.objects.get(slug=shop).pk, {}).get(AccountKind.SHOP_AVAILABLE, 0)
    )


@pytest.mark.parametrize("shops", [("librairie", "fromagerie"), ("fromagerie", "librairie")])
def test_1_two_equal_shops_share_100_01_whichever_comes_first(town, shops):
    lines = [Line(shop, 10001 - 1) for shop in shops]
    basket = Basket(
        "1", lines, [Paid(10001, gift=True), Paid(20000)], shipping_cents=10001, home=True
    )
    basket.deliver()
    cheque = TenderShare.objects.filter(tender__saleor_id="tender-1-0")
    assert sum(share.charged_cents for share in cheque) == 10001
    assert {shop_order("1", shop).shipping_share_cents for shop in shops} == {5000, 5001}
    assert sum(shop_order("1", shop).paid_cents for shop in shops) == 30001
    assert find_problems() == []


@st.composite
def baskets(draw):
    """Any order of one to four lines, delivered or not, paid by any mix of up to three tenders."""
    lines = draw(
        st.lists(
            st.builds(
                Line,
                shop=st.sampled_from(["librairie", "fromagerie", "mercerie"]),
                gross_cents=st.integers(1, 20_000),
                pieces=st.integers(1, 3),
                vat_bps=st.sampled_from([550, 2000]),
            ),
            min_size=1,
            max_size=4,
        )
    )
    basket = Basket("1", lines, [], shipping_cents=draw(st.integers(0, 900)), home=True)
    left = sum(line.gross_cents for line in lines) + basket.shipping_cents
    for _ in range(draw(st.integers(0, 2))):
        part = draw(st.integers(0, left))
        basket.tenders.append(Paid(part, gift=True))
        left -= part
    basket.tenders.append(Paid(left + draw(st.sampled_from([0, 0, 7]))))
    basket.hand_over()
    return basket


def refund_some(draw, basket):
    """Give part of a tender back, for a line with or without delivery, or for the order."""
    tender = draw(st.integers(0, len(basket.tenders) - 1))
    paid = basket.tenders[tender]
    cents = draw(st.integers(0, paid.charged_cents - paid.refunded_cents))
    line = draw(st.sampled_from([None, *range(len(basket.lines))]))
    basket.refund(
        cents,
        tender=tender,
        lines={} if line is None else {line: 1},
        shipping=draw(st.booleans()),
        status=draw(st.sampled_from(["SUCCESS", "NONE"])),
    )


@SLOW_DATABASE
@given(basket=baskets(), data=st.data())
def test_2_every_mix_of_tenders_sums_to_the_cent_refunded_or_not(town, basket, data):
    with transaction.atomic():
        for run_number in range(2):
            if run_number or data.draw(st.booleans()):
                refund_some(data.draw, basket)
            order = basket.deliver()
            check_tenders(order, basket)
            release_due(cutoff=NOW, now=NOW)
            if any(available(line.shop) != 0 for line in basket.lines):
                pay(draft())
            assert find_problems() == []
        transaction.set_rollback(True)


def check_tenders(order: Order, basket: Basket):
    shares = TenderShare.objects.filter(tender__order=order)
    for position, paid in enumerate(basket.tenders):
        of_tender = shares.filter(tender__saleor_id=f"tender-1-{position}")
        assert sum(share.charged_cents for share in of_tender) <= paid.charged_cents
    kept = sum(share.charged_cents - share.refunded_cents for share in shares)
    assert kept + order.shopper_credit_cents == sum(
        paid.charged_cents - paid.refunded_cents for paid in basket.tenders
    )


def test_2_every_statement_says_which_tender_paid_and_the_sum_over_runs_is_the_tender(town):
    basket = Basket(
        "1",
        [Line("librairie", 5000), Line("fromagerie", 5001)],
        [Paid(4000, gift=True), Paid(2000, gift=True), Paid(4001)],
    )
    basket.hand_over()
    basket.refund(500, lines={0: 1}, tender=2)
    basket.deliver()
    first = draft()
    (line,) = statement(first, "librairie").document["lines"]
    assert line["gross_cents"] == 4500
    assert line["tenders"] == [
        {"label": "Carte bancaire", "amount_cents": 1500},
        {"label": "Chèque cadeau", "amount_cents": 3000},
    ]
    pay(first)
    basket.refund(4000, tender=0, lines={0: 1})
    basket.deliver()
    (line,) = statement(draft(), "librairie").document["lines"]
    assert line["tenders"] == [{"label": "Chèque cadeau", "amount_cents": -4000}]
    stated_cents = {
        tender.saleor_id: sum(
            part.amount_cents for part in StatementTender.objects.filter(tender=tender)
        )
        for tender in Tender.objects.all()
    }
    assert stated_cents == {"tender-1-0": 0, "tender-1-1": 2000, "tender-1-2": 3501}


def test_3_a_refund_of_a_mere_amount_reaches_the_shops_balances(town):
    basket = two_shops()
    basket.hand_over()
    basket.refund(1000)
    basket.deliver()
    run = draft()
    # 45.00 less 3.60 and 0.72; 45.01 less 4.50 and 0.90
    assert stated(run, "librairie") == (0, 4068, 4068, 0, "")
    assert stated(run, "fromagerie") == (0, 3961, 3961, 0, "")


def test_4_a_refund_after_the_payout_is_a_negative_line_carried_until_sales_cover_it(town):
    basket = two_shops()
    basket.hand_over()
    basket.deliver()
    first = pay(draft())
    assert stated(first, "librairie") == (0, 4520, 4520, 0, "")

    basket.refund(5000, lines={0: 1})
    basket.deliver()
    second = pay(draft())
    assert stated(second, "librairie") == (0, -4520, 0, -4520, "negative")
    (line,) = statement(second, "librairie").document["lines"]
    assert (line["kind"], line["gross_cents"], line["commission_cents"]) == ("refund", -5000, -400)
    assert line["label"] == "vente du relevé R2026-0001-librairie"
    assert not second.payouts.exists()

    sale = Basket("2", [Line("librairie", 10000)], [Paid(10000)])
    sale.hand_over()
    sale.deliver()
    third = pay(draft())
    assert stated(third, "librairie") == (-4520, 9040, 4520, 0, "")
    assert available("librairie") == 0
    assert find_problems() == []


def test_5_a_payout_that_the_bank_returns_is_owed_again_and_both_statements_say_so(town):
    basket = two_shops()
    basket.hand_over()
    basket.deliver()
    first = pay(draft())
    assert available("librairie") == 0
    payout = first.payouts.get(shop__slug="librairie")
    payout_return(payout_id=payout.pk, returned_by=operator(), reason="Compte clos", now=NOW)
    assert available("librairie") == 4520
    assert "Retourné le 25 novembre 2026" in pdf_text(statement_pdf(statement(first, "librairie")))
    second = draft()
    assert stated(second, "librairie") == (0, 4520, 4520, 0, "")
    (line,) = statement(second, "librairie").document["lines"]
    assert (line["kind"], line["net_cents"]) == ("payout_returned", 4520)
    text = pdf_text(statement_pdf(statement(second, "librairie")))
    assert "Virement retourné — R2026-0001-" in text
    assert not second.statements.filter(shop__slug="fromagerie").exists()
    pay(second)
    assert available("librairie") == 0
    assert find_problems() == []


def test_6_a_rate_edited_after_the_sale_changes_no_statement_and_no_refund(town):
    basket = two_shops()
    basket.hand_over()
    basket.deliver()
    first = pay(draft())
    before = statement_pdf(statement(first, "librairie")), digest_rows()

    rule = CommissionRule(name="Plus cher", rate_bps=2500)
    with pytest.raises(PlanRefused, match="dans le passé"):
        publish([rule], valid_from=PLACED - DAY, now=NOW)
    publish([CommissionRule(name="Plus cher", rate_bps=2500)], valid_from=NOW, now=NOW)
    basket.deliver()
    assert (statement_pdf(statement(first, "librairie")), digest_rows()) == before
    assert order_line("1").commission_rate_bps == 800

    basket.refund(2500, lines={0: 1})
    basket.deliver()
    (line,) = statement(draft(), "librairie").document["lines"]
    assert (line["gross_cents"], line["commission_cents"], line["commission_vat_cents"]) == (
        -2500, -200, -40,
    )  # fmt: skip


def test_10_a_shared_delivery_fee_is_split_and_a_refused_shop_gives_its_part_back(town):
    basket = two_shops(shipping_cents=499, home=True)
    basket.deliver()
    assert shop_order("1", "librairie").shipping_share_cents == 249
    assert shop_order("1", "fromagerie").shipping_share_cents == 250

    basket.refund(5001 + 250, lines={1: 1}, shipping=True)
    basket.hand_over("librairie")
    basket.deliver()
    kept, refused = shop_order("1", "librairie"), shop_order("1", "fromagerie")
    assert (kept.paid_cents, kept.refunded_cents) == (5249, 0)
    assert (refused.paid_cents, refused.refunded_cents) == (5251, 5251)
    assert (refused.state, refused.net_cents) == ("cancelled", 0)
    assert stated(draft(), "librairie") == (0, 4520, 4520, 0, "")


def test_10_a_shop_taken_out_of_the_basket_leaves_the_whole_fee_to_the_others(town):
    basket = two_shops(shipping_cents=499, home=True)
    basket.tenders = []
    basket.deliver()
    del basket.lines[1]
    basket.tenders = [Paid(5499)]
    basket.deliver()
    assert shop_order("1", "librairie").shipping_share_cents == 499
    gone = shop_order("1", "fromagerie")
    assert (gone.state, gone.goods_gross_cents, gone.shipping_share_cents) == ("cancelled", 0, 0)
    assert find_problems() == []


def test_11_without_a_scheduler_the_office_sees_that_the_run_is_late(town):
    basket = two_shops()
    basket.hand_over()
    basket.deliver()
    # Nobody released the money, so nothing is available; it is due all the same.
    assert available("librairie") == 0
    # Monthly: the run of November 1st was not prepared.
    assert "1er\u00a0novembre 2026" in missing_run(NOW)[0].text
    pay(draft())
    assert missing_run(NOW + 40 * DAY) == []
    sale = two_shops("2")
    sale.hand_over()
    sale.deliver()
    # December 1st is missed once its day is over.
    december = datetime.datetime(2026, 12, 1, tzinfo=TOWN_TIME)
    assert missing_run(december + DAY) == []
    (notice,) = missing_run(december + 2 * DAY)
    assert notice.grave
    assert "1er\u00a0décembre 2026. Boutiques qui attendent : 2." in notice.text


def test_11_without_a_worker_the_office_sees_that_the_inbox_fills(town):
    document = document_store(two_shops().snapshot(), source="hook")
    received = document.received_at
    assert waiting_documents(received + datetime.timedelta(minutes=59)) == []
    (notice,) = waiting_documents(received + datetime.timedelta(minutes=61))
    assert notice.grave
    assert notice.text.startswith("1 document attend depuis plus d'une heure")
    assert notice in attention(received + datetime.timedelta(minutes=61))
    documents_ingest([document.pk], now=NOW)
    assert waiting_documents(received + datetime.timedelta(minutes=61)) == []


def test_14_a_partner_with_one_line_in_an_order_gets_that_line(town, client):
    basket = two_shops()
    basket.lines.append(Line("mercerie", 700))
    basket.tenders = [Paid(10701)]
    basket.hand_over()
    basket.deliver()
    run = pay(draft())
    content = statement_csv(statement(run, "mercerie")).decode("utf-8-sig")
    assert "7,00" in content
    assert "Article line-1-2" in content
    for foreign in ("Article line-1-0", "Article line-1-1", "50,0", "107,01"):
        assert foreign not in content
    member = User.objects.create_user("m@alencon.example", "un-mot-de-passe", role=Role.MERCHANT)
    ShopMember.objects.create(shop=Shop.objects.get(slug="mercerie"), user=member)
    client.force_login(member)
    for shop, status in (("mercerie", 200), ("librairie", 404)):
        url = reverse("counter:statement", args=[statement(run, shop).pk, "csv"])
        assert client.get(url).status_code == status


def test_17_one_shop_is_ready_one_is_late_one_refuses_and_the_two_others_settle(town):
    basket = two_shops()
    basket.lines.append(Line("mercerie", 700))
    basket.tenders = [Paid(10701)]
    basket.deliver()
    pickups = {so.shop.slug: so.pickup for so in ShopOrder.objects.select_related("shop")}
    pickup_ready(pickup_id=pickups["librairie"].pk, done_by=operator(), now=NOW)
    basket.refund(700, lines={2: 1})
    basket.deliver()
    assert pickup_states() == {
        "librairie": "ready", "fromagerie": "to_prepare", "mercerie": "cancelled",
    }  # fmt: skip

    basket.hand_over("librairie")
    basket.deliver()
    first = pay(draft())
    assert list(first.statements.values_list("shop__slug", "payable_cents")) == [
        ("librairie", 4520)
    ]
    basket.hand_over("fromagerie")
    basket.deliver()
    second = pay(draft())
    assert list(second.statements.values_list("shop__slug", "payable_cents")) == [
        ("fromagerie", 4401)
    ]
    assert read_control_sum(bytes(second.payment_file)) == (4401, 1)
    assert pickup_states() == {
        "librairie": "handed_over", "fromagerie": "handed_over", "mercerie": "cancelled",
    }  # fmt: skip
    assert find_problems() == []


def pickup_states():
    found = ShopOrder.objects.select_related("shop", "pickup")
    return {so.shop.slug: so.pickup.state for so in found}


SHOPS = st.sampled_from(["librairie", "fromagerie", "mercerie"])
STEPS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(["add", "remove"])),
    st.tuples(st.just("pay")),
    st.tuples(st.just("hand over"), SHOPS),
    st.tuples(st.just("take back"), SHOPS),
    st.tuples(
        st.just("refund"), st.integers(0, 1), st.integers(0, 100), st.integers(-1, 3),
        st.booleans(), st.sampled_from(["SUCCESS", "NONE"]),
    ),
    st.tuples(st.just("cancel")),
)  # fmt: skip


def change(basket, step, *details):
    """Take one step of an order's life; one that is not possible now changes nothing."""
    if step == "edit" and not basket.tenders:
        if details == ("add",):
            basket.lines.append(Line("mercerie", 901))
        elif len(basket.lines) > 1:
            basket.lines.pop()
    elif step == "pay" and not basket.tenders:
        total = sum(line.gross_cents for line in basket.lines) + basket.shipping_cents
        basket.tenders = [Paid(total // 3, gift=True), Paid(total - total // 3)]
    elif step == "hand over":
        basket.hand_over(*details)
    elif step == "take back":
        basket.take_back(*details)
    elif step == "refund" and basket.tenders:
        tender, percent, line, shipping, status = details
        paid = basket.tenders[tender]
        cents = (paid.charged_cents - paid.refunded_cents) * percent // 100
        lines = {line: 1} if 0 <= line < len(basket.lines) else {}
        basket.refund(cents, tender=tender, lines=lines, shipping=shipping, status=status)
    elif step == "cancel":
        basket.cancelled = True


@SLOW_DATABASE
@given(
    steps=st.lists(STEPS, min_size=1, max_size=6),
    home=st.booleans(),
    random=st.randoms(use_true_random=False),
)
def test_20_the_final_snapshot_alone_gives_the_same_books_as_any_history(town, steps, home, random):
    lines = [Line("librairie", 1000), Line("fromagerie", 1500), Line("mercerie", 2000)]
    basket = Basket("1", lines, [], shipping_cents=490 * home, home=home)
    documents = [basket.snapshot()]
    for step in steps:
        change(basket, *step)
        documents.append(basket.snapshot())
    shuffled = documents + random.choices(documents, k=3)
    random.shuffle(shuffled)
    expected = books_after(documents[-1:], random)
    assert books_after(documents, random) == expected
    assert books_after(shuffled, random) == expected


def books_after(documents, random):
    """The books after these documents, with held money released now and then; rolled back."""
    with transaction.atomic():
        for text in documents:
            documents_ingest([document_store(text, source="file").pk], now=NOW)
            if random.random() < 0.5:
                release_due(cutoff=NOW, now=NOW)
        assert not InboxDocument.objects.filter(state="rejected").exists()
        release_due(cutoff=NOW, now=NOW)
        assert find_problems() == []
        rows = digest_rows()
        transaction.set_rollback(True)
    return rows


def test_20_of_two_snapshots_of_one_moment_the_same_one_wins_in_any_order(town):
    basket = two_shops()
    documents = []
    for refunded_cents in (0, 100, 200):
        basket.captured_at = PLACED
        basket.tenders[0].refunded_cents = refunded_cents
        documents.append(basket.snapshot())
    assert books_after(documents, Random(1)) == books_after(documents[::-1], Random(1))


def test_20_money_released_before_an_order_is_cancelled_is_held_again(town):
    basket = two_shops()
    basket.hand_over()
    basket.deliver()
    release_due(cutoff=NOW, now=NOW)
    assert available("librairie") == 4520
    basket.cancelled = True
    basket.deliver()
    assert stated(draft(), "librairie") == (0, 0, 0, 0, "")
    assert available("librairie") == 0
    assert find_problems() == []
