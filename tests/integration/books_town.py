"""The recorded town with one run paid, for the tests that read its books."""

import datetime
from pathlib import Path

from saleor_alencon.accounts.models import User
from saleor_alencon.local.demo import demo_seed
from saleor_alencon.orders.services import document_store, documents_ingest
from saleor_alencon.settlement.services import run_approve, run_create, run_execute
from saleor_alencon.shops.models import Association

NOW = datetime.datetime(2026, 11, 25, 9, tzinfo=datetime.UTC)
FILES = sorted((Path(__file__).parents[2] / "fixtures/snapshots/v1").glob("*.json"))


def person(name):
    return User.objects.get(email=f"{name}@alencon.example")


def fill_orders():
    """Ingest every recorded order."""
    demo_seed(NOW)
    Association.objects.update(payout_rail="sepa")
    ids = [document_store(file.read_text(), source="file").pk for file in FILES]
    documents_ingest(ids, now=NOW)


def pay_orders():
    """Pay what is due on the 25th of November 2026."""
    run = run_create(created_by=person("operateur"), cutoff=NOW, now=NOW)
    run_approve(run_id=run.pk, approved_by=person("approbateur"), now=NOW)
    run_execute(run_id=run.pk, executed_by=person("approbateur"), now=NOW)
