"""The hooks are fast and the sweep is true: no order of a real Saleor is lost."""

import subprocess
import time
from decimal import Decimal

import pytest

from saleor_alencon.inbox.snapshot import parse_snapshot
from tests.live.live_saleor import InboxRow, LiveSaleor, compute_digest
from tests.live.town import set_plugin_active

BOOK = "librairie-des-halles-1"
CIDER = "cave-notre-dame-1"
BREAD = "boulangerie-lancrel-1"
FIND_PLUGIN = """
{ plugins(first: 50) { edges { node { id globalConfiguration { active } } } } }"""


def test_an_unmodified_saleor_loads_the_plugin_by_its_entry_point(live: LiveSaleor) -> None:
    source = live.stack.source
    changes = subprocess.run(
        ["git", "status", "--porcelain"], cwd=source.folder, capture_output=True, text=True
    ).stdout
    assert changes == ""
    installed = list((source.folder / ".venv/lib").glob("*/site-packages/saleor_alencon*"))
    assert installed == []
    edges = live.town.staff.execute(FIND_PLUGIN)["plugins"]["edges"]
    active = {edge["node"]["id"]: edge["node"]["globalConfiguration"] for edge in edges}
    assert active["alencon.capture"] == {"active": True}


def test_a_checkout_ends_in_the_inbox(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 1, CIDER: 3}, customer="Cliente Démo 1")

    row = live.wait_for(order.id, lambda row: row.order["isPaid"])

    snapshot = parse_snapshot(row.payload)
    assert row.source == "hook"
    assert row.digest == compute_digest(row.order)
    assert snapshot.order.number == order.number
    assert snapshot.order.total.gross.cents == 2190 + 3 * 595
    shops = [line.variant.product.shop for line in snapshot.order.lines if line.variant]
    assert shops == ["librairie-des-halles", "cave-notre-dame"]


def test_the_same_state_is_stored_once(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 1})
    before = live.wait_until_quiet(order.id)

    live.sweep()
    live.sweep()

    assert [row.id for row in live.inbox(order.id)] == [row.id for row in before]


@pytest.mark.parametrize(
    "breakage",
    [
        "REVOKE INSERT ON alencon.inbox_document FROM alencon_capture",
        "ALTER ROLE alencon_capture NOLOGIN",
    ],
)
def test_a_broken_office_database_delays_the_capture_and_spares_the_shopper(
    live: LiveSaleor, breakage: str
) -> None:
    live.admin.execute(breakage)

    order = live.town.buy({BOOK: 1})

    time.sleep(2)
    assert live.inbox(order.id) == []
    assert live.ask_for_sweep("POST", live.office_token).status_code == 503
    live.repair()
    live.sweep()
    assert [row.source for row in live.inbox(order.id)] == ["sweep"]


def test_an_order_placed_while_the_hooks_are_off_is_swept(live: LiveSaleor) -> None:
    set_plugin_active(live.town, False)
    order = live.town.buy({BREAD: 2})
    time.sleep(1)
    assert live.inbox(order.id) == []

    live.sweep()

    assert [row.source for row in live.inbox(order.id)] == ["sweep"]


def test_a_crash_between_commit_and_capture_loses_nothing(live: LiveSaleor) -> None:
    with live.inbox_locked():
        order = live.town.buy({CIDER: 1})
        live.kill_api()
    assert live.inbox(order.id) == []

    live.start_api()
    live.sweep()

    row = live.inbox(order.id)[-1]
    assert row.source == "sweep"
    assert row.order["isPaid"] is True


def test_a_mutation_does_not_wait_for_the_capture(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 1, BREAD: 1})
    live.wait_until_quiet(order.id)

    with live.inbox_locked():
        started = time.monotonic()
        live.town.fulfil(order.id)
        seconds = time.monotonic() - started

    # A capture that waited for the inbox would take its lock time-out of 5 seconds.
    assert seconds < 3
    live.sweep()
    assert live.inbox(order.id)[-1].order["status"] == "FULFILLED"


def test_captures_follow_the_orders_history(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 2, BREAD: 1}, delivery="Livraison à domicile")
    live.wait_for(order.id, lambda row: row.order["isPaid"])
    live.town.fulfil(order.id, {BOOK})
    live.wait_for(order.id, lambda row: row.order["status"] == "PARTIALLY_FULFILLED")
    live.town.fulfil(order.id)
    live.wait_for(order.id, lambda row: row.order["status"] == "FULFILLED")

    rows = live.wait_until_quiet(order.id)

    moments = [row.document["capturedAt"] for row in rows]
    assert moments == sorted(moments)
    assert len({row.digest for row in rows}) == len(rows)


def test_a_refund_is_captured_again_when_saleor_has_finished_it(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 2})
    live.town.fulfil(order.id)
    transaction = live.town.order(order.id)["transactions"][0]["id"]
    refund, amount = live.town.grant_refund(order.id, transaction, skus={BOOK: 1})
    assert amount == Decimal("21.90")

    live.town.request_refund(transaction, refund)

    def is_finished(row: InboxRow) -> bool:
        return [refund["status"] for refund in row.order["grantedRefunds"]] == ["SUCCESS"]

    row = live.wait_for(order.id, is_finished)
    snapshot = parse_snapshot(row.payload)
    assert snapshot.order.transactions[0].refunded_amount.cents == 2190
    assert row.source == "hook"


def test_a_tracking_number_moves_no_time_stamp_and_is_still_swept(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 1}, delivery="Livraison à domicile")
    live.town.fulfil(order.id)
    live.wait_until_quiet(order.id)
    live.sweep()
    set_plugin_active(live.town, False)

    live.town.set_tracking(live.town.order(order.id)["fulfillments"][0]["id"], "DEMO-61")
    live.sweep()

    fulfilment = live.inbox(order.id)[-1].order["fulfillments"][0]
    assert fulfilment["trackingNumber"] == "DEMO-61"
