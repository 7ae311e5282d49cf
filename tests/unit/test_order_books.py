"""The money of one order: every mix of tenders and refunds sums, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.order_books import (
    LineFact,
    OrderFacts,
    RefundFact,
    ShopTerms,
    TenderFact,
    TenderKind,
    derive_order_books,
)

TERMS = {shop: ShopTerms(rate, 2000) for shop, rate in (("a", 800), ("b", 1000), ("c", 0))}


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
    books = derive_order_books(facts([(TenderKind.CARD, 10001, 5000)], [refund]), TERMS)
    assert (kept(books, "a"), kept(books, "b")) == (0, 5001)
    assert books.parts["l1"].commission_cents == 0


def test_a_refund_of_a_mere_amount_reaches_every_shop():
    books = derive_order_books(facts([(TenderKind.CARD, 10001, 1000)]), TERMS)
    assert (kept(books, "a"), kept(books, "b")) == (4500, 4501)


def test_what_was_paid_too_much_is_the_shoppers_and_goes_back_first():
    books = derive_order_books(facts([(TenderKind.CARD, 10101, 0)]), TERMS)
    assert books.shopper_credit_cents == 100
    books = derive_order_books(facts([(TenderKind.CARD, 10101, 100)]), TERMS)
    assert (books.shopper_credit_cents, kept(books, "a"), kept(books, "b")) == (0, 5000, 5001)


def test_more_refunded_than_charged_is_refused():
    with pytest.raises(ValueError, match="more was refunded"):
        derive_order_books(facts([(TenderKind.CARD, 100, 101)]), TERMS)


def test_a_shared_delivery_fee_is_split_to_the_cent_and_is_not_commissioned():
    books = derive_order_books(facts([(TenderKind.CARD, 10500, 0)], shipping=499), TERMS)
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
    books = derive_order_books(order, TERMS)
    for tender in order.tenders:
        shares = [s for (t, _), s in books.tender_shares.items() if t == tender.id]
        assert sum(s.charged_cents for s in shares) <= tender.charged_cents
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
