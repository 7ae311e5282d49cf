"""Pickups at the counter: steps, refusals, and what Saleor must still be told."""

import datetime
import threading
from pathlib import Path

import pytest
from django.db import connection

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.orders.models import Pickup, ShopOrder
from saleor_alencon.orders.services import document_store, documents_ingest
from saleor_alencon.pickups.models import CommandState, PickupEvent, SaleorCommand
from saleor_alencon.pickups.services import (
    PickupError,
    command_give_up,
    lines_refuse,
    pickup_find,
    pickup_hand_over,
    pickup_ready,
    uncollected_mark,
)

NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
FILES = sorted((Path(__file__).parents[2] / "fixtures/snapshots/v1").glob("*.json"))
DAY = datetime.timedelta(days=1)


def ingest_first_states():
    """Ingest each recorded order as it was when it was placed: most are to be prepared."""
    first = {}
    for file in FILES[:90]:
        first.setdefault(file.name.rsplit("-", 1)[0], file)
    ids = [document_store(file.read_text(), source="file").pk for file in first.values()]
    documents_ingest(ids, now=NOW)


@pytest.fixture
def operator(db):
    demo_seed()
    ingest_first_states()
    return User.objects.get(email="operateur@alencon.example")


@pytest.fixture
def pickup(operator):
    return waiting_pickup()


def waiting_pickup():
    return Pickup.objects.filter(
        state=PickupState.TO_PREPARE, shop_order__state=ShopOrderState.TO_PREPARE
    ).first()


def several_pieces():
    return next(
        order
        for order in ShopOrder.objects.filter(state=ShopOrderState.TO_PREPARE)
        if any(line.quantity >= 2 and line.gross_cents for line in order.lines.all())
        and order.paid_cents == order.goods_gross_cents + order.shipping_share_cents
    )


def test_a_pickup_is_prepared_and_handed_over_and_saleor_must_be_told(pickup, operator):
    pickup_ready(pickup_id=pickup.pk, done_by=operator, now=NOW)
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW)

    pickup.refresh_from_db()
    assert pickup.state == PickupState.HANDED_OVER
    assert pickup.handing_over_since == NOW
    command = SaleorCommand.objects.get()
    assert (command.kind, command.state) == ("fulfil", CommandState.PENDING)
    steps = PickupEvent.objects.values_list("step", "done_by")
    assert list(steps) == [("ready", operator.pk), ("hand_over", operator.pk)]


def test_a_second_hand_over_is_told_by_whom_and_when_the_first_was(pickup, operator):
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW)
    with pytest.raises(PickupError) as refusal:
        pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW + DAY)
    assert str(refusal.value) == (
        f"Le retrait {pickup.code} est « remis » depuis le 25 novembre 2026 10:00, par {operator}."
    )


def test_an_old_snapshot_does_not_take_a_hand_over_back(pickup, operator):
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW)
    order = pickup.shop_order.order
    order.captured_at -= DAY  # the same document again, as if it were newer than what is known
    order.save()
    file = next(file for file in FILES if f'"{order.saleor_id}"' in file.read_text())

    document = document_store(file.read_text() + "\n", source="file")
    assert documents_ingest([document.pk], now=NOW) == {"done": 1}

    pickup.refresh_from_db()
    assert pickup.state == PickupState.HANDED_OVER


def test_a_code_is_found_however_it_is_typed(pickup):
    typed = f" {pickup.code[:3].lower()}-{pickup.code[3:].lower()} "
    assert pickup_find(shop_id=pickup.shop_id, code=typed) == pickup
    other = Pickup.objects.exclude(shop=pickup.shop).first()
    with pytest.raises(PickupError, match="Aucun retrait de cette boutique"):
        pickup_find(shop_id=other.shop_id, code=pickup.code)


def test_refusals_of_single_pieces_sum_to_the_line_to_the_cent(operator):
    shop_order = several_pieces()
    line = next(each for each in shop_order.lines.all() if each.quantity >= 2)
    for _ in range(line.quantity):
        lines_refuse(
            shop_order_id=shop_order.pk, quantities={line.pk: 1}, restock=True,
            done_by=operator, now=NOW,
        )  # fmt: skip
    with pytest.raises(PickupError, match="il en reste 0"):
        lines_refuse(
            shop_order_id=shop_order.pk, quantities={line.pk: 1}, restock=True,
            done_by=operator, now=NOW,
        )  # fmt: skip

    payloads = list(SaleorCommand.objects.values_list("payload", flat=True))
    assert sum(row["cents"] for payload in payloads for row in payload["lines"]) == line.gross_cents
    for payload in payloads:
        refunded = sum(refund["cents"] for refund in payload["refunds"])
        assert refunded == payload["shipping_cents"] + sum(row["cents"] for row in payload["lines"])


def test_a_refusal_of_everything_gives_the_delivery_share_back(operator):
    shop_order = ShopOrder.objects.filter(
        state=ShopOrderState.TO_PREPARE, shipping_share_cents__gt=0
    ).first()
    command = lines_refuse(
        shop_order_id=shop_order.pk,
        quantities={line.pk: line.quantity for line in shop_order.lines.all()},
        restock=False,
        done_by=operator,
        now=NOW,
    )
    assert command.payload["shipping_cents"] == shop_order.shipping_share_cents
    assert sum(item["cents"] for item in command.payload["refunds"]) == shop_order.paid_cents


def test_a_refund_is_shared_over_the_tenders_that_paid(operator):
    shop_order = next(
        order
        for order in ShopOrder.objects.filter(state=ShopOrderState.TO_PREPARE)
        if order.tender_shares.count() == 2
    )
    command = lines_refuse(
        shop_order_id=shop_order.pk,
        quantities={line.pk: line.quantity for line in shop_order.lines.all()},
        restock=True,
        done_by=operator,
        now=NOW,
    )
    expected = {share.tender.saleor_id: share.charged_cents
                for share in shop_order.tender_shares.all()}  # fmt: skip
    found = {item["transaction"]: item["cents"] for item in command.payload["refunds"]}
    assert found == expected


@pytest.mark.parametrize("quantities", [{}, {0: 1}])
def test_a_refusal_of_nothing_is_refused(pickup, operator, quantities):
    with pytest.raises(PickupError, match="au moins un article"):
        lines_refuse(
            shop_order_id=pickup.shop_order_id, quantities=quantities, restock=True,
            done_by=operator, now=NOW,
        )  # fmt: skip
    assert not SaleorCommand.objects.exists()


def test_nothing_is_refused_of_what_was_handed_over(pickup, operator):
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW)
    line = pickup.shop_order.lines.first()
    with pytest.raises(PickupError, match="rien ne peut y être refusé"):
        lines_refuse(
            shop_order_id=pickup.shop_order_id, quantities={line.pk: 1}, restock=True,
            done_by=operator, now=NOW,
        )  # fmt: skip


def test_a_hand_over_given_up_is_ready_again(pickup, operator):
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW)
    command = SaleorCommand.objects.get()
    command_give_up(command_id=command.pk, done_by=operator, reason="erreur de saisie", now=NOW)
    pickup.refresh_from_db()
    assert (pickup.state, pickup.handing_over_since) == (PickupState.READY, None)
    with pytest.raises(PickupError, match="n'attend plus rien"):
        command_give_up(command_id=command.pk, done_by=operator, reason="encore", now=NOW)


def test_what_nobody_came_for_is_marked_after_the_days_of_the_association(pickup, operator):
    pickup_ready(pickup_id=pickup.pk, done_by=operator, now=NOW)
    assert uncollected_mark(now=NOW + 14 * DAY) == 0
    assert uncollected_mark(now=NOW + 14 * DAY + datetime.timedelta(seconds=1)) == 1
    pickup.refresh_from_db()
    assert pickup.state == PickupState.UNCOLLECTED
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW + 20 * DAY)


def test_two_phones_at_once_hand_over_once(own_database):
    demo_seed()
    ingest_first_states()
    operator = User.objects.get(email="operateur@alencon.example")
    pickup = waiting_pickup()
    barrier, outcomes = threading.Barrier(8), []

    def hand_over():
        barrier.wait()
        try:
            pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=NOW)
            outcomes.append("done")
        except PickupError as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=hand_over) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count("done") == 1
    told = {text for text in outcomes if text != "done"}
    assert len(told) == 1
    assert f"par {operator}" in told.pop()
    assert SaleorCommand.objects.count() == 1
