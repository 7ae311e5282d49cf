"""The models and their migrations say the same."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# No server listens at this address: the comparison needs none.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "saleor_alencon_settings.office",
    "DATABASE_URL": "postgres://alencon@127.0.0.1:1/alencon",
    "DATABASE_OWNER_URL": "",
    "SECRET_KEY": "of the migration check only",
    "PYTHONWARNINGS": "ignore",  # the history of the database cannot be read, and need not be
}


def test_no_migration_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "--skip-checks"],
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=os.environ | ENVIRONMENT,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_data_is_migrated_over_the_connection_that_migrates() -> None:
    """Over another one a migration would wait for the locks that it holds itself."""
    asked = [
        path
        for path in (PROJECT / "saleor_alencon").glob("*/migrations/*.py")
        if "RunPython(" in path.read_text("utf-8")
    ]
    elsewhere = [path.name for path in asked if "connection.alias" not in path.read_text("utf-8")]

    assert asked
    assert elsewhere == []
