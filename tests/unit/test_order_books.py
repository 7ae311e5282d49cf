"""The money of one order: every mix of tenders and refunds sums, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.domain.order_books import (
    LineFact,
    OrderFacts,
    PositionKind,
    RefundFact,
    TenderFact,
    TenderKind,
    derive_order_books,
)

RATES_BPS = {"a": 800, "b": 1000, "c": 0}


def derive(order, **more):
    """The books of an order whose lines have the rate of their shop, and 20 % VAT on it."""
    terms = {
        line.id: CommissionTerms("taux", RATES_BPS[line.shop], 2000, **more) for line in order.lines
    }
    return derive_order_books(order, terms)


def facts(tenders, refunds=(), lines=((1, "a", 5000), (2, "b", 5001)), shipping=0):
    return OrderFacts(
        "order",
        tuple(LineFact(f"l{i}", shop, cents) for i, shop, cents in lines),
        shipping,
        tuple(TenderFact(f"t{i}", kind, *amounts) for i, (kind, *amounts) in enumerate(tenders)),
        tuple(refunds),
    )


def kept(books, shop):
    return sum(part.kept_cents for part in books.parts.values() if part.shop == shop)


def test_a_refund_of_lines_reaches_only_their_shop():
    refund = RefundFact("r", 5000, {"l1": 5000})
    books = derive(facts([(TenderKind.CARD, 10001, 5000)], [refund]))
    assert (kept(books, "a"), kept(books, "b")) == (0, 5001)
    assert books.parts["l1"].commission_cents == 0


def test_a_refund_of_a_mere_amount_reaches_every_shop():
    books = derive(facts([(TenderKind.CARD, 10001, 1000)]))
    assert (kept(books, "a"), kept(books, "b")) == (4500, 4501)


TWO_TENDERS = [(TenderKind.GIFT_CHEQUE, 4000), (TenderKind.CARD, 6001)]


def tender_of(kind, cents, shops=None):
    return TenderFact(f"{kind}", kind, cents, 0, frozenset(shops) if shops is not None else None)


@given(
    st.lists(st.integers(1, 10_000), min_size=1, max_size=6),
    st.sets(st.sampled_from(["a", "b", "c"])),
    st.integers(0, 12_000),
    st.integers(0, 3000),
)
def test_a_narrow_tender_pays_its_shops_first_and_all_is_paid_to_the_cent(
    grosses, accepting, cheque_cents, shipping
):
    lines = tuple(LineFact(f"l{i}", "abc"[i % 3], cents) for i, cents in enumerate(grosses))
    total = sum(grosses) + shipping
    cheque_cents = min(cheque_cents, total)
    tenders = (
        tender_of(TenderKind.CARD, total - cheque_cents),
        tender_of(TenderKind.GIFT_CHEQUE, cheque_cents, accepting),
    )
    books = derive(OrderFacts("order", lines, shipping, tenders))
    shops = {line.shop for line in lines}
    owed = {
        shop: sum(part.gross_cents for part in books.parts.values() if part.shop == shop)
        for shop in shops
    }
    paid = {
        shop: sum(
            share.charged_cents for (_, slug), share in books.tender_shares.items() if slug == shop
        )
        for shop in shops
    }
    assert paid == owed
    if shops & accepting:
        by_cheque = sum(
            share.charged_cents
            for (tender, shop), share in books.tender_shares.items()
            if tender == TenderKind.GIFT_CHEQUE and shop in accepting
        )
        assert by_cheque == min(cheque_cents, sum(owed[shop] for shop in shops & accepting))


def test_a_cheque_that_no_shop_of_the_basket_accepts_is_shared_as_a_card_is():
    cheque = tender_of(TenderKind.GIFT_CHEQUE, 4001, [])
    books = derive(
        OrderFacts("order", (LineFact("l1", "a", 5000), LineFact("l2", "b", 5001)), 0, (cheque,))
    )
    assert (kept(books, "a"), kept(books, "b")) == (2000, 2001)


def kept_by_tender(books):
    return {key: share.charged_cents - share.refunded_cents
            for key, share in sorted(books.tender_shares.items())}  # fmt: skip


def test_what_goes_back_whole_goes_back_to_the_tender_that_paid_it():
    paid = facts([(kind, cents, 0) for kind, cents in TWO_TENDERS])
    shares = kept_by_tender(derive(paid))
    assert shares == {
        ("t0", "a"): 2000, ("t0", "b"): 2000, ("t1", "a"): 3000, ("t1", "b"): 3001,
    }  # fmt: skip
    back = facts([(kind, cents, cents) for kind, cents in TWO_TENDERS])
    assert set(kept_by_tender(derive(back)).values()) == {0}


def test_a_refund_is_drawn_from_the_tender_it_was_meant_for():
    refunds = [
        RefundFact("r1", 1000, {"l1": 1000}, tenders=("t1",)),
        RefundFact("r2", 1500, {"l2": 1500}, tenders=("t0",)),
    ]
    (cheque, cheque_cents), (card, card_cents) = TWO_TENDERS
    books = derive(facts([(cheque, cheque_cents, 1500), (card, card_cents, 1000)], refunds))
    assert kept_by_tender(books) == {
        ("t0", "a"): 2000, ("t0", "b"): 500, ("t1", "a"): 2000, ("t1", "b"): 3001,
    }  # fmt: skip


def test_returned_money_is_counted_towards_the_first_refund_first():
    paid, granted = RefundFact("r2", 3000, {"l2": 3000}), RefundFact("r1", 5000, {"l1": 5000})
    books = derive(facts([(TenderKind.CARD, 10001, 3000)], [paid, granted]))
    assert (kept(books, "a"), kept(books, "b")) == (5000, 2001)


def test_a_refund_with_delivery_fills_its_lines_then_their_shops_delivery():
    refund = RefundFact("r", 5250, {"l1": 5000}, includes_shipping=True)
    books = derive(facts([(TenderKind.CARD, 10500, 5250)], [refund], shipping=499))
    assert {name: part.refunded_cents for name, part in books.parts.items()} == {
        "l1": 5000, "l2": 0, "shipping:a": 249, "shipping:b": 1,
    }  # fmt: skip


def test_what_was_paid_too_much_is_the_shoppers_and_goes_back_first():
    books = derive(facts([(TenderKind.CARD, 10101, 0)]))
    assert books.shopper_credit_cents == 100
    books = derive(facts([(TenderKind.CARD, 10101, 100)]))
    assert (books.shopper_credit_cents, kept(books, "a"), kept(books, "b")) == (0, 5000, 5001)


def test_more_refunded_than_charged_is_refused():
    with pytest.raises(ValueError, match="more was refunded"):
        derive(facts([(TenderKind.CARD, 100, 101)]))


def test_a_shared_delivery_fee_is_split_to_the_cent_and_is_not_commissioned():
    books = derive(facts([(TenderKind.CARD, 10500, 0)], shipping=499))
    shares = {k: part.gross_cents for k, part in books.parts.items() if k.startswith("shipping:")}
    assert shares == {"shipping:a": 249, "shipping:b": 250}
    assert all(books.parts[key].commission_cents == 0 for key in shares)


@st.composite
def orders(draw):
    lines = draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20000)), min_size=1, max_size=6)
    )
    tenders = draw(
        st.lists(
            st.tuples(
                st.sampled_from(list(TenderKind)), st.integers(0, 30000), st.integers(0, 100)
            ),
            max_size=4,
        )
    )
    refunds = draw(
        st.lists(
            st.tuples(
                st.integers(0, 30000),
                st.dictionaries(st.sampled_from(["l0", "l1", "l2", "gone"]), st.integers(0, 20000)),
                st.booleans(),
                st.sampled_from([None, "a", "b", "c"]),
                st.lists(st.sampled_from(["t0", "t1", "gone"]), max_size=2).map(tuple),
            ),
            max_size=4,
        )
    )
    return facts(
        [(kind, charged, charged * percent // 100) for kind, charged, percent in tenders],
        [RefundFact(f"r{i}", *refund) for i, refund in enumerate(refunds)],
        [(i, shop, cents) for i, (shop, cents) in enumerate(lines)],
        draw(st.integers(0, 2000)),
    )


@given(orders())
def test_every_mix_of_tenders_and_refunds_sums_to_the_cent(order):
    books = derive(order)
    for tender in order.tenders:
        shares = [s for (t, _), s in books.tender_shares.items() if t == tender.id]
        credit = {
            (position.kind, entry.account): -entry.amount_cents
            for position in books.positions for entry in position.entries
            if position.subject == tender.id
        }  # fmt: skip
        paid_over = credit.get((PositionKind.CHARGE, AccountKind.SHOPPER_CREDIT), 0)
        given_back = credit.get((PositionKind.REFUND, AccountKind.SHOPPER_CREDIT), 0)
        assert sum(s.charged_cents for s in shares) + paid_over == tender.charged_cents
        assert sum(s.refunded_cents for s in shares) - given_back == tender.refunded_cents
    net = sum(t.charged_cents - t.refunded_cents for t in order.tenders)
    parts = books.parts.values()
    assert sum(p.kept_cents for p in parts) + books.shopper_credit_cents == net
    assert all(0 <= p.refunded_cents <= p.charged_cents <= p.gross_cents for p in parts)
    assert all(
        p.kept_cents == p.commission_cents + p.commission_vat_cents + p.net_cents for p in parts
    )
    held = sum(
        e.amount_cents for p in books.positions for e in p.entries
        if e.account is AccountKind.SHOP_HOLD
    )  # fmt: skip
    assert -held == sum(
        p.net_cents for k, p in books.parts.items() if not k.startswith("shipping:")
    )
