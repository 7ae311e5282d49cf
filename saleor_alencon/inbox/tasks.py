"""Background work on the inbox."""

from celery import shared_task

from saleor_alencon.saleor_api.sweep import sweep_request


@shared_task
def sweep_saleor() -> None:
    """Ask Saleor to capture whatever its hooks missed."""
    sweep_request()
