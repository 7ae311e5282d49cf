"""Celery tasks: a message of Stripe as it comes, and the periodic watch."""

import logging

from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer

from .errors import NotConfigured
from .messages_of_stripe import process_event
from .models import ProviderEvent
from .stripe_provider import get_provider
from .watching import watch

logger = logging.getLogger(__name__)


@app.task(name="saleor_alencon_plugins.payments.process_message", ignore_result=True)
@allow_writer()
def process_message(event_pk: int) -> None:
    """Process one message; what fails is left to the watch."""
    row = ProviderEvent.objects.filter(pk=event_pk).first()
    if row is not None:
        process_event(row, get_provider())


@app.task(name="saleor_alencon_plugins.payments.watch_payments", ignore_result=True)
def watch_payments() -> None:
    """Look after every payment that is due."""
    try:
        report = watch(get_provider())
    except NotConfigured:
        return
    if report.failed:
        logger.warning("The watch on payments: %s", report)
