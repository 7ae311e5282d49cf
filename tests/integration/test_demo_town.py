"""The demonstration town: 42 shops that the Office's own rules accept."""

import collections
import datetime
import json
import re
from pathlib import Path

import pytest
from django.utils import timezone
from stdnum.fr import siret, tva

from saleor_alencon.domain.shop_checklist import blockers
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.local.demo_shops import read_hours, read_live_shops, read_shops
from saleor_alencon.shops.checklist import SaleorFacts, facts_of
from saleor_alencon.shops.models import Shop

SHOPS = read_shops()
SNAPSHOTS = Path(__file__).parents[2] / "fixtures/snapshots/v1"


def test_the_town_has_forty_two_shops_of_as_many_kinds_and_places() -> None:
    assert len(SHOPS) == 42
    for field in ("slug", "name", "kind", "siret", "email", "phone", "description"):
        assert len({shop[field] for shop in SHOPS}) == 42, field
    # Two of the recorded shops share a house, and no other two do.
    assert len({shop["address_line"] for shop in SHOPS}) == 41


def test_the_states_tell_of_a_town_that_is_about_to_open() -> None:
    assert collections.Counter(shop["state"] for shop in SHOPS) == {
        "live": 14,
        "approved": 10,
        "committed": 11,
        "prospect": 7,
    }


def test_the_live_shops_are_those_of_the_recorded_orders() -> None:
    sellers = set()
    for file in SNAPSHOTS.glob("*.json"):
        sellers |= set(re.findall(r'"([a-z-]+)-\d"', file.read_text("utf-8")))
    live = [shop["slug"] for shop in read_live_shops()]

    assert len(live) == 14
    assert sellers & {shop["slug"] for shop in SHOPS} == set(live)


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop["slug"])
def test_a_shop_s_numbers_belong_together(shop: dict) -> None:
    assert siret.is_valid(shop["siret"])
    assert tva.is_valid(shop["vat_number"])
    assert shop["vat_number"][4:] == shop["siret"][:9]
    assert set(shop["vat_rates_bps"]) <= {210, 550, 1000, 2000}
    assert 0 < shop["commission_rate_bps"] <= 1200
    assert 30 <= shop["preparation_minutes"] <= 240


def test_only_the_household_shop_has_no_bank_account() -> None:
    assert [shop["slug"] for shop in SHOPS if not shop["iban"]] == ["droguerie-de-la-fuie"]


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop["slug"])
def test_a_shop_presents_itself_in_two_or_three_sentences(shop: dict) -> None:
    assert 2 <= len(re.findall(r"\.(?= |$)", shop["description"])) <= 3
    assert shop["email"].endswith("alencon.example")


def test_the_hours_show_the_patterns_of_a_real_town() -> None:
    weeks = [json.dumps(shop["week"]) for shop in SHOPS]

    assert len(set(weeks)) == 18
    assert sum(1 for shop in SHOPS if not shop["week"][0]) == 31
    assert sum(1 for shop in SHOPS if shop["week"][6]) == 9
    assert sum(1 for shop in SHOPS if len(shop["week"][1]) == 2) == 26


def test_yearly_exceptions_fall_on_their_next_date() -> None:
    bakery = next(shop for shop in SHOPS if shop["slug"] == "boulangerie-lancrel")
    hours = read_hours(bakery, datetime.date(2026, 12, 25))

    assert hours.to_json()["exceptions"] == [
        {"date": "2026-12-25", "periods": [["07:00", "12:30"]]},
        {"date": "2027-01-01", "periods": [["08:00", "12:30"]]},
        {"date": "2027-01-02", "periods": []},
        {"date": "2027-05-01", "periods": []},
    ]
    assert (hours.preparation_minutes, hours.slot_minutes) == (60, 60)


@pytest.mark.parametrize("day", [datetime.date(2026, 2, 28), datetime.date(2028, 2, 29)])
@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop["slug"])
def test_every_shop_s_hours_can_be_read_on_any_day(shop: dict, day: datetime.date) -> None:
    hours = read_hours(shop, day)

    assert hours.is_ever_open
    assert all(exception.date >= day for exception in hours.exceptions)


@pytest.mark.django_db
def test_the_seeded_shops_pass_the_office_s_own_checks_and_a_second_seeding_adds_none() -> None:
    demo_seed()
    demo_seed()

    assert Shop.objects.count() == 42
    assert Shop.objects.filter(state="live").count() == 14
    for shop in Shop.objects.all():
        shop.full_clean()
        assert shop.opening_hours.is_ever_open


@pytest.mark.django_db
def test_a_seeded_shop_has_the_history_that_led_to_its_state() -> None:
    demo_seed()
    steps = ["recorded", "commit", "approve", "open"]

    for state, count in (("prospect", 1), ("committed", 2), ("approved", 3), ("live", 4)):
        for shop in Shop.objects.filter(state=state):
            events = shop.events.order_by("done_at")
            assert [event.kind for event in events] == steps[:count]
            assert events.last().state == state


@pytest.mark.django_db
def test_what_each_shop_still_lacks_differs_from_state_to_state() -> None:
    demo_seed()
    lacking = collections.Counter()
    for shop in Shop.objects.all():
        years = set(shop.dues.values_list("year", flat=True))
        facts = facts_of(shop, SaleorFacts(), dues_years=years, year=timezone.localdate().year)
        lacking.update((shop.state, check.item.value) for check in blockers(facts))
    del lacking["live", "provisioned"], lacking["live", "products"]

    assert {key: count for key, count in lacking.items() if key[0] == "live"} == {
        ("live", "bank"): 1
    }
    assert lacking["approved", "dues"] == 3
    assert lacking["committed", "agreement"] == 6
    assert lacking["prospect", "agreement"] == lacking["prospect", "dues"] == 7
