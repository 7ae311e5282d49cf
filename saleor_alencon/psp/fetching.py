"""Reading what is new at the provider, page by page; safe to stop anywhere.

A page is committed with the place where the reading goes on. Stripe lists the newest first, so a
reading that was cut off is finished before what came since is read. Each reading begins a little
before the end of the last one: rows that are known already are written again, as they are.
"""

import datetime

from django.db import transaction

from saleor_alencon.psp.gateway import Gateway, every
from saleor_alencon.psp.locks import held_alone
from saleor_alencon.psp.mirror import disputes_write, payouts_write, rows_write
from saleor_alencon.psp.models import BalanceTransaction, Dispute, FetchState, ProviderPayout

OVERLAP_SECONDS = 6 * 3600
CLOSED_DISPUTES = ("won", "lost", "warning_closed", "prevented")
FINAL_PAYOUTS = ("failed", "canceled")
PAYOUT_MAY_FAIL_DAYS = 10


def movements_fetch(*, gateway: Gateway, now: datetime.datetime, wait: bool = False) -> int:
    """Read new movements, and ask again about open disputes and recent payouts.

    Returns how many movements were read; nothing while another process reads, unless it is to
    ``wait`` for its end.

    :raises ProviderError: what was read until then stays, and the next call goes on there.
    """
    with held_alone("psp-fetch", wait=wait) as alone:
        if not alone:
            return 0
        count = _movements(gateway, now)
        _open_disputes(gateway)
        _payouts(gateway, now)
        balance_cents = gateway.balance_cents()
        FetchState.objects.filter(pk=1).update(balance_cents=balance_cents)
        return count


def _movements(gateway: Gateway, now: datetime.datetime) -> int:
    """Finish the reading that was cut off, if any; then read what is newer."""
    state, _ = FetchState.objects.get_or_create(pk=1)
    count = _reading(gateway, state, now) if state.page_after else 0
    return count + _reading(gateway, state, now)


def _reading(gateway: Gateway, state: FetchState, now: datetime.datetime) -> int:
    if not state.page_after:
        state.begun_at = now
    since = None if state.reached is None else state.reached - OVERLAP_SECONDS
    count, more = 0, True
    while more:
        items, more = gateway.balance_transactions(since=since, after=state.page_after)
        count += len(items)
        more = more and bool(items)
        with transaction.atomic():
            rows_write(items)
            newest = max((item["created"] for item in items), default=None)
            if newest is not None:
                state.page_newest = max(newest, state.page_newest or newest)
            state.page_after = items[-1]["id"] if more else ""
            if not more:
                state.reached = max(state.page_newest or 0, state.reached or 0) or None
                state.page_newest, state.complete_at = None, state.begun_at
            state.save()
    return count


def _open_disputes(gateway: Gateway) -> None:
    for dispute in Dispute.objects.exclude(status__in=CLOSED_DISPUTES):
        disputes_write([gateway.dispute(dispute.provider_id)])


def _payouts(gateway: Gateway, now: datetime.datetime) -> None:
    """Ask what became of recent payouts, and of what an automatic one is made."""
    since = now - datetime.timedelta(days=PAYOUT_MAY_FAIL_DAYS)
    recent = ProviderPayout.objects.exclude(status__in=FINAL_PAYOUTS)
    for payout in recent.filter(arrival_on__gte=since.date()):
        payouts_write([gateway.payout(payout.provider_id)])
    for payout in ProviderPayout.objects.filter(automatic=True, composed=False):
        name = payout.provider_id
        items = every(
            lambda after, name=name: gateway.balance_transactions(  # type: ignore[misc]
                payout=name, after=after
            )
        )
        with transaction.atomic():
            rows_write(items)
            BalanceTransaction.objects.filter(
                provider_id__in=[item["id"] for item in items]
            ).update(provider_payout=payout)
            payout.composed = True
            payout.save(update_fields=["composed"])
