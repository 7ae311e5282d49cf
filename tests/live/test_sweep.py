"""The sweep: who may ask for it, and what it does with an order it cannot read."""

import pytest

from tests.live.live_saleor import LiveSaleor
from tests.live.town import set_plugin_active

BOOK = "librairie-des-halles-1"


def test_only_an_app_that_manages_orders_may_sweep(live: LiveSaleor) -> None:
    payment_token = live.town.payments.authorization["Authorization"].removeprefix("Bearer ")

    assert live.ask_for_sweep("POST", None).status_code == 401
    assert live.ask_for_sweep("POST", "x" * 30).status_code == 401
    assert live.ask_for_sweep("POST", payment_token).status_code == 403
    assert live.ask_for_sweep("GET", live.office_token).status_code == 405
    assert live.ask_for_sweep("POST", live.office_token).status_code == 200


@pytest.mark.parametrize("body", ["[", "[]", '{"limit": 0}', '{"limit": "1"}', '{"since": 1}'])
def test_a_malformed_request_sweeps_nothing(live: LiveSaleor, body: str) -> None:
    answer = live.ask_for_sweep("POST", live.office_token, content=body)

    assert answer.status_code == 400


def test_the_report_has_the_fields_the_office_reads(live: LiveSaleor) -> None:
    report = live.sweep()

    assert set(report) == {"captured", "failed", "examined", "watermark", "complete"}
    assert report["complete"] is True


def test_a_limited_sweep_goes_on_where_it_stopped(live: LiveSaleor) -> None:
    live.sweep()
    set_plugin_active(live.town, False)
    orders = [live.town.buy({BOOK: 1}) for _ in range(3)]
    watermark = live.sweep(limit=1)["watermark"]

    report = live.sweep(limit=1)
    while not report["complete"]:
        assert report["watermark"] == watermark
        report = live.sweep(limit=1)

    assert report["watermark"] > watermark
    assert [len(live.inbox(order.id)) for order in orders] == [1, 1, 1]


def test_a_broken_order_stops_no_other_and_is_captured_once_it_can_be(live: LiveSaleor) -> None:
    set_plugin_active(live.town, False)
    broken, sound = live.town.buy({BOOK: 1}), live.town.buy({BOOK: 1})
    set_origin(live, broken.number, "broken")

    first = live.sweep()
    live.sweep()

    assert first["failed"] == 1
    assert live.inbox(broken.id) == []
    assert len(live.inbox(sound.id)) == 1
    set_origin(live, broken.number, "checkout")
    # Its last change is now older than the overlap: only the note of the failure finds it.
    live.admin.execute(
        "UPDATE public.order_order SET updated_at = updated_at - interval '1 day'"
        " WHERE number = %s",
        [int(broken.number)],
    )
    assert live.sweep()["failed"] == 0
    assert len(live.inbox(broken.id)) == 1


def test_a_transaction_that_committed_late_is_found_by_the_hourly_wide_pass(
    live: LiveSaleor,
) -> None:
    set_plugin_active(live.town, False)
    order = live.town.buy({BOOK: 1})
    live.sweep()
    live.admin.execute(
        "UPDATE public.order_order SET customer_note = 'late',"
        " updated_at = now() - interval '90 minutes' WHERE number = %s",
        [int(order.number)],
    )
    # Order events of the purchase would bring it back into the short overlap.
    live.admin.execute("UPDATE public.order_orderevent SET date = date - interval '1 day'")
    live.admin.execute(
        "UPDATE public.payment_transactionitem SET modified_at = modified_at - interval '1 day'"
    )
    live.sweep()
    assert [row.order["customerNote"] for row in live.inbox(order.id)] == [""]

    live.admin.execute(
        "UPDATE alencon.inbox_watermark SET position = position - interval '1 hour'"
        " WHERE name = 'sweep.wide'"
    )
    live.sweep()

    assert live.inbox(order.id)[-1].order["customerNote"] == "late"


def test_nothing_is_deleted_or_changed_in_the_inbox_by_the_plugins_role(live: LiveSaleor) -> None:
    rights = live.admin.execute(
        "SELECT privilege_type FROM information_schema.role_table_grants"
        " WHERE grantee = 'alencon_capture' AND table_name = 'inbox_document'"
    ).fetchall()

    assert not {"UPDATE", "DELETE", "TRUNCATE"} & {row[0] for row in rights}
    superuser = live.admin.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = 'alencon_capture'"
    ).fetchone()
    assert superuser == (False,)


def set_origin(live: LiveSaleor, number: str, origin: str) -> None:
    """Put a value into an order that Saleor's schema can or cannot show."""
    live.admin.execute(
        "UPDATE public.order_order SET origin = %s WHERE number = %s", [origin, int(number)]
    )
