"""What a run would have paid at a past instant: read from what was posted by then, nothing written.

Counted as known is what the ledger had by that instant. What keeps no past is taken as it is now;
docs/settlement.md, "Looking back", lists it.
"""

import datetime
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from saleor_alencon.domain.corrections import reserve_cents
from saleor_alencon.domain.settlement import decide_payout
from saleor_alencon.outputs.french_text import TOWN_TIME
from saleor_alencon.settlement.correction_models import Reserve
from saleor_alencon.settlement.errors import SettlementError
from saleor_alencon.settlement.holds import holds_of
from saleor_alencon.settlement.models import CarriedReason
from saleor_alencon.settlement.periods import shops_due
from saleor_alencon.settlement.reserves import SALES
from saleor_alencon.settlement.rule_models import ShopTerms
from saleor_alencon.shops.models import Association, ConnectedAccount, PayoutRail, Shop

# By shop: available, what a run would release of the held money, what of both is new sales, and
# what was put by of them already by a run of that very instant.
KNOWN = """
WITH known AS (
  SELECT a.shop_id, a.kind AS account, t.kind, e.id, -e.amount_cents AS cents,
         so.handed_over_at <= %(handed_over)s OR (so.state = 'cancelled' AND so.net_cents = 0)
           AS due
    FROM ledger_entry e
    JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('shop_available', 'shop_hold')
    JOIN ledger_transaction t ON t.id = e.transaction_id AND t.posted_at <= %(as_of)s
    LEFT JOIN orders_shoporder so ON so.id = e.shop_order_id
)
SELECT k.shop_id,
       coalesce(sum(k.cents) FILTER (WHERE k.account = 'shop_available'), 0)::bigint,
       coalesce(sum(k.cents) FILTER (WHERE k.account = 'shop_hold' AND k.due), 0)::bigint,
       coalesce(sum(k.cents) FILTER (
         WHERE k.kind = ANY(%(sales)s) AND r.id IS NULL
           AND (k.account = 'shop_available' OR k.due)), 0)::bigint,
       coalesce(-sum(k.cents) FILTER (
         WHERE k.kind IN ('reserve_withheld', 'reserve_cancelled') AND r.id IS NULL), 0)::bigint
  FROM known k
  LEFT JOIN settlement_claim c ON c.entry_id = k.id
  LEFT JOIN settlement_statement st ON st.id = c.statement_id
  LEFT JOIN settlement_settlementrun r ON r.id = st.run_id AND r.created_at < %(as_of)s
 GROUP BY k.shop_id
"""


@dataclass(frozen=True)
class PreviewLine:
    """What a run would have done for one shop, in cents.

    ``balance_cents`` is what it was owed, ``reserve_cents`` what would have been put by of it;
    ``payable_cents`` and ``carried_cents`` sum to the rest. ``due`` says whether its day had come.
    """

    shop: Shop
    due: bool
    balance_cents: int
    reserve_cents: int
    payable_cents: int
    carried_cents: int
    reason: str

    @property
    def reason_label(self) -> str:
        return str(CarriedReason(self.reason).label) if self.reason else ""


Kept = list[tuple[datetime.date, int]]
"""What was put by of a shop: the day from which it is given back, and cents, the oldest first."""


def reserves_known(as_of: datetime.datetime) -> dict[int, Kept]:
    """Return what was put by of each shop by an instant, by its id."""
    found: dict[int, Kept] = {}
    reserves = Reserve.objects.filter(run__created_at__lt=as_of).prefetch_related("releases")
    for reserve in reserves.order_by("release_on", "id"):
        if reserve.cancelled_at is not None and reserve.cancelled_at <= as_of:
            continue
        given = [each for each in reserve.releases.all() if each.released_at <= as_of]
        left = reserve.amount_cents - sum(each.amount_cents for each in given)
        if left:
            found.setdefault(reserve.shop_id, []).append((reserve.release_on, left))
    return found


def back_from_reserve(kept: Kept, balance_cents: int, as_of: datetime.datetime) -> int:
    """Return what a run would have given back: what is old enough, and what the balance lacks."""
    today, back = as_of.astimezone(TOWN_TIME).date(), 0
    for release_on, cents in kept:
        lacking = max(-(balance_cents + back), 0)
        back += cents if release_on <= today else min(cents, lacking)
    return back


def run_preview(*, as_of: datetime.datetime, now: datetime.datetime) -> list[PreviewLine]:
    """Return what a run with its cutoff at ``as_of`` would have paid, by shop.

    :raises SettlementError: for an instant to come, or without the association's record.
    """
    office = Association.objects.first()
    if office is None or as_of > now:
        raise SettlementError(_("Choisissez un instant passé."))
    with connection.cursor() as cursor:
        cursor.execute(
            KNOWN,
            {
                "as_of": as_of,
                "handed_over": as_of - datetime.timedelta(days=office.hold_days),
                "sales": [str(kind) for kind in SALES],
            },
        )
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    shops = list(Shop.objects.filter(pk__in=known).order_by("name"))
    due, held = shops_due(cutoff=as_of, known_at=as_of), holds_of(known, now=as_of)
    terms = {each.shop_id: each for each in ShopTerms.objects.filter(reserve_rate_bps__gt=0)}
    reserves = reserves_known(as_of)
    ready = set(ConnectedAccount.objects.filter(ready=True).values_list("shop_id", flat=True))
    connect = office.payout_rail == PayoutRail.CONNECT
    lines = []
    for shop in shops:
        available, releasable, sales, withheld = known[shop.pk]
        balance = available + releasable + withheld
        balance += back_from_reserve(reserves.get(shop.pk, []), balance, as_of)
        rate_bps = terms[shop.pk].reserve_rate_bps if shop.pk in terms else 0
        kept = withheld or reserve_cents(sales, rate_bps, balance)
        holds = held.get(shop.pk, ())
        decision = decide_payout(
            balance - kept,
            minimum_cents=office.minimum_payout_cents,
            has_account=shop.pk in ready if connect else bool(shop.iban and shop.bic),
            held_by=holds[0].reason if holds else "",
            without_account=CarriedReason.MISSING_ACCOUNT if connect
            else CarriedReason.MISSING_IBAN,
        )  # fmt: skip
        lines.append(
            PreviewLine(
                shop,
                shop.pk in due,
                balance,
                kept,
                decision.payable_cents,
                decision.carried_cents,
                decision.reason,
            )
        )
    return [line for line in lines if line.balance_cents]
