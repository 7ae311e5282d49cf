"""``alencon scope``: the plugins' command for the merchants' rules, in this machine's Saleor."""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import quote

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.saleor_source import (
    SALEOR_SETTINGS,
    SaleorFailed,
    build_environment,
    find_saleor,
    find_state_folder,
    install_plugins,
    make_signing_key,
    run_saleor,
)
from saleor_alencon.local.saleor_stack import PROJECT
from saleor_alencon.local.system_postgres import DATABASE

VARIABLE = "SALEOR_DATABASE_URL"
REFUSAL = "CommandError: "  # what Saleor's manage.py writes before a command's own message
SOCKET_LINE = 4  # of postmaster.pid, counted from zero: the folder of the server's socket


class DatabaseUnknown(AlenconError):
    """Raised when no database is named and this clone's Saleor does not run."""


def scope_run(action: str) -> str:
    """Run ``alencon_scope`` of the plugins on Saleor's database; return what it printed.

    :param action: ``check``, ``install`` or ``remove``.
    :raises SaleorMissing: there is no Saleor on this machine.
    :raises DatabaseUnknown: see there.
    :raises SaleorFailed: the rules are not in order, or could not be changed; it says why.
    """
    source = find_saleor()
    url = os.environ.get(VARIABLE, "").strip() or find_running_database()
    with tempfile.TemporaryDirectory(prefix="alencon-scope-") as folder:
        environment = build_environment(
            url,
            DJANGO_SETTINGS_MODULE=SALEOR_SETTINGS,
            PYTHONPATH=str(install_plugins(Path(folder) / "plugins")),
            ALENCON_CAPTURE_DATABASE_URL=url,  # nothing is captured
            RSA_PRIVATE_KEY=make_signing_key(source),
        )
        try:
            return run_saleor(source, environment, "alencon_scope", action)
        except SaleorFailed as error:
            raise SaleorFailed(str(error).rpartition(REFUSAL)[2].strip()) from error


def find_running_database() -> str:
    """Return the URL of this clone's own Saleor, started by ``alencon saleor up``.

    :raises DatabaseUnknown: it does not run.
    """
    name = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    running = find_state_folder() / "stacks" / name / "data/postmaster.pid"
    try:
        socket = running.read_text("utf-8").splitlines()[SOCKET_LINE]
    except (FileNotFoundError, IndexError):
        raise DatabaseUnknown(
            f"Set {VARIABLE} to the PostgreSQL URL of Saleor's role, or start this clone's Saleor "
            "(`alencon saleor up`). Under docker compose: "
            "docker compose run --rm saleor-api python manage.py alencon_scope check"
        ) from None
    return f"postgres://saleor@{quote(socket, safe='')}/{DATABASE}"
