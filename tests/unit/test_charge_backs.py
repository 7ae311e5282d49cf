"""What a dispute takes off Saleor's charged amount is added again, as Saleor counts it."""

import datetime
from types import SimpleNamespace

import pytest

from saleor_alencon.orders.facts import charged_back_cents, charged_cents, refund_movements

START = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)


def tender(*events, charged=0, refunded=0):
    """A transaction of the payment pi_1 with these events, in this order."""
    cents = {
        "charged_amount": charged,
        "refunded_amount": refunded,
        "refund_pending_amount": 0,
    }
    return SimpleNamespace(
        psp_reference="pi_1",
        events=tuple(
            SimpleNamespace(
                id=str(number),
                created_at=START + datetime.timedelta(minutes=number),
                type=kind,
                psp_reference=reference,
                amount=SimpleNamespace(cents=amount),
            )
            for number, (kind, reference, amount) in enumerate(events)
        ),
        **{name: SimpleNamespace(cents=value) for name, value in cents.items()},
    )


PAID = ("CHARGE_SUCCESS", "pi_1", 1000)


@pytest.mark.parametrize(
    ("events", "back"),
    [
        ([], 0),
        ([PAID], 0),
        ([PAID, ("CHARGE_BACK", "dp_1", 1000)], 1000),
        ([PAID, ("CHARGE_BACK", "dp_1", 400), ("CHARGE_BACK", "dp_2", 100)], 500),
        ([PAID, ("CHARGE_BACK", "dp_1", 1000), ("CHARGE_SUCCESS", "dp_1", 1000)], 0),
        ([PAID, ("CHARGE_BACK", "dp_1", 1000), ("CHARGE_BACK", "dp_1", 900)], 900),
        ([PAID, ("CHARGE_BACK", "pi_1", 1000)], 1000),
        ([PAID, ("CHARGE_BACK", "", 300)], 300),
        ([PAID, ("CHARGE_SUCCESS", "pi_2", 50)], 0),
    ],
)
def test_open_and_lost_disputes_are_added_and_won_ones_are_not(events, back):
    assert charged_back_cents(tender(*events)) == back


def test_a_disputed_sale_counts_as_charged_whole():
    disputed = tender(PAID, ("CHARGE_BACK", "dp_1", 700), charged=0, refunded=300)
    assert charged_cents(disputed) == 1000


def test_refunds_are_known_by_their_references_and_what_the_events_do_not_say_by_none():
    events = [
        PAID,
        ("REFUND_REQUEST", "re_1", 100),
        ("REFUND_SUCCESS", "re_1", 100),
        ("REFUND_SUCCESS", "re_2", 200),
        ("REFUND_FAILURE", "re_2", 200),
    ]
    assert refund_movements(tender(*events, refunded=100)) == {"re_1": 100}
    assert refund_movements(tender(*events, refunded=130)) == {"re_1": 100, "": 30}
    assert refund_movements(tender(PAID)) == {}
