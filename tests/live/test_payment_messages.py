"""Stripe's messages reach Saleor: signed, kept, in any order, once or ten times."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from saleor_alencon.local.saleor_payments import WEBHOOK_SECRET
from tests.live.card_shopper import CardShopper
from tests.live.live_saleor import LiveSaleor
from tests.live.test_payment_watch import outcome
from tests.live.test_payments import BOOK, CIDER, eventually


def sign(body: bytes, *, at: float | None = None, secret: str = WEBHOOK_SECRET) -> str:
    """Return a Stripe-Signature of our own making."""
    moment = int(time.time() if at is None else at)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def make_event(name: str, kind: str, subject: dict[str, Any]) -> bytes:
    event = {"id": name, "type": kind, "created": 1_790_000_000, "data": {"object": subject}}
    return json.dumps(event).encode()


def post(live: LiveSaleor, body: bytes, signature: str | None) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    if signature is not None:
        headers["Stripe-Signature"] = signature
    url = f"{live.stack.saleor_url}/plugins/alencon.payments/webhook"
    return httpx.post(url, content=body, headers=headers, timeout=60, trust_env=False)


def count_kept(live: LiveSaleor, name: str) -> int:
    row = live.admin.execute(
        "SELECT count(*) FROM alencon_payments_providerevent WHERE event_id = %s", [name]
    ).fetchone()
    assert row is not None
    return int(row[0])


def state_of(live: LiveSaleor, name: str) -> tuple[Any, ...] | None:
    return live.admin.execute(
        "SELECT type, state FROM alencon_payments_providerevent WHERE event_id = %s", [name]
    ).fetchone()


BODY = make_event("evt_forged", "payment_intent.succeeded", {"object": "payment_intent", "id": "x"})


SIGNATURES: dict[str, Callable[[], str | None]] = {
    "none": lambda: None,
    "empty": lambda: "",
    "wrong": lambda: "t=1,v1=0",
    "nonsense": lambda: "nonsense",
    "stranger": lambda: sign(BODY, secret="whsec_of_another"),
    "old": lambda: sign(BODY, at=time.time() - 900),
    "future": lambda: sign(BODY, at=time.time() + 900),
    "changed": lambda: sign(b"another body"),
}


@pytest.mark.parametrize("kind", SIGNATURES)
def test_a_message_that_stripe_did_not_just_sign_is_refused_and_not_kept(
    live: LiveSaleor, kind: str
) -> None:
    answer = post(live, BODY, SIGNATURES[kind]())

    assert answer.status_code == 400
    assert count_kept(live, "evt_forged") == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": 1}', b"\xff"])
def test_a_signed_body_that_is_no_event_is_refused(live: LiveSaleor, body: bytes) -> None:
    assert post(live, body, sign(body)).status_code == 400


def test_only_a_post_is_answered(live: LiveSaleor) -> None:
    url = f"{live.stack.saleor_url}/plugins/alencon.payments/webhook"

    assert httpx.get(url, trust_env=False).status_code == 405
    assert httpx.get(f"{url}/else", trust_env=False).status_code == 404


def test_a_message_of_an_unknown_type_is_kept_and_counted(live: LiveSaleor) -> None:
    body = make_event("evt_new_kind", "terminal.reader.danced", {"object": "reader", "id": "tmr_1"})

    assert post(live, body, sign(body)).json() == {"received": True}
    assert post(live, body, sign(body)).json() == {"received": True}

    assert count_kept(live, "evt_new_kind") == 1
    assert state_of(live, "evt_new_kind") == ("terminal.reader.danced", "unknown")


def test_a_payment_that_is_not_of_this_shop_is_left_alone(shopper: CardShopper) -> None:
    stripe = shopper.stripe
    intent = httpx.post(
        f"{stripe.url}/v1/payment_intents",
        auth=(stripe.secret_key, ""),
        data={"amount": 500, "currency": "eur", "automatic_payment_methods[enabled]": "true"},
        trust_env=False,
    ).json()["id"]
    subject = {"object": "payment_intent", "id": intent}
    body = make_event("evt_foreign", "payment_intent.succeeded", subject)

    post(shopper.live, body, sign(body))

    assert state_of(shopper.live, "evt_foreign") == ("payment_intent.succeeded", "foreign")


def test_a_shopper_who_left_after_paying_is_told_of_by_the_message(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    shopper.confirm(started)

    shopper.stripe.pause_deliveries(False)

    eventually(
        lambda: shopper.checkout(checkout), {"authorizeStatus": "FULL", "chargeStatus": "FULL"}
    )
    assert shopper.events(started)[-1] == ("CHARGE_SUCCESS", started.intent)


def test_every_message_twice_and_backwards_changes_nothing_more(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1, CIDER: 1})
    started = shopper.pay(checkout)
    shopper.town.complete(checkout)
    refund = shopper.stripe.refund(shopper.charge(started), 500)
    dispute = shopper.stripe.open_dispute(shopper.charge(started), 1000)
    names = [
        event["id"]
        for event in shopper.list_at_stripe("events", limit=100)
        if started.intent in json.dumps(event)
    ]
    assert len(names) >= 5

    shopper.stripe.pause_deliveries(False)
    for name in [*names, *reversed(names)]:
        shopper.stripe.resend(name)
    shopper.stripe.deliver_due()

    eventually(
        lambda: sorted(shopper.events(started)[-2:], key=str),
        [("CHARGE_BACK", dispute["id"]), ("REFUND_SUCCESS", refund["id"])],
    )
    assert len(shopper.events(started)) == len(set(shopper.events(started)))
    assert shopper.transaction(started)["chargedAmount"]["amount"] == 12.85


def test_a_refund_in_stripes_dashboard_reaches_the_order(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.pay(checkout)
    order = shopper.town.complete(checkout)
    shopper.stripe.pause_deliveries(False)

    refund = shopper.stripe.refund(shopper.charge(started), 700)

    eventually(lambda: shopper.transaction(started)["refundedAmount"]["amount"], 7.0)
    assert shopper.events(started)[-1] == ("REFUND_SUCCESS", refund["id"])
    row = shopper.live.wait_for(
        order.id, lambda row: row.order["transactions"][0]["refundedAmount"]["amount"] == 7.0
    )
    assert row.order["transactions"][0]["chargedAmount"]["amount"] == 14.9


def test_a_dispute_takes_the_money_and_a_won_one_gives_it_back(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.pay(checkout)
    shopper.town.complete(checkout)
    shopper.stripe.pause_deliveries(False)

    dispute = shopper.stripe.open_dispute(shopper.charge(started))
    eventually(lambda: shopper.transaction(started)["chargedAmount"]["amount"], 0.0)
    assert shopper.events(started)[-1] == ("CHARGE_BACK", dispute["id"])

    shopper.stripe.end_dispute(dispute["id"], won=True)
    eventually(lambda: shopper.transaction(started)["chargedAmount"]["amount"], 21.9)
    assert shopper.events(started)[-1] == ("CHARGE_SUCCESS", dispute["id"])


def test_a_lost_dispute_leaves_the_money_away(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.pay(checkout)
    shopper.town.complete(checkout)
    dispute = shopper.stripe.open_dispute(shopper.charge(started))
    shopper.stripe.end_dispute(dispute["id"], won=False)

    shopper.stripe.pause_deliveries(False)

    eventually(lambda: shopper.events(started)[-1], ("CHARGE_BACK", dispute["id"]))
    assert shopper.transaction(started)["chargedAmount"]["amount"] == 0.0


def test_a_message_that_cannot_be_processed_waits_and_the_watch_does_it(
    shopper: CardShopper,
) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    shopper.confirm(started)
    path = f"/v1/payment_intents/{started.intent}"
    shopper.stripe.fault("drop_request", path, method="GET", times=5)

    shopper.stripe.pause_deliveries(False)
    shopper.stripe.deliver_due()
    shopper.stripe.pause_deliveries()
    status = json.loads(shopper.run("status"))
    assert status["waiting_since"] is not None
    assert "ProviderUnreachable" in status["failing"][0]["error"]
    assert shopper.checkout(checkout) == {"authorizeStatus": "NONE", "chargeStatus": "NONE"}

    shopper.stripe.order("DELETE", "faults")
    shopper.watch()

    assert shopper.checkout(checkout) == {"authorizeStatus": "FULL", "chargeStatus": "FULL"}
    assert json.loads(shopper.run("status"))["waiting_since"] is None


def test_a_message_that_never_came_is_asked_for_by_the_watch(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.pay(checkout)
    shopper.town.complete(checkout)
    shopper.watch()
    assert outcome(shopper, started) == ("closed", "ordered")
    engine = shopper.stripe.engine
    engine.freeze(int(time.time()) - 3600)
    try:
        refund = shopper.stripe.refund(shopper.charge(started), 700)
    finally:
        with engine.working() as work:
            work.store.write_setting("clock", {"frozen_at": None, "offset": 0})
    assert shopper.transaction(started)["refundedAmount"]["amount"] == 0.0

    shopper.watch()
    shopper.watch()

    assert shopper.transaction(started)["refundedAmount"]["amount"] == 7.0
    assert shopper.events(started).count(("REFUND_SUCCESS", refund["id"])) == 1


def test_the_office_reads_the_status_and_nobody_else(live: LiveSaleor) -> None:
    url = f"{live.stack.saleor_url}/plugins/alencon.payments/status"

    def ask(method: str, token: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.request(method, url, headers=headers, timeout=60, trust_env=False)

    assert ask("GET", None).status_code == 401
    assert ask("GET", "nobody").status_code == 401
    assert ask("POST", live.office_token).status_code == 405
    answer = ask("GET", live.office_token)
    assert answer.status_code == 200
    assert set(answer.json()) == {
        "at",
        "failing",
        "messages",
        "payments",
        "payments_closed",
        "refunds",
        "waiting_since",
    }
