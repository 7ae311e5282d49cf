"""With a broker Saleor's Celery worker captures, and its scheduler sweeps."""

import shutil

import pytest

from saleor_alencon.local.processes import find_free_port, started_processes, wait_for_port
from saleor_alencon.local.saleor_stack import start_saleor_api
from tests.live.live_saleor import LiveSaleor
from tests.live.shopping import Town
from tests.live.town import set_plugin_active

BOOK = "librairie-des-halles-1"


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_the_worker_captures_an_order_and_the_scheduler_sweeps(live: LiveSaleor) -> None:
    redis_port = find_free_port()
    live.kill_api()
    folder = live.stack.source.folder
    with started_processes() as processes:
        command = ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", ""]
        log = live.stack.folder / "redis.log"
        processes.start("redis", command, environment={}, folder=live.stack.folder, log=log)
        wait_for_port(processes, "127.0.0.1", redis_port, seconds=10)
        broker = {
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{redis_port}/0",
            "ALENCON_SWEEP_SECONDS": "3",
        }
        environment = live.stack.saleor_environment(**broker)
        celery = [str(live.stack.source.python), "-m", "celery", "--app=saleor.celeryconf:app"]
        schedule = f"--schedule={live.stack.folder / 'celerybeat-schedule'}"
        for name, arguments in {
            "worker": ["worker", "--pool=solo", "--loglevel=warning"],
            "beat": ["beat", schedule],
        }.items():
            log = live.stack.folder / f"{name}.log"
            command = [*celery, *arguments]
            processes.start(name, command, environment=environment, folder=folder, log=log)
        log = live.stack.folder / "api-broker.log"
        start_saleor_api(live.stack, processes, log=log, **broker)
        town: Town = live.town

        order = town.buy({BOOK: 1})

        row = live.wait_for(order.id, lambda row: row.order["isPaid"], seconds=60)
        assert row.source == "hook"

        set_plugin_active(town, False)
        unheard = town.buy({BOOK: 1})

        row = live.wait_for(unheard.id, lambda row: row.order["isPaid"], seconds=30)
        assert row.source == "sweep"
