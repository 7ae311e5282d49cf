"""A process killed with SIGKILL before any of its statements and commits leaves right books.

Each action runs in a process of its own, which kills itself at its N-th step, for every N until
the action comes to its end. A step is a statement, a commit, or the return to the caller.
"""

import os
import signal
import time

import pytest
from django.db import connection, transaction

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.orders.services import document_store, inbox_ingest
from saleor_alencon.settlement.models import Claim, Payout, SettlementRun, Statement
from saleor_alencon.settlement.services import (
    payout_return,
    run_approve,
    run_cancel,
    run_create,
    run_execute,
)
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


class Fuse:
    """Let so many steps of this process pass, then kill it."""

    def __init__(self, steps):
        self.left = steps

    def step(self):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def __call__(self, execute, *arguments):
        self.step()
        return execute(*arguments)


def is_killed(action, steps, prepare=lambda fuse: None):
    """Run the action in a process that dies after so many steps; say whether it did.

    ``prepare`` may put more steps in its way.
    """
    connection.close()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            fuse, commit = Fuse(steps), connection._commit
            connection._commit = lambda: (fuse.step(), commit())
            prepare(fuse)
            with connection.execute_wrapper(fuse):
                action()
            fuse.step()
            status = 0
        except AlenconError:
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        wait_until_alone()
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def wait_until_alone():
    """Wait until PostgreSQL has seen that the process is dead: its locks end with its session."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
    raise AssertionError("the dead process's session is still there")


def attempt(action):
    """Do it, or be told that it is done."""
    try:
        action()
    except AlenconError as refusal:
        return str(refusal)
    return ""


def picture():
    """All that an action may change, without what is drawn by chance or counted up."""
    return (
        digest_rows(),
        sorted(SettlementRun.objects.values_list("number", "state", "payment_file")),
        sorted(Statement.objects.values_list("number", "payable_cents", "carried_cents")),
        sorted(Payout.objects.values_list("end_to_end_id", "amount_cents", "state")),
        Claim.objects.count(),
        sorted(InboxDocument.objects.values_list("captured_at", "state")),
    )


def after(action):
    """The picture after the action, which is then rolled back."""
    with transaction.atomic():
        attempt(action)
        assert find_problems() == []
        found = picture()
        transaction.set_rollback(True)
    return found


@pytest.fixture
def town(own_database):
    open_town()
    for number in ("1", "2"):
        lines = [Line("librairie", 5000), Line("fromagerie", 5001), Line("mercerie", 700)]
        basket = Basket(number, lines, [Tender(4000, gift=True), Tender(6701)])
        basket.hand_over()
        basket.deliver()


def drafting():
    person = operator()
    return lambda: run_create(created_by=person, cutoff=NOW, now=NOW)


def abandoning():
    run, person = draft(), operator()
    return lambda: run_cancel(run_id=run.pk, cancelled_by=person, now=NOW)


def approving():
    run, person = draft(), approver()
    return lambda: run_approve(run_id=run.pk, approved_by=person, now=NOW)


def executing():
    run, person = draft(), operator()
    run_approve(run_id=run.pk, approved_by=approver(), now=NOW)
    return lambda: run_execute(run_id=run.pk, executed_by=person, now=NOW)


def returning():
    payout, person = pay(draft()).payouts.first(), operator()
    return lambda: payout_return(
        payout_id=payout.pk, returned_by=person, reason="Compte clos", now=NOW
    )


@pytest.mark.parametrize("prepare", [drafting, abandoning, approving, executing, returning])
def test_a_run_whose_process_is_killed_is_completed_by_a_second_call(town, killed, prepare):
    action = prepare()
    before, expected = picture(), after(action)
    assert before != expected
    steps = 0
    while is_killed(action, steps):
        assert find_problems() == []
        assert after(action) == expected, f"killed after {steps} steps"
        steps += 1
    assert steps > 5
    assert picture() == expected
    assert attempt(action), "a third call is told that it is done"
    assert picture() == expected
    killed(f"Office: {prepare.__name__}", steps)


def test_an_ingest_whose_process_is_killed_is_completed_by_a_second_call(own_database, killed):
    open_town()
    lines = [Line("librairie", 5000), Line("fromagerie", 5001)]
    basket = Basket("1", lines, [Tender(4000, gift=True), Tender(6001)], shipping_cents=0)
    document_store(basket.snapshot(), source="hook")
    basket.hand_over("librairie")
    basket.refund(501, tender=1, lines={1: 1})
    document_store(basket.snapshot(), source="hook")
    pending = InboxDocument.objects.filter(state="pending")

    def action():
        inbox_ingest(now=NOW)

    expected = after(action)
    points = steps = 0
    waiting = pending.count()
    while is_killed(action, steps):
        points += 1
        assert find_problems() == []
        assert after(action) == expected, f"killed after {steps} steps"
        # From the next document on, begin again at its first statement.
        steps = steps + 1 if pending.count() == waiting else 0
        waiting = pending.count()
    assert points > 20
    assert picture() == expected
    killed("Office: ingest", points)
