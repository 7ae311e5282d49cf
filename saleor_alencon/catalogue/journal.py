"""Writes down what becomes of a job's rows while it runs."""

from collections.abc import Callable

from django.db.models import Count
from django.utils import timezone

from saleor_alencon.catalogue.applying import Outcome
from saleor_alencon.catalogue.faults import RowFault
from saleor_alencon.catalogue.models import ImportJob, ImportRow, RowOutcome
from saleor_alencon.catalogue.reading import RefusedRow
from saleor_alencon.catalogue.rows import ProductRow
from saleor_alencon.catalogue.sheets import row_cells

Progress = Callable[[int, int], None]
ROWS_PER_WRITE = 500


def fault_data(fault: RowFault) -> dict[str, str]:
    """Return a fault as it is kept."""
    return {"column": fault.column, "value": fault.value, "message": fault.message}


class Journal:
    """Keeps a job's rows, its progress and its counts."""

    def __init__(self, job: ImportJob, total: int, progress: Progress | None = None) -> None:
        self._job = job
        self._total = total
        self._handled = 0
        self._hidden = 0
        self._progress = progress
        ImportJob.objects.filter(pk=job.pk).update(
            total=total, handled=0, hidden=0, beat_at=timezone.now()
        )

    def restart(self) -> None:
        """Count anew: what was done is found done."""
        self._handled = self._hidden = 0

    def refuse(self, rows: list[RefusedRow]) -> None:
        """Keep rows that never reached Saleor, with their cells."""
        self._write(
            [
                ImportRow(
                    job=self._job,
                    line=row.line,
                    reference=row.cells.get("référence", "")[:100],  # type: ignore[call-overload]
                    outcome=RowOutcome.REFUSED,
                    cells=row.cells,
                    faults=[fault_data(fault) for fault in row.faults],
                )
                for row in rows
            ]
        )
        self._step(len(rows))

    def tell(self, outcome: Outcome) -> None:
        """Keep what a part of the import did."""
        warned = {row.line: fault for row, fault in outcome.warnings}
        rows = [self._row(row, RowOutcome.CREATED, warned.get(row.line)) for row in outcome.created]
        rows += [
            self._row(row, RowOutcome.UPDATED, warned.get(row.line)) for row in outcome.updated
        ]
        rows += [self._row(row, RowOutcome.REFUSED, fault) for row, fault in outcome.refused]
        self._write(rows)
        self._hidden += len(outcome.hidden)
        self._step(outcome.rows())

    def forecast(self, counts: dict[str, int]) -> None:
        """Keep what an import would do."""
        ImportJob.objects.filter(pk=self._job.pk).update(**counts, handled=self._total)

    def finish(self) -> None:
        """Count the rows by outcome; what is neither was unchanged."""
        found = dict(self._job.rows.values_list("outcome").annotate(Count("id")).order_by())
        counts = {str(outcome): found.get(outcome, 0) for outcome in RowOutcome}
        unchanged = max(0, self._total - sum(counts.values()))
        ImportJob.objects.filter(pk=self._job.pk).update(
            **counts, unchanged=unchanged, hidden=self._hidden, handled=self._total
        )

    def _row(self, row: ProductRow, outcome: RowOutcome, fault: RowFault | None) -> ImportRow:
        return ImportRow(
            job=self._job,
            line=row.line,
            reference=row.reference,
            outcome=outcome,
            cells=row_cells(row) if fault else {},
            faults=[fault_data(fault)] if fault else [],
        )

    def _write(self, rows: list[ImportRow]) -> None:
        if rows:
            ImportRow.objects.bulk_create(
                rows,
                batch_size=ROWS_PER_WRITE,
                update_conflicts=True,
                unique_fields=["job", "line"],
                update_fields=["reference", "outcome", "cells", "faults"],
            )

    def _step(self, count: int) -> None:
        self._handled += count
        ImportJob.objects.filter(pk=self._job.pk).update(
            handled=self._handled, hidden=self._hidden, beat_at=timezone.now()
        )
        if self._progress:
            self._progress(self._handled, self._total)
