"""Recorded real orders, from the inbox to the bank file, on real PostgreSQL."""

import random

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.inbox.models import InboxDocument, InboxState
from saleor_alencon.ledger.balances import balances_by_kind, shop_balances
from saleor_alencon.ledger.journal import journal_csv
from saleor_alencon.ledger.models import Entry, Transaction
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.orders.services import (
    document_ingest,
    document_replay,
    document_store,
    documents_ingest,
)
from saleor_alencon.outputs.sepa import read_control_sum
from saleor_alencon.settlement.documents import statement_csv, statement_pdf
from saleor_alencon.settlement.services import (
    SettlementError,
    payout_return,
    run_approve,
    run_cancel,
    run_create,
    run_execute,
)
from saleor_alencon.shops.models import Shop
from tests.conftest import connected_to
from tests.integration.books_town import FILES, NOW, person


@pytest.fixture
def demo(db):
    demo_seed(NOW)


@pytest.fixture
def recorded(recorded_database, django_db_blocker):
    """Work on every recorded order, ingested in the order of the recording; undone afterwards."""
    with (
        django_db_blocker.unblock(),
        connected_to(recorded_database),
        transaction.atomic(),
    ):
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def recorded_digest(recorded_database, django_db_blocker):
    """Give the books of every recorded order, ingested in the order of the recording."""
    with django_db_blocker.unblock(), connected_to(recorded_database):
        assert find_problems() == []
        return digest_rows()


def ingest(files):
    ids = [document_store(file.read_text(), source="file").pk for file in files]
    return documents_ingest(ids, now=NOW)


def digest_of(files):
    """The books after ingesting ``files`` from nothing; everything is rolled back."""
    with transaction.atomic():
        ingest(files)
        assert find_problems() == []
        rows = digest_rows()
        transaction.set_rollback(True)
    return rows


@pytest.fixture
def people(recorded):
    return {name: person(name) for name in ("operateur", "approbateur")}


@pytest.fixture
def run(people):
    return run_create(created_by=people["operateur"], cutoff=NOW, now=NOW)


def test_any_order_and_repetition_of_snapshots_gives_the_same_books(recorded_digest, demo):
    chance = random.Random(61)
    shuffled = FILES + chance.sample(FILES, 60)
    chance.shuffle(shuffled)
    assert digest_of(shuffled) == recorded_digest
    assert len(recorded_digest) > 100


def test_the_final_snapshot_alone_gives_the_books_of_the_history(recorded_digest, demo):
    last = {file.name.rsplit("-", 1)[0]: file for file in FILES}
    assert len(last) < len(FILES)
    assert digest_of(list(last.values())) == recorded_digest


def test_a_broken_document_is_set_aside_with_its_reason_and_can_be_replayed(demo):
    broken = document_store('{"version": 9}', source="file")
    assert document_ingest(document_id=broken.pk, now=NOW) == InboxState.REJECTED
    Shop.objects.filter(slug="librairie-des-halles").update(slug="elsewhere")
    counts = ingest(FILES[:20])
    assert counts["rejected"] > 0
    Shop.objects.filter(slug="elsewhere").update(slug="librairie-des-halles")
    document = InboxDocument.objects.filter(reason__contains="librairie-des-halles").last()
    assert document_replay(document_id=document.pk, now=NOW) in (InboxState.DONE, InboxState.STALE)
    assert find_problems() == []


def test_a_run_pays_each_shop_what_the_ledger_owes_it(run, people):
    assert find_problems() == []
    assert run.statements.count() == 14
    carried = run.statements.get(shop__slug="droguerie-de-la-fuie")
    assert (carried.payable_cents, carried.carried_reason) == (0, "missing_iban")
    approved = run_approve(run_id=run.pk, approved_by=people["approbateur"], now=NOW)
    total = sum(payout.amount_cents for payout in run.payouts.all())
    assert read_control_sum(bytes(approved.payment_file)) == (total, 13)
    assert -balances_by_kind()[AccountKind.PAYOUT_TRANSIT] == total
    assert find_problems() == []
    run_execute(run_id=run.pk, executed_by=people["operateur"], now=NOW)
    assert -balances_by_kind()[AccountKind.BANK] == total
    for payout in run.payouts.all():
        assert shop_balances()[payout.shop_id][AccountKind.SHOP_AVAILABLE] == 0
    statement = run.statements.exclude(payable_cents=0).first()
    assert statement_pdf(statement).startswith(b"%PDF")
    assert statement_csv(statement).startswith(b"\xef\xbb\xbf")
    assert find_problems() == []


def test_whoever_prepared_a_run_cannot_approve_it(run, people):
    with pytest.raises(SettlementError, match="seconde personne"):
        run_approve(run_id=run.pk, approved_by=people["operateur"], now=NOW)


def test_a_second_draft_is_refused_and_an_abandoned_one_gives_its_claims_back(run, people):
    with pytest.raises(SettlementError, match="attend une décision"):
        run_create(created_by=people["operateur"], cutoff=NOW, now=NOW)
    expected = sorted(run.payouts.values_list("shop", "amount_cents"))
    run_cancel(run_id=run.pk, cancelled_by=people["operateur"], now=NOW)
    again = run_create(created_by=people["operateur"], cutoff=NOW, now=NOW)
    assert sorted(again.payouts.values_list("shop", "amount_cents")) == expected


def test_a_returned_payout_is_owed_again_and_the_next_statement_says_so(run, people):
    run_approve(run_id=run.pk, approved_by=people["approbateur"], now=NOW)
    run_execute(run_id=run.pk, executed_by=people["operateur"], now=NOW)
    payout = run.payouts.first()
    payout_return(payout_id=payout.pk, returned_by=people["operateur"], reason="AC04", now=NOW)
    following = run_create(created_by=people["operateur"], cutoff=NOW, now=NOW)
    statement = following.statements.get(shop=payout.shop)
    assert statement.payable_cents == payout.amount_cents
    assert [line.kind for line in statement.lines.all()] == ["payout_returned"]
    carried = following.statements.get(shop__slug="droguerie-de-la-fuie")
    assert carried.opening_cents == run.statements.get(shop=carried.shop).carried_cents
    assert find_problems() == []


def test_the_journal_has_every_entry(demo):
    ingest(FILES[:20])
    rows = b"".join(journal_csv()).decode("utf-8-sig").splitlines()
    assert len(rows) == Entry.objects.count() + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount_cents = amount_cents + 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry, ledger_transaction CASCADE",
        "DELETE FROM ledger_transaction",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "INSERT INTO ledger_entry (transaction_id, account_id, amount_cents)"
        " SELECT transaction_id, account_id, 5 FROM ledger_entry LIMIT 1",
        "INSERT INTO ledger_transaction (kind, source_id, subject, occurred_at, posted_at, reason)"
        " VALUES ('charge', 'x', '', now(), now(), '')",
    ],
)
def test_the_ledger_refuses_to_be_changed_by_the_service(demo, statement):
    ingest(FILES[:3])
    assert Transaction.objects.exists()
    before = digest_rows()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert digest_rows() == before
