"""Many at once, each on a connection of its own: PostgreSQL lets one of them win."""

import threading
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.invoicing.models import Invoice
from saleor_alencon.invoicing.services import commission_invoices_issue
from saleor_alencon.ledger.models import Entry, Transaction
from saleor_alencon.ledger.services import Draft, Leg, accounts_ensure, transactions_post
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.orders.services import document_store, documents_ingest, inbox_ingest
from saleor_alencon.settlement.drafting import CLAIMS
from saleor_alencon.settlement.models import Claim, Payout, RunState, SettlementRun, Statement
from saleor_alencon.settlement.release import release_due
from saleor_alencon.settlement.services import (
    payout_return,
    run_approve,
    run_cancel,
    run_create,
    run_execute,
)
from saleor_alencon.shops.models import Association, Shop
from tests.integration.at_once import at_once
from tests.integration.small_town import (
    NOW,
    Basket,
    Line,
    Tender,
    approver,
    draft,
    open_town,
    operator,
    pay,
)

RECORDED = sorted((Path(__file__).parents[2] / "fixtures/snapshots/v1").glob("*.json"))[:80]
MANY = 20


@pytest.fixture
def town(own_database):
    """Three shops with two orders each, handed over long ago."""
    open_town()
    for number in ("1", "2"):
        lines = [Line("librairie", 5000), Line("fromagerie", 5001), Line("mercerie", 700)]
        basket = Basket(number, lines, [Tender(4000, gift=True), Tender(6701)])
        basket.hand_over()
        basket.deliver()


def amounts():
    return sorted(Payout.objects.values_list("shop__slug", "amount_cents"))


PAYABLE = [("fromagerie", 8802), ("librairie", 9040), ("mercerie", 1400)]


def test_many_drafts_at_once_end_in_one_run(town):
    person = operator()
    done, refusals = at_once(
        [lambda: run_create(created_by=person, cutoff=NOW, now=NOW) for _ in range(MANY)]
    )
    assert [run.number for run in done] == ["R2026-0001"]
    assert {str(refusal) for refusal in refusals} == {
        "Le reversement R2026-0001 attend une décision : approuvez-le ou abandonnez-le."
    }
    assert len(refusals) == MANY - 1
    assert SettlementRun.objects.count() == 1
    assert amounts() == PAYABLE
    assert find_problems() == []


def test_many_approvals_at_once_end_in_one_set_of_payouts(town):
    run, person = draft(), approver()
    done, refusals = at_once(
        [lambda: run_approve(run_id=run.pk, approved_by=person, now=NOW) for _ in range(MANY)]
    )
    assert (len(done), len(refusals)) == (1, MANY - 1)
    posted = Transaction.objects.filter(kind="payout")
    assert posted.count() == len(PAYABLE)
    assert amounts() == PAYABLE
    assert find_problems() == []


def test_of_an_approval_and_an_abandonment_at_once_one_wins(town):
    first, second = operator(), approver()
    for _ in range(5):
        run = draft()
        done, refusals = at_once(
            [
                lambda run=run: run_approve(run_id=run.pk, approved_by=second, now=NOW),
                lambda run=run: run_cancel(run_id=run.pk, cancelled_by=first, now=NOW),
            ]
        )
        assert (len(done), len(refusals)) == (1, 1)
        assert find_problems() == []
        if done[0].state == RunState.APPROVED:
            assert Payout.objects.filter(run=run).count() == len(PAYABLE)
            break
        assert not Claim.objects.exists()


def test_many_executions_and_returns_at_once_post_once(town):
    run, first, second = draft(), operator(), approver()
    run_approve(run_id=run.pk, approved_by=second, now=NOW)
    done, _ = at_once(
        [lambda: run_execute(run_id=run.pk, executed_by=first, now=NOW) for _ in range(MANY)]
    )
    assert len(done) == 1
    payout = run.payouts.get(shop__slug="librairie")
    done, refusals = at_once(
        [
            lambda: payout_return(payout_id=payout.pk, returned_by=first, reason="AC04", now=NOW)
            for _ in range(MANY)
        ]
    )
    assert (len(done), len(refusals)) == (1, MANY - 1)
    kinds = Transaction.objects.filter(kind__startswith="payout").order_by("kind")
    assert list(kinds.values_list("kind", flat=True)) == [
        *["payout"] * 3, *["payout_executed"] * 3, "payout_returned",
    ]  # fmt: skip
    assert find_problems() == []


def test_two_runs_cannot_claim_the_same_entry(town):
    with transaction.atomic():
        release_due(cutoff=NOW, now=NOW)
    runs = [
        SettlementRun.objects.create(
            number=f"R-{state}", cutoff=NOW, state=state, created_by=operator(), created_at=NOW
        )
        for state in (RunState.DRAFT, RunState.CANCELLED)
    ]
    nothing = dict.fromkeys(("opening_cents", "net_cents", "payable_cents", "carried_cents"), 0)
    for run in runs:
        for shop in Shop.objects.all():
            Statement.objects.create(run=run, shop=shop, number=f"{run}-{shop}", **nothing)
    both_have_their_snapshot = threading.Barrier(2)

    def claim(run):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT count(*) FROM settlement_claim")
                both_have_their_snapshot.wait()
                cursor.execute(CLAIMS, [AccountKind.SHOP_AVAILABLE, run.pk])
        except IntegrityError as error:
            return "entry_id" in str(error)
        return None

    done, refusals = at_once([lambda run=run: claim(run) for run in runs])
    assert sorted(done, key=str) == [None, True]
    assert refusals == []
    claimed = Claim.objects.values_list("statement__run", flat=True)
    assert (claimed.count(), claimed.distinct().count()) == (6, 1)


def test_the_same_transaction_posted_many_times_at_once_is_posted_once(town):
    accounts = list(
        accounts_ensure([(AccountKind.BANK, None), (AccountKind.DUES_REVENUE, None)]).values()
    )
    legs = (Leg(accounts[0], 5000), Leg(accounts[1], -5000))
    posting = Draft(kind="payout", source_id="once", occurred_at=NOW, legs=legs)
    done, _ = at_once([lambda: transactions_post([posting], now=NOW) for _ in range(MANY)])
    assert sorted(map(len, done)) == [0] * (MANY - 1) + [1]
    assert Entry.objects.filter(transaction__source_id="once").count() == 2


def test_money_released_by_many_at_once_is_released_once(town):
    def release():
        with transaction.atomic():
            return release_due(cutoff=NOW, now=NOW)

    done, _ = at_once([release] * 8)
    assert sorted(done) == [0] * 7 + [6]
    assert Transaction.objects.filter(kind="release").count() == 6
    assert find_problems() == []


def test_four_workers_leave_the_same_books_as_one(own_database):
    demo_seed()
    texts = [file.read_text() for file in RECORDED]
    with transaction.atomic():
        documents_ingest([document_store(text, source="file").pk for text in texts], now=NOW)
        expected = digest_rows()
        transaction.set_rollback(True)
    for text in texts * 2:
        document_store(text, source="hook")
    done, refusals = at_once([lambda: inbox_ingest(now=NOW)] * 4)
    assert refusals == []
    assert all(set(counts) <= {"done", "stale"} for counts in done)
    assert not InboxDocument.objects.exclude(state__in=["done", "stale"]).exists()
    assert digest_rows() == expected
    assert find_problems() == []


def test_orders_that_change_while_runs_are_drafted_leave_no_cent_unexplained(own_database):
    demo_seed()
    for file in RECORDED:
        document_store(file.read_text(), source="hook")
    first, second, stopped = operator(), approver(), threading.Event()

    def work():
        counts = inbox_ingest(now=NOW)
        stopped.set()
        return counts

    def settle():
        runs = 0
        while not stopped.is_set() or not runs:
            try:
                run = run_create(created_by=first, cutoff=NOW, now=NOW)
            except AlenconError:
                continue
            run_approve(run_id=run.pk, approved_by=second, now=NOW)
            runs += 1
        return runs

    (_, _, runs), refusals = at_once([work, work, settle])
    assert refusals == []
    assert runs > 1
    assert find_problems() == []


def test_eight_who_invoice_at_once_number_each_statement_once(own_database):
    open_town()
    Association.objects.update(siret="81234567800014", vat_number="FR45812345678")
    basket = Basket("1", [Line("librairie", 10_000), Line("fromagerie", 5_000)], [Tender(15_000)])
    basket.hand_over()
    basket.deliver()
    pay(draft())
    issued, refusals = at_once([lambda: commission_invoices_issue(now=NOW)] * 8)
    assert refusals == []
    assert sum(len(each.invoices) for each in issued) == 2
    numbers = Invoice.objects.order_by("sequence").values_list("number", flat=True)
    assert list(numbers) == ["F2026-00001", "F2026-00002"]
    assert find_problems() == []
