"""What several modules of this folder need, made once."""

import psycopg
import pytest

from saleor_alencon.local.embedded_postgres import url
from tests.conftest import connected_to


@pytest.fixture(scope="session")
def books_database(django_db_setup, embedded_socket, django_db_blocker) -> str:
    """Give the URL of a database with the books of the recorded town, for tests that read them."""
    from django.db import connection

    from tests.integration.books_town import fill_books

    name = "books"
    books = url(embedded_socket, "alencon", name)
    with django_db_blocker.unblock():
        connection.close()
        with psycopg.connect(
            url(embedded_socket, "postgres", "postgres"), autocommit=True
        ) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE test")
        with connected_to(books):
            fill_books()
    return books
