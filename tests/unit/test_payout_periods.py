"""On which days a shop is due: the period's own calendar, day by day over years."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.payout_periods import PayoutPeriod, latest_due, next_due
from tests.documents import tables

DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 12, 31))


@pytest.mark.parametrize("row", tables("settlement.md", "period"), ids=str)
def test_the_days_of_each_period_are_those_of_the_page(row):
    day = datetime.date.fromisoformat(row["on"])
    asked = (PayoutPeriod(row["period"]), int(row["weekday"] or 1), day)
    assert latest_due(*asked).isoformat() == row["was last due on"]
    assert next_due(*asked).isoformat() == row["is due next on"]


@given(period=st.sampled_from(PayoutPeriod), weekday=st.integers(1, 7), day=DAYS)
def test_the_latest_day_comes_no_later_and_the_next_one_follows_it_without_a_gap(
    period, weekday, day
):
    latest, following = latest_due(period, weekday, day), next_due(period, weekday, day)
    assert latest <= day < following
    assert next_due(period, weekday, latest) == following
    assert latest_due(period, weekday, following) == following
