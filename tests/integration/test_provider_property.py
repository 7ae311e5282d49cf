"""Any sequence of charges, refunds, disputes and payouts: PSP clearing is Stripe's balance."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.psp.reconciliation import psp_reconcile
from saleor_alencon.settlement.release import release_due
from saleor_alencon.settlement.services import SettlementError
from saleor_alencon.shops.models import Association
from tests.integration.provider_town import Provider
from tests.integration.small_town import NOW, Basket, Line, Tender, draft, open_town, pay

pytestmark = pytest.mark.django_db

BEARERS = st.sampled_from(["office", "shop", "shared"])
RULES = st.fixed_dictionaries(
    {f"{kind}_bearer": BEARERS for kind in ("charge_fee", "refund_fee", "dispute", "dispute_fee")}
    | {
        f"{kind}_shared_bps": st.integers(0, 10_000)
        for kind in ("charge_fee", "refund_fee", "dispute", "dispute_fee")
    }
)
PLACES = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("sell"), st.integers(50, 20_000), st.integers(50, 20_000), st.booleans()),
    st.tuples(st.just("refund"), PLACES, st.integers(1, 100), st.sampled_from([None, 0, 1])),
    st.tuples(st.just("fail refund"), PLACES),
    st.tuples(st.just("dispute"), PLACES, st.integers(1, 100)),
    st.tuples(st.just("end dispute"), PLACES, st.booleans()),
    st.tuples(st.just("pay out")),
    st.tuples(st.just("fail payout")),
    st.tuples(st.just("hand over"), PLACES),
    st.tuples(st.just("settle")),
    st.tuples(st.just("rule"), RULES),
)


@pytest.fixture
def town(db):
    open_town()


class Story:
    """What happens, one step after the other; a step that is not possible now is skipped."""

    def __init__(self, provider):
        self.provider = provider
        self.baskets: list[Basket] = []
        self.refunds: dict[int, list[tuple[str, int]]] = {}
        self.payouts: list[str] = []

    def take(self, step, *details):
        getattr(self, step.replace(" ", "_"))(*details)

    def basket(self, place):
        return self.baskets[place % len(self.baskets)] if self.baskets else None

    def sell(self, first, second, gift):
        number = str(len(self.baskets) + 1)
        lines = [Line("librairie", first), Line("fromagerie", second)]
        total = first + second
        tenders = [Tender(total - total // 3)]
        if gift:
            tenders.append(Tender(total // 3, gift=True))
        else:
            tenders[0].charged_cents = total
        self.baskets.append(Basket(number, lines, tenders))
        self.provider.pay(self.baskets[-1])

    def refund(self, place, percent, line):
        basket = self.basket(place)
        if basket is None or any(not won for _, won in basket.tenders[0].disputed.values()):
            return
        paid = basket.tenders[0]
        cents = (paid.charged_cents - paid.refunded_cents) * percent // 100
        if cents:
            lines = {} if line is None else {line: 1}
            name = self.provider.refund(basket, cents, lines=lines)
            self.refunds.setdefault(place % len(self.baskets), []).append((name, cents))

    def fail_refund(self, place):
        basket = self.basket(place)
        left = self.refunds.get(place % len(self.baskets), []) if basket else []
        if left:
            name, cents = left.pop()
            self.provider.server.fail_refund(name)
            del basket.tenders[0].returned[name]
            basket.tenders[0].refunded_cents -= cents
            basket.refunds.remove(next(each for each in basket.refunds if each.cents == cents))

    def dispute(self, place, percent):
        basket = self.basket(place)
        if basket is None or basket.tenders[0].disputed:
            return
        paid = basket.tenders[0]
        cents = (paid.charged_cents - paid.refunded_cents) * percent // 100
        if cents:
            self.provider.dispute(basket, cents)

    def end_dispute(self, place, won):
        basket = self.basket(place)
        ended = getattr(basket, "ended", False)
        if basket is not None and basket.tenders[0].disputed and not ended:
            (name,) = basket.tenders[0].disputed
            self.provider.end_dispute(basket, name, won=won)
            basket.ended = True

    def pay_out(self):
        self.provider.server.advance(days=7)
        made = self.provider.server.pay_out()
        if made.get("id"):
            self.payouts.append(made["id"])

    def fail_payout(self):
        if self.payouts:
            self.provider.server.fail_payout(self.payouts.pop())

    def hand_over(self, place):
        if basket := self.basket(place):
            basket.hand_over()

    def settle(self):
        release_due(cutoff=NOW, now=NOW)
        try:
            pay(draft())
        except SettlementError:
            return

    def rule(self, fields):
        Association.objects.update(**fields)

    def deliver(self):
        for basket in self.baskets:
            basket.deliver()


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(st.tuples(STEPS, st.booleans(), st.booleans()), min_size=1, max_size=14),
    rules=RULES,
)
def test_psp_clearing_is_stripe_s_balance_after_any_story(town, steps, rules):
    with transaction.atomic(), Provider.open() as provider:
        Association.objects.update(**rules)
        story = Story(provider)
        for step, is_told, is_read in steps:
            story.take(*step)
            if is_told:
                story.deliver()
            if is_read:
                provider.news()
                assert psp_reconcile().unexplained_cents == 0
        story.deliver()
        provider.news()
        assert provider.agrees()
        assert balances_by_kind().get(AccountKind.PSP_CLEARING, 0) == provider.balance()
        assert find_problems() == []
        before = digest_rows()
        provider.news()
        assert digest_rows() == before
        story.settle()
        assert find_problems() == []
        transaction.set_rollback(True)
