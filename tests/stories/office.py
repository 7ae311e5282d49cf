"""The Office in memory: the services' own functions, over dictionaries instead of PostgreSQL.

``tests/integration/test_provider_stories.py`` shows that the services keep the same books.
"""

import hashlib
from collections import Counter
from functools import lru_cache

from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.domain.bearing import CostShares
from saleor_alencon.domain.commission import CommissionTerms
from saleor_alencon.domain.order_books import derive_order_books, diff_position
from saleor_alencon.domain.provider_costs import (
    CostPosition,
    OpeningUnknown,
    PaymentFact,
    derive_costs,
    diff_costs,
)
from saleor_alencon.domain.reconciliation import Reconciliation, reconcile
from saleor_alencon.inbox.snapshot import parse_snapshot
from saleor_alencon.orders.facts import gift_cards, line_shop, order_facts, refund_movements
from saleor_alencon.psp.costs import OFFICE_ACCOUNT, movement_fact, rules_freeze
from saleor_alencon.psp.fetching import OVERLAP_SECONDS
from saleor_alencon.psp.kinds import CHARGES, DISPUTE_PREFIXES, FEES, PAYOUTS, REFUNDS
from saleor_alencon.psp.mirror import MOVEMENT_FIELDS, movement_row
from saleor_alencon.psp.reconciliation import booked_charge, booked_refund, provided_movements
from saleor_alencon.shops.models import Association
from tests.integration.small_town import RATES_BPS
from tests.stories.account import Account

parse = lru_cache(maxsize=64)(parse_snapshot)  # One that comes twice is read once.
CLEARING = (AccountKind.PSP_CLEARING, None)
VAT_RATE_BPS = 2000
NOTHING = CostShares(0, {})
Books = dict[str, dict[tuple[str, str | None], int]]
"""By the order's number (empty for what is of none): what each account has of it, in cents."""


class MemoryOrder:
    def __init__(self) -> None:
        self.known = None
        self.posted: dict = {}
        self.books = None
        self.tenders: dict = {}


class MemoryOffice:
    """Takes snapshots and Stripe's movements in, and keeps the books."""

    def __init__(self, rules: dict) -> None:
        self.association = Association(**rules)
        self.terms = {
            shop: CommissionTerms(f"Taux {shop}", bps, VAT_RATE_BPS)
            for shop, bps in RATES_BPS.items()
        }
        self.orders: dict[str, MemoryOrder] = {}
        self.entries: Counter = Counter()
        self.mirror: dict = {}
        self.waiting: dict = {}
        self.rows_of: dict = {}
        self.counted: dict = {}
        self.disputes: dict[str, str] = {}
        self.costs: dict = {}
        self.clearing: Counter = Counter()
        self.losses: Counter = Counter()
        self.reached: int | None = None

    def post(self, number: str, account: AccountKind, shop: str | None, cents: int) -> None:
        self.entries[(number, account, shop)] += cents

    # Snapshots, as orders.services and orders.writing do

    def is_stale(self, order: MemoryOrder, version: tuple) -> bool:
        return order.known is not None and order.known >= version

    def ingest(self, text: str) -> None:
        snapshot = parse(text)
        order = self.orders.setdefault(snapshot.order.number, MemoryOrder())
        version = (snapshot.captured_at, hashlib.sha256(text.encode()).hexdigest())
        if self.is_stale(order, version):
            return
        order.known = version
        slugs = {line.id: line_shop(line, {}) for line in snapshot.order.lines}
        terms = {line: self.terms[shop] for line, shop in slugs.items()}
        order.books = derive_order_books(
            order_facts(snapshot.order, slugs, offered=gift_cards(snapshot.order)), terms
        )
        order.tenders = {each.id: each for each in snapshot.order.transactions}
        target = {
            (position.kind, position.subject): {
                (entry.account, entry.shop): entry.amount_cents for entry in position.entries
            }
            for position in order.books.positions
        }
        for key in {*target, *order.posted}:
            change = diff_position(target.get(key, {}), order.posted.get(key, {}))
            for (account, shop), cents in change.items():
                self.post(snapshot.order.number, account, shop, cents)
        order.posted = target

    # Movements, as psp.fetching and psp.posting do

    def read(self, account: Account) -> None:
        """Read what is new at Stripe, and let the books follow."""
        since = None if self.reached is None else self.reached - OVERLAP_SECONDS
        for item in reversed(account.movements(since)):
            row = movement_row(item)
            if kept := self.mirror.get(row.provider_id):
                for name in MOVEMENT_FIELDS:
                    setattr(kept, name, getattr(row, name))
            else:
                self.mirror[row.provider_id] = self.waiting[row.provider_id] = row
            self.reached = max(self.reached or 0, item["created"])
            if row.source.startswith(DISPUTE_PREFIXES):
                self.disputes[row.source] = item["source"]["status"]
        for name, status in self.disputes.items():
            if status not in ("won", "lost"):
                self.disputes[name] = account.dispute(name)["status"]
        self.follow()

    def follow(self) -> None:
        for row in sorted(self.waiting.values(), key=lambda row: row.created_at):
            if self.movement(row):
                del self.waiting[row.provider_id]
        for of, known in self.counted.items():
            if known != self.orders[of[0]].known:
                self.costs_post(of, None)
        self.losses_post()

    def movement(self, row) -> bool:
        if row.kind in (*CHARGES, *REFUNDS) or row.source.startswith(DISPUTE_PREFIXES):
            found = self.tender_of(row)
            if found is None:
                return False
            rules_freeze(row, self.association)
            try:
                self.costs_post(found, row)
            except OpeningUnknown:
                return False
            self.rows_of.setdefault(found, []).append(row)
            return True
        assert row.kind in (*PAYOUTS, *FEES), row.kind
        other = AccountKind.BANK if row.kind in PAYOUTS else AccountKind.PSP_FEES
        self.post("", other, None, -row.amount_cents)
        self.post("", *CLEARING, row.amount_cents)
        self.clearing[row.provider_id] += row.amount_cents
        return True

    def tender_of(self, row) -> tuple[str, str] | None:
        for number, order in self.orders.items():
            for name, tender in order.tenders.items():
                if name == row.saleor_transaction or tender.psp_reference == row.payment_intent:
                    return number, name
        return None

    def costs_post(self, of: tuple[str, str], new) -> None:
        number, tender = of
        shares = self.orders[number].books.tender_shares
        of_it = {shop: share for (name, shop), share in shares.items() if name == tender}
        facts = map(movement_fact, [*self.rows_of.get(of, []), *([new] if new else [])])
        wanted = derive_costs(facts, PaymentFact.of(of_it))
        posted = self.costs.get(tender, {})
        for key in {*wanted, *posted}:
            change = diff_costs(wanted.get(key, NOTHING), posted.get(key, NOTHING))
            self.post(number, OFFICE_ACCOUNT[key[0]], None, change.office_cents)
            for shop, cents in change.shop_cents.items():
                self.post(number, AccountKind.SHOP_HOLD, shop, cents)
            self.post(number, *CLEARING, -change.total_cents)
            if change.total_cents:
                self.clearing[new.provider_id] -= change.total_cents
        self.costs[tender] = wanted
        self.counted[of] = self.orders[number].known

    def losses_post(self) -> None:
        for (number, tender), rows in self.rows_of.items():
            for name in {row.source for row in rows if row.source in self.disputes}:
                lost = self.disputes[name] == "lost"
                borne = sum(
                    self.costs[tender].get((position, name), NOTHING).office_cents
                    for position in (CostPosition.DISPUTE_OPENED, CostPosition.DISPUTE_WON)
                )
                change = (borne if lost else 0) - self.losses[name]
                self.post(number, AccountKind.DISPUTE_LOSSES, None, change)
                self.post(number, AccountKind.DISPUTES_PENDING, None, -change)
                self.losses[name] += change

    # What is compared

    def books(self) -> Books:
        found: Books = {}
        for (number, account, shop), cents in self.entries.items():
            if cents:
                found.setdefault(number, {})[(str(account), shop)] = cents
        return found

    def reconciliation(self) -> Reconciliation:
        """Match both sides as psp.reconciliation does."""
        booked, references = [], {}
        for order in self.orders.values():
            facts = {name: tender for name, tender in order.tenders.items() if tender.psp_reference}
            for name, tender in facts.items():
                references[tender.psp_reference] = name
                charged = order.posted.get(("charge", name), {}).get(CLEARING, 0)
                booked += [booked_charge(name, tender.psp_reference, charged)] if charged else []
                refunds = sorted(refund_movements(tender).items())
                booked += [booked_refund(name, reference, cents) for reference, cents in refunds]
        rows = sorted(self.mirror.values(), key=lambda row: row.created_at)
        here = sum(
            cents for (_, account, _), cents in self.entries.items() if account == CLEARING[0]
        )
        provided = provided_movements(rows, self.clearing, references)
        return reconcile(booked, provided, here_cents=here)
