"""Committed shops week by week against the goal: bars and a line, drawn by the server."""

import datetime
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.domain.shop_life import MEMBERS
from saleor_alencon.localized import day_text
from saleor_alencon.shops.models import Shop, ShopEvent

WEEKS = 12
WIDTH, HEIGHT = 960, 260
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 24, 32
BAR = 34
STEPS = 4
WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True)
class CommittedWeek:
    """How many shops were committed or further at the end of the week that starts on a Monday."""

    monday: datetime.date
    committed: int


def committed_weeks(now: datetime.datetime, timezone: datetime.tzinfo) -> list[CommittedWeek]:
    """Count the committed shops at the end of each of the last weeks, from the shops' history.

    A shop without history counts from its creation, in the state that it has.
    """
    today = now.astimezone(timezone).date()
    monday = today - datetime.timedelta(days=today.weekday())
    mondays = [monday - place * WEEK for place in reversed(range(WEEKS))]
    ends = [datetime.datetime.combine(each + WEEK, datetime.time(), timezone) for each in mondays]
    counts = [0] * WEEKS
    for changes in state_changes():
        moments = [moment for moment, _state in changes]
        for place, end in enumerate(ends):
            known = bisect_right(moments, end)
            if known and changes[known - 1][1] in MEMBERS:
                counts[place] += 1
    return [CommittedWeek(*pair) for pair in zip(mondays, counts, strict=True)]


def state_changes() -> list[list[tuple[datetime.datetime, str]]]:
    """Return each shop's states, each with the moment from which on it had it."""
    events = defaultdict(list)
    rows = ShopEvent.objects.order_by("done_at", "id").values_list("shop_id", "done_at", "state")
    for shop_id, moment, state in rows:
        events[shop_id].append((moment, state))
    shops = Shop.objects.values_list("pk", "created_at", "state")
    return [events.get(pk) or [(created_at, state)] for pk, created_at, state in shops]


def launch_chart(weeks: Sequence[CommittedWeek], goal: int) -> dict[str, Any]:
    """Return what the template draws: grid, bars with their numbers, and the goal's line."""
    most = max([goal, *(week.committed for week in weeks)])
    top = -(-most // STEPS) * STEPS
    inner = HEIGHT - TOP - BOTTOM
    slot = (WIDTH - LEFT - RIGHT) // max(len(weeks), 1)
    bars = []
    for place, week in enumerate(weeks):
        height = week.committed * inner // top
        middle = LEFT + place * slot + slot // 2
        bars.append(
            {
                "x": middle - BAR // 2,
                "y": TOP + inner - height,
                "width": BAR,
                "height": height,
                "middle": middle,
                "label_y": HEIGHT - 10,
                "number_y": TOP + inner - height - 6,
                "number": week.committed,
                "label": day_text(week.monday),
                "title": _("Semaine du %(week)s : %(count)d")
                % {"week": day_text(week.monday), "count": week.committed},
            }
        )
    grid = [
        {"y": TOP + inner - inner * step // STEPS, "text": str(top * step // STEPS)}
        for step in range(STEPS + 1)
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bars": bars,
        "grid": grid,
        "goal_y": TOP + inner - goal * inner // top,
    }
