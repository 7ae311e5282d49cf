"""Weekly, twice a month, monthly: which shops a run takes, and which run is late."""

import datetime

import pytest
from django.core.management import CommandError, call_command

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.models import SettlementRules, SettlementRun, ShopTerms
from saleor_alencon.settlement.periods import late_run, next_run_at, shops_due
from saleor_alencon.settlement.services import SettlementError, run_cancel, run_create
from saleor_alencon.settlement.tasks import draft_due_run
from saleor_alencon.shops.models import Shop
from tests.integration.small_town import (
    Basket,
    Line,
    Tender,
    open_town,
    operator,
    pay,
    stated,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def at(day: str, hour: int = 8):
    return datetime.datetime.fromisoformat(day).replace(hour=hour, tzinfo=TOWN_TIME)


@pytest.fixture
def town(db):
    """The bookshop weekly on Wednesdays, the cheese shop twice a month, the mercer monthly."""
    open_town()
    for slug, period in (("librairie", "weekly"), ("fromagerie", "twice_a_month")):
        ShopTerms.objects.create(shop=Shop.objects.get(slug=slug), period=period, weekday=3)
    sell("1")


def sell(number):
    lines = [Line("librairie", 5000), Line("fromagerie", 5001), Line("mercerie", 700)]
    basket = Basket(number, lines, [Tender(10701)])
    basket.hand_over()
    basket.deliver()


def due(day):
    shops = dict(Shop.objects.values_list("pk", "slug"))
    return sorted(shops[shop_id] for shop_id in shops_due(cutoff=at(day)))


def draft_due(day):
    return run_create(created_by=operator(), cutoff=at(day), now=at(day), due_only=True)


def test_each_run_takes_the_shops_whose_day_has_come_since_the_run_before(town):
    assert due("2026-12-01") == ["fromagerie", "librairie", "mercerie"]  # never settled yet
    pay(draft_due("2026-12-01"), now=at("2026-12-01"))
    assert due("2026-12-01") == []
    with pytest.raises(SettlementError, match="prochaine l'est le 2\u00a0décembre 2026"):
        draft_due("2026-12-01")

    sell("2")
    assert due("2026-12-02") == ["librairie"]
    weekly = pay(draft_due("2026-12-02"), now=at("2026-12-02"))
    assert stated(weekly, "librairie") == (0, 4520, 4520, 0, "")
    assert weekly.statements.count() == 1

    assert due("2026-12-16") == ["fromagerie", "librairie"]
    assert due("2027-01-01") == ["fromagerie", "librairie", "mercerie"]
    pay(draft_due("2027-01-01"), now=at("2027-01-01"))
    assert find_problems() == []


def test_an_abandoned_run_leaves_its_shops_due_and_a_run_for_all_takes_everybody(town):
    run_cancel(run_id=draft_due("2026-12-01").pk, cancelled_by=operator(), now=at("2026-12-01"))
    assert due("2026-12-01") == ["fromagerie", "librairie", "mercerie"]
    pay(draft_due("2026-12-01"), now=at("2026-12-01"))
    sell("2")
    moment = at("2026-12-03")
    everybody = run_create(created_by=operator(), cutoff=moment, now=moment)
    assert everybody.statements.count() == 3
    assert find_problems() == []


def test_a_missed_run_is_told_with_its_day_and_what_waits_for_it(town, capsys):
    pay(draft_due("2026-12-01"), now=at("2026-12-01"))
    sell("2")
    assert late_run(now=at("2026-12-02", 23)) is None
    found = late_run(now=at("2026-12-03"))
    # 50.00 less 4.00 and 0.80; only the weekly shop was missed.
    assert (found.since, found.shops, found.waiting_cents) == (at("2026-12-02", 0), 1, 4520)
    assert late_run(now=at("2026-12-17", 1)).shops == 2
    assert next_run_at(now=at("2026-12-03")) == at("2026-12-09", 0)


def test_the_command_says_what_is_due_and_fails_when_a_run_is_late(town, capsys):
    Shop.objects.exclude(slug="mercerie").update(iban="")
    with pytest.raises(CommandError, match="shops wait for"):
        call_command("settlement", "due")
    assert "shops due now: 3" in capsys.readouterr().out


def test_the_run_that_is_due_is_drafted_in_the_name_of_who_cannot_approve_it(town):
    assert draft_due_run() == ""
    SettlementRules.objects.create(id=1, drafts_for=operator())
    number = draft_due_run()
    run = SettlementRun.objects.get(number=number)
    assert run.created_by == operator()
    assert run.statements.count() == 3
    # The next hour finds nothing more to do.
    assert draft_due_run() == ""
    assert SettlementRun.objects.count() == 1
