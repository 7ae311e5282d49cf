"""Who bears what the payment provider takes, to the cent."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain import bearing
from saleor_alencon.domain.bearing import (
    Bearer,
    CostShares,
    fee_after_refunds,
    share_cost,
    share_like,
    shop_share_bps,
)

SHOPS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 50_000))
BPS = st.integers(0, 10_000)


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(bearing).failed == 0


@pytest.mark.parametrize(
    ("bearer", "bps"), [(Bearer.OFFICE, 0), (Bearer.SHOP, 10_000), (Bearer.SHARED, 3_300)]
)
def test_the_shared_part_counts_only_when_the_cost_is_shared(bearer, bps):
    assert shop_share_bps(bearer, 3_300) == bps


@given(amount=st.integers(-10_000, 10_000), bps=BPS, weights=SHOPS)
def test_the_parts_of_a_cost_sum_to_it_and_none_is_of_the_other_sign(amount, bps, weights):
    shares = share_cost(amount, bps, weights)
    parts = [shares.office_cents, *shares.shop_cents.values()]
    assert sum(parts) == amount
    assert all(part * amount >= 0 for part in parts)
    assert all(weights[shop] for shop, cents in shares.shop_cents.items() if cents)


@given(amount=st.integers(0, 10_000), low=BPS, high=BPS, weights=SHOPS)
def test_no_shop_bears_more_than_if_the_shops_bore_all(amount, low, high, weights):
    whole = share_cost(amount, 10_000, weights).shop_cents
    for bps in (low, high):
        part = share_cost(amount, bps, weights).shop_cents
        assert all(cents <= whole[shop] for shop, cents in part.items())


def test_without_a_shop_the_office_bears_all():
    assert share_cost(175, 10_000, {}) == CostShares(175, {})
    assert share_cost(175, 10_000, {"a": 0}) == CostShares(175, {})


@pytest.mark.parametrize("bps", [-1, 10_001])
def test_a_rule_beyond_the_whole_is_refused(bps):
    with pytest.raises(ValueError, match="from 0 to 10000"):
        share_cost(1, bps, {"a": 1})


@given(amount=st.integers(1, 10_000), bps=BPS, weights=SHOPS, back=st.integers(1, 10_000))
def test_what_comes_back_goes_where_it_came_from(amount, bps, weights, back):
    first = share_cost(amount, bps, weights)
    whole = share_like(-amount, first)
    assert whole.office_cents == -first.office_cents
    assert {k: v for k, v in whole.shop_cents.items() if v} == {
        k: -v for k, v in first.shop_cents.items() if v
    }
    assert share_like(-back, first).total_cents == -back


def test_nothing_comes_back_of_nothing():
    with pytest.raises(ValueError, match="nothing"):
        share_like(100, CostShares(0, {}))


@given(
    fee=st.integers(0, 5_000),
    rules=st.tuples(BPS, BPS),
    shops=st.dictionaries(
        st.sampled_from("abcd"), st.tuples(st.integers(0, 50_000), st.integers(0, 100))
    ),
)
def test_after_refunds_no_shop_bears_more_than_the_whole_of_its_fee(fee, rules, shops):
    charged = {shop: cents for shop, (cents, _) in shops.items()}
    refunded = {shop: cents * percent // 100 for shop, (cents, percent) in shops.items()}
    rule = {"charge_bps": rules[0], "refund_bps": rules[1]}
    borne = fee_after_refunds(fee, **rule, charged=charged, refunded=refunded)
    whole = share_cost(fee, 10_000, charged).shop_cents
    assert all(0 <= cents <= whole[shop] for shop, cents in borne.items())
    assert sum(borne.values()) <= fee


@given(fee=st.integers(0, 5_000), charge_bps=BPS, charged=SHOPS)
def test_a_sale_given_back_whole_follows_the_rule_for_refunds_alone(fee, charge_bps, charged):
    given = {"charged": charged, "refunded": charged, "charge_bps": charge_bps}
    assert set(fee_after_refunds(fee, refund_bps=0, **given).values()) <= {0}
    borne = fee_after_refunds(fee, refund_bps=10_000, **given)
    assert sum(borne.values()) == (fee if any(charged.values()) else 0)


def test_a_refund_of_more_than_was_charged_is_refused():
    with pytest.raises(ValueError, match="a: 11 cents refunded of 10"):
        fee_after_refunds(5, charge_bps=10_000, refund_bps=0, charged={"a": 10}, refunded={"a": 11})
