"""Splits never lose or make a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.allocation import allocate, allocate_capped, draw_down
from saleor_alencon.domain.money import divide_half_up, share_of

weights = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.integers(0, 10**7), min_size=1
)


def test_two_equal_shops_share_100_01_whichever_comes_first():
    assert allocate(10001, {"a": 5, "b": 5}) == {"a": 5001, "b": 5000}
    assert allocate(10001, {"b": 5, "a": 5}) == {"a": 5001, "b": 5000}


def test_halves_round_away_from_zero():
    assert [divide_half_up(n, 2) for n in (1, -1, 3, -3)] == [1, -1, 2, -2]
    assert share_of(1999, 800) == 160


def test_an_amount_needs_someone_to_carry_it():
    with pytest.raises(ValueError, match="no part"):
        allocate(1, {})


@given(st.integers(0, 10**9), weights)
def test_parts_sum_to_the_whole_and_stay_within_a_cent_of_their_share(amount, parts):
    shares = allocate(amount, parts)
    assert sum(shares.values()) == amount
    total = sum(parts.values())
    if total:
        assert all(abs(shares[k] * total - amount * parts[k]) < total for k in parts)


@given(weights, weights, st.data())
def test_capped_parts_respect_their_caps(parts, caps, data):
    amount = data.draw(st.integers(0, sum(caps.values())))
    shares = allocate_capped(amount, parts, caps)
    assert sum(shares.values()) == amount
    assert all(0 <= shares[key] <= caps[key] for key in caps)


@given(weights, st.data())
def test_draw_down_serves_rows_and_columns_exactly(amounts, data):
    total = sum(amounts.values())
    first = data.draw(st.integers(0, total))
    rows = draw_down(amounts, {"x": first, "y": total - first})
    assert {key: sum(row.values()) for key, row in rows.items()} == {"x": first, "y": total - first}
    assert {k: sum(r.get(k, 0) for r in rows.values()) for k in amounts} == amounts
