"""Saleor with a broker: its API, its Celery worker and its scheduler as in production."""

import contextlib
import os
from collections.abc import Iterator

from saleor_alencon.local.processes import find_free_port, started_processes, wait_for_port
from saleor_alencon.local.saleor_stack import start_saleor_api
from tests.live.killable_saleor import SALEOR_SIDE
from tests.live.live_saleor import API_ENVIRONMENT, LiveSaleor


@contextlib.contextmanager
def running_with_broker(
    live: LiveSaleor, *worker_options: str, **environment: str
) -> Iterator[None]:
    """Run the API, one worker and the scheduler on a Redis; the API without them ends before.

    The test's next fixture starts that one again. A worker's option ``--include=<module>`` finds
    modules of tests/live/saleor_side.
    """
    redis_port = find_free_port()
    live.kill_api()
    folder, logs = live.stack.source.folder, live.stack.folder
    broker = {"CELERY_BROKER_URL": f"redis://127.0.0.1:{redis_port}/0"} | environment
    variables = live.stack.saleor_environment(**broker)
    side = variables | {"PYTHONPATH": f"{variables['PYTHONPATH']}{os.pathsep}{SALEOR_SIDE}"}
    celery = [str(live.stack.source.python), "-m", "celery", "--app=saleor.celeryconf:app"]
    worker = ["worker", "--pool=solo", "--loglevel=warning", *worker_options]
    schedule = f"--schedule={logs / 'celerybeat-schedule'}"
    redis = ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", ""]
    with started_processes() as processes:
        log = logs / "redis.log"
        processes.start("redis", redis, environment={}, folder=logs, log=log)
        wait_for_port(processes, "127.0.0.1", redis_port, seconds=10)
        for name, arguments in {"worker": worker, "beat": ["beat", schedule]}.items():
            processes.start(
                name,
                [*celery, *arguments],
                environment=side,
                folder=folder,
                log=logs / f"{name}.log",
            )
        start_saleor_api(
            live.stack, processes, log=logs / "api-broker.log", **API_ENVIRONMENT, **broker
        )
        yield
