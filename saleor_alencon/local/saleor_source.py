"""Finds Saleor on this machine, and keeps its migrated database as a template."""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.system_postgres import DATABASE, PrivateCluster, run_as_owner

CONFIGURATION = Path("~/.config/saleor-alencon/saleor-src")
OFFICE = Path(__file__).resolve().parents[1]
DISTRIBUTION = "saleor-alencon"
PACKAGES = ("saleor_alencon_plugins", "saleor_alencon_settings")
# The one login of a new local Saleor: a superuser, for the Dashboard and to create apps.
STAFF_EMAIL = "admin@alencon.example"
STAFF_PASSWORD = "admin-demo"  # noqa: S105
SALEOR_SETTINGS = "saleor_alencon_settings.saleor"
TEMPLATE_LAYOUT = 3  # raise it when what a template holds beside the migrations changes
DEVELOPMENT_KEY = "development-only-secret-key-of-a-private-local-saleor-stack"
KEEP_SEARCH_INDEX = """
import time
from saleor.product.tasks import update_products_search_vector_task
while True:
    update_products_search_vector_task()
    time.sleep(5)
"""  # some hundred products at a time; Saleor's scheduler does it where there is one
PASSED_ON = (
    "ALENCON_ORDER_MINUTES",
    "ALENCON_PAYMENT_WATCH_SECONDS",
    "ALENCON_SWEEP_SECONDS",
    "CELERY_BROKER_URL",
    "STRIPE_API_BASE",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
)


class SaleorMissing(AlenconError):
    """Raised when Saleor is not configured or not usable; the message says what to do."""


class SaleorFailed(AlenconError):
    """Raised when one of Saleor's own commands failed; the message has the end of its output."""


@dataclass(frozen=True)
class SaleorSource:
    """A checkout of Saleor with its virtual environment."""

    folder: Path
    version: str

    @property
    def python(self) -> Path:
        """Saleor's interpreter."""
        return self.folder / ".venv/bin/python"


def find_saleor() -> SaleorSource:
    """Return the Saleor named by SALEOR_SRC or by the configuration file.

    :raises SaleorMissing: neither is set, or what it names is not an installed Saleor.
    """
    name = os.environ.get("SALEOR_SRC", "").strip()
    configuration = CONFIGURATION.expanduser()
    if not name and configuration.is_file():
        name = configuration.read_text("utf-8").strip()
    if not name:
        raise SaleorMissing(
            f"Saleor is not configured: set SALEOR_SRC, or write the path of its checkout into "
            f"{CONFIGURATION}"
        )
    folder = Path(name).expanduser().resolve()
    if not (folder / "manage.py").is_file() or not (folder / "saleor/__init__.py").is_file():
        raise SaleorMissing("SALEOR_SRC does not name a checkout of Saleor (no manage.py there)")
    if not (folder / ".venv/bin/python").exists():
        raise SaleorMissing("Saleor has no .venv: run `uv sync` in its checkout (Python 3.12)")
    return SaleorSource(folder, read_version(folder))


def read_version(folder: Path) -> str:
    """Return the version in Saleor's pyproject.toml."""
    for line in (folder / "pyproject.toml").read_text("utf-8").splitlines():
        if line.startswith("version = "):
            return line.split('"')[1]
    raise SaleorMissing("Saleor's pyproject.toml names no version")


def find_state_folder() -> Path:
    """Return the folder of templates and stacks, created if needed.

    SALEOR_ALENCON_STATE, or a cache folder. As root it is one that the system user of
    PostgreSQL can reach.
    """
    name = os.environ.get("SALEOR_ALENCON_STATE", "").strip()
    if name:
        folder = Path(name).expanduser().resolve()
    elif os.geteuid() == 0:
        folder = Path("/var/cache/saleor-alencon")
    else:
        folder = Path("~/.cache/saleor-alencon").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def find_template_key(source: SaleorSource) -> str:
    """Return what the template depends on: Saleor's version and all migrations' names."""
    names = sorted(
        str(path.relative_to(source.folder))
        for path in source.folder.glob("saleor/**/migrations/*.py")
    )
    for package in find_package_folders().values():
        names += sorted(
            str(path.relative_to(package)) for path in package.glob("*/migrations/*.py")
        )
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    return f"{source.version}-{TEMPLATE_LAYOUT}-{digest}"


def find_package_folders() -> dict[str, Path]:
    """Return where the packages that go into Saleor's process are installed."""
    folders = {}
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise SaleorMissing(f"{name} is not installed: pip install -e . in this project")
        folders[name] = Path(next(iter(spec.submodule_search_locations))).resolve()
    return folders


def install_plugins(target: Path) -> Path:
    """Put our packages and their entry points where PYTHONPATH can find them.

    The folder has what ``pip install --no-deps --target`` would put there, without needing a
    registry: links to the installed packages, and the distribution's own metadata, from which
    ``importlib.metadata`` reads the entry points. Saleor's environment is not touched.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, folder in find_package_folders().items():
        (target / name).symlink_to(folder, target_is_directory=True)
    # Of the Office service the plugins may use the domain, and nothing else is there.
    (target / "saleor_alencon").mkdir()
    for name in ("__init__.py", "domain"):
        (target / "saleor_alencon" / name).symlink_to(OFFICE / name)
    distribution = importlib.metadata.distribution(DISTRIBUTION)
    information = target / f"saleor_alencon-{distribution.version}.dist-info"
    information.mkdir()
    for name in ("METADATA", "entry_points.txt"):
        text = distribution.read_text(name) or distribution.read_text("PKG-INFO") or ""
        (information / name).write_text(text, "utf-8")
    return target


def build_environment(database_url: str, **more: str) -> dict[str, str]:
    """Return Saleor's environment: this process's, without what belongs to the Office."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER")
    }
    return {
        **kept,
        "DATABASE_URL": database_url,
        "SECRET_KEY": DEVELOPMENT_KEY,
        "SEND_USAGE_TELEMETRY": "False",
        "DEBUG": "False",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "ALLOWED_CLIENT_HOSTS": "127.0.0.1,localhost",
        "DEFAULT_FROM_EMAIL": "boutique@alencon.example",
        "EMAIL_URL": "dummy://",
        "HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS": "True",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        **more,
    }


def run_saleor(
    source: SaleorSource, environment: dict[str, str], *arguments: str, timeout: float = 1800
) -> str:
    """Run ``manage.py`` and return its standard output.

    :raises SaleorFailed: with the end of what it wrote.
    """
    done = subprocess.run(
        [str(source.python), "manage.py", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=source.folder,
        env=environment,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise SaleorFailed(f"Saleor's {arguments[0]} failed: {(done.stderr + done.stdout)[-1500:]}")
    return done.stdout


def make_signing_key(source: SaleorSource) -> str:
    """Return a new RSA key (PEM) for Saleor's tokens, made by Saleor's own library."""
    code = (
        "from cryptography.hazmat.primitives.asymmetric import rsa\n"
        "from cryptography.hazmat.primitives import serialization as s\n"
        "k = rsa.generate_private_key(public_exponent=65537, key_size=2048)\n"
        "print(k.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode())"
    )
    done = subprocess.run(
        [str(source.python), "-c", code], check=True, capture_output=True, text=True, cwd="/"
    )
    return done.stdout.strip()


class AlreadyRunning(AlenconError):
    """Raised when another process holds a lock that must not be waited for."""


@contextlib.contextmanager
def file_lock(path: Path, *, busy: str | None = None) -> Iterator[None]:
    """Hold an exclusive lock on a file; others wait, or are told ``busy`` when it is given.

    :raises AlreadyRunning: with the text of ``busy``.
    """
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise AlreadyRunning(busy) from None
        yield


def ensure_template(source: SaleorSource, tell: Callable[[str], None] = print) -> Path:
    """Return the data folder of a stopped cluster with Saleor's migrated database.

    It is empty but for the staff login.

    Built once per key, which takes minutes; a second process waits for the first.

    :raises PostgresMissing, PostgresFailed, SaleorFailed: nothing is left behind.
    """
    state = find_state_folder()
    key = find_template_key(source)
    final = state / f"template-{key}"
    with file_lock(state / f"template-{key}.lock"):
        if (final / "complete").exists():
            return final / "data"
        tell(f"Preparing Saleor {source.version}'s database once; this takes about 5 minutes.")
        shutil.rmtree(final, ignore_errors=True)
        final.mkdir()
        try:
            cluster = PrivateCluster(final / "data", final / "socket", durable=False)
            cluster.initialise()
            with cluster.running():
                create_saleor_database(cluster)
                environment = build_environment(
                    cluster.url("saleor"),
                    DJANGO_SETTINGS_MODULE=SALEOR_SETTINGS,
                    PYTHONPATH=str(install_plugins(final / "plugins")),
                    ALENCON_CAPTURE_DATABASE_URL=cluster.url("saleor"),  # migrate opens it not
                    RSA_PRIVATE_KEY=make_signing_key(source),
                )
                run_saleor(source, environment, "migrate", "--no-input")
                create_superuser(source, environment)
            run_as_owner(["sync", "-f", str(final / "data")])
            (final / "complete").touch()
        except BaseException:
            shutil.rmtree(final, ignore_errors=True)
            raise
    return final / "data"


def create_superuser(source: SaleorSource, environment: dict[str, str]) -> None:
    """Create the local staff login."""
    login = {"DJANGO_SUPERUSER_PASSWORD": STAFF_PASSWORD}
    run_saleor(
        source, environment | login, "createsuperuser", "--noinput", f"--email={STAFF_EMAIL}"
    )


def create_saleor_database(cluster: PrivateCluster) -> None:
    """Create Saleor's role, no superuser, and the database it owns."""
    with cluster.connect(database="postgres") as connection:
        connection.execute("CREATE ROLE saleor LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
        connection.execute(f"CREATE DATABASE {DATABASE} OWNER saleor")
    with cluster.connect() as connection:
        connection.execute("ALTER SCHEMA public OWNER TO saleor")


def apply_sql_file(connection: psycopg.Connection, path: Path) -> None:
    """Run a file of SQL statements."""
    connection.execute(path.read_text("utf-8").encode())
