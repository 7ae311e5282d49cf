"""What several modules of this folder need, made once."""

import psycopg
import pytest

from saleor_alencon.local.embedded_postgres import url
from tests.conftest import connected_to


@pytest.fixture(scope="session")
def recorded_database(django_db_setup, embedded_socket, django_db_blocker) -> str:
    """Give the URL of a database with every recorded order, for tests that leave it as it is."""
    from tests.integration.books_town import fill_orders

    return filled("recorded", "test", fill_orders, embedded_socket, django_db_blocker)


@pytest.fixture(scope="session")
def books_database(recorded_database, embedded_socket, django_db_blocker) -> str:
    """Give the URL of a database with the books of the recorded town, for tests that read them."""
    from tests.integration.books_town import pay_orders

    return filled("books", "recorded", pay_orders, embedded_socket, django_db_blocker)


def filled(name, template, fill, socket, blocker):
    """Copy a database, fill it, and return its URL."""
    from django.db import connection

    found = url(socket, "alencon", name)
    with blocker.unblock():
        connection.close()
        with psycopg.connect(url(socket, "postgres", "postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        with connected_to(found):
            fill()
    return found
