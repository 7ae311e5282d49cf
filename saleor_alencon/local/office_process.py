"""The Office service on this machine: web server, and background work when no broker is set."""

import itertools
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from saleor_alencon.local.processes import (
    Processes,
    check_port_free,
    started_processes,
    wait_for_port,
)
from saleor_alencon.local.stripe_process import start_test_server

HOST = "127.0.0.1"
INGEST_SECONDS = 5.0
FETCH_TURNS = 6


def serve_office(*, port: int, stripe_port: int | None = None, ready: str = "") -> None:
    """Serve until a signal comes or the server ends; print ``ready`` once it answers.

    With ``stripe_port`` the Stripe test server is started first. Needs ``DATABASE_URL`` and
    ``SECRET_KEY`` in the environment.
    """
    check_port_free(HOST, port, "the Office service")
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with started_processes() as processes:
        if stripe_port is not None:
            start_test_server(processes, port=stripe_port)
        start_web_server(processes, port=port, environment=dict(os.environ))
        if ready:
            print(ready, flush=True)
        for turn in itertools.count():
            if stopping.wait(INGEST_SECONDS):
                return
            processes.check()
            if "CELERY_BROKER_URL" not in os.environ:
                _work_once(read_provider=turn % FETCH_TURNS == 0)


def start_web_server(
    processes: Processes, *, port: int, environment: dict[str, str], log: Path | None = None
) -> None:
    """Start the web server among ``processes``; return once it answers."""
    command = [
        sys.executable, "-m", "gunicorn", "saleor_alencon.wsgi", "--bind", f"{HOST}:{port}",
        "--workers", "1", "--threads", "4", "--log-level", "warning",
    ]  # fmt: skip
    processes.start(
        "the Office's web server", command, environment=environment, folder=Path.cwd(), log=log
    )
    wait_for_port(processes, HOST, port, seconds=60)


def _work_once(*, read_provider: bool) -> None:
    """Do what the worker does where there is no broker: hear Saleor, tell it, read the provider."""
    import django

    django.setup()
    from django.conf import settings

    from saleor_alencon.messaging.tasks import send_messages
    from saleor_alencon.orders.tasks import ingest_inbox
    from saleor_alencon.pickups.tasks import send_commands
    from saleor_alencon.psp.tasks import fetch_from_provider

    ingest_inbox()
    if settings.SALEOR_APP_TOKEN is not None:
        send_commands()
    send_messages()
    if read_provider:
        fetch_from_provider()
