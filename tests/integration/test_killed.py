"""A process killed with SIGKILL before any of its statements and commits leaves right books.

Each action runs in a process of its own, which kills itself at its N-th step, for every N until
the action comes to its end. A step is a statement, a commit, or the return to the caller.
"""

import datetime
import os
import signal
import time

import pytest
from django.db import connection, transaction

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.errors import AlenconError
from saleor_alencon.inbox.models import InboxDocument
from saleor_alencon.orders.services import document_store, inbox_ingest
from saleor_alencon.settlement.adjustments import adjustment_approve, adjustment_draft
from saleor_alencon.settlement.demands import demand_call, demand_cancel, demand_pay
from saleor_alencon.settlement.models import (
    Adjustment,
    Claim,
    Demand,
    DemandPayment,
    Payout,
    Reserve,
    ReserveRelease,
    SettlementRun,
    ShopTerms,
    Statement,
)
from saleor_alencon.settlement.services import (
    payout_return,
    run_approve,
    run_cancel,
    run_create,
    run_execute,
)
from saleor_alencon.shops.models import Shop
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
        sorted(Adjustment.objects.values_list("amount_cents", "shop_cents", "state")),
        sorted(Demand.objects.values_list("number", "amount_cents", "cancel_reason")),
        sorted(DemandPayment.objects.values_list("demand__number", "amount_cents", "method")),
        sorted(Reserve.objects.filter(cancelled_at=None).values_list("shop__slug", "amount_cents")),
        sorted(ReserveRelease.objects.values_list("reserve__shop__slug", "amount_cents", "covers")),
        sorted(InboxDocument.objects.values_list("captured_at", "state")),
    )


TABLES = """
SELECT string_agg(
         format($$SELECT %L, md5(string_agg(t::text, '' ORDER BY t::text)) FROM %s t$$, oid, oid),
         ' UNION ALL ')
  FROM (SELECT oid::regclass FROM pg_class
         WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
           AND has_table_privilege(oid, 'SELECT')) found
"""


def every_row():
    """Digest each table whole, so that what a killed process left is known from what was there."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(cursor.fetchone()[0])
        return sorted(cursor.fetchall())


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
    kill_at_each_step(prepare, killed)


def kill_at_each_step(prepare, killed):
    """Kill the prepared action at each of its steps: a second call gives what one alone gives."""
    action = prepare()
    before, expected = picture(), after(action)
    assert before != expected
    left = []
    while is_killed(action, len(left)):
        left.append(every_row())
        # Of a database that is the same row for row nothing else can be found.
        if left.count(left[-1]) == 1:
            assert find_problems() == []
            assert after(action) == expected, f"killed after {len(left) - 1} steps"
    steps = len(left)
    assert left.count(left[0]) > 2, "killed among its statements, which leaves nothing of them"
    assert left[-1] == every_row() != left[0], "killed after its commit, which leaves all of it"
    assert picture() == expected
    assert attempt(action), "a third call is told that it is done"
    assert picture() == expected
    killed(f"Office: {prepare.__name__}", steps)


@pytest.fixture
def mercer(own_database):
    """A town of one sale, whose shop pays no commission: few rows, for the corrections."""
    open_town()
    basket = Basket("1", [Line("mercerie", 9000)], [Tender(9000)])
    basket.hand_over()
    basket.deliver()
    return basket


def shop_id():
    return Shop.objects.get(slug="mercerie").pk


def adjusting(_basket):
    made = adjustment_draft(
        shop=Shop.objects.get(slug="mercerie"), kind="goodwill", amount_cents=1001, bearer="shared",
        office_bps=5000, reason="Retard", drafted_by=operator(), now=NOW,
    )  # fmt: skip
    person = approver()
    return lambda: adjustment_approve(adjustment_id=made.pk, approved_by=person, now=NOW)


def reserve_agreed():
    ShopTerms.objects.create(shop_id=shop_id(), reserve_rate_bps=1000, reserve_days=30)


def putting_by(_basket):
    reserve_agreed()
    return drafting()


def giving_back(_basket):
    reserve_agreed()
    pay(draft())
    due, person = NOW + datetime.timedelta(days=30), operator()
    return lambda: run_create(created_by=person, cutoff=due, now=due)


def abandoning_what_was_put_by(_basket):
    reserve_agreed()
    return abandoning()


def calling(basket):
    """Pay the sale out, then refund it: the shop owes its whole amount."""
    pay(draft())
    basket.refund(9000, lines={0: 1})
    basket.deliver()
    shop, person = shop_id(), operator()
    return lambda: demand_call(shop_id=shop, reason="Ventes arrêtées", called_by=person, now=NOW)


def paying(basket):
    demand, person = calling(basket)(), operator()
    return lambda: demand_pay(
        demand_id=demand.pk, amount_cents=9000, paid_on=NOW.date(), method="transfer",
        recorded_by=person, now=NOW,
    )  # fmt: skip


def cancelling(basket):
    demand, person = calling(basket)(), operator()
    return lambda: demand_cancel(
        demand_id=demand.pk, cancelled_by=person, reason="Elle vend à nouveau", now=NOW
    )


CORRECTIONS = [
    adjusting,
    putting_by,
    giving_back,
    abandoning_what_was_put_by,
    calling,
    paying,
    cancelling,
]


@pytest.mark.parametrize("prepare", CORRECTIONS)
def test_a_correction_whose_process_is_killed_is_completed_by_a_second_call(
    mercer, killed, prepare
):
    def prepared():
        return prepare(mercer)

    prepared.__name__ = prepare.__name__
    kill_at_each_step(prepared, killed)


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
