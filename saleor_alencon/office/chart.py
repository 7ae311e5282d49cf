"""A bar chart drawn by the server: positions in whole pixels, nothing to run in the browser."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from saleor_alencon.localized import amount_text, day_text, units_text
from saleor_alencon.outputs.chart_scale import ceiling_cents

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 84, 8, 12, 32
BAR, GAP = 18, 3
STEPS = 4


@dataclass(frozen=True)
class Week:
    """One week that starts on ``monday``: balances at its end, payments during it."""

    monday: datetime.date
    held_cents: int
    available_cents: int
    paid_cents: int

    @property
    def label(self) -> str:
        return day_text(self.monday)

    @property
    def series(self) -> tuple[tuple[str, str, int], ...]:
        return (
            ("held", _("détenu"), self.held_cents),
            ("available", _("disponible"), self.available_cents),
            ("paid", _("versé"), self.paid_cents),
        )

    @property
    def amounts(self) -> list[str]:
        return [amount_text(cents) for _name, _label, cents in self.series]


def chart(weeks: list[Week]) -> dict[str, Any]:
    """Return what the template draws: grid lines, bars, and labels."""
    top = ceiling_cents(max((cents for week in weeks for *_rest, cents in week.series), default=0))
    inner = HEIGHT - TOP - BOTTOM
    slot = (WIDTH - LEFT - RIGHT) // max(len(weeks), 1)
    bars, labels = [], []
    for place, week in enumerate(weeks):
        start = LEFT + place * slot + (slot - 3 * BAR - 2 * GAP) // 2
        labels.append({"x": start + (3 * BAR + 2 * GAP) // 2, "y": HEIGHT - 10, "text": week.label})
        for rank, (name, label, cents) in enumerate(week.series):
            height = max(cents, 0) * inner // top
            bars.append(
                {
                    "name": name,
                    "x": start + rank * (BAR + GAP),
                    "y": TOP + inner - height,
                    "width": BAR,
                    "height": height,
                    "title": _("%(week)s · %(label)s : %(amount)s")
                    % {"week": week.label, "label": label, "amount": amount_text(cents)},
                }
            )
    grid = [
        {
            "y": TOP + inner - inner * step // STEPS,
            "text": units_text(top * step // STEPS // 100),
        }
        for step in range(STEPS + 1)
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "bars": bars,
        "labels": labels,
        "grid": grid,
    }
