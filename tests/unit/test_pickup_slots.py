"""Slots to collect in: exact ones, then what holds for any hours and any moment."""

import datetime
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.opening_hours import (
    ExceptionalDay,
    HoursError,
    OpeningHours,
    Period,
)
from saleor_alencon.domain.pickup_slots import (
    Slot,
    compute_slots,
    first_slot,
    is_slot_offered,
    offered_slots,
    ready_at,
)
from tests.unit.hours_strategies import moments, opening_hours

PARIS = ZoneInfo("Europe/Paris")
DAY = (Period.of("09:00", "12:30"), Period.of("14:00", "19:00"))
# Closed on Sunday and Monday. 2026-11-24 is a Tuesday.
SHOP = OpeningHours(
    week=((), DAY, DAY, DAY, DAY, DAY, ()),
    exceptions=(ExceptionalDay(datetime.date(2026, 12, 25)),),
)
ALWAYS = OpeningHours(
    week=((Period.of("00:00", "24:00"),),) * 7, preparation_minutes=0, slot_minutes=30
)


def at(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


def texts(slots):
    return [f"{slot.starts_at:%d/%m %H:%M}-{slot.ends_at:%H:%M %z}" for slot in slots]


@pytest.mark.parametrize(
    ("placed", "ready"),
    [
        ("2026-11-24T09:15", "2026-11-24T11:15"),  # within one period
        ("2026-11-24T11:30", "2026-11-24T15:00"),  # one hour before the break, one after it
        ("2026-11-24T18:00", "2026-11-25T10:00"),  # one hour tonight, one tomorrow
        ("2026-11-24T22:00", "2026-11-25T11:00"),  # closed: the whole time tomorrow
        ("2026-11-28T18:30", "2026-12-01T10:30"),  # Saturday evening: Sunday, Monday closed
        ("2026-12-24T18:00", "2026-12-26T10:00"),  # Christmas is an exceptional day
        ("2026-11-24T17:00", "2026-11-24T19:00"),  # just ready at closing
    ],
)
def test_only_opening_time_prepares(placed, ready):
    assert ready_at(SHOP, at(placed)) == at(ready)


def test_the_shorter_last_slot_ends_at_closing():
    slots = compute_slots(SHOP, ready_not_before=at("2026-11-24T09:00"), days_ahead=0)
    assert texts(slots) == [
        "24/11 09:00-10:00 +0100",
        "24/11 10:00-11:00 +0100",
        "24/11 11:00-12:00 +0100",
        "24/11 12:00-12:30 +0100",
        "24/11 14:00-15:00 +0100",
        "24/11 15:00-16:00 +0100",
        "24/11 16:00-17:00 +0100",
        "24/11 17:00-18:00 +0100",
        "24/11 18:00-19:00 +0100",
    ]


def test_the_first_slot_begins_when_the_order_is_ready_or_later():
    assert texts([first_slot(SHOP, placed_at=at("2026-11-24T09:00"))]) == [
        "24/11 11:00-12:00 +0100"
    ]
    assert texts([first_slot(SHOP, placed_at=at("2026-11-24T09:01"))]) == [
        "24/11 12:00-12:30 +0100"
    ]
    assert texts([first_slot(SHOP, placed_at=at("2026-11-24T17:00"))]) == [
        "25/11 09:00-10:00 +0100"
    ]


def test_days_ahead_are_counted_from_the_first_day_that_has_a_slot():
    holiday = tuple(ExceptionalDay(datetime.date(2026, 8, day)) for day in range(1, 32))
    hours = OpeningHours(week=SHOP.week, exceptions=holiday)
    slots = offered_slots(hours, placed_at=at("2026-07-31T19:00"), days_ahead=1)
    assert [slots[0].starts_at, slots[-1].ends_at] == [
        at("2026-09-01T11:00"),
        at("2026-09-02T19:00"),
    ]


def test_an_order_at_the_cut_off_waits_for_the_next_day():
    hours = OpeningHours(week=SHOP.week, preparation_minutes=0, cut_off_minutes=16 * 60)
    before, cut_off = at("2026-11-24T15:59"), at("2026-11-24T16:00")
    assert texts([first_slot(hours, placed_at=before)]) == ["24/11 16:00-17:00 +0100"]
    assert texts([first_slot(hours, placed_at=cut_off)]) == ["25/11 09:00-10:00 +0100"]


def test_without_preparation_an_order_of_the_night_is_ready_at_opening():
    hours = OpeningHours(week=SHOP.week, preparation_minutes=0)
    slot = first_slot(hours, placed_at=at("2026-11-25T03:00"))
    assert texts([slot]) == ["25/11 09:00-10:00 +0100"]


def test_a_spring_day_has_23_hours_and_an_autumn_day_25():
    spring = compute_slots(ALWAYS, ready_not_before=at("2026-03-29T00:00"), days_ahead=0)
    autumn = compute_slots(ALWAYS, ready_not_before=at("2026-10-25T00:00"), days_ahead=0)
    assert (len(spring), len(autumn)) == (46, 50)
    assert texts(spring)[3:5] == ["29/03 01:30-03:00 +0200", "29/03 03:00-03:30 +0200"]
    assert texts(autumn)[3:9] == [
        "25/10 01:30-02:00 +0200",
        "25/10 02:00-02:30 +0200",
        "25/10 02:30-02:00 +0100",
        "25/10 02:00-02:30 +0100",
        "25/10 02:30-03:00 +0100",
        "25/10 03:00-03:30 +0100",
    ]
    assert len(set(autumn)) == 50


def test_a_period_in_the_hour_that_spring_skips_has_no_slot():
    night = OpeningHours(week=((Period.of("02:00", "02:45"),),) * 7, preparation_minutes=0)
    slots = compute_slots(night, ready_not_before=at("2026-03-28T00:00"), days_ahead=2)
    assert texts(slots) == ["28/03 02:00-02:45 +0100", "30/03 02:00-02:45 +0200"]


def test_preparation_through_the_change_of_clocks_takes_real_time():
    hours = OpeningHours(week=ALWAYS.week, preparation_minutes=120)
    assert ready_at(hours, at("2026-03-29T01:30")).isoformat() == "2026-03-29T04:30:00+02:00"
    assert ready_at(hours, at("2026-10-25T01:30")).isoformat() == "2026-10-25T02:30:00+01:00"


def test_slots_pass_the_year_end():
    slots = compute_slots(ALWAYS, ready_not_before=at("2026-12-31T23:30"), days_ahead=1)
    assert slots[0].to_text() == "2026-12-31T23:30:00+01:00/2027-01-01T00:00:00+01:00"
    assert slots[1].to_text() == "2027-01-01T00:00:00+01:00/2027-01-01T00:30:00+01:00"


def test_a_shop_that_never_opens_has_no_slot():
    never = OpeningHours(week=((),) * 7)
    assert ready_at(never, at("2026-11-24T09:00")) is None
    assert first_slot(never, placed_at=at("2026-11-24T09:00")) is None
    assert offered_slots(never, placed_at=at("2026-11-24T09:00")) == []


@pytest.mark.parametrize(
    ("slot", "offered"),
    [
        ("2026-11-24T14:00:00+01:00/2026-11-24T15:00:00+01:00", True),
        ("2026-11-24T13:00:00+00:00/2026-11-24T14:00:00Z", True),  # the same, on another clock
        ("2026-11-24T10:00:00+01:00/2026-11-24T11:00:00+01:00", False),  # not prepared yet
        ("2026-11-24T14:30:00+01:00/2026-11-24T15:30:00+01:00", False),  # no slot's start
        ("2026-11-24T14:00:00+01:00/2026-11-24T16:00:00+01:00", False),  # too long
        ("2026-11-29T14:00:00+01:00/2026-11-29T15:00:00+01:00", False),  # a Sunday
        ("2026-12-08T14:00:00+01:00/2026-12-08T15:00:00+01:00", True),  # fourteen days later
        ("2026-12-09T14:00:00+01:00/2026-12-09T15:00:00+01:00", False),  # one more
    ],
)
def test_a_slot_is_offered_or_not(slot, offered):
    placed_at = at("2026-11-24T09:15")
    assert is_slot_offered(SHOP, Slot.from_text(slot), placed_at) is offered


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-24T14:00:00+01:00",
        "2026-11-24T14:00:00/2026-11-24T15:00:00",
        "2026-11-24T15:00:00+01:00/2026-11-24T14:00:00+01:00",
        "9999-12-31T23:59:59-12:00/9999-12-31T23:59:59-12:00",
        "demain/après-demain",
        {"start": 3},
    ],
)
def test_what_is_no_slot_is_refused(text):
    with pytest.raises(HoursError):
        Slot.from_text(text)


def test_a_moment_without_offset_is_refused():
    with pytest.raises(HoursError, match="2026-11-24T09:00:00 has no offset"):
        first_slot(SHOP, placed_at=datetime.datetime(2026, 11, 24, 9))  # noqa: DTZ001


@given(opening_hours(), moments())
def test_slots_lie_within_opening_time_and_follow_each_other(hours, ready):
    slots = compute_slots(hours, ready_not_before=ready, days_ahead=3)
    for slot in slots:
        day = slot.starts_at.date()
        assert slot.starts_at >= ready
        assert slot.ends_at - slot.starts_at <= datetime.timedelta(minutes=hours.slot_minutes)
        middle = slot.starts_at + (slot.ends_at - slot.starts_at) / 2
        clock = middle.astimezone(PARIS)
        minutes = clock.hour * 60 + clock.minute + clock.second / 60
        within = [
            period.opens_minutes <= minutes <= period.closes_minutes
            for period in hours.periods_on(day)
        ]
        # In the hour that comes twice, the clock may show a time after the period's end.
        assert any(within) or day in AUTUMN_CHANGES
        assert Slot.from_text(slot.to_text()) == slot
    for before, after in itertools.pairwise(slots):
        assert before.ends_at <= after.starts_at
    if slots:
        assert (slots[-1].starts_at.date() - slots[0].starts_at.date()).days <= 3


AUTUMN_CHANGES = {
    datetime.date(2026, 10, 25),
    datetime.date(2027, 10, 31),
    datetime.date(2028, 10, 29),
}


@given(opening_hours(), moments())
def test_slots_of_a_day_cover_its_opening_time_to_the_minute(hours, moment):
    day = moment.date()
    midnight = datetime.datetime.combine(day, datetime.time(), PARIS)
    slots = [
        slot
        for slot in compute_slots(hours, ready_not_before=midnight, days_ahead=0)
        if slot.starts_at.date() == day
    ]
    found = sum((slot.ends_at - slot.starts_at for slot in slots), datetime.timedelta())
    assert found == datetime.timedelta(minutes=sum(map(len, open_minutes(hours, day).values())))


@given(opening_hours(), moments())
def test_preparation_takes_exactly_its_minutes_of_opening_time(hours, placed):
    hours = OpeningHours(
        week=hours.week,
        exceptions=hours.exceptions,
        preparation_minutes=hours.preparation_minutes,
        slot_minutes=hours.slot_minutes,
    )
    ready = ready_at(hours, placed)
    if ready is None:
        assert not any(hours.week)
        return
    worked = 0
    day = placed.date()
    while day <= ready.date():
        for minutes in open_minutes(hours, day).values():
            worked += sum(placed <= minute < ready for minute in minutes)
        day += datetime.timedelta(days=1)
    assert worked == hours.preparation_minutes


@given(opening_hours(), moments(), st.integers(0, 5000))
def test_a_later_order_is_never_ready_earlier(hours, placed, minutes):
    later = placed.astimezone(datetime.UTC) + datetime.timedelta(minutes=minutes)
    first, second = ready_at(hours, placed), ready_at(hours, later)
    assert (first is None) == (second is None) or not any(hours.week)
    if first is not None and second is not None:
        assert first <= second


@given(opening_hours(), moments())
def test_the_first_slot_is_the_first_of_those_offered(hours, placed):
    slots = offered_slots(hours, placed_at=placed)
    assert first_slot(hours, placed_at=placed) == (slots[0] if slots else None)
    for slot in slots[:3]:
        assert is_slot_offered(hours, slot, placed)


def open_minutes(hours, day):
    """Return the open minutes of a day, one by one, found by walking the day in real time.

    A minute is open when the clock first shows it within a period, or when the clock was put
    back within a period that goes on past the hour that comes twice.
    """
    start = datetime.datetime.combine(day, datetime.time(), PARIS).astimezone(datetime.UTC)
    end = datetime.datetime.combine(
        day + datetime.timedelta(days=1), datetime.time(), PARIS
    ).astimezone(datetime.UTC)
    total = int((end - start).total_seconds()) // 60
    minutes = [start + datetime.timedelta(minutes=minute) for minute in range(total)]
    clocks = [(moment.astimezone(PARIS)) for moment in minutes]
    found = {}
    for period in hours.periods_on(day):
        shown = [clock.hour * 60 + clock.minute for clock in clocks]
        first = next((i for i, at in enumerate(shown) if at >= period.opens_minutes), total)
        last = next((i for i, at in enumerate(shown) if at >= period.closes_minutes), total)
        found[period] = minutes[first:last]
    return found
