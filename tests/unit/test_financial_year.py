import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.account_plan import is_result, result_account
from saleor_alencon.domain.accounts import PLAN
from saleor_alencon.domain.financial_year import financial_year, financial_year_of

DATE = datetime.date


@pytest.mark.parametrize(
    ("year", "start_month", "first_day", "last_day"),
    [
        (2026, 1, DATE(2026, 1, 1), DATE(2026, 12, 31)),
        (2026, 9, DATE(2025, 9, 1), DATE(2026, 8, 31)),
        (2024, 3, DATE(2023, 3, 1), DATE(2024, 2, 29)),
        (2026, 12, DATE(2025, 12, 1), DATE(2026, 11, 30)),
    ],
)
def test_a_year_is_named_after_the_one_that_it_ends_in(year, start_month, first_day, last_day):
    found = financial_year(year, start_month)
    assert (found.first_day, found.last_day) == (first_day, last_day)


def test_a_year_is_over_on_the_day_after_its_last():
    found = financial_year(2026, 1)
    assert not found.is_over(DATE(2026, 12, 31))
    assert found.is_over(DATE(2027, 1, 1))


def test_its_months_begin_with_its_own_first():
    months = financial_year(2026, 9).months()
    assert len(months) == 12
    assert (months[0], months[4], months[11]) == (
        DATE(2025, 9, 1), DATE(2026, 1, 1), DATE(2026, 8, 1),
    )  # fmt: skip


@given(st.dates(DATE(2000, 1, 1), DATE(2099, 12, 31)), st.integers(1, 12))
def test_each_day_belongs_to_one_year_and_the_next_day_to_it_or_the_next(day, start_month):
    found = financial_year_of(day, start_month)
    assert found.has(day)
    following = financial_year_of(day + datetime.timedelta(days=1), start_month)
    assert following == (
        financial_year(found.year + 1, start_month) if day == found.last_day else found
    )


def test_a_month_is_one_of_twelve():
    with pytest.raises(ValueError, match="13 is no month"):
        financial_year(2026, 13)


def test_charges_and_revenue_are_the_classes_6_and_7():
    numbers = sorted(entry.number for entry in PLAN.values() if is_result(entry.number))
    assert [number[0] for number in numbers] == ["6"] * 4 + ["7"] * 5


@pytest.mark.parametrize(
    ("cents", "previous_year", "number"),
    [(-1, True, "120000"), (1, True, "129000"), (-1, False, "110000"), (1, False, "119000")],
)
def test_a_result_goes_to_an_account_by_its_sign_and_its_age(cents, previous_year, number):
    assert result_account(cents, previous_year=previous_year).number == number


def test_each_number_of_the_plan_has_one_label():
    entries = set(PLAN.values())
    assert len({entry.number for entry in entries}) == len(entries)
