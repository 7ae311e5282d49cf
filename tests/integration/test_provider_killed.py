"""Killed around any call to Stripe, statement or commit: one transfer, books that agree."""

import datetime
import threading
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from saleor_alencon import psp
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.ledger.balances import balances_by_kind
from saleor_alencon.psp.accounts import onboarding_url
from saleor_alencon.psp.fetching import movements_fetch
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.models import BalanceTransaction, ProviderPayout, Transfer
from saleor_alencon.psp.posting import movements_post
from saleor_alencon.psp.services import news_take
from saleor_alencon.psp.transfers import run_send, transfer_reverse
from saleor_alencon.settlement.services import run_approve
from saleor_alencon.shops.models import Association, ConnectedAccount, Shop
from tests.integration.at_once import at_once
from tests.integration.provider_town import Provider, two_shops
from tests.integration.small_town import NOW, PLACED, approver, draft, open_town, operator
from tests.integration.test_killed import attempt, is_killed
from tests.points import functions_run, functions_with_points

MANY = 50
PSP = Path(psp.__file__).parent
POINTS = {
    "sending": """
        gateway.transfer_create gateway.transfers gateway._page transfers._attempt transfers._known
        transfers._payout_transfer transfers._refused transfers.run_send""",
    "reading": """
        accounts._write accounts.account_refresh accounts.accounts_refresh costs._changes_post
        costs._costs_follow costs._loss_post costs.costs_post fetching._movements
        fetching._open_disputes fetching._payouts fetching._reading fetching.movements_fetch
        gateway._page gateway.account
        gateway.balance_cents gateway.balance_transactions gateway.dispute gateway.payout
        mirror.disputes_write mirror.payouts_write mirror.rows_write posting._of_a_payment
        posting._post posting.movement_post""",
    "opening an account": """
        accounts._search accounts._write accounts.account_ensure accounts.onboarding_url
        gateway._page gateway.account_create gateway.accounts gateway.onboarding_url""",
    "taking back": """
        gateway.transfer gateway.transfer_reverse transfers._reversed
        transfers.transfer_reverse""",
}
"""The functions with a call to Stripe or a write that each killed action runs."""


def test_every_call_to_stripe_and_every_write_is_in_an_action_that_is_killed():
    named = {name for names in POINTS.values() for name in names.split()}
    assert named == functions_with_points(PSP, {"gateway"})


def test_only_the_gateway_knows_stripe_s_library():
    importing = [path.name for path in PSP.rglob("*.py") if "import stripe" in path.read_text()]
    assert importing == ["gateway.py"]


def runs_its_points(name, action):
    """Do the action once more, and see that it runs all that it is named for."""
    with functions_run(PSP) as ran:
        action()
    assert set(POINTS[name].split()) - ran == set()


class SlowGateway(Gateway):
    """Takes a while to read, and tells when it began."""

    begun = threading.Event()

    def balance_transactions(self, **which):
        self.begun.set()
        time.sleep(1)
        return super().balance_transactions(**which)


def around_calls(fuse):
    """Let a process die right before and right after each call to Stripe too."""
    call = Gateway._call

    def stepped(self, method):
        fuse.step()
        answer = call(self, method)
        fuse.step()
        return answer

    Gateway._call = stepped


@pytest.fixture
def provider(own_database):
    open_town()
    with Provider.in_settings() as running:
        yield running


def approved(provider, number):
    basket = two_shops(str(number))
    provider.pay(basket)
    basket.hand_over()
    basket.deliver()
    provider.server.advance(days=7)
    run = draft()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    return run


def paid(provider, number):
    """A basket that is paid and known, and whose fee is posted."""
    basket = two_shops(number)
    provider.pay(basket)
    basket.deliver()
    provider.news()
    return basket


def made(provider, run):
    """The run's transfers at Stripe: which payout, how often."""
    found = provider.stripe.transfers.list({"transfer_group": run.number, "limit": 100})
    return sorted(each.metadata["alencon_payout"] for each in found.data)


def test_a_sending_that_is_killed_is_completed_by_a_second_call(provider, killed):
    provider.connect()
    person = operator()
    steps, was_killed = 0, True
    while was_killed:
        run = approved(provider, steps + 1)

        def action(run=run):
            run_send(run_id=run.pk, executed_by=person, gateway=provider.gateway(), now=NOW)

        was_killed = is_killed(action, steps, around_calls)
        attempt(action)
        expected = sorted(run.payouts.values_list("end_to_end_id", flat=True))
        assert made(provider, run) == expected, f"killed after {steps} steps"
        run.refresh_from_db()
        assert run.state == "executed"
        provider.news()
        assert find_problems() == []
        steps += 1
    assert provider.agrees()
    assert steps > 30
    killed("Office: sending", steps - 1)


def test_a_sending_of_which_a_part_is_refused_opens_that_debt_once_wherever_it_is_killed(
    provider, killed
):
    provider.connect()
    person = operator()
    refused = ConnectedAccount.objects.get(shop__slug="fromagerie").account_id

    def half_refused(number):
        provider.server.set_account(refused, transfers="active")
        provider.news()
        run = approved(provider, number)
        provider.server.set_account(refused, transfers="inactive")
        return run

    steps, was_killed = 0, True
    while was_killed:
        run = half_refused(steps + 1)

        def action(run=run):
            run_send(run_id=run.pk, executed_by=person, gateway=provider.gateway(), now=NOW)

        was_killed = is_killed(action, steps, around_calls)
        attempt(action)
        states = dict(run.payouts.values_list("shop__slug", "state"))
        assert states == {"librairie": "executed", "fromagerie": "failed"}, f"after {steps} steps"
        assert len(made(provider, run)) == 1
        provider.news()
        assert find_problems() == []
        steps += 1
    last = half_refused(steps + 1)
    Transfer.objects.create(  # One without an answer, which is asked about.
        payout=last.payouts.get(shop__slug="librairie"), attempt=1, key="k", prepared_at=NOW
    )
    runs_its_points(
        "sending",
        lambda: run_send(run_id=last.pk, executed_by=person, gateway=provider.gateway(), now=NOW),
    )
    assert len(made(provider, last)) == 1
    provider.news()
    assert provider.agrees()
    killed("Office: sending, a part refused", steps - 1)


def test_a_reading_that_is_killed_is_completed_by_a_second_call(provider, killed):
    Association.objects.update(
        charge_fee_bearer="shop", refund_fee_bearer="office", dispute_bearer="shared"
    )

    def action():
        news_take(gateway=provider.gateway(), now=NOW)

    def happens(number):
        basket = two_shops(str(number))
        provider.pay(basket)
        basket.hand_over()
        basket.deliver()
        provider.refund(basket, 1000, lines={0: 1})
        dispute = provider.dispute(basket, 2000)
        basket.deliver()
        provider.end_dispute(basket, dispute, won=number % 2 == 1)
        basket.deliver()

    steps, was_killed = 0, True
    while was_killed:
        happens(steps + 1)
        was_killed = is_killed(action, steps, around_calls)
        action()
        assert provider.agrees(), f"killed after {steps} steps"
        provider.server.advance(days=1)  # What was read before is not read again.
        steps += 1
    assert find_problems() == []
    assert steps > 60
    killed("Office: reading", steps - 1)


def test_a_payout_to_the_bank_whose_reading_is_killed_is_read_with_its_parts(provider, killed):
    shop = Shop.objects.get(slug="mercerie")
    onboarding_url(shop_id=shop.pk, gateway=provider.gateway(), return_url="http://o", now=NOW)

    def action():
        movements_fetch(gateway=provider.gateway(), now=today)

    today, steps, was_killed = PLACED, 0, True
    while was_killed:
        basket = two_shops(str(steps + 1))
        provider.pay(basket)
        basket.deliver()
        provider.server.advance(days=7)
        made = provider.server.pay_out()["id"]
        today += datetime.timedelta(days=7)
        was_killed = is_killed(action, steps, around_calls)
        action()
        payout = ProviderPayout.objects.get(provider_id=made)
        assert payout.composed, f"killed after {steps} steps"
        assert sum(row.net_cents for row in payout.movements.all()) == 0
        provider.server.advance(days=11)  # It is asked about no more.
        today += datetime.timedelta(days=11)
        steps += 1
    provider.news()
    assert provider.agrees()
    assert find_problems() == []
    killed("Office: reading a payout to the bank", steps - 1)


def test_a_posting_that_is_killed_is_completed_by_a_second_call(provider, killed):
    """Of fees that a refund moves, and of a dispute that is lost, the Office bearing its part."""
    rules = {"charge_fee_bearer": "shop", "refund_fee_bearer": "office"}
    Association.objects.update(**rules, dispute_bearer="shared", dispute_shared_bps=5000)

    moved = paid(provider, "moved")

    def happens(number):
        lost = paid(provider, f"lost-{number}")
        provider.refund(moved, 100, lines={0: 1})
        dispute = provider.dispute(lost, 2000)
        provider.news()
        moved.deliver()
        provider.end_dispute(lost, dispute, won=False)
        movements_fetch(gateway=provider.gateway(), now=NOW)

    def action():
        movements_post(now=NOW)

    steps, was_killed = 0, True
    while was_killed:
        happens(steps)
        was_killed = is_killed(action, steps, around_calls)
        action()
        assert provider.agrees(), f"killed after {steps} steps"
        assert balances_by_kind()[AccountKind.DISPUTE_LOSSES] == 1000 * (steps + 1)
        assert balances_by_kind().get(AccountKind.DISPUTES_PENDING, 0) == 0
        steps += 1
    assert find_problems() == []
    assert steps > 10
    killed("Office: posting", steps - 1)


def test_all_points_of_a_reading_are_among_those(provider):
    shop = Shop.objects.get(slug="mercerie")
    onboarding_url(shop_id=shop.pk, gateway=provider.gateway(), return_url="http://o", now=NOW)
    Association.objects.update(charge_fee_bearer="shop", refund_fee_bearer="office")
    moved, lost = paid(provider, "1"), paid(provider, "2")
    provider.refund(moved, 1000, lines={0: 1})
    dispute = provider.dispute(lost, 2000)
    provider.dispute(moved, 100)
    provider.news()
    moved.deliver()
    provider.end_dispute(lost, dispute, won=False)
    lost.deliver()
    provider.server.advance(days=50)  # Only a recent payout is asked about.
    provider.server.pay_out()
    fresh = two_shops("3")
    provider.pay(fresh)
    fresh.deliver()
    runs_its_points("reading", lambda: news_take(gateway=provider.gateway(), now=NOW))


def test_an_account_whose_opening_is_killed_is_opened_once(provider, killed):
    steps, was_killed = 0, True
    while was_killed:
        shop = Shop.objects.create(slug=f"shop-{steps}", name=f"Boutique {steps}")

        def action(shop=shop):
            gateway, back = provider.gateway(), "http://office.example"
            return onboarding_url(shop_id=shop.pk, gateway=gateway, return_url=back, now=NOW)

        was_killed = is_killed(action, steps, around_calls)
        assert action().startswith(provider.server.url), f"killed after {steps} steps"
        opened = [
            each.id
            for each in provider.stripe.accounts.list({"limit": 100}).data
            if each.metadata["alencon_shop"] == shop.slug
        ]
        assert opened == [ConnectedAccount.objects.get(shop=shop).account_id]
        steps += 1
    shop = Shop.objects.create(slug="last", name="Dernière")
    ConnectedAccount.objects.create(shop=shop, key="alencon-account-last", created_at=NOW)
    runs_its_points("opening an account", lambda: action(shop))
    killed("Office: opening an account", steps - 1)


def test_a_transfer_whose_taking_back_is_killed_is_taken_back_once(provider, killed):
    provider.connect()
    person = operator()
    steps, was_killed = 0, True
    while was_killed:
        run = approved(provider, steps + 1)
        run_send(run_id=run.pk, executed_by=person, gateway=provider.gateway(), now=NOW)
        payout = run.payouts.order_by("id").first()

        def action(payout=payout):
            transfer_reverse(
                payout_id=payout.pk, returned_by=person, reason="Erreur",
                gateway=provider.gateway(), now=NOW,
            )  # fmt: skip

        was_killed = is_killed(action, steps, around_calls)
        attempt(action)
        payout.refresh_from_db()
        assert payout.state == "returned", f"killed after {steps} steps"
        transfer = provider.stripe.transfers.retrieve(payout.transfers.get().provider_id)
        assert (transfer.reversed, len(transfer.reversals.data)) == (True, 1)
        provider.news()
        assert provider.agrees(), f"killed after {steps} steps"
        assert find_problems() == []
        steps += 1
    run = approved(provider, steps + 1)
    run_send(run_id=run.pk, executed_by=person, gateway=provider.gateway(), now=NOW)
    runs_its_points("taking back", lambda: action(run.payouts.order_by("id").first()))
    killed("Office: taking back", steps - 1)


def test_many_sendings_at_once_end_in_one_transfer_each(provider):
    provider.connect()
    run, person = approved(provider, 1), operator()

    def action():
        return run_send(run_id=run.pk, executed_by=person, gateway=provider.gateway(2), now=NOW)

    done, refusals = at_once([action] * MANY)
    assert len(done) >= 1
    assert len(done) + len(refusals) == MANY
    assert {str(refusal).split("«")[0] for refusal in refusals} <= {
        "Les transferts de R2026-0001 partent déjà.",
        "Le reversement R2026-0001 est ",
    }
    assert made(provider, run) == sorted(run.payouts.values_list("end_to_end_id", flat=True))
    provider.news()
    assert provider.agrees()
    assert find_problems() == []


def test_many_readings_at_once_post_once(provider):
    basket = two_shops()
    provider.pay(basket)
    basket.deliver()
    provider.dispute(basket)

    def action():
        try:
            return news_take(gateway=provider.gateway(2), now=NOW)
        finally:
            connection.close()

    _, refusals = at_once([action] * 20)
    assert refusals == []
    provider.news()
    assert BalanceTransaction.objects.count() == 2
    assert provider.agrees()
    assert find_problems() == []


def test_a_reconciliation_waits_for_the_reading_that_is_under_way(provider, capsys):
    basket = two_shops()
    provider.pay(basket)
    basket.deliver()
    slow = SlowGateway(provider.server.secret_key, provider.server.url, retries=0)

    def read():
        try:
            news_take(gateway=slow, now=NOW)
        finally:
            connection.close()

    reading = threading.Thread(target=read)
    reading.start()
    assert slow.begun.wait(10)
    call_command("reconcile")
    reading.join()
    assert "matched: 1\n" in capsys.readouterr().out
