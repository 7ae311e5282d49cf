"""A database as an older release left it, to be brought along by `migrate`."""

from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connection

from saleor_alencon.local.embedded_postgres import prepare_database, url
from tests.conftest import connected_to


@contextmanager
def older_release(socket, blocker, *, before, rows):
    """Connect to a new database with the tables of some migrations, all of an app by None."""
    connection.close()
    prepare_database(socket, "older")
    with blocker.unblock():
        with connected_to(url(socket, "alencon_owner", "older")):
            for app, migration in before:
                call_command("migrate", app, *filter(None, [migration]), verbosity=0)
            with connection.cursor() as cursor:
                cursor.execute(rows)
            yield
        with psycopg.connect(url(socket, "postgres", "postgres"), autocommit=True) as admin:
            admin.execute("DROP DATABASE older WITH (FORCE)")
