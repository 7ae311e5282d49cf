"""One embedded PostgreSQL for the whole run; the tests work as the service's own role."""

import tempfile
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def embedded_socket():
    from saleor_alencon.local.embedded_postgres import temporary_server

    with (
        tempfile.TemporaryDirectory(prefix="alencon-pg-") as folder,
        temporary_server(Path(folder) / "data") as socket,
    ):
        yield socket


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
