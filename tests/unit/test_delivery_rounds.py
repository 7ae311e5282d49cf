"""Which postal codes a round serves, and in which order its doors come."""

import random

import pytest

from saleor_alencon.domain.delivery_rounds import TAKEN, ParcelState, is_in_area, stop_order


@pytest.mark.parametrize(
    ("code", "inside"),
    [("61000", True), ("61250", True), ("61199", False), ("61300", False), ("", False)],
)
def test_an_area_is_of_codes_and_ranges(code, inside):
    assert is_in_area(code, ["61000", "61200:61299"]) is inside


def test_doors_come_by_town_then_street_then_number():
    doors = [
        ("61000", "Place Foch"),
        ("61000", "2 rue du Cygne"),
        ("61000", "10 rue du Cygne"),
        ("61000", "3 Rue  aux Sieurs"),
        ("61250", "1 rue de la Mairie"),
    ]
    expected = [doors[0], doors[3], doors[1], doors[2], doors[4]]
    random.Random(1).shuffle(doors)
    assert sorted(doors, key=lambda door: stop_order(*door)) == expected


def test_what_came_back_or_was_missing_is_free_for_another_round():
    assert set(ParcelState) - set(TAKEN) == {ParcelState.MISSING, ParcelState.BACK}
