"""Which shops are due, and which run is late: each shop has its days, the association's or its own.

A run takes every shop that became due since the one before, so the cutoff of the last run that
stands says what was dealt with. A day counts from its first instant in the town.
"""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.payout_periods import PayoutPeriod, latest_due, next_due
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.localized import date_text
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.models import RunState, SettlementRun
from saleor_alencon.settlement.release import due_by_shop
from saleor_alencon.settlement.rule_models import (
    SettlementRules,
    ShopTerms,
    settlement_rules,
)
from saleor_alencon.shops.models import Shop

GRACE = datetime.timedelta(days=1)
"""How long after its instant a run is not yet called late."""


@dataclass(frozen=True)
class Schedule:
    """The days on which one shop is settled. ``own`` says that they are not the association's."""

    period: PayoutPeriod
    weekday: int
    own: bool = False

    def due_before(self, moment: datetime.datetime) -> datetime.datetime:
        """Return the last instant, up to ``moment`` and with it, at which the shop was due."""
        day = moment.astimezone(TOWN_TIME).date()
        return _begins(latest_due(self.period, self.weekday, day))

    def due_after(self, moment: datetime.datetime) -> datetime.datetime:
        """Return the first instant after ``moment`` at which the shop is due."""
        day = moment.astimezone(TOWN_TIME).date()
        return _begins(next_due(self.period, self.weekday, day))


def _begins(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), TOWN_TIME)


def schedules() -> dict[int, Schedule]:
    """Return every shop's days by its id."""
    rules = settlement_rules()
    terms = {each.shop_id: each for each in ShopTerms.objects.all()}
    ids = Shop.objects.values_list("pk", flat=True)
    return {shop_id: schedule_of(rules, terms.get(shop_id)) for shop_id in ids}


def schedule_of(rules: SettlementRules, terms: ShopTerms | None) -> Schedule:
    """Return a shop's days: its own where it has some."""
    own = terms is not None and bool(terms.period or terms.weekday)
    period = (terms.period if terms else "") or rules.period
    weekday = (terms.weekday if terms else None) or rules.weekday
    return Schedule(PayoutPeriod(period), weekday, own)


def last_cutoff(*, known_at: datetime.datetime | None = None) -> datetime.datetime | None:
    """Return up to when shops were dealt with by the runs that stand.

    ``known_at`` leaves out what was drafted later.
    """
    runs = SettlementRun.objects.exclude(state=RunState.CANCELLED).order_by("-cutoff")
    if known_at is not None:
        runs = runs.filter(created_at__lt=known_at)
    return runs.values_list("cutoff", flat=True).first()


def shops_due(*, cutoff: datetime.datetime, known_at: datetime.datetime | None = None) -> set[int]:
    """Return the shops that a run at ``cutoff`` takes: due since the run before, by their days."""
    before = last_cutoff(known_at=known_at)
    return {
        shop_id
        for shop_id, schedule in schedules().items()
        if before is None or schedule.due_before(cutoff) > before
    }


def next_run_at(*, now: datetime.datetime) -> datetime.datetime | None:
    """Return when the next shop is due; None while there is no shop."""
    return min((each.due_after(now) for each in schedules().values()), default=None)


@dataclass(frozen=True)
class LateRun:
    """A run that should have been prepared: since when, for how many shops, how much waits."""

    since: datetime.datetime
    shops: int
    waiting_cents: int

    def text(self) -> str:
        return _(
            "Reversement en retard : il devait être préparé le %(day)s. Boutiques qui "
            "attendent : %(shops)d."
        ) % {"day": date_text(self.since.astimezone(TOWN_TIME).date()), "shops": self.shops}


def late_run(*, now: datetime.datetime) -> LateRun | None:
    """Return the run that is missing for shops that have money to get, if one is.

    What is due counts as available: without a scheduler nobody has released it.
    """
    before = last_cutoff()
    waiting = Counter(due_by_shop(cutoff=now))
    for shop_id, balances in shop_balances().items():
        waiting[shop_id] -= balances.get(AccountKind.SHOP_AVAILABLE, 0)
    due: dict[int, datetime.datetime] = {}
    for shop_id, schedule in schedules().items():
        instant = schedule.due_before(now) if before is None else schedule.due_after(before)
        if waiting[shop_id] > 0 and instant + GRACE < now:
            due[shop_id] = instant
    if not due:
        return None
    return LateRun(min(due.values()), len(due), sum(waiting[shop_id] for shop_id in due))


def nobody_due_text(now: datetime.datetime) -> str:
    """Say that no shop's day has come, and when the next one's does."""
    following = next_run_at(now=now)
    if following is None:
        return _("Il n'y a aucune boutique.")
    return _(
        "Aucune boutique n'est échue depuis le dernier reversement ; la prochaine l'est le "
        "%(day)s. Prenez toutes les boutiques pour verser avant."
    ) % {"day": date_text(following.astimezone(TOWN_TIME).date())}
