"""What was held, available and paid at the end of each of the last weeks."""

import datetime
from collections import defaultdict

from django.db.models import BigIntegerField, Sum
from django.db.models.functions import Cast, TruncWeek
from django.utils import timezone

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.models import Entry
from saleor_alencon.office.chart import Week
from saleor_alencon.settlement.models import Payout, PayoutState

WEEKS = 12
WEEK = datetime.timedelta(weeks=1)
KINDS = (AccountKind.SHOP_HOLD, AccountKind.SHOP_AVAILABLE)


def weeks(held_cents: int, available_cents: int, now: datetime.datetime) -> list[Week]:
    """Walk back from today's balances: only the last weeks' entries are read."""
    today = timezone.localdate(now)
    this_monday = today - datetime.timedelta(days=today.weekday())
    mondays = [this_monday - WEEK * back for back in range(WEEKS)]
    start = datetime.datetime.combine(mondays[-1], datetime.time(), timezone.get_default_timezone())
    moved, paid = movements(start), payments(start)
    found = []
    for monday in mondays:
        found.append(Week(monday, held_cents, available_cents, paid.get(monday, 0)))
        # Credits are negative: what came in during the week was not there before it.
        held_cents += moved[monday, AccountKind.SHOP_HOLD]
        available_cents += moved[monday, AccountKind.SHOP_AVAILABLE]
    return found[::-1]


def movements(start: datetime.datetime) -> dict[tuple[datetime.date, str], int]:
    """Sum the entries on shops' accounts since ``start`` by week and account kind, signed."""
    rows = (
        Entry.objects.filter(account__kind__in=KINDS, transaction__occurred_at__gte=start)
        .annotate(week=TruncWeek("transaction__occurred_at"))
        .order_by()
        .values("week", "account__kind")
        .annotate(total=Cast(Sum("amount_cents"), BigIntegerField()))
        .values_list("week", "account__kind", "total")
    )
    sums: dict[tuple[datetime.date, str], int] = defaultdict(int)
    for week, kind, total in rows:
        sums[timezone.localdate(week), kind] += total
    return sums


def payments(start: datetime.datetime) -> dict[datetime.date, int]:
    """Sum the payouts declared executed since ``start``, by week."""
    rows = (
        Payout.objects.filter(state=PayoutState.EXECUTED, run__executed_at__gte=start)
        .annotate(week=TruncWeek("run__executed_at"))
        .order_by()
        .values("week")
        .annotate(total=Cast(Sum("amount_cents"), BigIntegerField()))
        .values_list("week", "total")
    )
    return {timezone.localdate(week): total for week, total in rows}
