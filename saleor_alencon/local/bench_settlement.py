"""How fast a month is split, posted, settled and stated, on a PostgreSQL that writes durably.

The same is done for a small month and for a large one, each in a database and a process of its
own: so the process's memory is the measure's alone, and the cost of a line can be compared.
"""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg import sql

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import Role
from saleor_alencon.errors import AlenconError
from saleor_alencon.ledger.models import Entry, Transaction
from saleor_alencon.local.bench_import import judge, run_measured
from saleor_alencon.local.bench_settlement_bare import post_bare, post_by_orm
from saleor_alencon.local.bench_settlement_split import orders_split
from saleor_alencon.local.embedded_postgres import prepare_database, temporary_server, url
from saleor_alencon.local.saleor_stack import PROJECT
from saleor_alencon.orders.models import Order, ShopOrderLine
from saleor_alencon.orders.posting import orders_post
from saleor_alencon.settlement.documents import statement_csv, statement_pdf
from saleor_alencon.settlement.models import Statement
from saleor_alencon.settlement.release import release_due
from saleor_alencon.settlement.services import run_approve, run_create, run_execute
from saleor_alencon.shops.models import Association, VatStatus

Tell = Callable[[str], None]
TOWN_SQL = Path(__file__).with_suffix(".sql")
SHOPS = 125
LINES = 1_000_000
SMALL_LINES = 10_000
LINES_PER_ORDER = 2.5
ORDERS_AT_ONCE = 1000
CUTOFF = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
MOST_TIMES_BARE = 2.5
LEAST_TIMES_ORM = 20
MOST_MEGABYTES = 500
MOST_CHECK_SECONDS = 30
MOST_GROWTH = 1.5
"""What a line of the large month may cost beside one of the small: flat, but for the noise."""
IBAN, BIC = "FR7630006000011234567890189", "AGRIFRPP"


class BenchFailed(AlenconError):
    """Raised when a part of the bench did not end as it must; what it printed says why."""


def run(tell: Tell, *, lines: int = LINES) -> bool:
    """Measure a small month and one of ``lines`` order lines; return whether all goals are met."""
    with _databases(sorted({min(SMALL_LINES, lines), lines})) as databases:
        figures = {}
        for count, environment in databases:
            tell(f"{count} order lines, {round(count / LINES_PER_ORDER)} orders, {SHOPS} shops")
            figures[count] = _measure_apart(count, environment)
            started = time.perf_counter()
            output, _ = run_measured(("check",), environment)
            figures[count]["check"] = time.perf_counter() - started
            tell(f"  alencon check: {figures[count]['check']:.1f} s, {output.splitlines()[-1]}")
        return _judge(tell, figures[min(figures)], figures[max(figures)])


def _judge(tell: Tell, small: dict[str, float], large: dict[str, float]) -> bool:
    growth = (large["total"] / large["lines"]) / (small["total"] / small["lines"])
    tell(
        f"a line costs {1e6 * small['total'] / small['lines']:.0f} µs of {small['lines']:.0f}, "
        f"{1e6 * large['total'] / large['lines']:.0f} µs of {large['lines']:.0f}"
    )
    goals: tuple[tuple[str, float, str, dict[str, float]], ...] = (
        ("posting / bare INSERT ... SELECT", large["post"] / large["bare"], "x",
         {"most": MOST_TIMES_BARE}),
        ("ORM row by row / posting", large["orm_per_entry"] * large["entries"] / large["post"],
         "x", {"least": LEAST_TIMES_ORM}),
        ("peak memory of the process", large["megabytes"], "MB", {"most": MOST_MEGABYTES}),
        ("cost of a line, large / small", growth, "x", {"most": MOST_GROWTH}),
        ("alencon check", large["check"], "s", {"most": MOST_CHECK_SECONDS}),
    )  # fmt: skip
    reached = [judge(tell, name, value, unit, **goal) for name, value, unit, goal in goals]
    return all(reached)


@contextmanager
def _databases(counts: list[int]) -> Iterator[Iterator[tuple[int, dict[str, str]]]]:
    """Give a migrated, empty database for each count, with the environment of its processes."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-bench-"))
    try:
        with temporary_server(folder / "postgres") as socket:
            yield ((count, _prepare(socket, f"bench{count}", folder)) for count in counts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(socket: str, name: str, folder: Path) -> dict[str, str]:
    prepare_database(socket, name)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "saleor_alencon_settings.office",
        "SECRET_KEY": "bench-bench-bench-bench-bench-bench-bench-bench-bench",
        "DATABASE_URL": url(socket, "alencon", name),
        "DATABASE_OWNER_URL": url(socket, "alencon_owner", name),
        "ALENCON_BENCH_SUPERUSER_URL": url(socket, "postgres", name),
        "MEDIA_ROOT": str(folder / "media"),
        "SEPA_RAIL": "enabled",
    }
    run_measured(("migrate", "--verbosity", "0"), environment)
    return environment


def _measure_apart(lines: int, environment: dict[str, str]) -> dict[str, float]:
    """Measure in a process of its own; return its figures, with its peak memory."""
    with tempfile.NamedTemporaryFile(suffix=".json") as figures:
        part = f"{lines}:{figures.name}"
        process = subprocess.Popen(
            [sys.executable, "-m", "saleor_alencon", "bench", "settlement", "--on-stack", part],
            env=environment,
            cwd=PROJECT,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise BenchFailed(f"bench settlement, {lines} lines: ended with {process.returncode}")
        found: dict[str, float] = json.loads(Path(figures.name).read_text())
    return found | {"megabytes": usage.ru_maxrss / 1024}  # Linux counts in KiB


def measure(part: str, tell: Tell) -> bool:
    """Measure one month, ``part`` saying how many lines and where the figures go."""
    lines, _, path = part.partition(":")
    superuser = psycopg.connect(os.environ["ALENCON_BENCH_SUPERUSER_URL"], autocommit=True)
    _check_durable(superuser)
    fill(round(int(lines) / LINES_PER_ORDER))
    superuser.execute("VACUUM ANALYZE")
    figures = measure_month(tell, lambda: superuser.execute("ANALYZE"))
    superuser.execute("VACUUM ANALYZE")
    entries = Entry.objects.count()
    bare, bare_without_keys = post_bare(superuser)
    per_entry = post_by_orm(superuser)
    tell(
        f"  {entries} entries of {Transaction.objects.count()} transactions posted in "
        f"{figures['post']:.1f} s; bare, the same entries: {bare:.1f} s, without foreign keys "
        f"{bare_without_keys:.1f} s; by the ORM {1e6 * per_entry:.0f} µs an entry"
    )
    Path(path).write_text(
        json.dumps(
            figures
            | {
                "lines": ShopOrderLine.objects.count(),
                "entries": entries,
                "bare": bare,
                "orm_per_entry": per_entry,
            }
        )
    )
    return True


def _check_durable(superuser: psycopg.Connection[Any]) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        (value,) = superuser.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchall()[0]
        if value != "on":
            raise BenchFailed(f"PostgreSQL has {name} = {value}: the bench wants durable writes")


def fill(orders: int) -> None:
    """Fill an empty database with the association, its people, and raw orders of a month."""
    Association.objects.create(
        id=1, name="Office", legal_name="Office du commerce", address_line="Place Foch",
        postal_code="61000", city="Alençon", email="office@alencon.example", iban=IBAN, bic=BIC,
        payout_rail="sepa",
    )  # fmt: skip
    for role in (Role.OPERATOR, Role.APPROVER):
        User.objects.create_user(f"{role}@alencon.example", "un-mot-de-passe-long", role=role)
    VatStatus.objects.create(valid_from=datetime.date(2026, 1, 1), regime="liable", rate_bps=2000)
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in (("orders", orders), ("shops", SHOPS)):
            cursor.execute("SELECT set_config(%s, %s, true)", [f"alencon.{name}", str(value)])
        cursor.execute(TOWN_SQL.read_text())


def measure_month(tell: Tell, analyze: Callable[[], object]) -> dict[str, float]:
    """Split, post, release, settle and state; return the seconds of each and of all.

    ``analyze`` is called once the month is posted, as a running server does by itself every minute.
    """
    operator, approver = (User.objects.get(role=r) for r in (Role.OPERATOR, Role.APPROVER))
    seconds = {"split": 0.0, "post": 0.0}
    keys = list(Order.objects.order_by("id").values_list("pk", flat=True))
    for start in range(0, len(keys), ORDERS_AT_ONCE):
        with transaction.atomic():
            began = time.perf_counter()
            orders = list(Order.objects.filter(pk__in=keys[start : start + ORDERS_AT_ONCE]))
            postings = orders_split(orders)
            split = time.perf_counter()
            orders_post(postings, now=CUTOFF)
            began, split = split - began, split
        seconds["post"] += time.perf_counter() - split
        seconds["split"] += began
    tell(f"  split {seconds['split']:.1f} s, posted {seconds['post']:.1f} s")
    analyze()
    with _timed(tell, seconds, "release"), transaction.atomic():
        released = release_due(cutoff=CUTOFF, now=CUTOFF)
    seconds["post"] += seconds["release"]
    with _timed(tell, seconds, "draft"):
        run = run_create(created_by=operator, cutoff=CUTOFF, now=CUTOFF)
    with _timed(tell, seconds, "approve"):
        run_approve(run_id=run.pk, approved_by=approver, now=CUTOFF)
        run_execute(run_id=run.pk, executed_by=operator, now=CUTOFF)
    with _timed(tell, seconds, "statements"):
        statements = Statement.objects.order_by("id").values_list("pk", flat=True)
        for key in statements:
            statement = Statement.objects.select_related("run", "shop").get(pk=key)
            pdf, table = statement_pdf(statement), statement_csv(statement)
            if not pdf.startswith(b"%PDF") or not table:
                raise BenchFailed(f"{statement}: no document")
    if not released or not statements:
        raise BenchFailed("nothing was settled")
    seconds["total"] = sum(
        seconds[part] for part in ("split", "post", "draft", "approve", "statements")
    )
    return seconds


@contextmanager
def _timed(tell: Tell, seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started
    tell(f"  {name} {seconds[name]:.1f} s")
