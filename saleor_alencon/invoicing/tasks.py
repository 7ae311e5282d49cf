"""Background work on invoices."""

import logging

from celery import shared_task
from django.utils import timezone

from saleor_alencon.invoicing.services import commission_invoices_issue

logger = logging.getLogger(__name__)


@shared_task
def issue_commission_invoices() -> int:
    """Invoice the commission of what was approved and is not invoiced yet."""
    issued = commission_invoices_issue(now=timezone.now())
    for problem in issued.problems:
        logger.warning("not invoiced: %s", problem)
    return len(issued.invoices)
