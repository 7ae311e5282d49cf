"""The files of a job in PostgreSQL, written and read in pieces.

As one value, a file of 50 MB would be three times in the process, once as hexadecimal text, and
the connection would keep a buffer of that size for as long as it lives.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.models import BinaryField, F, Func, Value

from saleor_alencon.catalogue.models import ImportFile

PIECE_BYTES = 4 * 1024 * 1024  # each piece read makes PostgreSQL unpack the whole value
TABLE = ImportFile._meta.db_table


def file_digest(content: bytes, images: bytes | None) -> str:
    """Return the SHA-256 by which the same files are known again."""
    digest = hashlib.sha256(content)
    digest.update(b"\0")
    digest.update(images or b"")
    return digest.hexdigest()


def file_store(*, job_id: int, content: bytes, images: bytes | None) -> None:
    """Write a job's files, by COPY in its text format."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {TABLE} (job_id, content, images) FROM STDIN") as copy,
    ):
        copy.write(f"{job_id}\t")
        for data, end in ((content, "\t"), (images or None, "\n")):
            copy.write(r"\N" if data is None else r"\\x")
            for start in range(0, len(data or b""), PIECE_BYTES):
                copy.write(memoryview(data or b"")[start : start + PIECE_BYTES].hex())
            copy.write(end)


def file_stage(*, job_id: int, name: str, path: Path) -> bool:
    """Write a job's file ``content`` or ``images`` to disk; return whether there is one."""
    with path.open("wb") as file:
        for piece in pieces(job_id, name):
            file.write(piece)
        return file.tell() > 0


def pieces(job_id: int, name: str) -> Iterator[memoryview]:
    """Give a file's bytes; none where there is none."""
    start = 1
    while True:
        part = Func(
            F(name),
            Value(start),
            Value(PIECE_BYTES),
            function="substring",
            output_field=BinaryField(),
        )
        piece = ImportFile.objects.values_list(part, flat=True).get(job_id=job_id)
        if not piece:
            return
        yield piece
        start += PIECE_BYTES
