"""A task that a merchant's command starts keeps to the shop in the worker, too.

The message carries the shop; while the worker runs it, the guards in the database refuse a row of
another shop, as they do while the command runs. What it starts itself carries the shop further. A
task needs no place on a list: one that would leave the shop fails, and is in the worker's log.
"""

import logging
import threading
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from .merchants import MerchantShop
from .scope import NO_SHOP, OWNER, RequestScope, find_running

logger = logging.getLogger(__name__)

SHOP, USER = "alencon_shop", "alencon_user"
"""Headers of a task's message: the shop's slug, and the number of the merchant's account."""

_tasks = threading.local()


def carry_shop(headers: dict[str, Any] | None = None, **_more: Any) -> None:
    """Write the shop of the running command, or of the running task, into a task's message."""
    scope = find_running()
    if scope is not None and headers is not None:
        headers[SHOP] = scope.shop.slug if scope.shop else NO_SHOP
        headers[USER] = scope.user_id


def begin_task(task: Any, **_more: Any) -> None:
    """Take the shop before a task runs; when that fails, the task's first query fails."""
    shop = getattr(task.request, SHOP, None)
    if shop is None or find_running() is not None:
        return  # nobody's, or run at once within the command itself
    user = int(getattr(task.request, USER, 0))
    scope = RequestScope(user, MerchantShop(shop, read_only=False), role=OWNER)
    _tasks.scope = scope
    scope.watch()
    try:
        scope.take_open()
    except Exception:
        logger.exception("A task of %s could not take its shop.", shop)


def end_task(**_more: Any) -> None:
    """Give the shop back after a task, whatever became of it."""
    scope: RequestScope | None = getattr(_tasks, "scope", None)
    if scope is not None:
        _tasks.scope = None
        scope.end()


def connect() -> None:
    """Hear of every task of this process, sent or run."""
    before_task_publish.connect(carry_shop, dispatch_uid="alencon.carry_shop")
    task_prerun.connect(begin_task, dispatch_uid="alencon.begin_task")
    task_postrun.connect(end_task, dispatch_uid="alencon.end_task")
