"""The native full stack: one private PostgreSQL, Saleor with our plugins, the Office service."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from saleor_alencon.local.processes import (
    Processes,
    check_port_free,
    started_processes,
    wait_for_port,
)
from saleor_alencon.local.saleor_source import (
    DEVELOPMENT_KEY,
    KEEP_SEARCH_INDEX,
    PASSED_ON,
    SALEOR_SETTINGS,
    STAFF_EMAIL,
    STAFF_PASSWORD,
    SaleorFailed,
    SaleorSource,
    apply_sql_file,
    build_environment,
    ensure_template,
    file_lock,
    find_saleor,
    find_state_folder,
    install_plugins,
    make_signing_key,
    run_saleor,
)
from saleor_alencon.local.system_postgres import (
    PrivateCluster,
    choose_socket_folder,
    copy_cluster,
    temporary_copy,
)
from saleor_alencon.saleor_api.client import SaleorClient

HOST = "127.0.0.1"
PREPARE_SQL = Path(__file__).with_name("prepare_database.sql")
PROJECT = Path(__file__).resolve().parents[2]
LOG_IN = """
mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { field code message } }
}"""
CREATE_APP = """
mutation($input: AppInput!) {
  appCreate(input: $input) { authToken errors { field code message } }
}"""
OFFICE_APP = "alencon.office"
OFFICE_APP_PERMISSIONS = ("MANAGE_ORDERS",)
SEED_APP_PERMISSIONS = (
    "HANDLE_PAYMENTS",
    "MANAGE_APPS",
    "MANAGE_CHANNELS",
    "MANAGE_CHECKOUTS",
    "MANAGE_DISCOUNTS",
    "MANAGE_GIFT_CARD",
    "MANAGE_ORDERS",
    "MANAGE_PLUGINS",
    "MANAGE_PRODUCTS",
    "MANAGE_PRODUCT_TYPES_AND_ATTRIBUTES",
    "MANAGE_SETTINGS",
    "MANAGE_SHIPPING",
    "MANAGE_TAXES",
    "MANAGE_USERS",
)


@dataclass(frozen=True)
class Stack:
    """One database with Saleor's and the Office's tables, and what is needed to run on it."""

    source: SaleorSource
    cluster: PrivateCluster
    plugins: Path
    folder: Path  # logs, keys and images
    signing_key: str
    saleor_port: int
    variables: dict[str, str] = field(default_factory=dict)  # of every process of Saleor and Office

    @property
    def saleor_url(self) -> str:
        """Base URL of Saleor's API server."""
        return f"http://{HOST}:{self.saleor_port}"

    def saleor_environment(self, **more: str) -> dict[str, str]:
        """Return the environment of every Saleor process of this stack."""
        own = {
            "DJANGO_SETTINGS_MODULE": SALEOR_SETTINGS,
            "PYTHONPATH": str(self.plugins),
            "ALENCON_CAPTURE_DATABASE_URL": self.cluster.url("alencon_capture"),
            "ALENCON_MEDIA_FOLDER": str(self.folder / "media"),
            "PUBLIC_URL": f"{self.saleor_url}/",
            "RSA_PRIVATE_KEY": self.signing_key,
        }
        own |= {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
        return build_environment(self.cluster.url("saleor"), **own | self.variables | more)

    def office_environment(self, **more: str) -> dict[str, str]:
        """Return the environment of the Office service on this stack's database."""
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "saleor_alencon_settings.office",
            "DATABASE_URL": self.cluster.url("alencon"),
            "DATABASE_OWNER_URL": self.cluster.url("alencon_owner"),
            "SECRET_KEY": DEVELOPMENT_KEY,
            "SALEOR_API_URL": f"{self.saleor_url}/graphql/",
            **self.variables,
            **more,
        }


def prepare_office_schema(stack: Stack) -> None:
    """Create the Office's roles, schema and tables in the stack's database; idempotent.

    And the rules that keep Saleor's merchants apart.

    :raises SaleorFailed: the Office's migrations failed, or Saleor has a table without rule.
    """
    with stack.cluster.connect() as connection:
        apply_sql_file(connection, PREPARE_SQL)
    run_office(stack, "migrate")
    run_saleor(stack.source, stack.saleor_environment(), "alencon_scope", "install")


def run_office(stack: Stack, *arguments: str, stdin: str | None = None, **environment: str) -> str:
    """Run an ``alencon`` command on the stack's database, and return what it printed.

    :raises SaleorFailed: the command failed; the message has the end of its output.
    """
    done = subprocess.run(
        [sys.executable, "-m", "saleor_alencon", *arguments],
        check=False,
        capture_output=True,
        text=True,
        input=stdin,
        env=stack.office_environment(**environment),
        cwd=PROJECT,
    )
    if done.returncode:
        output = (done.stderr + done.stdout)[-1500:]
        raise SaleorFailed(f"alencon {' '.join(arguments)} failed: {output}")
    return done.stdout


def start_saleor_api(
    stack: Stack, processes: Processes, *, log: Path | None = None, **environment: str
) -> None:
    """Start Saleor's API and wait until it listens.

    The command is the one of Saleor's own image, with one worker, on the loopback only.
    """
    processes.start(
        "Saleor's API",
        [
            str(stack.source.python), "-m", "uvicorn", "saleor.asgi:application",
            f"--host={HOST}", f"--port={stack.saleor_port}", "--lifespan=auto", "--ws=none",
            "--no-server-header", "--no-access-log", "--log-level=warning",
            "--timeout-graceful-shutdown=5",
        ],
        environment=stack.saleor_environment(**environment),
        folder=stack.source.folder,
        log=log,
    )  # fmt: skip
    wait_for_port(processes, HOST, stack.saleor_port, seconds=120)


def create_saleor_app(stack: Stack, identifier: str, permissions: tuple[str, ...]) -> str:
    """Create an app through the running API and return its token, shown this once only."""
    public = SaleorClient(f"{stack.saleor_url}/graphql/")
    staff = None
    try:
        login = public.mutate(LOG_IN, email=STAFF_EMAIL, password=STAFF_PASSWORD)
        staff = SaleorClient(public.url, login["token"])
        app = {"name": identifier, "identifier": identifier, "permissions": list(permissions)}
        return str(staff.mutate(CREATE_APP, input=app)["authToken"])
    finally:
        public.close()
        if staff:
            staff.close()


@contextlib.contextmanager
def temporary_stack(
    folder: Path,
    saleor_port: int,
    server_environment: dict[str, str] | None = None,
    variables: dict[str, str] | None = None,
) -> Iterator[Stack]:
    """Give a throw-away stack for tests: cluster running, both schemas ready, no Saleor yet.

    :param server_environment: variables added to the PostgreSQL server's environment.
    :param variables: added to the environment of every process of Saleor and of the Office.
    """
    source = find_saleor()
    template = ensure_template(source)
    environment = {**os.environ, **server_environment} if server_environment else None
    with temporary_copy(template, environment) as cluster:
        stack = Stack(
            source=source,
            cluster=cluster,
            plugins=install_plugins(folder / "plugins"),
            folder=folder,
            signing_key=make_signing_key(source),
            saleor_port=saleor_port,
            variables=variables or {},
        )
        prepare_office_schema(stack)
        yield stack


@contextlib.contextmanager
def durable_stack(saleor_port: int, tell: Callable[[str], None]) -> Iterator[Stack]:
    """Give this clone's own stack, whose data stays for later starts; its cluster is running."""
    source = find_saleor()
    template = ensure_template(source, tell)
    name = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    folder = find_state_folder() / "stacks" / name
    folder.mkdir(parents=True, exist_ok=True)
    with file_lock(folder / "running.lock", busy="This clone's Saleor is running already."):
        yield from start_durable_stack(source, template, folder, saleor_port, tell)


def start_durable_stack(
    source: SaleorSource,
    template: Path,
    folder: Path,
    saleor_port: int,
    tell: Callable[[str], None],
) -> Iterator[Stack]:
    """Copy the template at the first start, start the cluster, migrate, and stop it at the end."""
    if not (folder / "data").exists():
        tell("Copying the prepared database for this clone.")
        copy_cluster(template, folder / "data")
        (folder / "template").write_text(template.parent.name, "utf-8")
    key = folder / "signing-key.pem"
    if not key.exists():
        key.touch(0o600)
        key.write_text(make_signing_key(source), "utf-8")
    cluster = PrivateCluster(folder / "data", choose_socket_folder(folder / "socket"))
    with cluster.running():
        stack = Stack(
            source=source,
            cluster=cluster,
            plugins=install_plugins(folder / "plugins"),
            folder=folder,
            signing_key=key.read_text("utf-8"),
            saleor_port=saleor_port,
        )
        if (folder / "template").read_text("utf-8") != template.parent.name:
            tell("Saleor has changed since this clone's data was made: migrating it.")
            run_saleor(source, stack.saleor_environment(), "migrate", "--no-input")
            (folder / "template").write_text(template.parent.name, "utf-8")
        prepare_office_schema(stack)
        yield stack


def run_stack(
    *, saleor_port: int, office_port: int, stripe_port: int, tell: Callable[[str], None] = print
) -> None:
    """Start everything, tell the URLs, and stay until Ctrl-C or until a program ends.

    :raises PortBusy, SaleorMissing, PostgresMissing, ProcessDied: everything is stopped first.
    """
    from saleor_alencon.local.saleor_payments import paying_stack
    from saleor_alencon.local.saleor_seed import seed_saleor

    signal.signal(signal.SIGTERM, interrupt)  # a terminal that closes, a service manager
    signal.signal(signal.SIGHUP, interrupt)
    check_port_free(HOST, saleor_port, "Saleor's API")
    check_port_free(HOST, office_port, "the Office service")
    with (
        durable_stack(saleor_port, tell) as bare,
        paying_stack(bare, stripe_port, tell) as stack,
        started_processes() as processes,
    ):
        logs = stack.folder / "logs"
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir()
        tell("Starting Saleor.")
        start_saleor_api(stack, processes, log=logs / "saleor-api.log")
        tokens = ensure_app_tokens(stack)
        seed_saleor(f"{stack.saleor_url}/graphql/", tokens["alencon.seed"], tell)
        start_saleor_tasks(stack, processes, logs)
        logins = run_office(stack, "seed")
        tell("Setting Saleor up, and putting the shops into it.")
        connection = set_up_town(stack, tokens[OFFICE_APP])
        start_office(stack, processes, office_port, log=None, **connection)
        tell(
            f"Saleor's API   {stack.saleor_url}/graphql/\n"
            f"  staff login  {STAFF_EMAIL} / {STAFF_PASSWORD}\n"
            f"Office         http://{HOST}:{office_port}/\n{logins}"
            "Ctrl-C stops everything."
        )
        while True:
            processes.check()
            time.sleep(1)


def interrupt(_number: int, _frame: object) -> None:
    """Treat a signal to end as Ctrl-C, so that everything started is stopped."""
    raise KeyboardInterrupt


def ensure_app_tokens(stack: Stack) -> dict[str, str]:
    """Create the apps once, and return their tokens."""
    file = stack.folder / "app-tokens.json"
    if file.exists():
        return dict(json.loads(file.read_text("utf-8")))
    tokens = {
        OFFICE_APP: create_saleor_app(stack, OFFICE_APP, OFFICE_APP_PERMISSIONS),
        "alencon.seed": create_saleor_app(stack, "alencon.seed", SEED_APP_PERMISSIONS),
    }
    run_saleor(stack.source, stack.saleor_environment(), "alencon_payments", "app")
    file.touch(0o600)
    file.write_text(json.dumps(tokens), "utf-8")
    return tokens


def set_up_town(stack: Stack, app_token: str) -> dict[str, str]:
    """Set Saleor up, and bring the Office's shops into it; return the settings for both.

    What an earlier start did is found, and only what differs is done.

    :raises SaleorFailed: with what the command said.
    """
    connection = {
        "SALEOR_APP_TOKEN": app_token,
        "SALEOR_STAFF_EMAIL": STAFF_EMAIL,
        "SALEOR_STAFF_PASSWORD": STAFF_PASSWORD,
    }
    login = ("--email", STAFF_EMAIL, "--password-stdin")
    run_office(stack, "saleor", "setup", *login, stdin=STAFF_PASSWORD, **connection)
    run_office(stack, "shops", "provision", "--all", **connection)
    return connection


def start_saleor_tasks(stack: Stack, processes: Processes, logs: Path) -> None:
    """Start Saleor's worker and scheduler when there is a broker, else loops for what is needed."""
    environment = stack.saleor_environment()
    python = str(stack.source.python)
    if "CELERY_BROKER_URL" in environment:
        celery = [python, "-m", "celery", "--app=saleor.celeryconf:app"]
        schedule = stack.folder / "celerybeat-schedule"
        commands = {
            "Saleor's worker": [*celery, "worker", "--loglevel=warning", "--concurrency=2"],
            "Saleor's scheduler": [*celery, "beat", "--loglevel=warning", f"--schedule={schedule}"],
        }
    else:
        manage = [python, "manage.py"]
        commands = {
            "the sweep": [*manage, "alencon_sweep", "--watch", "30"],
            "the search index": [*manage, "shell", "-c", KEEP_SEARCH_INDEX],
            "the watch": [*manage, "alencon_payments", "watch", "--every", "30"],
        }
    for name, command in commands.items():
        processes.start(
            name,
            command,
            environment=environment,
            folder=stack.source.folder,
            log=logs / f"{name.split()[-1]}.log",
        )


def start_office(
    stack: Stack,
    processes: Processes,
    port: int,
    *,
    log: Path | None = None,
    **environment: str,
) -> None:
    """Start the Office service on the stack's database, and wait until it answers."""
    code = (
        f"from saleor_alencon.local.office_process import serve_office; serve_office(port={port})"
    )
    processes.start(
        "the Office service",
        [sys.executable, "-c", code],
        # The stack pays nobody: its SEPA file goes to no bank.
        environment=stack.office_environment(SEPA_RAIL="enabled", **environment),
        folder=PROJECT,
        log=log,
    )
    wait_for_port(processes, HOST, port, seconds=60)
