"""A shop's hours: their JSON shape, what is refused, and how people read them."""

import datetime
import json

import pytest
from hypothesis import given

from saleor_alencon.domain.opening_hours import (
    ExceptionalDay,
    HoursError,
    OpeningHours,
    Period,
)
from saleor_alencon.domain.opening_text import week_text
from tests.unit.hours_strategies import opening_hours

DAY = (Period.of("09:00", "12:30"), Period.of("14:00", "19:00"))
SHOP = OpeningHours(
    week=((), DAY, DAY, DAY, DAY, (Period.of("09:00", "24:00"),), ()),
    exceptions=(
        ExceptionalDay(datetime.date(2026, 12, 24), (Period.of("09:00", "17:00"),)),
        ExceptionalDay(datetime.date(2026, 12, 25)),
    ),
)
JSON = {
    "version": 1,
    "timezone": "Europe/Paris",
    "week": [
        [],
        [["09:00", "12:30"], ["14:00", "19:00"]],
        [["09:00", "12:30"], ["14:00", "19:00"]],
        [["09:00", "12:30"], ["14:00", "19:00"]],
        [["09:00", "12:30"], ["14:00", "19:00"]],
        [["09:00", "24:00"]],
        [],
    ],
    "exceptions": [
        {"date": "2026-12-24", "periods": [["09:00", "17:00"]]},
        {"date": "2026-12-25", "periods": []},
    ],
    "preparation_minutes": 120,
    "slot_minutes": 60,
}


def test_hours_have_one_json_shape():
    assert SHOP.to_json() == JSON
    assert OpeningHours.from_json(JSON) == SHOP


def test_a_cut_off_is_written_only_when_there_is_one():
    hours = OpeningHours(week=SHOP.week, cut_off_minutes=16 * 60)
    assert hours.to_json()["order_cut_off"] == "16:00"
    assert OpeningHours.from_json(hours.to_json()) == hours


@given(opening_hours())
def test_any_hours_come_back_from_json_the_same(hours):
    assert OpeningHours.from_json(json.loads(json.dumps(hours.to_json()))) == hours


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 2: only 1 is known"),
        ({"version": True}, "version True: only 1 is known"),
        ({"timezone": "UTC"}, "timezone 'UTC': only Europe/Paris is known"),
        ({"week": [[]] * 6}, "the week has 6 days: seven are expected"),
        ({"week": "closed"}, "week: a list is expected, got 'closed'"),
        (
            {"week": [[], [["9:00", "12:00"]], [], [], [], [], []]},
            "week, Tuesday: '9:00' is no time of day: write HH:MM, from 00:00 to 24:00",
        ),
        (
            {"week": [[["12:00", "09:00"]], [], [], [], [], [], []]},
            "week, Monday: 12:00 to 09:00: a period closes after it opens, on the same day",
        ),
        (
            {"week": [[["09:00"]], [], [], [], [], [], []]},
            "week, Monday: ['09:00'] is no pair of opening and closing time",
        ),
        (
            {"week": [[], [], [], [], [], [], [["09:00", "12:00"], ["11:30", "14:00"]]]},
            "week, Sunday: the period from 11:30 begins before the one before it ends at 12:00",
        ),
        (
            {"exceptions": [{"date": "25/12/2026", "periods": []}]},
            "exceptions: '25/12/2026' is no date: write YYYY-MM-DD",
        ),
        (
            {"exceptions": [{"date": "2026-12-25"}]},
            "exceptions: {'date': '2026-12-25'} is no object of date and periods",
        ),
        (
            {"exceptions": [{"date": "2026-12-25", "periods": []}] * 2},
            "exceptional days are in the order of their dates, each date once",
        ),
        (
            {"preparation_minutes": "120"},
            "preparation_minutes is '120': a whole number from 0 to 20160",
        ),
        ({"preparation_minutes": -1}, "preparation_minutes is -1: a whole number from 0 to 20160"),
        ({"slot_minutes": 0}, "slot_minutes is 0: a whole number from 5 to 1440"),
        ({"order_cut_off": 16}, "16 is no time of day: write HH:MM, from 00:00 to 24:00"),
        ({"slots": 60}, "unknown: slots"),
    ],
)
def test_json_of_another_shape_is_refused_with_the_place(change, message):
    with pytest.raises(HoursError) as error:
        OpeningHours.from_json(JSON | change)
    assert str(error.value) == message


def test_a_missing_key_is_named():
    with pytest.raises(HoursError, match="missing: slot_minutes, week"):
        OpeningHours.from_json(
            {key: value for key, value in JSON.items() if key not in ("week", "slot_minutes")}
        )


def test_no_json_value_breaks_the_reader():
    for value in (None, [], "", 3, JSON | {"week": [None] * 7}, JSON | {"exceptions": [None]}):
        with pytest.raises(HoursError):
            OpeningHours.from_json(value)


def test_an_exceptional_day_comes_before_the_week():
    assert SHOP.periods_on(datetime.date(2026, 12, 23)) == DAY
    assert SHOP.periods_on(datetime.date(2026, 12, 24)) == (Period.of("09:00", "17:00"),)
    assert SHOP.periods_on(datetime.date(2026, 12, 25)) == ()


def test_people_read_neighbouring_days_together():
    lines = [line.replace("\u00a0", " ") for line in week_text(SHOP)]
    assert lines == [
        "lundi fermé",
        "mardi au vendredi 9 h – 12 h 30, 14 h – 19 h",
        "samedi 9 h – minuit",
        "dimanche fermé",
    ]


def test_two_days_are_joined_by_et():
    hours = OpeningHours(week=(DAY, DAY, (), (), (), (), ()))
    lines = [line.replace("\u00a0", " ") for line in week_text(hours)]
    assert lines == [
        "lundi et mardi 9 h – 12 h 30, 14 h – 19 h",
        "mercredi au dimanche fermé",
    ]
