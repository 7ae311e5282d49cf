"""How fast the counter answers in a town of 100,000 pickups, under load from 50 clients.

What is compared is the time the server works on an answer, beside that of an empty Django view
which the same clients ask for in turns with the rest: a busy machine slows both.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import uuid
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import psycopg
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.domain.pickup_slots import instant
from saleor_alencon.errors import AlenconError
from saleor_alencon.local.bench_counter_wsgi import EMPTY, HEADER
from saleor_alencon.local.bench_import import Tell
from saleor_alencon.local.bench_line import line_measure
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.local.embedded_postgres import prepare_database, temporary_server, url
from saleor_alencon.local.office_process import HOST
from saleor_alencon.local.processes import find_free_port, started_processes, wait_for_port
from saleor_alencon.orders.models import Pickup
from saleor_alencon.shops.models import Shop, ShopMember, ShopState

PICKUPS = 100_000
CLIENTS = 50
ROUNDS = 10
BASE = "/boutique/comptoir/"
SQL = Path(__file__).with_suffix(".sql")
# How many times an empty view's p95 the p95 of each may be: about a third above what one run on a
# busy machine showed (docs/counter.md), so that a page that becomes slower is seen.
MOST = {"list": 85.0, "search": 75.0, "pickup": 60.0, "hand-over": 60.0}


class BenchFailed(AlenconError):
    """Raised when a part of the bench did not do what it is for."""


def run(tell: Tell) -> bool:
    """Start PostgreSQL and the Office's server, fill it, ask; say whether each goal is reached."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-bench-"))
    try:
        with temporary_server(folder / "data") as socket, started_processes() as processes:
            prepare_database(socket)
            environment = {
                **os.environ, "DATABASE_URL": url(socket, "alencon"),
                "DATABASE_OWNER_URL": url(socket, "alencon_owner"), "SECRET_KEY": "b" * 50,
            }  # fmt: skip
            office(environment, "migrate")
            plan = folder / "plan.json"
            office(environment, "bench", "counter", "--on-stack", str(plan))
            fill(url(socket, "postgres"))
            office(environment, "bench", "counter", "--on-stack", str(plan))
            port = find_free_port()
            command = [
                sys.executable, "-m", "gunicorn", "saleor_alencon.local.bench_counter_wsgi",
                "--bind", f"{HOST}:{port}", "--workers", "1", "--threads", "4",
                "--log-level", "warning",
            ]  # fmt: skip
            processes.start("the server", command, environment=environment, folder=Path.cwd())
            wait_for_port(processes, HOST, port, seconds=60)
            tell(
                f"{PICKUPS} pickups, {CLIENTS} clients, at most {ROUNDS} rounds each; server time."
            )
            clients = json.loads(plan.read_text())
            reached = report(ask_all(port, clients), tell)
            return line_measure(port, BASE, clients[0]["session"], tell) and reached
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def office(environment: dict[str, str], *arguments: str) -> None:
    """Run an ``alencon`` command in a process of its own.

    :raises BenchFailed: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "saleor_alencon", *arguments],
        check=False, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise BenchFailed(f"alencon {arguments[0]}: {(done.stdout + done.stderr)[-2000:]}")


def fill(database_url: str) -> None:
    """Put the pickups into the database, as its owner."""
    today = instant(timezone.localdate(), 0).isoformat()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET search_path = alencon")
        for name, value in (("today", today), ("pickups", str(PICKUPS))):
            connection.execute("SELECT set_config(%s, %s, false)", [f"alencon.{name}", value])
        connection.execute(SQL.read_bytes())
        connection.execute("VACUUM ANALYZE")


def measure(part: str, _tell: Tell) -> bool:
    """Prepare the shops, then (called again, once they have pickups) what each client does."""
    plan = Path(part)
    demo_seed()
    shops = list(Shop.objects.filter(state=ShopState.LIVE).order_by("pk"))
    clients: list[dict[str, Any]] = []
    ready = {
        shop.pk: list(
            Pickup.objects.filter(shop=shop, state="ready").values_list("pk", "code")[
                : CLIENTS * ROUNDS
            ]
        )
        for shop in shops
    }
    for number in range(CLIENTS):
        shop = shops[number % len(shops)]
        user, _made = User.objects.get_or_create(email=f"banc-{number}@alencon.example")
        ShopMember.objects.get_or_create(shop=shop, user=user)
        mine = [ready[shop.pk].pop() for _turn in range(min(ROUNDS, len(ready[shop.pk])))]
        clients.append({"user": user.pk, "session": sign_in(user), "pickups": mine})
    plan.write_text(json.dumps(clients))
    return True


def sign_in(user: User) -> str:
    """Return the key of a session of the user's."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def ask_all(port: int, clients: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Let all clients ask at once; return the server's milliseconds by kind.

    :raises BenchFailed: an answer was not the one that was expected.
    """
    found: dict[str, list[float]] = {kind: [] for kind in ("empty", *MOST)}
    faults: list[str] = []
    begin = threading.Barrier(len(clients))

    def work(client: dict[str, Any]) -> None:
        try:
            with httpx.Client(
                base_url=f"http://{HOST}:{port}", timeout=120, trust_env=False,
                cookies={settings.SESSION_COOKIE_NAME: client["session"]},
            ) as http:  # fmt: skip
                token = http.get(f"{BASE}moi").json()["csrf"]
                begin.wait()
                rounds(http, token, client, found)
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")
            begin.abort()

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise BenchFailed(faults[0])
    return found


def rounds(
    http: httpx.Client, token: str, client: dict[str, Any], found: dict[str, list[float]]
) -> None:
    """Do what one merchant does, some times over."""

    def timed(kind: str, answer: httpx.Response) -> None:
        if answer.status_code != httpx.codes.OK:
            raise BenchFailed(f"{kind}: {answer.status_code} {answer.text[:200]}")
        found[kind].append(float(answer.headers[HEADER]))

    for pickup, code in client["pickups"]:
        body = {
            "key": str(uuid.uuid4()), "actor": str(client["user"]), "kind": "hand_over",
            "pickup": pickup, "code": code, "made_at": timezone.now().isoformat(),
        }  # fmt: skip
        timed("empty", http.get(f"/{EMPTY}"))
        timed("list", http.get(f"{BASE}liste"))
        timed("search", http.get(f"{BASE}recherche", params={"q": f"Banc {code[-2:]}"}))
        timed("pickup", http.get(f"{BASE}{pickup}"))
        answer = http.post(f"{BASE}actions", json=body, headers={"X-CSRFToken": token})
        timed("hand-over", answer)


def report(found: dict[str, list[float]], tell: Tell) -> bool:
    """Print each p95 beside the empty view's; return whether each goal is reached."""
    p95 = {kind: statistics.quantiles(times, n=20)[18] for kind, times in found.items()}
    tell(f"{'empty view':12}{p95['empty']:8.1f} ms p95 of {len(found['empty'])}")
    reached = True
    for kind, most in MOST.items():
        ratio = p95[kind] / p95["empty"]
        good = ratio <= most
        reached = reached and good
        tell(
            f"{kind:12}{p95[kind]:8.1f} ms p95 of {len(found[kind])}, {ratio:.1f} times the empty "
            f"view's, goal <= {most:g}: {'reached' if good else 'MISSED'}"
        )
    return reached
