"""The console script ``alencon``: Django's management commands under one name."""

import os
import sys

NO_DATABASE = frozenset(
    {"bench", "saleor", "scope", "stripe", "help", "--help", "--version", "makemessages"}
)
"""Commands that need no database of the Office, so none is started for them."""


def with_owner(argv: list[str]) -> list[str]:
    """Let ``alencon migrate`` work as the owner of the tables, without checks that need tables."""
    if argv[1:2] != ["migrate"]:
        return argv
    owner = [] if "--database" in argv else ["--database", "owner"]
    return [*argv, *owner, *([] if "--skip-checks" in argv else ["--skip-checks"])]


def main() -> None:
    """Run a management command, on the embedded PostgreSQL when no server is named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor_alencon_settings.office")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    from saleor_alencon.errors import AlenconError
    from saleor_alencon.local.embedded_postgres import ensure_environment
    from saleor_alencon.local.stripe_process import lead_to_test_server

    try:
        if command in NO_DATABASE:
            os.environ.setdefault("SECRET_KEY", "unused-by-commands-without-a-database")
            os.environ.setdefault("DATABASE_URL", "postgres://none/none")
        else:
            lead_to_test_server(starting=command == "up")
            ensure_environment()
        from django.core.management import execute_from_command_line

        execute_from_command_line(with_owner(sys.argv))
    except AlenconError as error:
        sys.exit(f"alencon {command}: {error}")
