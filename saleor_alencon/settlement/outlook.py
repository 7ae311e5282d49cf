"""What a shop may expect: the payout that is under way, and when held money becomes payable."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.ledger.models import Entry
from saleor_alencon.settlement.models import Payout, PayoutState, RunState
from saleor_alencon.shops.models import Association

UNDER_WAY = (PayoutState.DRAFT, PayoutState.APPROVED)


@dataclass(frozen=True)
class Held:
    """Held money, in cents, and the day from which it is payable; None until the hand-over."""

    payable_on: datetime.date | None
    cents: int


@dataclass(frozen=True)
class Outlook:
    """A shop's money as it stands, in cents.

    The held amounts sum to ``held_cents``. ``under_way`` is the payout of a run that is not
    executed, ``last`` the newest one that was.
    """

    held_cents: int
    available_cents: int
    held: list[Held]
    under_way: Payout | None
    last: Payout | None
    minimum_cents: int

    @property
    def below_minimum(self) -> bool:
        """Whether what is available stays until there is more."""
        return 0 < self.available_cents < self.minimum_cents


def payout_outlook(*, shop_id: int) -> Outlook:
    """Return what the shop may expect, and when."""
    balances = shop_balances().get(shop_id, {})
    held_cents = -balances.get(AccountKind.SHOP_HOLD, 0)
    association = Association.objects.first()
    held = held_by_day(shop_id, association.hold_days if association else 0)
    assert sum(each.cents for each in held) == held_cents
    payouts = Payout.objects.filter(shop_id=shop_id).select_related("run").order_by("-id")
    return Outlook(
        held_cents=held_cents,
        available_cents=-balances.get(AccountKind.SHOP_AVAILABLE, 0),
        held=held,
        under_way=payouts.filter(state__in=UNDER_WAY)
        .exclude(run__state=RunState.CANCELLED)
        .first(),
        last=payouts.filter(state=PayoutState.EXECUTED).first(),
        minimum_cents=association.minimum_payout_cents if association else 0,
    )


def held_by_day(shop_id: int, hold_days: int) -> list[Held]:
    """Return the held money by the day from which it is payable, the earliest first.

    Goods that were not handed over come last, without a day.
    """
    entries = Entry.objects.filter(account__shop_id=shop_id, account__kind=AccountKind.SHOP_HOLD)
    rows = entries.values_list("shop_order__handed_over_at", "shop_order").annotate(
        cents=Sum("amount_cents")
    )
    cents: Counter[datetime.date | None] = Counter()
    for handed_over_at, _shop_order, amount in rows:
        day = None
        if handed_over_at is not None:
            day = timezone.localdate(handed_over_at + datetime.timedelta(days=hold_days))
        cents[day] -= int(amount)
    found = [Held(day, amount) for day, amount in cents.items() if amount]
    return sorted(
        found, key=lambda each: (each.payable_on is None, each.payable_on or datetime.date.max)
    )
