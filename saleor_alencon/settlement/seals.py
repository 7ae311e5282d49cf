"""Proof that an old statement is reproduced bit for bit: its digests, kept at the approval.

The frozen documents are digested by the approval itself, by PostgreSQL; the files just after it.
PDF, CSV and XLSX are rendered from the document each time they are asked for. A PDF depends on the
typesetter too, an XLSX on XlsxWriter: their versions are kept with the digests.
"""

import datetime
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version

from django.db import connection

from saleor_alencon.settlement.documents import (
    statement_csv,
    statement_pdf_as_approved,
    statement_xlsx,
)
from saleor_alencon.settlement.models import (
    RunState,
    SealKind,
    SettlementRun,
    Statement,
    StatementSeal,
)

APPROVED = (RunState.APPROVED, RunState.EXECUTED)
FILES: dict[SealKind, Callable[[Statement], bytes]] = {
    SealKind.PDF: statement_pdf_as_approved,
    SealKind.CSV: statement_csv,
    SealKind.XLSX: statement_xlsx,
}
"""The files of a statement as they were when its run was approved."""
WRITERS = {SealKind.PDF: "typst", SealKind.XLSX: "xlsxwriter"}
"""The package that a file's bytes depend on, besides its document."""

DOCUMENTS = """
INSERT INTO settlement_statementseal (statement_id, kind, sha256, made_with, made_at)
SELECT id, 'document', encode(sha256(convert_to(document::text, 'UTF8')), 'hex'), '', %s
  FROM settlement_statement WHERE run_id = %s AND document IS NOT NULL
ON CONFLICT DO NOTHING
"""
DOCUMENT = """
SELECT encode(sha256(convert_to(document::text, 'UTF8')), 'hex')
  FROM settlement_statement WHERE id = %s
"""


@dataclass(frozen=True)
class Broken:
    """A file of a statement that is no longer what it was."""

    statement: str
    kind: str
    sealed: str
    found: str
    hint: str


def documents_seal(run: SettlementRun, *, now: datetime.datetime) -> None:
    """Keep the digests of a run's frozen documents. Called inside the approval's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS, [now, run.pk])


def run_seal(*, run_id: int, now: datetime.datetime) -> int:
    """Keep the digests of an approved run's files that have none yet; return how many they were."""
    run = SettlementRun.objects.defer("payment_file").get(pk=run_id)
    if run.state not in APPROVED:
        return 0
    documents_seal(run, now=now)
    added = 0
    for statement in run.statements.select_related("run").order_by("id").iterator(chunk_size=20):
        have = set(statement.seals.values_list("kind", flat=True))
        rows = [
            StatementSeal(
                statement=statement,
                kind=kind,
                sha256=hashlib.sha256(render(statement)).hexdigest(),
                made_with=version(WRITERS[kind]) if kind in WRITERS else "",
                made_at=now,
            )
            for kind, render in FILES.items()
            if kind not in have
        ]
        # Somebody else may have sealed it meanwhile: the first digest stays.
        StatementSeal.objects.bulk_create(rows, ignore_conflicts=True)
        added += len(rows)
    return added


def statements_verify(statements: Iterable[Statement]) -> list[Broken]:
    """Render statements again and return each file that is not the one that was sealed."""
    broken = []
    for statement in statements:
        for seal in statement.seals.order_by("kind"):
            kind = SealKind(seal.kind)
            found = _digest(statement, kind)
            if found != seal.sha256:
                hint = _hint(kind, seal.made_with)
                broken.append(Broken(statement.number, kind, seal.sha256, found, hint))
    return broken


def _hint(kind: SealKind, made_with: str) -> str:
    """Say that another version of what writes the file may be why it differs."""
    if kind not in WRITERS or (now := version(WRITERS[kind])) == made_with:
        return ""
    return f"sealed with {WRITERS[kind]} {made_with}, this is {now}"


def _digest(statement: Statement, kind: SealKind) -> str:
    if kind in FILES:
        return hashlib.sha256(FILES[kind](statement)).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENT, [statement.pk])
        return str(cursor.fetchone()[0])
