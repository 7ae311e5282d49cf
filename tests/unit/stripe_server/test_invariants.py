"""Whatever is done in whatever order, no cent appears or vanishes, and nothing is given back twice.

The model beside the server is the arithmetic alone: what each accepted call must do to the sums.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator

import stripe
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.stripe_server import running_stripe_server
from tests.unit.stripe_server.conftest import connect
from tests.unit.stripe_server.shop import MONDAY, Shop

CARDS = (
    "pm_card_visa",
    "pm_card_bypassPending",
    "pm_card_bypassPending",
    "pm_card_refundFail",
    "pm_card_pendingRefund",
    "pm_card_chargeDeclined",
)
DISPUTE_FEE_CENTS = 2_000
REFUSALS = (stripe.StripeError, AlenconError)
ACTIONS = {
    "charge": 5,
    "refund": 4,
    "fail_refund": 1,
    "dispute": 2,
    "decide": 3,
    "transfer": 3,
    "reverse": 2,
    "pay_out": 1,
    "return_payout": 1,
    "pay_the_shop_out": 1,
    "wait": 2,
}
# An action, which of the things that are there it takes, and a number for the amount.
STEPS = st.lists(
    st.tuples(
        st.sampled_from([name for name, weight in ACTIONS.items() for _ in range(weight)]),
        st.integers(0, 30),
        st.integers(0, 1_500),
    ),
    min_size=35,
    max_size=45,
)
done: Counter[str] = Counter()


def fee_cents(amount_cents: int) -> int:
    """1.5 % rounded half up, and 25 cents."""
    return (amount_cents * 15 + 500) // 1_000 + 25


class Money:
    """The server, and what its balances must be."""

    def __init__(self, server) -> None:
        self.server = server
        self.shop = Shop(server, connect(server))
        self.api = self.shop.client
        server.freeze(MONDAY)
        server.change_rules(automatic_payouts=False)
        self.account = self.api.accounts.create(
            {"type": "express", "capabilities": {"transfers": {"requested": True}}}
        ).id
        server.complete_onboarding(self.account)
        self.expected = 0
        self.expected_there = 0
        # Something to refund, transfer and reverse from the first step on.
        self.charge(1, 1_400)
        self.transfer(0, 200)

    def step(self, action: str, which: int, number: int) -> None:
        """Do one thing; note whether it was accepted."""
        outcome = getattr(self, action)(which, number)
        done[f"{action} {'refused' if outcome is False else 'done'}"] += outcome is not None

    def all(self, resource, **filters) -> list:
        return list(resource.list({"limit": 100, **filters}).auto_paging_iter())

    def pick(self, resource, which: int):
        """Return one of what is there, or None."""
        found = self.all(resource)
        return found[which % len(found)] if found else None

    def charge(self, which, number) -> bool:
        amount = 50 + number * 37
        try:
            self.shop.paid(amount, card=CARDS[which % len(CARDS)])
        except stripe.CardError:
            assert CARDS[which % len(CARDS)] == "pm_card_chargeDeclined"
            return False
        self.expected += amount - fee_cents(amount)
        return True

    def refund(self, which, number) -> bool | None:
        """Refund so many thousandths of what is left: above 1,000 it is too much."""
        charge = self.pick(self.api.charges, which)
        if charge is None:
            return None
        left = charge.amount_captured - charge.amount_refunded
        amount = max(1, left * number // 1_000)
        disputes = self.all(self.api.disputes, charge=charge.id)
        allowed = amount <= left and all(each.status == "won" for each in disputes)
        try:
            self.api.refunds.create({"charge": charge.id, "amount": amount})
        except REFUSALS:
            assert not allowed
            return False
        assert allowed
        self.expected -= amount
        return True

    def fail_refund(self, which, number) -> bool | None:
        refund = self.pick(self.api.refunds, which)
        if refund is None:
            return None
        try:
            self.server.fail_refund(refund.id)
        except REFUSALS:
            assert refund.status == "failed"
            return False
        self.expected += refund.amount
        return True

    def dispute(self, which, number) -> bool | None:
        charge = self.pick(self.api.charges, which)
        if charge is None:
            return None
        left = charge.amount_captured - charge.amount_refunded
        try:
            self.server.open_dispute(charge.id)
        except REFUSALS:
            assert charge.disputed or left == 0
            return False
        self.expected -= left + DISPUTE_FEE_CENTS
        return True

    def decide(self, which, number) -> bool | None:
        dispute = self.pick(self.api.disputes, which)
        if dispute is None:
            return None
        won = number % 2 == 0
        try:
            self.server.end_dispute(dispute.id, won=won)
        except REFUSALS:
            assert dispute.status in ("won", "lost")
            return False
        self.expected += dispute.amount if won else 0
        return True

    def transfer(self, which, number) -> bool:
        """Transfer so many thousandths of what is available."""
        available, _pending = self.shop.balance()
        amount = max(1, available * number // 1_000)
        wanted = {"amount": amount, "currency": "eur", "destination": self.account}
        try:
            self.api.transfers.create(wanted)
        except REFUSALS:
            assert amount > available
            return False
        assert amount <= available
        self.expected -= amount
        self.expected_there += amount
        return True

    def reverse(self, which, number) -> bool | None:
        transfer = self.pick(self.api.transfers, which)
        if transfer is None:
            return None
        left = transfer.amount - transfer.amount_reversed
        amount = max(1, left * number // 1_000)
        allowed = amount <= left and amount <= self.expected_there
        try:
            self.api.transfers.reversals.create(transfer.id, {"amount": amount})
        except REFUSALS:
            assert not allowed
            return False
        assert allowed
        self.expected += amount
        self.expected_there -= amount
        return True

    def pay_out(self, which, number) -> bool:
        available, _pending = self.shop.balance()
        payout = self.server.pay_out()
        if "id" not in payout:
            assert available <= 0
            return False
        assert payout["amount"] == available
        paid = self.all(self.api.balance_transactions, payout=payout["id"])
        assert sum(each.net for each in paid) == 0
        self.expected -= available
        return True

    def return_payout(self, which, number) -> bool | None:
        payout = self.pick(self.api.payouts, which)
        if payout is None:
            return None
        try:
            self.server.fail_payout(payout.id)
        except REFUSALS:
            assert payout.status == "failed"
            return False
        self.expected += payout.amount
        return True

    def pay_the_shop_out(self, which, number) -> bool:
        payout = self.server.pay_out(account=self.account)
        self.expected_there -= payout.get("amount", 0)
        return "id" in payout

    def wait(self, which, number) -> bool:
        """Let hours pass: refunds of one card fail then, the others' do not."""
        failing = [
            refund.amount
            for refund in self.all(self.api.refunds)
            if refund.status == "succeeded" and self.card_of(refund).endswith("5126")
        ]
        self.server.advance(hours=1 + which)
        self.expected += sum(failing)
        return True

    def card_of(self, refund) -> str:
        return self.api.charges.retrieve(refund.charge).payment_method_details.card.last4

    def check(self) -> None:
        """The sums are those of the transactions; nothing was given back twice."""
        booked = sum(each.net for each in self.all(self.api.balance_transactions))
        there = self.api.balance.retrieve({}, {"stripe_account": self.account})
        assert sum(self.shop.balance()) == booked == self.expected
        assert there.available[0].amount + there.pending[0].amount == self.expected_there >= 0
        refunded: Counter[str] = Counter()
        for refund in self.all(self.api.refunds):
            if refund.status in ("succeeded", "pending"):
                refunded[refund.charge] += refund.amount
        for charge in self.all(self.api.charges):
            assert charge.amount_refunded == refunded[charge.id] <= charge.amount_captured
        for transfer in self.all(self.api.transfers):
            reversals = sum(each.amount for each in transfer.reversals.data)
            assert transfer.amount_reversed == reversals <= transfer.amount


@contextlib.contextmanager
def fresh_money() -> Iterator[Money]:
    with running_stripe_server() as server:
        yield Money(server)


# A failing program is not made smaller: each attempt at it takes a second.
@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate])
@given(steps=STEPS)
def check_any_order(steps) -> None:
    with fresh_money() as money:
        for number, step in enumerate(steps):
            money.step(*step)
            if number % 4 == 0:
                money.check()
        money.check()


def test_the_sums_hold_whatever_is_done_in_any_order() -> None:
    done.clear()

    check_any_order()

    # Each thing was really done, and each refusal met: the property is not true of nothing.
    never = [name for name in ACTIONS if done[f"{name} done"] < 3]
    assert never == [], sorted(done.items())
    assert done["refund refused"] > 10
    assert done["transfer refused"] > 10
