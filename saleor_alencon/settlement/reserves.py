"""The rolling reserve: part of a shop's new sales put by for some days, then given back.

It covers what comes after a payout, a refund or a dispute: a balance that went below zero is
brought up from it first. All of it is posted with the run that is being drafted.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.corrections import reserve_cents
from saleor_alencon.ledger.balances import shop_balances
from saleor_alencon.ledger.models import SHOP_COSTS, Transaction, TransactionKind
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.outputs.french_text import TOWN_TIME, amount_text, date_text, rate_text
from saleor_alencon.settlement.correction_models import Reserve, ReserveRelease
from saleor_alencon.settlement.models import SettlementRun
from saleor_alencon.settlement.rule_models import ShopTerms

SALES = (
    TransactionKind.CHARGE,
    TransactionKind.REFUND,
    TransactionKind.COMMISSION,
    TransactionKind.RELEASE,
    TransactionKind.HOLD_AGAIN,
    *SHOP_COSTS,
)
"""What of a shop's available balance comes of its sales: the rest is payouts and corrections."""

NEW = """
SELECT a.shop_id,
       -coalesce(sum(e.amount_cents) FILTER (WHERE c.id IS NULL AND t.kind = ANY(%s)), 0)::bigint,
       -sum(e.amount_cents)::bigint
  FROM ledger_entry e
  JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'shop_available'
   AND a.shop_id = ANY(%s)
  JOIN ledger_transaction t ON t.id = e.transaction_id
  LEFT JOIN settlement_claim c ON c.entry_id = e.id
 GROUP BY a.shop_id ORDER BY a.shop_id
"""


@dataclass(frozen=True)
class _Move:
    """One amount between a shop's available balance and its reserve, above zero put by."""

    kind: TransactionKind
    source_id: str
    reserve: Reserve
    cents: int
    reason: str
    corrects_id: int | None = None


def reserves_move(
    run: SettlementRun, *, shop_ids: Collection[int] | None, now: datetime.datetime
) -> None:
    """Give back what is old enough or needed, then put by what the shops' terms say.

    Called inside the database transaction that drafts ``run``; ``shop_ids`` None is all shops.
    """
    today = run.cutoff.astimezone(TOWN_TIME).date()
    balances = {
        shop_id: -each.get(AccountKind.SHOP_AVAILABLE, 0)
        for shop_id, each in shop_balances().items()
    }
    for reserve in _open(shop_ids):
        left = reserve.amount_cents - reserve.given_cents
        old, lacking = reserve.release_on <= today, -balances.get(reserve.shop_id, 0)
        cents = left if old else min(left, lacking)
        if cents > 0:
            _release(reserve, cents, covers=not old, now=now)
            balances[reserve.shop_id] = balances.get(reserve.shop_id, 0) + cents
    _withhold(run, shop_ids, now)


def reserves_open_cents() -> dict[int, int]:
    """Return by shop id what is put by, in cents."""
    found: dict[int, int] = {}
    for reserve in _open(None):
        left = reserve.amount_cents - reserve.given_cents
        found[reserve.shop_id] = found.get(reserve.shop_id, 0) + left
    return found


def _open(shop_ids: Collection[int] | None) -> list[Any]:
    """Return the reserves of which something is left, the oldest first."""
    reserves = Reserve.objects.filter(cancelled_at=None).annotate(
        given_cents=Coalesce(Sum("releases__amount_cents"), 0)
    )
    if shop_ids is not None:
        reserves = reserves.filter(shop__in=shop_ids)
    return list(reserves.filter(given_cents__lt=F("amount_cents")).order_by("release_on", "id"))


def _release(reserve: Reserve, cents: int, *, covers: bool, now: datetime.datetime) -> None:
    release = ReserveRelease.objects.create(
        reserve=reserve, amount_cents=cents, covers=covers, released_at=now
    )
    why = "couvre le solde négatif" if covers else "délai passé"
    reason = f"réserve du reversement {reserve.run}, {why}"
    _post([_Move(TransactionKind.RESERVE_RELEASED, str(release.pk), reserve, -cents, reason)], now)


def _withhold(run: SettlementRun, shop_ids: Collection[int] | None, now: datetime.datetime) -> None:
    terms = ShopTerms.objects.filter(reserve_rate_bps__gt=0)
    if shop_ids is not None:
        terms = terms.filter(shop__in=shop_ids)
    by_shop = {each.shop_id: each for each in terms}
    with connection.cursor() as cursor:
        cursor.execute(NEW, [[str(kind) for kind in SALES], list(by_shop)])
        rows = cursor.fetchall()
    moves = []
    for shop_id, sales, available in rows:
        agreed = by_shop[shop_id]
        cents = reserve_cents(sales, agreed.reserve_rate_bps, available)
        if not cents:
            continue
        cutoff = run.cutoff.astimezone(TOWN_TIME).date()
        reserve = Reserve.objects.create(
            shop_id=shop_id,
            run=run,
            sales_cents=sales,
            rate_bps=agreed.reserve_rate_bps,
            amount_cents=cents,
            release_on=cutoff + datetime.timedelta(days=agreed.reserve_days),
        )
        reason = (
            f"{rate_text(reserve.rate_bps)} de {amount_text(sales)} de ventes nouvelles, "
            f"libérés à partir du {date_text(reserve.release_on)}"
        )
        moves.append(
            _Move(TransactionKind.RESERVE_WITHHELD, str(reserve.pk), reserve, cents, reason)
        )
    _post(moves, now)


def reserves_cancel(run: SettlementRun, *, now: datetime.datetime) -> None:
    """Give back what an abandoned run put by, by correcting entries.

    What it released stays released. Called inside the transaction that abandons the run.
    """
    kept = list(run.reserves.filter(cancelled_at=None).order_by("id"))
    posted = dict(
        Transaction.objects.filter(
            kind=TransactionKind.RESERVE_WITHHELD,
            source_id__in=[str(reserve.pk) for reserve in kept],
        ).values_list("source_id", "pk")
    )
    _post(
        [
            _Move(
                TransactionKind.RESERVE_CANCELLED,
                str(reserve.pk),
                reserve,
                -reserve.amount_cents,
                f"reversement {run} abandonné",
                posted[str(reserve.pk)],
            )
            for reserve in kept
        ],
        now,
    )
    run.reserves.filter(cancelled_at=None).update(cancelled_at=now)


def _post(moves: list[_Move], now: datetime.datetime) -> None:
    kinds = (AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVE)
    accounts = accounts_ensure({(kind, move.reserve.shop_id) for move in moves for kind in kinds})
    posted = transactions_post(
        [
            Draft(
                kind=move.kind,
                source_id=move.source_id,
                subject=str(move.reserve.pk),
                occurred_at=now,
                corrects_id=move.corrects_id,
                reason=move.reason[:200],
                legs=(
                    Leg(accounts[(AccountKind.SHOP_AVAILABLE, move.reserve.shop_id)], move.cents),
                    Leg(accounts[(AccountKind.SHOP_RESERVE, move.reserve.shop_id)], -move.cents),
                ),
            )
            for move in moves
        ],
        now=now,
    )
    assert len(posted) == len(moves), "a reserve was posted already"
