"""A shopper's clicks at once, each on a connection of its own."""

import uuid

from saleor_alencon.domain.shop_orders import PickupState
from saleor_alencon.pickups.models import PickupEvent, SaleorCommand
from saleor_alencon.pickups.services import pickup_ready
from tests.integration.at_once import at_once
from tests.integration.small_town import operator
from tests.integration.test_shopper import NOW, cancel, pickup, set_up_town


def test_clicks_at_once_cancel_once(own_database):
    set_up_town()
    key = uuid.uuid4()
    done, refusals = at_once([lambda: cancel(key=key) for _ in range(8)])
    assert sorted(done) == [False] * 7 + [True]
    assert refusals == []
    assert SaleorCommand.objects.count() == 1


def test_a_cancellation_and_ready_at_once_leave_one_of_them(own_database):
    set_up_town()
    person = operator()
    for shop in ("librairie", "fromagerie", "mercerie"):
        found = pickup(shop)
        done, refusals = at_once(
            [
                lambda shop=shop: cancel(shop=shop),
                lambda found=found: pickup_ready(pickup_id=found.pk, done_by=person, now=NOW),
            ]
        )
        cancelled = SaleorCommand.objects.filter(shop_order=found.shop_order).exists()
        found.refresh_from_db()
        assert found.state == PickupState.READY
        assert cancelled == (len(done) == 2)
        assert len(refusals) == 2 - len(done)
        ready, cancelling = (
            PickupEvent.objects.filter(shop_order=found.shop_order, step=step).first()
            for step in ("ready", "cancel")
        )
        assert ready is not None
        assert cancelling is None or cancelling.pk < ready.pk
