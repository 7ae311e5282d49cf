from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.outputs.french_text import (
    amount_text,
    count_text,
    date_text,
    figure_text,
    masked_iban_text,
    moment_text,
    rate_text,
    short_date_text,
)


@pytest.mark.parametrize(
    ("amount_cents", "text"),
    [
        (123456, "1\u202f234,56\u00a0€"),
        (0, "0,00\u00a0€"),
        (-5, "\u22120,05\u00a0€"),
        (100_000_000, "1\u202f000\u202f000,00\u00a0€"),
    ],
)
def test_an_amount_is_written_the_french_way(amount_cents, text):
    assert amount_text(amount_cents) == text


def test_a_currency_without_a_sign_keeps_its_code():
    assert amount_text(100, "CHF") == "1,00\u00a0CHF"


@pytest.mark.parametrize(
    ("rate_bps", "text"),
    [(550, "5,5"), (2000, "20"), (210, "2,1"), (5, "0,05"), (0, "0"), (-550, "\u22125,5")],
)
def test_a_rate_has_no_useless_zero(rate_bps, text):
    assert rate_text(rate_bps) == text + "\u00a0%"


def test_dates_are_in_french():
    assert date_text(date(2026, 10, 1)) == "1er\u00a0octobre 2026"
    assert date_text(date(2026, 2, 28)) == "28\u00a0février 2026"
    assert short_date_text(date(2026, 2, 8)) == "08/02/2026"


def test_a_moment_is_told_in_the_towns_time_summer_and_winter():
    summer = datetime(2026, 9, 30, 21, 59, tzinfo=UTC)
    winter = datetime(2026, 12, 31, 22, 5, tzinfo=UTC)
    assert moment_text(summer).replace("\u00a0", " ") == "30 septembre 2026 à 23 h 59"
    assert moment_text(winter).replace("\u00a0", " ") == "31 décembre 2026 à 23 h 05"
    with pytest.raises(ValueError, match="offset"):
        moment_text(datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_iban_shows_its_last_four_characters_only():
    assert masked_iban_text("FR76 3000 2000 0090 9715 0717 606") == "FR76 •••• •••• 7606"
    assert masked_iban_text("FR761234") == "••••••••"


def test_a_count_separates_thousands():
    assert count_text(3000) == "3\u202f000"
    assert count_text(-2) == "\u22122"


@given(st.integers(-(10**15), 10**15))
def test_a_figure_reads_back_to_the_same_cents(amount_cents):
    digits = figure_text(amount_cents).replace("\u202f", "").replace(",", "")
    assert int(digits.replace("\u2212", "-")) == amount_cents
