"""What a shopper may do alone: the association's rule, and the law's terms."""

import datetime

import pytest

from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.domain.shopper_rights import (
    CancelRule,
    easter_sunday,
    may_cancel,
    may_withdraw,
    public_holidays,
    withdrawal_ends_on,
)

PLACED = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)


def cancels(rule=CancelRule.MINUTES, after=0, **changed) -> bool:
    facts = {
        "shop_order": ShopOrderState.TO_PREPARE,
        "pickup": PickupState.TO_PREPARE,
        "prepared": False,
    } | changed
    return may_cancel(rule, 60, placed_at=PLACED, now=PLACED + after * MINUTE, **facts)


def test_the_rule_of_minutes_ends_with_them():
    assert cancels(after=59)
    assert not cancels(after=60)


def test_until_ready_has_no_clock_and_never_has_no_hour():
    assert cancels(CancelRule.UNTIL_READY, after=10_000)
    assert not cancels(CancelRule.NEVER)


@pytest.mark.parametrize("rule", list(CancelRule))
def test_what_the_shop_prepared_is_not_cancelled_by_any_rule(rule):
    assert not cancels(rule, prepared=True)
    assert not cancels(rule, pickup=PickupState.READY)
    assert not cancels(rule, shop_order=ShopOrderState.HANDED_OVER)
    assert not cancels(rule, shop_order=ShopOrderState.AWAITING_PAYMENT)


def test_a_delivery_is_cancelled_like_a_pickup():
    assert cancels(pickup=None)


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-11-02", "2026-11-16"),  # a Monday
        ("2026-11-07", "2026-11-23"),  # the 21st is a Saturday
        ("2026-04-17", "2026-05-04"),  # the 1st of May, then a week-end
        ("2026-03-23", "2026-04-07"),  # Easter Monday
        ("2026-12-11", "2026-12-28"),  # Christmas, then a week-end
    ],
)
def test_the_term_of_fourteen_days_ends_on_a_working_day(received, last):
    assert withdrawal_ends_on(datetime.date.fromisoformat(received)).isoformat() == last


def test_the_term_is_open_to_its_last_day_and_before_the_goods_are_received():
    received = datetime.date(2026, 11, 2)
    assert may_withdraw(received, datetime.date(2026, 11, 16))
    assert not may_withdraw(received, datetime.date(2026, 11, 17))
    assert may_withdraw(None, datetime.date(2030, 1, 1))


def test_france_has_eleven_public_holidays():
    assert [str(easter_sunday(year)) for year in (2024, 2025, 2026, 2027, 2038)] == [
        "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25",
    ]  # fmt: skip
    assert len(public_holidays(2026)) == 11
    assert {datetime.date(2026, 5, 14), datetime.date(2026, 5, 25)} <= public_holidays(2026)
