"""One embedded PostgreSQL for the whole run; the tests work as the service's own role."""

import logging
import re
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests import figures
from tests.not_run import skip_left_out

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    skip_left_out(item)


def pytest_configure(config: pytest.Config) -> None:
    from hypothesis import settings

    from tests.catalogues import compile_changed

    # Tests say what is right, benches how fast it is: a busy machine fails no property.
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")

    if not hasattr(config, "workerinput"):  # one of `make test`'s parallel processes has it
        compile_changed()


# Live tests of what a merchant may see and do; the others are of orders, pickups and payments.
LIVE_OF_MERCHANTS = re.compile(
    r"test_(merchant|scope|leaks|looks|dashboard|media|office_page|plugin)"
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Keep together what shares a set-up: a half of the live tests, the browser's, each file's."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = Path(nodeid.partition("::")[0])
            if path.parts[:2] == ("tests", "live"):
                half = "merchants" if LIVE_OF_MERCHANTS.match(path.name) else "orders"
                return f"tests/live {half}"
            return "tests/browser" if path.parts[:2] == ("tests", "browser") else str(path)

    return Scheduling(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the figures of a parallel process to the one that began it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = figures.told(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    """Take the figures of a parallel process; one that was killed has none."""
    if "figures" in getattr(node, "workeroutput", {}):
        figures.hear(node.config, node.workeroutput["figures"])


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Print the figures that the tests kept for the end."""
    lines = figures.summary_lines(config)
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def say(request: pytest.FixtureRequest) -> figures.Say:
    """Give a function that keeps a line for the end of the run."""
    return partial(figures.say, request.config)


@pytest.fixture
def killed(request: pytest.FixtureRequest) -> figures.Killed:
    """Give a function that keeps at how many points an action was killed."""
    return partial(figures.killed, request.config)


@pytest.fixture(autouse=True)
def french():
    """Begin each test in French: Django's test client leaves its last page's language active."""
    from django.conf import settings
    from django.utils.translation import activate

    activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def own_logs_are_heard():
    """Turn our loggers on again: a program that a test runs in this process may configure others
    and turn ours off for the tests after it."""
    logging.disable(logging.NOTSET)
    logging.getLogger("saleor_alencon").setLevel(logging.INFO)
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith("saleor_alencon") and isinstance(logger, logging.Logger):
            logger.disabled, logger.propagate = False, True


@pytest.fixture(scope="session")
def embedded_socket():
    from saleor_alencon.local.embedded_postgres import temporary_server

    with (
        tempfile.TemporaryDirectory(prefix="alencon-pg-") as folder,
        temporary_server(Path(folder) / "data") as socket,
    ):
        set_up_for_tests(socket)
        yield socket


def set_up_for_tests(socket: str) -> None:
    """Turn off what makes tests slow.

    What a test writes and rolls back is all dead to a vacuum: after it the planner holds the
    tables for empty, and reads them whole for each row of the next test.
    """
    import psycopg

    from saleor_alencon.local.embedded_postgres import url

    with psycopg.connect(url(socket, "postgres", "postgres"), autocommit=True) as admin:
        for name in ("autovacuum", "fsync", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {name} = off")
        admin.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def django_db_setup(embedded_socket, django_db_blocker):
    """Migrate a database as the owner, then connect as the service."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from saleor_alencon.local.embedded_postgres import prepare_database, url
    from saleor_alencon_settings.office import database

    prepare_database(embedded_socket, "test")
    with django_db_blocker.unblock():
        connection = connections["default"]
        for role in ("alencon_owner", "alencon"):
            connection.close()
            fresh = database(url(embedded_socket, role, "test"))
            connection.settings_dict.update(fresh)
            settings.DATABASES["default"].update(fresh)
            if role == "alencon_owner":
                call_command("migrate", verbosity=0)
        connection.close()
        yield
        connection.close()


@contextmanager
def connected_to(database_url):
    """Let Django's connection lead to another database for a while."""
    from django.db import connection

    from saleor_alencon_settings.office import database

    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(database(database_url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.fixture
def own_database(django_db_setup, embedded_socket, django_db_blocker):
    """A database of the test's own, migrated, for what must really commit; yields its name.

    The ledger cannot be emptied, so such a test cannot clean up behind itself.
    """
    import psycopg

    from saleor_alencon.local.embedded_postgres import url

    name = "own"
    with (
        psycopg.connect(url(embedded_socket, "postgres", "postgres"), autocommit=True) as admin,
        django_db_blocker.unblock(),
    ):
        from django.db import connection

        connection.close()
        admin.execute(f"CREATE DATABASE {name} TEMPLATE test")
        with connected_to(url(embedded_socket, "alencon", name)):
            yield name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
