"""Any month of sales, refunds, rates edited, runs interrupted and people erased keeps every cent.

What a story expects is counted here, from the baskets and from the rates it published itself. The
provider's costs and disputes have stories of their own: test_provider_property.py.
"""

from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.commission.models import CommissionRule
from saleor_alencon.inbox.models import ErasureCause
from saleor_alencon.ledger.models import Entry
from saleor_alencon.orders.models import Order, ShopOrderLine
from saleor_alencon.privacy.services import order_erase
from saleor_alencon.settlement.models import Payout, RunState, SettlementRun
from saleor_alencon.settlement.services import (
    SettlementError,
    payout_return,
    run_approve,
    run_cancel,
    run_create,
    run_execute,
)
from saleor_alencon.shops.models import Association
from tests.integration.small_town import (
    HOUR,
    NOW,
    PLACED,
    RATES_BPS,
    Basket,
    Line,
    Tender,
    approver,
    open_town,
    operator,
    publish,
)

pytestmark = pytest.mark.django_db

VAT_BPS = 2000
PLACES = st.integers(0, 3)
CENTS = st.integers(1, 20_000)
RATES = st.fixed_dictionaries({slug: st.integers(0, 3000) for slug in RATES_BPS})
STEPS = st.one_of(
    st.tuples(st.just("sell"), CENTS, CENTS, CENTS, st.integers(0, 900), st.booleans()),
    st.tuples(st.just("refund"), PLACES, st.integers(1, 100), st.sampled_from([None, 0, 1, 2])),
    st.tuples(st.just("hand over"), PLACES, st.sampled_from([None, *RATES_BPS])),
    st.tuples(st.just("take back"), PLACES, st.sampled_from([*RATES_BPS])),
    st.tuples(st.just("edit rates"), RATES),
    st.tuples(st.just("run"), st.sampled_from(["create", "approve", "execute", "cancel"]),
              st.one_of(st.none(), st.integers(0, 40))),
    st.tuples(st.just("bring back"), PLACES),
    st.tuples(st.just("erase"), PLACES),
)  # fmt: skip


class Interrupted(Exception):
    """What stands for a process that dies: nothing after it is done, all of it is rolled back."""


def interrupted(action, statements):
    """Do the action up to so many statements; say whether it came to its end."""
    left = statements

    def fuse(execute, *arguments):
        nonlocal left
        if left == 0:
            raise Interrupted
        left -= 1
        return execute(*arguments)

    try:
        with transaction.atomic(), connection.execute_wrapper(fuse):
            action()
    except Interrupted:
        return False
    return True


class Month:
    """What happens, one step after the other; a step that is not possible now is skipped."""

    def __init__(self):
        self.baskets: list[Basket] = []
        self.rates = dict(RATES_BPS)
        self.rates_at_sale: dict[str, dict[str, int]] = {}
        self.hours = 0

    def take(self, step, *details):
        getattr(self, step.replace(" ", "_"))(*details)

    def basket(self, place):
        return self.baskets[place % len(self.baskets)] if self.baskets else None

    def sell(self, first, second, third, shipping_cents, gift):
        cents = dict(zip(RATES_BPS, (first, second, third), strict=True))
        total = sum(cents.values()) + shipping_cents
        by_gift = total // 3 if gift else 0
        tenders = [Tender(total - by_gift), *([Tender(by_gift, gift=True)] if by_gift else [])]
        at = PLACED + self.hours * HOUR
        basket = Basket(
            str(len(self.baskets) + 1), [Line(slug, part) for slug, part in cents.items()], tenders,
            shipping_cents=shipping_cents, placed_at=at, captured_at=at,
        )  # fmt: skip
        self.baskets.append(basket)
        self.rates_at_sale[basket.number] = dict(self.rates)
        basket.deliver()

    def refund(self, place, percent, line):
        if (basket := self.basket(place)) is None:
            return
        paid = basket.tenders[0]
        cents = (paid.charged_cents - paid.refunded_cents) * percent // 100
        if cents:
            basket.refund(cents, lines={} if line is None else {line: 1})

    def hand_over(self, place, shop):
        if basket := self.basket(place):
            basket.hand_over(*([shop] if shop else []))

    def take_back(self, place, shop):
        if basket := self.basket(place):
            basket.take_back(shop)

    def edit_rates(self, rates):
        self.hours += 1
        at = PLACED + self.hours * HOUR
        rules = [
            CommissionRule(name=f"Taux {slug}", rate_bps=rate_bps, shops=[slug])
            for slug, rate_bps in rates.items()
        ]
        publish(rules, valid_from=at, now=at)
        self.rates = rates

    def run(self, action, statements):
        found = SettlementRun.objects.filter(
            state=RunState.APPROVED if action == "execute" else RunState.DRAFT
        ).first()
        if action != "create" and found is None:
            return
        key = found.pk if found else 0
        actions = {
            "create": lambda: run_create(created_by=operator(), cutoff=NOW, now=NOW),
            "approve": lambda: run_approve(run_id=key, approved_by=approver(), now=NOW),
            "execute": lambda: run_execute(run_id=key, executed_by=operator(), now=NOW),
            "cancel": lambda: run_cancel(run_id=key, cancelled_by=operator(), now=NOW),
        }
        before = digest_rows(), states()
        try:
            done = interrupted(actions[action], -1 if statements is None else statements)
        except SettlementError:
            return
        assert done or (digest_rows(), states()) == before

    def bring_back(self, place):
        sent = list(Payout.objects.filter(state="executed").order_by("id"))
        if sent:
            payout = sent[place % len(sent)]
            payout_return(
                payout_id=payout.pk, reason="compte clos", returned_by=operator(), now=NOW
            )

    def erase(self, place):
        if basket := self.basket(place):
            before = digest_rows()
            order_erase(saleor_id=f"order-{basket.number}", cause=ErasureCause.REQUEST, now=NOW)
            assert digest_rows() == before

    def settle_all(self):
        for action in ("approve", "execute", "create", "approve", "execute"):
            self.run(action, None)


def states():
    return list(SettlementRun.objects.order_by("id").values_list("number", "state"))


def half_up(cents, rate_bps):
    return (2 * cents * rate_bps + 10_000) // 20_000


def check(month: Month) -> None:
    """Every cent that the baskets' tenders kept is a shop's, the association's or the shopper's."""
    assert find_problems() == []
    net: Counter[str] = Counter()
    for basket in month.baskets:
        order = Order.objects.get(number=basket.number)
        lines = ShopOrderLine.objects.filter(shop_order__order=order).select_related(
            "shop_order__shop"
        )
        for line in lines:
            slug = line.shop_order.shop.slug
            rate_bps = month.rates_at_sale[basket.number][slug]
            kept = line.paid_cents - line.refunded_cents
            assert line.commission_rate_bps == rate_bps
            assert line.commission_cents == half_up(kept, rate_bps)
            assert line.commission_vat_cents == half_up(line.commission_cents, VAT_BPS)
            net[slug] += kept - line.commission_cents - line.commission_vat_cents
        delivery = -sum(
            Entry.objects.filter(
                account__kind="delivery_revenue", transaction__order=order
            ).values_list("amount_cents", flat=True)
        )
        kept = sum(line.paid_cents - line.refunded_cents for line in lines)
        paid = sum(tender.charged_cents - tender.refunded_cents for tender in basket.tenders)
        assert kept + delivery + order.shopper_credit_cents == paid
    for slug in RATES_BPS:
        held = -sum(
            Entry.objects.filter(
                account__shop__slug=slug, account__kind__in=["shop_hold", "shop_available"]
            ).values_list("amount_cents", flat=True)
        )
        gone = sum(
            Payout.objects.filter(shop__slug=slug, state__in=["approved", "executed"]).values_list(
                "amount_cents", flat=True
            )
        )
        assert held + gone == net[slug], slug


@pytest.fixture
def town(db):
    open_town()


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(st.tuples(STEPS, st.booleans()), min_size=4, max_size=16),
    hold_days=st.sampled_from([0, 14, 3000]),
    minimum_cents=st.sampled_from([0, 1000]),
)
def test_any_month_keeps_every_cent(town, steps, hold_days, minimum_cents):
    with transaction.atomic():
        Association.objects.update(hold_days=hold_days, minimum_payout_cents=minimum_cents)
        month = Month()
        for (step, *details), is_told in steps:
            month.take(step, *details)
            if is_told:
                for basket in month.baskets:
                    basket.deliver()
        for basket in month.baskets:
            basket.deliver()
        check(month)
        month.settle_all()
        check(month)
        before = digest_rows()
        month.settle_all()
        assert digest_rows() == before
        transaction.set_rollback(True)
