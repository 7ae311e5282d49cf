"""The demo's money at the Stripe test server, as ``make run`` fills it."""

import datetime
import os
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone
from pydantic import SecretStr

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.local import stripe_process
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.local.demo_provider import provider_fill
from saleor_alencon.local.processes import find_free_port
from saleor_alencon.local.stripe_process import lead_to_test_server
from saleor_alencon.local.stripe_server import running_stripe_server
from saleor_alencon.local.stripe_server.answering import SECRET_KEY
from saleor_alencon.orders.models import Tender
from saleor_alencon.orders.services import document_store, documents_ingest
from saleor_alencon.psp.gateway import Gateway, ProviderUnreachable
from saleor_alencon.psp.models import BalanceTransaction, Dispute, FetchState
from saleor_alencon.psp.reconciliation import psp_reconcile
from saleor_alencon.shops.models import Association, ConnectedAccount

RECORDED = sorted((Path(__file__).parents[2] / "fixtures/snapshots/v1").glob("*.json"))[:60]


@pytest.fixture
def demo(db):
    """Recorded orders, in a town whose association has a key."""
    with override_settings(STRIPE_SECRET_KEY=SecretStr(SECRET_KEY)):
        demo_seed()
        now = timezone.now()
        documents_ingest(
            [document_store(file.read_text(), source="file").pk for file in RECORDED], now=now
        )
        yield now


def counts():
    return (
        BalanceTransaction.objects.count(),
        ConnectedAccount.objects.filter(ready=True).count(),
        Dispute.objects.count(),
    )


def test_the_recorded_payments_are_made_once_and_reconcile_to_zero(demo, tmp_path):
    port = find_free_port()
    data = tmp_path / "stripe.sqlite3"
    assert Association.objects.get().payout_rail == "connect"
    provider_fill(data=data, port=port, now=demo)
    found = psp_reconcile()
    refunds = sum(tender.refunds.count() for tender in Tender.objects.filter(kind="card"))
    cards = Tender.objects.filter(kind="card", charged_cents__gt=0).count()
    assert refunds == 2
    # Besides the orders' payments: one dispute, one payout to the bank.
    assert len(found.matches) == found.count("matched") == cards + refunds + 2
    assert (found.residual_cents, found.unexplained_cents) == (0, 0)
    assert found.here_cents == FetchState.objects.get().balance_cents > 0
    assert find_problems() == []
    before = counts()
    assert before[1:] == (13, 1)
    provider_fill(data=data, port=port, now=demo)
    FetchState.objects.update(complete_at=None, reached=None)
    provider_fill(data=data, port=port, now=demo)  # As after a process that was killed.
    assert counts() == before
    with running_stripe_server(data, port=port) as server:
        now = datetime.datetime.fromtimestamp(server.now(), datetime.UTC)
        assert now >= demo - datetime.timedelta(minutes=5)
        assert psp_reconcile().there_cents == Gateway(SECRET_KEY, server.url).balance_cents()


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """The environment of a process that names neither key nor database; what is set is undone."""
    for name in ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_API_BASE", "DATABASE_URL"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("ALENCON_VAR", str(tmp_path))
    return monkeypatch


def test_only_the_start_begins_a_test_server_and_other_commands_find_it(environment):
    lead_to_test_server(starting=False)
    assert "STRIPE_SECRET_KEY" not in os.environ
    assert stripe_process.test_server_port() is None
    lead_to_test_server(starting=True)
    address = os.environ["STRIPE_API_BASE"]
    assert address == f"http://127.0.0.1:{stripe_process.test_server_port()}"
    for name in ("STRIPE_SECRET_KEY", "STRIPE_API_BASE"):
        environment.delenv(name)
    lead_to_test_server(starting=False)
    assert os.environ["STRIPE_API_BASE"] == address


def test_a_key_of_one_s_own_keeps_its_account(environment):
    environment.setenv("STRIPE_SECRET_KEY", "sk_test_mine")
    lead_to_test_server(starting=True)
    assert "STRIPE_API_BASE" not in os.environ
    assert stripe_process.test_server_port() is None


def test_a_database_of_one_s_own_is_not_held_against_the_demo_s_money(environment):
    lead_to_test_server(starting=True)
    environment.delenv("STRIPE_SECRET_KEY")
    environment.setenv("DATABASE_URL", "postgres://office@db/office")
    lead_to_test_server(starting=False)
    assert "STRIPE_SECRET_KEY" not in os.environ


def test_a_test_server_that_is_stopped_is_told_as_no_answer():
    gateway = Gateway(SECRET_KEY, f"http://127.0.0.1:{find_free_port()}", retries=0)
    with pytest.raises(ProviderUnreachable, match="n'a pas répondu") as failure:
        gateway.balance_cents()
    assert failure.value.retryable
