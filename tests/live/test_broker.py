"""With a broker Saleor's Celery worker captures, and its scheduler sweeps."""

import shutil

import pytest

from tests.live.broker import running_with_broker
from tests.live.live_saleor import LiveSaleor
from tests.live.town import set_plugin_active

BOOK = "librairie-des-halles-1"


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_the_worker_captures_an_order_and_the_scheduler_sweeps(live: LiveSaleor) -> None:
    with running_with_broker(live, ALENCON_SWEEP_SECONDS="3"):
        order = live.town.buy({BOOK: 1})

        row = live.wait_for(order.id, lambda row: row.order["isPaid"], seconds=60)
        assert row.source == "hook"

        set_plugin_active(live.town, False)
        unheard = live.town.buy({BOOK: 1})

        row = live.wait_for(unheard.id, lambda row: row.order["isPaid"], seconds=30)
        assert row.source == "sweep"
