"""The Office's pages inside Saleor's Dashboard: « Reversements » and « Lancement »."""

from collections import Counter
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from saleor_alencon.counter.frame import Who, office_person, spoken_for
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.shop_life import MEMBERS
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.localized import amount_text
from saleor_alencon.onboarding.facts import Progress, progress_of
from saleor_alencon.onboarding.launching import LAUNCHING, by_urgency, launch_goal
from saleor_alencon.settlement.holds import holds_of
from saleor_alencon.settlement.models import RunState, SettlementRun
from saleor_alencon.settlement.periods import late_run
from saleor_alencon.shops.checklist import ITEM_LABELS, check_text
from saleor_alencon.shops.models import Shop, ShopState

LAST_RUNS = 6
OPEN = (RunState.DRAFT, RunState.APPROVED)


@require_safe
@spoken_for
def frame_settlement(request: HttpRequest, who: Who) -> HttpResponse:
    """Answer the runs that wait for somebody, the last ones, and whose money is held back."""
    person = office_person(who, "settlement.view_settlementrun")
    now = timezone.now()
    late = late_run(now=now)
    balances = balances_by_kind()
    runs = SettlementRun.objects.defer("payment_file").select_related("created_by")
    return render(
        request,
        "counter/frame_settlement.html",
        {
            "person": person,
            "late": late.text() if late else "",
            "held": amount_text(-balances.get(AccountKind.SHOP_HOLD, 0)),
            "available": amount_text(-balances.get(AccountKind.SHOP_AVAILABLE, 0)),
            "waiting": run_rows(runs.filter(state__in=OPEN)),
            "last": run_rows(runs.filter(state=RunState.EXECUTED)[:LAST_RUNS]),
            "holds": hold_rows(now),
            "may_approve": person.has_perm("settlement.approve_run"),
        },
    )


def run_rows(runs: Any) -> list[dict[str, Any]]:
    """Return runs with what they pay, the newest first."""
    counted = runs.annotate(cents=Sum("payouts__amount_cents"), count=Count("payouts"))
    return [
        {"run": run, "amount": amount_text(int(run.cents or 0)), "count": run.count}
        for run in counted
    ]


def hold_rows(now: Any) -> list[dict[str, Any]]:
    """Return the shops that are paid nothing for now, each with every reason."""
    shops = {shop.pk: shop for shop in Shop.objects.exclude(state=ShopState.PROSPECT)}
    held = holds_of(list(shops), now=now)
    rows = [{"shop": shops[pk], "texts": [each.text for each in held[pk]]} for pk in held]
    return sorted(rows, key=lambda row: row["shop"].name)


@require_safe
@spoken_for
def frame_launch(request: HttpRequest, who: Who) -> HttpResponse:
    """Answer how many shops are committed, listed and ready, and what each lacks."""
    office_person(who, "shops.view_shop")
    shops = list(Shop.objects.filter(state__in=LAUNCHING))
    everything = progress_of(shops, timezone.now())
    goal = launch_goal()
    committed = sum(shop.state in MEMBERS for shop in shops)
    waiting = [each for each in everything if each.shop.state != ShopState.LIVE]
    return render(
        request,
        "counter/frame_launch.html",
        {
            "goal": goal,
            "committed": committed,
            "left": max(0, goal - committed),
            "ready": sum(not each.missing for each in everything),
            "live": sum(shop.state == ShopState.LIVE for shop in shops),
            "total": len(shops),
            "blockers": blockers(waiting),
            "rows": [launch_row(each) for each in sorted(waiting, key=by_urgency)],
        },
    )


def blockers(progress: list[Progress]) -> list[tuple[str, int]]:
    """Count the shops that lack each item, the most frequent first."""
    counts = Counter(check.item for each in progress for check in each.missing)
    return [(str(ITEM_LABELS[item]), count) for item, count in counts.most_common()]


def launch_row(progress: Progress) -> dict[str, Any]:
    """Return what the page shows of one shop on its way."""
    return {
        "shop": progress.shop,
        "done": progress.done_count,
        "total": len(progress.checks),
        "missing": [check_text(check) for check in progress.missing],
    }
