"""The pickups of ``alencon bench counter``, few of them: the tables take what it puts there."""

from saleor_alencon.local import bench_counter
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.local.embedded_postgres import url
from saleor_alencon.orders.models import Pickup
from saleor_alencon.pickups.models import PickupEvent


def test_the_bench_fills_the_counters_of_the_live_shops(own_database, embedded_socket, monkeypatch):
    monkeypatch.setattr(bench_counter, "PICKUPS", 14 * 60)
    demo_seed()

    bench_counter.fill(url(embedded_socket, "postgres", own_database))

    assert Pickup.objects.count() == 14 * 60
    assert set(Pickup.objects.values_list("state", flat=True)) == {
        "to_prepare", "ready", "handed_over",
    }  # fmt: skip
    assert PickupEvent.objects.count() == 14 * 50
