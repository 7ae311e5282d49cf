"""Background work on catalogues."""

from celery import shared_task

from saleor_alencon.catalogue.services import import_apply, import_check


@shared_task
def run_import(job_id: int, apply: bool) -> None:
    """Check or apply one import; delivered twice, the second finds nothing left to do."""
    if apply:
        import_apply(job_id=job_id)
    else:
        import_check(job_id=job_id)
