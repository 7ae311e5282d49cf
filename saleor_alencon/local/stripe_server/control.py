"""The control endpoints under ``/_test/``: what shoppers, banks and the Dashboard do."""

from collections.abc import Callable
from typing import Any

from . import accounts, disputes, intent_ends, payouts, refunds, webhooks
from .charging import settle_debit
from .engine import Engine
from .errors import Json, StripeError
from .faults import order_fault, read_fault
from .views import show


class Control:
    """What a test or the demo may order; each answer is JSON."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.orders: dict[tuple[str, str], Callable[..., Json]] = {
            ("GET", "clock"): self.clock,
            ("POST", "clock"): self.move_clock,
            ("GET", "rules"): self.rules,
            ("POST", "rules"): self.change_rules,
            ("POST", "faults"): self.add_fault,
            ("DELETE", "faults"): self.clear_faults,
            ("POST", "payment_intents"): self.payment_intent,
            ("POST", "charges"): self.charge,
            ("POST", "refunds"): self.refund,
            ("POST", "disputes"): self.dispute,
            ("POST", "payouts"): self.payout,
            ("POST", "accounts"): self.account,
            ("POST", "webhook_endpoints"): self.webhook_endpoint,
            ("POST", "deliveries"): self.deliveries,
            ("GET", "deliveries"): self.list_deliveries,
            ("POST", "events"): self.event,
        }

    def answer(self, method: str, path: str, body: Json) -> Json:
        """Answer ``/_test/<order>[/<id>[/<action>]]``.

        :raises StripeError: no such order, or it cannot be done.
        """
        parts = path.removeprefix("/_test/").split("/")
        order = self.orders.get((method, parts[0]))
        if order is None or len(parts) > 3:
            raise StripeError(f"No such control endpoint: {method} {path}", status=404)
        try:
            return order(*parts[1:], **body)
        except TypeError as error:
            raise StripeError(f"The control endpoint {method} {path}: {error}") from None

    # Clock, rules, faults

    def clock(self) -> Json:
        with self.engine.store.transaction():
            return {"now": self.engine.now()}

    def move_clock(self, *, advance: int = 0, freeze: bool = False, at: int | None = None) -> Json:
        if advance < 0:
            raise StripeError("The clock only goes forward.", param="advance")
        if freeze or at is not None:
            self.engine.freeze(at)
        return {"now": self.engine.advance(advance)}

    def rules(self) -> Json:
        with self.engine.store.transaction():
            return self.engine.rules().as_json()

    def change_rules(self, **changes: Any) -> Json:
        with self.engine.store.transaction():
            changed = self.engine.rules().changed(changes).as_json()
            self.engine.store.write_setting("rules", changed)
            return changed

    def add_fault(self, **body: Any) -> Json:
        order_fault(self.engine, read_fault(body))
        return {"ordered": True}

    def clear_faults(self) -> Json:
        with self.engine.store.transaction():
            self.engine.store.write_setting("faults", [])
        return {"ordered": False}

    # What shoppers, banks and the Dashboard do

    def payment_intent(self, name: str, action: str, *, outcome: str = "succeed") -> Json:
        with self.engine.working() as work:
            intent = work.require("payment_intent", name, param="intent")
            if action != "authenticate" or outcome not in ("succeed", "fail"):
                raise StripeError("The action is authenticate, its outcome succeed or fail.")
            intent_ends.authenticate(work, intent, succeeds=outcome == "succeed")
            return show(work, intent)

    def charge(self, name: str, action: str, *, outcome: str = "succeed") -> Json:
        with self.engine.working() as work:
            charge = work.require("charge", name, param="charge")
            if action != "settle" or outcome not in ("succeed", "fail"):
                raise StripeError("The action is settle, its outcome succeed or fail.")
            if charge["status"] != "pending":
                raise StripeError(f"Charge {name} is not pending but {charge['status']}.")
            settle_debit(work, charge, succeeds=outcome == "succeed")
            return show(work, charge)

    def refund(self, name: str = "", action: str = "", **body: Any) -> Json:
        with self.engine.working() as work:
            if not name:
                return refunds.create(work, body)
            if action == "fail":
                refunds.fail_refund(work, {"refund": name, **body})
            elif action == "succeed":
                refunds.settle_refund(work, {"refund": name})
            else:
                raise StripeError("The action is fail or succeed.")
            return show(work, work.require("refund", name, param="refund"))

    def dispute(self, name: str = "", action: str = "", **body: Any) -> Json:
        with self.engine.working() as work:
            if not name:
                charge = work.require("charge", body.pop("charge"), param="charge")
                amount = body.pop("amount", None)
                return show(work, disputes.open_dispute(work, charge, amount_cents=amount, **body))
            if action not in ("win", "lose"):
                raise StripeError("The action is win or lose.")
            dispute = work.require("dispute", name, param="dispute")
            return show(work, disputes.end_dispute(work, dispute, won=action == "win"))

    def payout(
        self, name: str = "", action: str = "", *, account: str | None = None, **body: Any
    ) -> Json:
        with self.engine.working() as work:
            if account:
                work = work.for_account(account)
            if not name:
                made = payouts.pay_out(work)
                return show(work, made) if made else {"made": False}
            payout = work.require("payout", name, param="payout")
            if action == "fail":
                return show(work, payouts.fail_payout(work, payout, **body))
            if action == "pay":
                payouts.pay_job(work, {"payout": name})
                return show(work, work.require("payout", name, param="payout"))
            raise StripeError("The action is fail or pay.")

    def account(self, name: str, action: str = "", **body: Any) -> Json:
        with self.engine.working() as work:
            account = accounts.find_account(work, name)
            if action == "complete":
                return show(work, accounts.complete_onboarding(work, account))
            if action:
                raise StripeError("The action is complete, or none with the state to set.")
            return show(work, accounts.set_state(work, account, body))

    # Webhooks

    def webhook_endpoint(self, *, secret: str | None = None, **body: Any) -> Json:
        with self.engine.working() as work:
            return webhooks.create(work, {"enabled_events": ["*"], **body}, secret=secret)

    def deliveries(self, *, paused: bool | None = None, flush: bool = False) -> Json:
        if paused is not None:
            with self.engine.store.transaction():
                self.engine.store.write_setting("deliveries_paused", paused)
        sent = 0
        while flush and self.engine.deliver_next():
            sent += 1
        return {"sent": sent, "paused": self.engine.deliveries_paused()}

    def list_deliveries(self) -> Json:
        with self.engine.store.transaction():
            rows = self.engine.store.connection.execute(
                "SELECT id, event, endpoint, attempts, due, last_status, delivered FROM delivery "
                "ORDER BY id"
            ).fetchall()
            now = self.engine.now()
        names = ("id", "event", "endpoint", "attempts", "due", "last_status", "delivered")
        data = [dict(zip(names, row, strict=True)) for row in rows]
        due = [each for each in data if each["due"] is not None and each["due"] <= now]
        return {"data": data, "due_now": len(due)}

    def event(self, name: str, action: str, *, endpoint: str | None = None) -> Json:
        with self.engine.working() as work:
            event = work.require("event", name, param="event")
            targets = work.store.find("webhook_endpoint", oldest_first=True)
            chosen = [each for each in targets if endpoint in (None, each["id"])]
            if action != "resend" or not chosen:
                raise StripeError("The action is resend; it needs an endpoint that is there.")
            for target in chosen:
                webhooks.resend(work, event, target)
            return show(work, event)
