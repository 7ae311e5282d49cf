"""States of a shop order and its pickup, and the mark of a refusal."""

from itertools import pairwise

import pytest

from saleor_alencon.domain.commission import NO_COMMISSION
from saleor_alencon.domain.money import price_of_pieces
from saleor_alencon.domain.order_books import (
    LineFact,
    OrderFacts,
    RefundFact,
    TenderFact,
    TenderKind,
    derive_order_books,
)
from saleor_alencon.domain.refund_marks import RefundMark, without_mark
from saleor_alencon.domain.shop_orders import (
    LineProgress,
    PickupState,
    ShopOrderState,
    derive_pickup_state,
    derive_shop_order_state,
)


def state_of(*lines, paid=1000, refunded=0, gross=1000):
    return derive_shop_order_state(
        [LineProgress(*line) for line in lines],
        order_cancelled=False,
        gross_cents=gross,
        paid_cents=paid,
        refunded_cents=refunded,
    )


@pytest.mark.parametrize(
    ("lines", "refunded", "expected"),
    [
        ([(2, 0), (1, 0)], 0, ShopOrderState.TO_PREPARE),
        ([(2, 0), (1, 0, 1)], 300, ShopOrderState.TO_PREPARE),
        ([(2, 2), (1, 0, 1)], 300, ShopOrderState.HANDED_OVER),
        ([(2, 1), (1, 0, 1)], 300, ShopOrderState.PARTLY_HANDED_OVER),
        ([(2, 0, 2), (1, 0, 1)], 1000, ShopOrderState.CANCELLED),
        ([(2, 0, 2), (1, 0, 1)], 0, ShopOrderState.HANDED_OVER),
    ],
)
def test_pieces_that_came_back_are_not_waited_for(lines, refunded, expected):
    assert state_of(*lines, refunded=refunded) == expected


def test_a_free_article_that_the_shop_refuses_is_cancelled():
    assert state_of((1, 0, 1), paid=0, gross=0) == ShopOrderState.CANCELLED


def test_a_hand_over_stands_until_saleor_knows_it():
    to_prepare = ShopOrderState.TO_PREPARE
    handed_over = PickupState.HANDED_OVER
    assert derive_pickup_state(to_prepare, handed_over, handing_over=True) == handed_over
    assert derive_pickup_state(to_prepare, handed_over) == PickupState.TO_PREPARE
    cancelled = derive_pickup_state(ShopOrderState.CANCELLED, handed_over, handing_over=True)
    assert cancelled == PickupState.CANCELLED


@pytest.mark.parametrize("current", [None, PickupState.TO_PREPARE, PickupState.READY])
def test_what_is_not_paid_is_not_prepared(current):
    unpaid = ShopOrderState.AWAITING_PAYMENT
    assert derive_pickup_state(unpaid, current) == PickupState.AWAITING_PAYMENT
    assert derive_pickup_state(unpaid, current, handing_over=True) == PickupState.HANDED_OVER
    paid = derive_pickup_state(ShopOrderState.TO_PREPARE, PickupState.AWAITING_PAYMENT)
    assert paid == PickupState.TO_PREPARE


def test_a_mark_is_read_as_it_was_signed():
    mark = RefundMark("librairie-des-halles", "refus-12", includes_shipping=True)
    reason = mark.sign("Article indisponible")
    assert reason == "Article indisponible [alencon:librairie-des-halles:refus-12:livraison]"
    assert RefundMark.read(reason) == mark
    plain = RefundMark("librairie-des-halles", "refus-12")
    assert RefundMark.read(plain.sign("x")) == plain
    assert RefundMark.read("Geste commercial") is None
    assert RefundMark.read(None) is None


def test_a_reason_is_shown_as_it_was_written_and_nobody_writes_a_mark():
    signed = RefundMark("librairie-des-halles", "tableau-4f1c09ab52de").sign("Abîmé")

    assert without_mark(signed) == "Abîmé"
    assert without_mark("[alencon:x:refus-1] rendu [alencon:x:refus-2:livraison]") == "rendu"
    assert without_mark("coupé [alencon:x:refus-1") == "coupé"
    assert without_mark(None) == ""
    assert RefundMark.read(without_mark("y [alencon:x:[alencon:x:refus-1]]")) is None


def test_the_prices_of_a_lines_pieces_add_up_to_the_line():
    prices = [price_of_pieces(1000, 3, pieces) for pieces in range(4)]

    assert prices == [0, 333, 666, 1000]
    assert [late - early for early, late in pairwise(prices)] == [333, 333, 334]
    with pytest.raises(ValueError, match="4 of 3 pieces"):
        price_of_pieces(1000, 3, 4)


def test_a_refused_shop_gives_its_part_of_the_delivery_fee_back():
    # Given two shops that share a fee of 4.90, paid by card
    facts = OrderFacts(
        "order",
        (LineFact("a", "cheese", 3000), LineFact("b", "books", 1000)),
        490,
        (TenderFact("card", TenderKind.CARD, 4490, 1123),),
        (RefundFact("r", 1123, {"b": 1000}, shipping_shop="books"),),
    )
    # When the bookshop refuses its line
    terms = {"a": NO_COMMISSION, "b": NO_COMMISSION}
    parts = derive_order_books(facts, terms).parts
    # Then its line and its share of the fee go back, and nothing of the other's
    assert {name: part.refunded_cents for name, part in parts.items()} == {
        "a": 0, "b": 1000, "shipping:cheese": 0, "shipping:books": 123,
    }  # fmt: skip
    assert parts["shipping:cheese"].kept_cents == 367
