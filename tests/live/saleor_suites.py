"""``python -m tests.live.saleor_suites``: Saleor's own tests, alone and under our settings.

Each suite is run twice, in a copy of Saleor's checkout and on databases of its own: with Saleor's
settings for tests, and with ours on top of them (plugins, addresses, apps) on a database that has
the merchants' rules. Printed are the counts of both and every test whose result differs; the exit
code is 1 when there is one. All suites take hours on two cores: results are kept below
``--results``, and a suite that is there is not run again.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from saleor_alencon.local.saleor_source import (
    DEVELOPMENT_KEY,
    SALEOR_SETTINGS,
    SaleorSource,
    build_environment,
    create_saleor_database,
    file_lock,
    find_saleor,
    find_state_folder,
    install_plugins,
    make_signing_key,
    run_saleor,
)
from saleor_alencon.local.saleor_stack import Stack, prepare_office_schema
from saleor_alencon.local.system_postgres import DATABASE, PrivateCluster, temporary_copy

SALEOR_SIDE = Path(__file__).parent / "saleor_side"
SUITES = ("product", "order", "warehouse", "checkout", "account")
ALONE, OURS = "alone", "ours"
SETTINGS = {ALONE: "saleor.tests.settings", OURS: "saleor_suite_settings"}
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "PYTHONPATH")
OUTCOMES = ("passed", "failed", "error", "skipped")


def main() -> None:
    """Run what is asked for, and compare."""
    parser = argparse.ArgumentParser(description="Run Saleor's own tests under our settings")
    parser.add_argument("suites", nargs="*", default=SUITES, help=" ".join(SUITES))
    parser.add_argument("--side", choices=(ALONE, OURS), help="only one of the two; no comparison")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--results", type=Path, required=True, help="folder of reports and logs")
    parser.add_argument("--only", help="as pytest's -k; its results are not kept")
    arguments = parser.parse_args()
    sides = (arguments.side,) if arguments.side else (ALONE, OURS)
    for side in sides:
        folder = arguments.results.resolve() / side
        folder.mkdir(parents=True, exist_ok=True)
        run_side(side, arguments.suites, folder, arguments.workers, arguments.only)
    if arguments.side is None and not arguments.only:
        differing = [compare(arguments.results.resolve(), suite) for suite in arguments.suites]
        sys.exit(any(differing))


def run_side(
    side: str, suites: tuple[str, ...], folder: Path, workers: int, only: str | None
) -> None:
    """Run the suites that have no report yet."""
    missing = [suite for suite in suites if only or not (folder / f"{suite}.xml").exists()]
    if not missing:
        return
    source = find_saleor()
    place = Path(tempfile.mkdtemp(prefix="alencon-suites-"))
    try:
        ignored = shutil.ignore_patterns(".venv", ".git")
        copy = Path(shutil.copytree(source.folder, place / "saleor", ignore=ignored))
        with temporary_copy(ensure_migrated(source)) as cluster:
            plugins = install_plugins(place / "plugins")
            if side == OURS:
                install_ours(source, cluster, plugins, place)
            for suite in missing:
                make_test_databases(cluster, workers)
                environment = suite_environment(side, cluster, plugins)
                run_suite(source, copy, suite, side, folder, workers, environment, only)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def ensure_migrated(source: SaleorSource) -> Path:
    """Return a stopped cluster whose database is migrated and empty, without Saleor's defaults."""
    migrations = sorted(
        str(path.relative_to(source.folder))
        for path in source.folder.glob("saleor/**/migrations/*.py")
    )
    digest = hashlib.sha256("\n".join(migrations).encode()).hexdigest()[:12]
    state, name = find_state_folder(), f"suites-{source.version}-{digest}"
    final = state / name
    with file_lock(state / f"{name}.lock"):
        if (final / "complete").exists():
            return final / "data"
        shutil.rmtree(final, ignore_errors=True)
        cluster = PrivateCluster(final / "data", final / "socket", durable=False)
        cluster.initialise()
        with cluster.running():
            create_saleor_database(cluster)
            url = cluster.url("saleor")
            environment = build_environment(
                url, POPULATE_DEFAULTS="False", RSA_PRIVATE_KEY=make_signing_key(source)
            )
            run_saleor(source, environment, "migrate", "--no-input")
        (final / "complete").touch()
    return final / "data"


def install_ours(
    source: SaleorSource, cluster: PrivateCluster, plugins: Path, folder: Path
) -> None:
    """Add our plugins' tables, the Office's schema and the merchants' rules to the database."""
    stack = Stack(source, cluster, plugins, folder, make_signing_key(source), saleor_port=0)
    environment = stack.saleor_environment(POPULATE_DEFAULTS="False")
    assert environment["DJANGO_SETTINGS_MODULE"] == SALEOR_SETTINGS
    run_saleor(source, environment, "migrate", "--no-input")
    prepare_office_schema(stack)
    # After some of Saleor's tests Django empties every table; the merchants' trail refuses that.
    with cluster.connect() as connection:
        connection.execute("DROP TRIGGER trail_kept_whole ON alencon_permissions_act")


def make_test_databases(cluster: PrivateCluster, workers: int) -> None:
    """Give each worker of pytest a fresh database under the name that Django's tests use."""
    with cluster.connect(database="postgres") as connection:
        for number in range(workers):
            name = f"test_{DATABASE}_gw{number}"
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE} OWNER saleor")


def suite_environment(side: str, cluster: PrivateCluster, plugins: Path) -> dict[str, str]:
    """Return the variables of pytest: nearly none, so that Saleor's own defaults count."""
    # No PYTHONWARNINGS: some of Saleor's tests expect a warning.
    environment = {
        name: value
        for name, value in build_environment(cluster.url("saleor")).items()
        if name in (*KEPT_VARIABLES, "DATABASE_URL", "SECRET_KEY", "SEND_USAGE_TELEMETRY")
    }
    if side == OURS:
        environment["PYTHONPATH"] = f"{plugins}:{SALEOR_SIDE}"
        environment["ALENCON_CAPTURE_DATABASE_URL"] = cluster.url("saleor")
    assert environment["SECRET_KEY"] == DEVELOPMENT_KEY
    return environment


def run_suite(
    source: SaleorSource,
    copy: Path,
    suite: str,
    side: str,
    folder: Path,
    workers: int,
    environment: dict[str, str],
    only: str | None,
) -> None:
    """Run one suite and its GraphQL part; keep the report and the log."""
    report = folder / f"{suite}.xml"
    written = report.with_suffix(".partial")
    with (folder / f"{suite}.log").open("w") as log:
        subprocess.run(
            [
                str(source.python), "-m", "pytest", f"saleor/{suite}", f"saleor/graphql/{suite}",
                "-q", "--tb=short", f"-n{workers}", "--reuse-db", "-p", "no:cacheprovider",
                f"--ds={SETTINGS[side]}", f"--junitxml={written}", *(("-k", only) if only else ()),
            ],
            check=False, cwd=copy, env=environment, stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    if not written.exists():
        sys.exit(f"{suite} {side} could not be run: see {folder / suite}.log")
    if not only:
        written.rename(report)


def read_outcomes(report: Path) -> dict[str, str]:
    """Return what became of each test, by its name."""
    outcomes = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        name = f"{case.get('classname')}::{case.get('name')}"
        found = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        outcome = found[0] if found else "passed"
        outcomes[name] = {"failure": "failed"}.get(outcome, outcome)
    return outcomes


def compare(results: Path, suite: str) -> bool:
    """Print the counts of both sides and what differs; say whether anything does."""
    sides = {side: read_outcomes(results / side / f"{suite}.xml") for side in (ALONE, OURS)}
    for side, outcomes in sides.items():
        counts = Counter(outcomes.values())
        sys.stdout.write(
            f"{suite:10} {side:6}"
            + ", ".join(f"{counts[one]:5} {one}" for one in OUTCOMES if counts[one])
            + "\n"
        )
    alone, ours = sides[ALONE], sides[OURS]
    differing = sorted(
        name for name in alone.keys() | ours.keys() if alone.get(name) != ours.get(name)
    )
    for name in differing:
        sys.stdout.write(f"  {name}: {alone.get(name)} alone, {ours.get(name)} under ours\n")
    return bool(differing)


if __name__ == "__main__":
    main()
