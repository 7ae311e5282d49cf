"""Runs in Saleor's worker: notes each task with its shop, and lets one stray.

Who deletes a picture leaves its file to a task. Here that task first tries to rename products, as a
careless one would, and then does its work. A line of JSON for each task goes to the file that
``ALENCON_TASK_NOTES`` names.
"""

import json
import os
from pathlib import Path
from typing import Any

from celery.signals import task_postrun
from django.db import DatabaseError, connection, transaction
from saleor.core.db.connection import allow_writer
from saleor.core.tasks import delete_from_storage_task

NOTES = Path(os.environ["ALENCON_TASK_NOTES"])
STRAY = "UPDATE product_product SET name = name || ' (égaré)' WHERE slug = %s RETURNING id"
delete = delete_from_storage_task.run


def note(**line: Any) -> None:
    with NOTES.open("a", encoding="utf-8") as notes:
        notes.write(json.dumps(line) + "\n")


def stray(slug: str) -> str:
    """Rename one product, and say how it went."""
    try:
        with allow_writer(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(STRAY, [slug])
            return "done" if cursor.fetchone() else "not found"
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", error))


def stray_and_delete(*arguments: Any, **more: Any) -> Any:
    slugs = os.environ["ALENCON_TASK_STRAYS"].split()
    note(task="stray", outcomes=[stray(slug) for slug in slugs])
    return delete(*arguments, **more)


def note_end(task: Any, state: str | None = None, **_more: Any) -> None:
    note(task=task.name, shop=getattr(task.request, "alencon_shop", None), state=state)


delete_from_storage_task.run = stray_and_delete
task_postrun.connect(note_end, weak=False)
