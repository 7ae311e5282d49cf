"""Any month of sales, refunds, gift cheques, rates edited and runs interrupted keeps every cent.

What a story expects is counted here, from the baskets and from the rates it published itself. The
provider's costs and disputes have stories of their own: test_provider_property.py.
"""

import datetime
from collections import Counter

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.cheques.models import Cheque, ChequeMovement, ChequeRules
from saleor_alencon.cheques.movements import expiries_reserve, redemption_cancel
from saleor_alencon.cheques.saleor import movement_settle
from saleor_alencon.commission.models import CommissionRule
from saleor_alencon.domain.cheques import Redemption
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
from tests.integration.cheque_town import (
    SOLD,
    accept,
    clock,
    left,
    liability,
    paid_by,
    redeem,
    sell,
)
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
TENDERS = st.sampled_from(["card", "card and foreign gift card", "card and cheque"])
FEE_BPS = 300
STEPS = st.one_of(
    st.tuples(st.just("sell"), CENTS, CENTS, CENTS, st.integers(0, 900), TENDERS, PLACES),
    st.tuples(st.just("refund"), PLACES, st.integers(1, 100), st.sampled_from([None, 0, 1, 2]),
              st.sampled_from([0, -1])),
    st.tuples(st.just("sell cheque"), CENTS),
    st.tuples(st.just("redeem"), PLACES, st.sampled_from([*RATES_BPS]), st.integers(1, 100)),
    st.tuples(st.just("cancel redemption"), PLACES),
    st.tuples(st.just("write off")),
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
        self.cheques: list[Cheque] = []
        self.redemptions: list[tuple[Cheque, ChequeMovement]] = []
        self.written_off: Counter[int] = Counter()
        self.redeemed: Counter[int] = Counter()
        self.redeemed_net: Counter[str] = Counter()
        self.hours = 0

    def take(self, step, *details):
        getattr(self, step.replace(" ", "_"))(*details)

    def basket(self, place):
        return self.baskets[place % len(self.baskets)] if self.baskets else None

    def sell(self, first, second, third, shipping_cents, paid_with, place):
        cents = dict(zip(RATES_BPS, (first, second, third), strict=True))
        total = sum(cents.values()) + shipping_cents
        tenders = [Tender(total)]
        if paid_with == "card and foreign gift card":
            tenders.append(Tender(total // 3, gift=True))
        elif paid_with == "card and cheque" and (cheque := self.cheque(place)):
            tenders.append(paid_by(cheque, min(total // 3, self.rest(cheque))))
        tenders[0].charged_cents -= sum(tender.charged_cents for tender in tenders[1:])
        at = PLACED + self.hours * HOUR
        basket = Basket(
            str(len(self.baskets) + 1), [Line(slug, part) for slug, part in cents.items()], tenders,
            shipping_cents=shipping_cents, placed_at=at, captured_at=at,
        )  # fmt: skip
        self.baskets.append(basket)
        self.rates_at_sale[basket.number] = dict(self.rates)
        basket.deliver()

    def refund(self, place, percent, line, tender):
        if (basket := self.basket(place)) is None:
            return
        tender %= len(basket.tenders)
        paid = basket.tenders[tender]
        cents = (paid.charged_cents - paid.refunded_cents) * percent // 100
        if cents:
            basket.refund(cents, lines={} if line is None else {line: 1}, tender=tender)

    def cheque(self, place):
        """Return a cheque of which something is left, for which no redemption is refused."""
        usable = [
            each for each in self.cheques if self.rest(each) and each.pk not in self.written_off
        ]
        return usable[place % len(usable)] if usable else None

    def rest(self, cheque):
        """Return what is left of a cheque, by what the story did with it."""
        used = sum(
            tender.charged_cents - tender.refunded_cents
            for basket in self.baskets
            for tender in basket.tenders
            if tender.card == cheque.last_characters
        )
        return cheque.face_cents - used - self.redeemed[cheque.pk] - self.written_off[cheque.pk]

    def sell_cheque(self, face_cents):
        self.cheques += sell(face_cents, key=f"sale-{len(self.cheques)}")

    def redeem(self, place, slug, percent):
        cheque = self.cheque(place)
        self.deliver()
        cents = self.rest(cheque) * percent // 100 if cheque else 0
        if cents:
            movement = redeem(cheque, slug, cents, key=f"redeemed-{len(self.redemptions)}")
            self.redemptions.append((cheque, movement))
            self.count_redemption(cheque, slug, cents)

    def cancel_redemption(self, place):
        if self.redemptions:
            cheque, movement = self.redemptions.pop(place % len(self.redemptions))
            undone = redemption_cancel(
                movement_id=movement.pk, reason="mauvais montant", asked_by=operator(), now=NOW
            )
            movement_settle(movement_id=undone.pk, clock=clock)
            self.count_redemption(cheque, movement.shop.slug, -movement.effect_cents)

    def count_redemption(self, cheque, slug, cents):
        sign, amount = (1, cents) if cents > 0 else (-1, -cents)
        fee = half_up(amount, FEE_BPS)
        self.redeemed[cheque.pk] += cents
        self.redeemed_net[slug] += sign * (amount - fee - half_up(fee, VAT_BPS))

    def write_off(self):
        self.deliver()
        later = NOW + datetime.timedelta(days=3 * 365)
        rests = {each.pk: self.rest(each) for each in self.cheques}
        for movement in expiries_reserve(now=later):
            movement_settle(movement_id=movement.pk, clock=lambda: later)
            self.written_off[movement.cheque_id] += rests[movement.cheque_id]

    def deliver(self):
        for basket in self.baskets:
            basket.deliver()

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
    assert liability() == sum(month.rest(cheque) for cheque in month.cheques)
    for cheque in month.cheques:
        assert left(cheque) == month.rest(cheque)
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
        assert held + gone == net[slug] + month.redeemed_net[slug], slug


@pytest.fixture
def town(db):
    open_town()
    accept(*RATES_BPS)
    ChequeRules.objects.create(valid_from=SOLD.date(), fee_rate_bps=FEE_BPS)


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
        tell(month, steps)
        month.settle_all()
        check(month)
        before = digest_rows()
        month.settle_all()
        assert digest_rows() == before
        transaction.set_rollback(True)


def tell(month, steps):
    """Let the steps happen, and the Office know all of it in the end; check what is booked."""
    for (step, *details), is_told in steps:
        month.take(step, *details)
        if is_told:
            month.deliver()
    month.deliver()
    check(month)


ONE_OF_EACH = [
    (step, True)
    for step in [
        ("sell cheque", 5000),
        ("sell", 1999, 2501, 3033, 490, "card and cheque", 0),
        ("redeem", 0, "librairie", 37),
        ("refund", 0, 20, 0, 0),
        ("refund", 0, 50, None, -1),
        ("edit rates", {"librairie": 777, "fromagerie": 0, "mercerie": 1234}),
        ("sell", 1999, 2501, 3033, 490, "card", 0),
        ("hand over", 0, None),
        ("run", "create", None),
        ("write off",),
    ]
]
FAULTS = {
    "a commission rounded down": (
        "saleor_alencon.domain.commission.share_of", lambda cents, rate: cents * rate // 10_000
    ),
    "a redemption without its fee": (
        "saleor_alencon.cheques.movements.redemption_of",
        lambda cents, **_rates: Redemption(cents, fee_cents=0, fee_vat_cents=0),
    ),
    "a cheque's use forgotten": ("saleor_alencon.orders.writing.uses_record", lambda **_uses: None),
}  # fmt: skip


def test_a_month_with_one_of_each_keeps_every_cent(town):
    tell(Month(), ONE_OF_EACH)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_cent_is_found(town, fault, monkeypatch):
    monkeypatch.setattr(*FAULTS[fault])

    with pytest.raises(AssertionError):
        tell(Month(), ONE_OF_EACH)
