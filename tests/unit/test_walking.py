"""The walk to the shops: the shortest that finds them open, whatever their order."""

import datetime
import itertools

from hypothesis import given
from hypothesis import strategies as st

from saleor_alencon.domain.walking import (
    EXACT_AT_MOST,
    Place,
    Visit,
    walking_minutes,
    walking_order,
)

TEN = datetime.datetime(2026, 12, 1, 10, tzinfo=datetime.UTC)
CENTRE = Place(48_431_200, 92_700)


def at(hour: int, minute: int = 0) -> datetime.datetime:
    return TEN.replace(hour=hour, minute=minute)


ALL_DAY = ((at(9), at(19)),)


def visit(key: str, east: int, north: int = 0, openings=ALL_DAY) -> Visit:
    """Return a shop so many hundred-thousandths of a degree from the centre."""
    place = Place(CENTRE.latitude_micro + north * 10, CENTRE.longitude_micro + east * 10)
    return Visit(key, place, None, openings)


def test_three_shops_on_a_street_are_met_from_one_end_to_the_other():
    shops = [visit("middle", 100), visit("far", 220), visit("near", 0)]
    assert walking_order(shops, TEN) in (("near", "middle", "far"), ("far", "middle", "near"))


def test_the_shop_that_closes_first_is_not_missed():
    shops = [
        visit("a", 0, openings=((at(9), at(10, 6)),)),
        visit("b", 100),
        visit("c", 200),
    ]
    assert walking_order(shops, TEN)[0] == "a"
    closing = [visit("c", 200, openings=((at(9), at(10, 6)),)), visit("a", 0), visit("b", 100)]
    assert walking_order(closing, TEN)[0] == "c"


def test_the_walk_begins_at_an_open_shop_and_with_none_open_at_the_first_to_open():
    later = ((at(11), at(19)),)
    shops = [visit("a", 0, openings=later), visit("b", 500)]
    assert walking_order(shops, TEN) == ("b", "a")
    closed = [visit("a", 0, openings=((at(14), at(19)),)), visit("b", 500, openings=later)]
    assert walking_order(closed, TEN) == ("b", "a")


def test_a_shop_without_coordinates_comes_last_by_its_number_in_the_street_order():
    shops = [
        Visit("unknown"),
        Visit("second", None, 2),
        Visit("first", None, 1),
        visit("placed", 0),
    ]
    assert walking_order(shops, TEN) == ("placed", "first", "second", "unknown")


def test_no_shop_and_one_closed_shop_are_walks_too():
    assert walking_order([], TEN) == ()
    assert walking_order([visit("a", 0, openings=())], TEN) == ("a",)


def test_a_minute_on_foot_is_seventy_metres_of_street():
    north = Place(CENTRE.latitude_micro + 4_500, CENTRE.longitude_micro)  # 500 m as the crow flies
    assert walking_minutes(CENTRE, north) == 10
    assert walking_minutes(CENTRE, CENTRE) == 0


shops_of_a_town = st.lists(
    st.tuples(
        st.integers(-600, 600), st.integers(-600, 600), st.integers(8, 14), st.integers(1, 9)
    ),
    min_size=1,
    max_size=11,
)


@given(shops_of_a_town, st.randoms())
def test_each_shop_is_met_once_whatever_order_they_come_in(rows, random):
    visits = [
        visit(str(number), east, north, ((at(opens), at(opens + long)),))
        for number, (east, north, opens, long) in enumerate(rows)
    ]
    order = walking_order(visits, TEN)
    assert sorted(order) == sorted(each.key for each in visits)
    random.shuffle(visits)
    assert walking_order(visits, TEN) == order


@given(shops_of_a_town.map(lambda rows: rows[:5]))
def test_no_other_order_from_an_open_shop_ends_earlier(rows):
    visits = {
        str(number): visit(str(number), east, north)
        for number, (east, north, _opens, _long) in enumerate(rows)
    }

    def length(keys):
        return sum(
            walking_minutes(visits[one].place, visits[two].place)
            for one, two in itertools.pairwise(keys)
        )

    found = walking_order(list(visits.values()), TEN)
    assert len(visits) <= EXACT_AT_MOST
    assert length(found) == min(map(length, itertools.permutations(visits)))
