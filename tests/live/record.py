"""``python -m tests.live.record``: record the demo orders through a real Saleor again.

Needs Saleor (SALEOR_SRC) and Debian's libfaketime. Everything is placed, paid, handed over and
refunded by the public API in simulated time, so that the documents carry the dates of two
months. The plugin's hooks are switched off while recording: one sweep after each step gives
the same documents in the same order at every recording.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import httpx
import psycopg

from saleor_alencon.inbox.snapshot import parse_snapshot
from saleor_alencon.local.processes import find_free_port, started_processes
from saleor_alencon.local.saleor_stack import start_saleor_api, temporary_stack
from tests.live.recording.clock import SimulatedClock
from tests.live.recording.plans import make_plans
from tests.live.recording.player import Player
from tests.live.recording.pretty import write_pretty
from tests.live.town import open_town, set_plugin_active

TARGET = Path(__file__).resolve().parents[2] / "fixtures/snapshots/v1"
READ_DOCUMENTS = """
SELECT payload FROM alencon.inbox_document ORDER BY id"""


def main() -> None:
    """Record into the fixtures' folder, or another."""
    parser = argparse.ArgumentParser(description="Record the demo orders")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--only", type=int, help="place only the first orders")
    arguments = parser.parse_args()
    payloads = record(arguments.only)
    count = write_documents(payloads, arguments.target)
    sys.stdout.write(f"{count} orders, {len(payloads)} documents\n")


def record(only: int | None = None) -> list[str]:
    """Play the plans and return the captured documents in order."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-record-"))
    try:
        clock = SimulatedClock(folder)
        with (
            temporary_stack(folder, find_free_port(), clock.postgres_environment()) as stack,
            started_processes() as processes,
        ):
            start_saleor_api(
                stack, processes, log=folder / "api.log", **clock.saleor_environment(stack.plugins)
            )
            with open_town(stack) as (town, payment_app):
                set_plugin_active(town, False)
                sweep = httpx.Client(timeout=120, trust_env=False, headers=town.staff.authorization)

                def capture_changes() -> None:
                    answer = sweep.post(f"{stack.saleor_url}/plugins/alencon.capture/sweep")
                    report = answer.raise_for_status().json()
                    assert report["failed"] == 0, report
                    assert report["complete"], report

                player = Player(town, clock, payment_app, capture_changes)
                player.play(make_plans()[:only], lambda line: print(line, flush=True))
            with stack.cluster.connect() as connection:
                return read_documents(connection)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read_documents(connection: psycopg.Connection) -> list[str]:
    """Return all documents of the inbox in the order of their capture."""
    return [row[0] for row in connection.execute(READ_DOCUMENTS)]


def write_documents(payloads: list[str], target: Path) -> int:
    """Write ``<order number>-<nn>.json`` files in place of the present ones; return the orders."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.json"):
        old.unlink()
    counts: dict[str, int] = {}
    for payload in payloads:
        number = parse_snapshot(payload).order.number
        counts[number] = counts.get(number, 0) + 1
        name = f"{int(number):04}-{counts[number]:02}.json"
        (target / name).write_text(write_pretty(json.loads(payload)) + "\n", "utf-8")
    return len(counts)


if __name__ == "__main__":
    main()
