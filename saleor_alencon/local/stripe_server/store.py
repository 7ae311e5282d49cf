"""Keeps everything in one SQLite database: a request's work is committed whole, or not at all."""

import fcntl
import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from saleor_alencon.errors import AlenconError

from .errors import Json

LETTERS = string.ascii_letters + string.digits
REFERENCES = ("payment_intent", "charge", "source", "transfer", "_payout")
SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    account TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, account, seq);
CREATE TABLE IF NOT EXISTS answer (
    account TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL,
    request_id TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    created INTEGER NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due INTEGER, last_status INTEGER,
    delivered INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL, kind TEXT NOT NULL,
    body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


# A clause of SQL, and the values of its question marks.
Condition = tuple[Any, ...]


class StripeServerBusy(AlenconError):
    """Raised when another test server has the same file open."""


class Store:
    """The state of one test server; every use is inside ``transaction``."""

    def __init__(self, path: Path | None) -> None:
        self.lock = threading.RLock()
        self.guard = self.take_file(path) if path else None
        self.connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self.connection.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing that it handed to the system: only a power cut would.
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(SCHEMA)
        for name in REFERENCES:
            self.connection.execute(
                f"CREATE INDEX IF NOT EXISTS object_{name} ON object "
                f"(kind, json_extract(body, '$.{name}'))"
            )

    @staticmethod
    def take_file(path: Path) -> IO[bytes]:
        """Hold a lock beside the database as long as this process lives."""
        path.parent.mkdir(parents=True, exist_ok=True)
        guard = path.with_name(path.name + ".lock").open("wb")
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            guard.close()
            raise StripeServerBusy(
                f"Another Stripe test server uses {path}: stop it, or name another file"
            ) from error
        return guard

    def close(self) -> None:
        """Close the database and let the next process have it."""
        with self.lock:
            self.connection.close()
            if self.guard:
                self.guard.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of it or nothing; one at a time, which makes the order of requests total."""
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Undo what an inner part did when it raises, and keep the transaction."""
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO part")
            self.connection.execute("RELEASE part")
            raise
        self.connection.execute("RELEASE part")

    # Objects

    def add(self, body: Json, *, account: str) -> Json:
        """Store a new object; its kind is its ``object``."""
        self.connection.execute(
            "INSERT INTO object (id, kind, account, body) VALUES (?, ?, ?, ?)",
            (body["id"], body["object"], account, json.dumps(body)),
        )
        return body

    def save(self, body: Json) -> Json:
        """Store a changed object."""
        done = self.connection.execute(
            "UPDATE object SET body = ? WHERE id = ?", (json.dumps(body), body["id"])
        )
        assert done.rowcount == 1, body["id"]
        return body

    def get(self, name: str, *, kind: str | None = None, account: str | None = None) -> Json | None:
        """Return an object by its id, or None."""
        row = self.connection.execute(
            "SELECT kind, account, body FROM object WHERE id = ?", (name,)
        ).fetchone()
        if row is None or (kind and row[0] != kind) or (account and row[1] != account):
            return None
        return json.loads(row[2])

    def delete(self, name: str) -> None:
        """Forget an object."""
        self.connection.execute("DELETE FROM object WHERE id = ?", (name,))

    def find(
        self,
        kind: str,
        *,
        account: str | None = None,
        where: Mapping[str, Any] | None = None,
        conditions: list[Condition] | None = None,
        limit: int = -1,
        oldest_first: bool = False,
    ) -> list[Json]:
        """Return objects, newest first; ``where`` compares fields, ``conditions`` are SQL."""
        clauses, values = ["kind = ?"], [kind]
        if account:
            clauses.append("account = ?")
            values.append(account)
        for name, value in (where or {}).items():
            clauses.append(f"json_extract(body, '$.{name}') = ?")
            values.append(value)
        for clause, *given in conditions or []:
            clauses.append(clause)
            values.extend(given)
        order = "ASC" if oldest_first else "DESC"
        rows = self.connection.execute(
            f"SELECT body FROM object WHERE {' AND '.join(clauses)} ORDER BY seq {order} LIMIT ?",  # noqa: S608
            (*values, limit),
        )
        return [json.loads(row[0]) for row in rows]

    def seq_of(self, name: str) -> int | None:
        """Return the place of an object in the order of creation."""
        row = self.connection.execute("SELECT seq FROM object WHERE id = ?", (name,)).fetchone()
        return int(row[0]) if row else None

    # Settings and jobs

    def read_setting(self, name: str, default: Any = None) -> Any:
        """Return a setting's value."""
        row = self.connection.execute(
            "SELECT value FROM setting WHERE name = ?", (name,)
        ).fetchone()
        return json.loads(row[0]) if row else default

    def write_setting(self, name: str, value: Any) -> None:
        """Keep a setting."""
        self.connection.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    def add_job(self, due: int, kind: str, body: Json) -> None:
        """Plan something for a moment of the server's clock."""
        self.connection.execute(
            "INSERT INTO job (due, kind, body) VALUES (?, ?, ?)", (due, kind, json.dumps(body))
        )

    def take_due_job(self, until: int) -> tuple[int, str, Json] | None:
        """Remove and return the earliest job that is due."""
        row = self.connection.execute(
            "SELECT id, due, kind, body FROM job WHERE due <= ? ORDER BY due, id LIMIT 1", (until,)
        ).fetchone()
        if row is None:
            return None
        self.connection.execute("DELETE FROM job WHERE id = ?", (row[0],))
        return int(row[1]), str(row[2]), json.loads(row[3])


def new_id(prefix: str, length: int = 24) -> str:
    """Return a new id such as ``pi_…``, letters and digits as Stripe's."""
    drawn = secrets.token_bytes(length)
    return prefix + "".join(LETTERS[byte % len(LETTERS)] for byte in drawn)
