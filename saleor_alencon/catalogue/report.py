"""What a page shows of one import."""

from typing import Any

from saleor_alencon.catalogue.models import ImportJob, ImportState
from saleor_alencon.catalogue.services import is_asked, is_silent

SHOWN_FAULTS = 100


def report_context(
    job: ImportJob, *, report_url: str, apply_url: str, failed_url: str, may_apply: bool = True
) -> dict[str, Any]:
    """Return the context of ``catalogue/report.html``."""
    rows = job.rows.exclude(faults=[]).order_by("line")[: SHOWN_FAULTS + 1]
    faults = [
        {"line": row.line, "column": fault["column"], **fault}
        for row in rows
        for fault in row.faults
    ]
    ready = job.state in (ImportState.CHECKED, ImportState.STOPPED)
    asked = is_asked(job)
    return {
        "job": job,
        "asked": asked,
        "faults": faults[:SHOWN_FAULTS],
        "more_faults": len(faults) > SHOWN_FAULTS,
        "report_url": report_url,
        "apply_url": apply_url,
        "failed_url": failed_url,
        "can_apply": may_apply and not asked and (ready or (job.is_running and is_silent(job))),
    }
