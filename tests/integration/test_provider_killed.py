"""Killed around any call to Stripe, statement or commit: one transfer, books that agree."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.models import BalanceTransaction
from saleor_alencon.psp.services import news_take
from saleor_alencon.psp.transfers import run_send
from saleor_alencon.settlement.services import run_approve
from saleor_alencon.shops.models import Association
from tests.integration.provider_town import Provider, two_shops
from tests.integration.small_town import NOW, approver, draft, open_town, operator
from tests.integration.test_concurrency import at_once
from tests.integration.test_killed import attempt, is_killed

MANY = 50


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


def made(provider, run):
    """The run's transfers at Stripe: which payout, how often."""
    found = provider.stripe.transfers.list({"transfer_group": run.number, "limit": 100})
    return sorted(each.metadata["alencon_payout"] for each in found.data)


def test_a_sending_that_is_killed_is_completed_by_a_second_call(provider, capsys):
    provider.connect()
    person = operator()
    steps, killed = 0, True
    while killed:
        run = approved(provider, steps + 1)

        def action(run=run):
            run_send(run_id=run.pk, executed_by=person, gateway=provider.gateway(), now=NOW)

        killed = is_killed(action, steps, around_calls)
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
    with capsys.disabled():
        print(f"\nsending: killed at {steps - 1} points")


def test_a_reading_that_is_killed_is_completed_by_a_second_call(provider, capsys):
    Association.objects.update(charge_fee_bearer="shop", refund_fee_bearer="office")

    def action():
        news_take(gateway=provider.gateway(), now=NOW)

    steps, killed = 0, True
    while killed:
        basket = two_shops(str(steps + 1))
        provider.pay(basket)
        basket.hand_over()
        basket.deliver()
        provider.refund(basket, 1000, lines={0: 1})
        dispute = provider.dispute(basket, 2000)
        basket.deliver()
        provider.end_dispute(basket, dispute, won=steps % 2 == 1)
        basket.deliver()
        killed = is_killed(action, steps, around_calls)
        action()
        assert provider.agrees(), f"killed after {steps} steps"
        provider.server.advance(days=1)  # What was read before is not read again.
        steps += 1
    assert find_problems() == []
    assert steps > 60
    with capsys.disabled():
        print(f"\nreading: killed at {steps - 1} points")


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
