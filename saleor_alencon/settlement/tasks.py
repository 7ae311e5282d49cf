"""Background work on settlement."""

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from saleor_alencon.settlement.periods import shops_due
from saleor_alencon.settlement.release import release_due as release_due_now
from saleor_alencon.settlement.rule_models import settlement_rules
from saleor_alencon.settlement.seals import run_seal
from saleor_alencon.settlement.services import SettlementError, run_create

logger = logging.getLogger(__name__)


@shared_task
def release_due() -> int:
    """Release what has been held long enough."""
    now = timezone.now()
    with transaction.atomic():
        return release_due_now(cutoff=now, now=now)


@shared_task
def draft_due_run() -> str:
    """Draft the run that is due, where the association wants it; return its number, or nothing.

    It is drafted in the name of the person that the rules say, who cannot approve it.
    """
    now, person = timezone.now(), settlement_rules().drafts_for
    if person is None or not shops_due(cutoff=now):
        return ""
    try:
        return run_create(created_by=person, cutoff=now, now=now, due_only=True).number
    except SettlementError as refusal:
        logger.info("the run that is due was not drafted: %s", refusal)
        return ""


@shared_task
def seal_run(run_id: int) -> int:
    """Keep the digests of an approved run's files."""
    return run_seal(run_id=run_id, now=timezone.now())
