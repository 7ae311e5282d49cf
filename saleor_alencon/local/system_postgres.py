"""A private PostgreSQL cluster from the system's binaries, on a Unix socket only.

Saleor needs contrib extensions that the embedded server lacks. The cluster is owned by this
process's user, or by the system user ``postgres`` when this process is root, which PostgreSQL
refuses to run as.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from saleor_alencon.errors import AlenconError

DATABASE = "alencon"
SYSTEM_USER = "postgres"
NEEDED_BINARIES = ("initdb", "pg_ctl", "postgres")
NEEDED_EXTENSIONS = ("btree_gin", "hstore", "pg_trgm", "pgcrypto")
LONGEST_SOCKET_FOLDER = 80  # bytes; the kernel allows 107 for the whole socket path


class PostgresMissing(AlenconError):
    """Raised when the system has no usable PostgreSQL; the message says what to install."""


class PostgresFailed(AlenconError):
    """Raised when initdb, start or stop failed; the message carries the end of its log."""


def find_binaries() -> Path:
    """Return the folder with PostgreSQL's server programs, the newest version first.

    :raises PostgresMissing: none is found, or its contrib extensions are not installed.
    """
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(installed, key=lambda path: int(path.parent.name.split(".")[0]), reverse=True)
    for folder in folders:
        if all((folder / name).exists() for name in NEEDED_BINARIES):
            check_extensions(folder)
            return folder
    raise PostgresMissing(
        "PostgreSQL's server programs (initdb, pg_ctl) are neither on PATH nor under "
        "/usr/lib/postgresql: apt-get install postgresql postgresql-contrib"
    )


def check_extensions(binaries: Path) -> None:
    """Refuse an installation without the extensions Saleor's migrations create."""
    share = Path(run_as_owner([str(binaries / "pg_config"), "--sharedir"]).stdout.strip())
    missing = [
        name for name in NEEDED_EXTENSIONS if not (share / f"extension/{name}.control").exists()
    ]
    if missing:
        raise PostgresMissing(
            f"PostgreSQL lacks the extensions {', '.join(missing)}: apt-get install "
            "postgresql-contrib"
        )


def run_as_owner(
    command: list[str], *, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program as the cluster's owner, wait, and return its output."""
    if os.geteuid() == 0:
        command = ["runuser", "-u", SYSTEM_USER, "--", *command]
    return subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        env=environment,
    )


def give_to_owner(path: Path) -> None:
    """Make a folder private to the cluster's owner."""
    path.chmod(0o700)
    if os.geteuid() == 0:
        account = find_system_user()
        os.chown(path, account.pw_uid, account.pw_gid)


def find_system_user() -> pwd.struct_passwd:
    """Return the account PostgreSQL runs as when this process is root.

    :raises PostgresMissing: the account does not exist.
    """
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise PostgresMissing(
            f"There is no system user {SYSTEM_USER}, and PostgreSQL does not run as root: "
            "apt-get install postgresql"
        ) from None


@dataclass
class PrivateCluster:
    """One data folder and, while it runs, one socket folder."""

    data: Path
    socket: Path
    durable: bool = True  # False: no fsync, for clusters thrown away after a test
    environment: dict[str, str] | None = None  # of the server; by default this process's

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the connection URL of a role; no password: the socket is private."""
        return f"postgres://{role}@{quote(str(self.socket), safe='')}/{database}"

    def connect(self, role: str = "postgres", database: str = DATABASE) -> psycopg.Connection:
        """Open an autocommit connection."""
        return psycopg.connect(host=str(self.socket), user=role, dbname=database, autocommit=True)

    def initialise(self) -> None:
        """Create an empty cluster in ``data``.

        :raises PostgresFailed: with initdb's message.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        give_to_owner(self.data)
        done = run_as_owner(
            [
                str(find_binaries() / "initdb"),
                f"--pgdata={self.data}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ]
        )
        if done.returncode:
            raise PostgresFailed(f"initdb failed: {(done.stderr or done.stdout)[-800:]}")

    def start(self) -> None:
        """Start the server and wait until it answers; stop a leftover of ours first.

        :raises PostgresFailed: with the end of the server's log.
        """
        self.stop()
        self.socket.mkdir(parents=True, exist_ok=True)
        give_to_owner(self.socket)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "shared_buffers": "128MB",
            "max_connections": "120",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        done = self._pg_ctl(
            "start", "-w", "-t", "60", "-l", str(self.data / "server.log"), "-o", options
        )
        if done.returncode:
            log = self.data / "server.log"
            tail = log.read_text(errors="replace")[-800:] if log.exists() else done.stderr
            raise PostgresFailed(f"PostgreSQL did not start: {tail}")

    def stop(self) -> None:
        """Stop the server when it runs; open connections are closed.

        :raises PostgresFailed: it runs and does not stop.
        """
        if not (self.data / "postmaster.pid").exists():
            return
        done = self._pg_ctl("stop", "-w", "-t", "60", "-m", "fast")
        if done.returncode and self._pg_ctl("status").returncode == 0:
            raise PostgresFailed(f"PostgreSQL did not stop: {done.stderr[-400:]}")

    def _pg_ctl(self, action: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # pg_ctl's child keeps the standard streams open: without -l "start" would never return.
        program = str(find_binaries() / "pg_ctl")
        return run_as_owner(
            [program, action, f"--pgdata={self.data}", *arguments], environment=self.environment
        )

    @contextlib.contextmanager
    def running(self) -> Iterator["PrivateCluster"]:
        """Start, and stop on the way out."""
        self.start()
        try:
            yield self
        finally:
            self.stop()


def copy_cluster(source: Path, target: Path) -> None:
    """Copy the data folder of a stopped cluster, all or nothing.

    :raises PostgresFailed: the copy failed, for lack of space for example.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    done = subprocess.run(
        ["cp", "-a", "--reflink=auto", str(source), str(partial)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        raise PostgresFailed(f"The template could not be copied: {done.stderr[-400:]}")
    partial.rename(target)


def choose_socket_folder(preferred: Path) -> Path:
    """Return ``preferred``, or a new folder below the temporary one when its path is too long."""
    if len(os.fsencode(preferred)) <= LONGEST_SOCKET_FOLDER:
        return preferred
    return Path(tempfile.mkdtemp(prefix="alencon-"))


@contextlib.contextmanager
def temporary_copy(
    template: Path, environment: dict[str, str] | None = None
) -> Iterator[PrivateCluster]:
    """Run a throw-away copy of a template: started here, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-"))
    try:
        give_to_owner(folder)
        copy_cluster(template, folder / "data")
        cluster = PrivateCluster(folder / "data", folder / "socket", False, environment)
        with cluster.running():
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)
