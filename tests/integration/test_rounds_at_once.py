"""Two planners for the same parcels, two couriers at the same door."""

from saleor_alencon.domain.delivery_rounds import FailReason
from saleor_alencon.pickups.models import SaleorCommand
from saleor_alencon.rounds.driving import parcel_fetch, parcel_missing, stop_deliver, stop_fail
from saleor_alencon.rounds.models import DeliveryRound, Parcel, Stop
from tests.integration.at_once import at_once
from tests.integration.small_town import operator
from tests.integration.test_rounds import NOW, deliver_orders, leave, pack, plan, stop_of


def test_plans_at_once_take_each_parcel_once(own_database):
    deliver_orders()
    for number in ("1", "2", "3"):
        pack(number)
    done, refusals = at_once([lambda: plan(capacity=2) for _ in range(6)])
    assert len(done) == 3
    assert len({found.number for found in done}) == 3
    assert {type(each).__name__ for each in refusals} == {"RoundError"}
    assert Parcel.objects.count() == 6
    assert Parcel.objects.values("shop_order").distinct().count() == 6
    assert DeliveryRound.objects.count() == 3


def test_two_couriers_at_one_door_end_it_once(own_database):
    deliver_orders()
    pack("1"), pack("2")
    leave(plan())
    person = operator()
    for number in ("1", "2"):
        stop = stop_of(number)
        deliver = [
            lambda stop=stop: stop_deliver(stop_id=stop.pk, code=stop.code, done_by=person, now=NOW)
            for _ in range(3)
        ]
        fail = [
            lambda stop=stop: stop_fail(
                stop_id=stop.pk, reason=FailReason.ABSENT, note="", done_by=person, now=NOW
            )
            for _ in range(3)
        ]
        done, refusals = at_once([*deliver, *fail])
        assert len(done) == 1
        assert len({str(each) for each in refusals}) == 1
        assert f"par {person}" in str(refusals[0])
        told = SaleorCommand.objects.filter(shop_order__order__number=number).count()
        assert told == (2 if done[0].state == "delivered" else 0)


def test_a_parcel_is_loaded_or_missing_not_both(own_database):
    deliver_orders()
    pack("1", "librairie")
    plan()
    parcel, person = Parcel.objects.get(), operator()
    load = [lambda: parcel_fetch(parcel_id=parcel.pk, done_by=person, now=NOW) for _ in range(3)]
    miss = [
        lambda: parcel_missing(parcel_id=parcel.pk, reason="Vu", done_by=person, now=NOW)
        for _ in range(3)
    ]
    done, refusals = at_once([*load, *miss])
    parcel.refresh_from_db()
    assert {each.state for each in done} == {parcel.state}
    assert len(done) == len(refusals) == 3
    assert Stop.objects.get().state == ("waiting" if parcel.state == "on_board" else "called_off")
