"""The server's clock, and what becomes due on it: bookings, bank answers, payouts, deliveries."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from . import charging, disputes, payouts, refunds, webhooks
from .errors import Json
from .rules import DAY_SECONDS, Rules, start_of_day
from .store import Store
from .work import PLATFORM, Work

POLL_SECONDS = 0.1
JOBS: dict[str, Callable[[Work, Json], object]] = {
    "book_charge": charging.book_later,
    "decide_debit": charging.decide_debit,
    "open_dispute": disputes.open_job,
    "settle_refund": refunds.settle_refund,
    "fail_refund": refunds.fail_job,
    "pay_payout": payouts.pay_job,
}


class Engine:
    """Everything of one test server but the HTTP."""

    def __init__(self, store: Store, rules: Rules | None = None) -> None:
        self.store = store
        self.base_url = ""
        self.stopping = threading.Event()
        with store.transaction():
            if rules is not None:
                store.write_setting("rules", rules.as_json())
            if store.read_setting("next_payout") is None:
                store.write_setting("next_payout", start_of_day(self.now()) + DAY_SECONDS)

    # The clock

    def now(self) -> int:
        """Return the server's time: the machine's, moved by ``advance``, unless it is frozen."""
        clock = self.store.read_setting("clock", {"frozen_at": None, "offset": 0})
        if clock["frozen_at"] is not None:
            return int(clock["frozen_at"])
        return int(time.time()) + int(clock["offset"])

    def freeze(self, moment: int | None) -> None:
        """Stop the clock at a moment, or at the present one."""
        with self.store.transaction():
            at = self.now() if moment is None else moment
            self.store.write_setting("clock", {"frozen_at": at, "offset": 0})
            self.store.write_setting("next_payout", start_of_day(at) + DAY_SECONDS)

    def advance(self, seconds: int) -> int:
        """Move the clock forward, doing on the way all that becomes due, in its order."""
        with self.store.transaction():
            until = self.now() + seconds
            self.run_due(until)
            clock = self.store.read_setting("clock", {"frozen_at": None, "offset": 0})
            if clock["frozen_at"] is not None:
                clock["frozen_at"] = until
            else:
                clock["offset"] += seconds
            self.store.write_setting("clock", clock)
            return until

    def run_due(self, until: int) -> None:
        """Do every job and daily payout that is due until a moment."""
        while True:
            next_payout = int(self.store.read_setting("next_payout"))
            job = self.store.take_due_job(min(until, next_payout - 1))
            if job is not None:
                due, kind, body = job
                JOBS[kind](self.work(now=due, account=body["account"]), body)
            elif next_payout <= until:
                self.pay_out_all(next_payout)
                self.store.write_setting("next_payout", next_payout + DAY_SECONDS)
            else:
                return

    def pay_out_all(self, moment: int) -> None:
        """Make the day's automatic payout of the platform and of each connected account."""
        work = self.work(now=moment)
        if not work.rules.automatic_payouts:
            return
        payouts.pay_out(work)
        for account in self.store.find("account", oldest_first=True):
            if account["payouts_enabled"]:
                payouts.pay_out(work.for_account(account["id"]))

    # Work

    def rules(self) -> Rules:
        """Return the account's rules as they are now."""
        return Rules().changed(self.store.read_setting("rules", {}))

    def work(self, *, now: int | None = None, account: str = PLATFORM) -> Work:
        """Return a unit of work; use it in a transaction."""
        rules = self.rules()
        moment = self.now() if now is None else now
        return Work(
            self.store,
            rules,
            moment,
            account=account,
            version=rules.api_version,
            base_url=self.base_url,
        )

    @contextmanager
    def working(self, **changes: object) -> Iterator[Work]:
        """Give a unit of work in a transaction of its own."""
        with self.store.transaction():
            yield replace(self.work(), **changes)  # type: ignore[arg-type]

    # The background

    def tick(self) -> None:
        """Do what is due by the clock as it is."""
        with self.store.transaction():
            self.run_due(self.now())

    def deliver_next(self) -> bool:
        """Send one delivery that is due; say whether there was one."""
        with self.working() as work:
            due = webhooks.take_due(work)
        if due is None:
            return False
        delivery, attempts, endpoint, body, signature = due
        status = webhooks.send(endpoint["url"], body, signature)
        with self.working() as work:
            webhooks.record_attempt(work, delivery, attempts, status)
        return True

    def deliveries_paused(self) -> bool:
        """Say whether a test keeps the deliveries back."""
        with self.store.transaction():
            return bool(self.store.read_setting("deliveries_paused", False))

    def run(self) -> None:
        """Keep up with the clock until the server stops."""
        while not self.stopping.is_set():
            self.tick()
            while not self.stopping.is_set() and not self.deliveries_paused():
                if not self.deliver_next():
                    break
            self.stopping.wait(POLL_SECONDS)
