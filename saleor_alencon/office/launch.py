"""The launch page: committed shops against the goal, and what keeps each from selling."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from saleor_alencon.domain.shop_checklist import Item
from saleor_alencon.domain.shop_life import MEMBERS
from saleor_alencon.office.admin.base import change_url
from saleor_alencon.office.launch_chart import committed_weeks, launch_chart
from saleor_alencon.office.shop_cures import Line, checklist_lines
from saleor_alencon.onboarding.facts import Progress, progress_of
from saleor_alencon.onboarding.launching import LAUNCHING, by_urgency, launch_goal
from saleor_alencon.shops.checklist import ITEM_LABELS
from saleor_alencon.shops.models import Shop

BLOCKER, STATE = "blocage", "etat"
"""The parameters of the address that narrow the list."""


@dataclass(frozen=True)
class Choice:
    """One link that narrows the list; the chosen one leads back to all shops."""

    text: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Row:
    """One shop of the list."""

    shop: Shop
    url: str
    state: str
    done: int
    total: int
    missing: list[Line]


def launch_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    goal = launch_goal()
    shops = list(Shop.objects.filter(state__in=LAUNCHING).order_by("name"))
    everything = progress_of(shops, now)
    blocker = request.GET.get(BLOCKER, "")
    state = request.GET.get(STATE, "")
    found = [each for each in everything if is_chosen(each, blocker, state)]
    weeks = committed_weeks(now, timezone.get_current_timezone())
    committed = sum(shop.state in MEMBERS for shop in shops)
    return TemplateResponse(
        request,
        "office/launch.html",
        {
            **context,
            "title": _("Lancement"),
            "goal": goal,
            "committed": committed,
            "percent": min(100, 100 * committed // goal),
            "chart": launch_chart(weeks, goal),
            "weeks": weeks,
            "states": state_choices(shops, state, blocker),
            "blockers": blocker_choices(everything, state, blocker),
            "rows": [row_of(each) for each in sorted(found, key=by_urgency)],
            "narrowed": bool(blocker or state),
            "all_url": request.path,
        },
    )


def is_chosen(progress: Progress, blocker: str, state: str) -> bool:
    if state and progress.shop.state != state:
        return False
    return not blocker or any(check.item == blocker for check in progress.missing)


def row_of(progress: Progress) -> Row:
    shop = progress.shop
    return Row(
        shop=shop,
        url=change_url(shop),
        state=shop.get_state_display(),
        done=progress.done_count,
        total=len(progress.checks),
        missing=[line for line in checklist_lines(progress) if not line.done],
    )


def state_choices(shops: list[Shop], state: str, blocker: str) -> list[Choice]:
    """Count the shops by state; each state narrows the list to its own."""
    counts = Counter(shop.state for shop in shops)
    return [
        Choice(
            str(each.label),
            counts[each],
            address(state="" if each == state else each, blocker=blocker),
            each == state,
        )
        for each in LAUNCHING
    ]


def blocker_choices(everything: list[Progress], state: str, blocker: str) -> list[Choice]:
    """Count the shops that lack each item, among those of the chosen state."""
    counts = Counter(
        check.item for each in everything if is_chosen(each, "", state) for check in each.missing
    )
    needed = {check.item for each in everything for check in each.checks}
    return [
        Choice(
            str(ITEM_LABELS[item]),
            counts[item],
            address(state=state, blocker="" if item == blocker else item),
            item == blocker,
        )
        for item in Item
        if item in needed
    ]


def address(*, state: str, blocker: str) -> str:
    chosen = {STATE: state, BLOCKER: blocker}
    return "?" + urlencode({name: str(value) for name, value in chosen.items() if value})
