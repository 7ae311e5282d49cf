"""What a merchant's command leaves to Saleor's worker keeps to the shop, too."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.broker import running_with_broker
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Shops, global_id
from tests.live.test_merchant_requests import upload
from tests.live.test_merchant_scope import CREATE_PRODUCT, FULFIL, RENAME, own_line
from tests.live.test_plugin_in_process import run_inside

OWN, OTHER = f"{BOOKSHOP}-4", f"{CHEESE}-4"
DELETE_FILE = "saleor.core.tasks.delete_from_storage_task"
CAPTURE = "saleor_alencon_plugins.capture.capture_order"  # the town's: it only reads
REFUSED_BY_DATABASE = "42501"
STRAYED = " (égaré)"
DELETE_PICTURE = """
mutation($id: ID!) { productMediaDelete(id: $id) { errors { field code message } } }"""
DELETE_PRODUCT = """
mutation($id: ID!) { productDelete(id: $id) { errors { field code message } } }"""
TIMETABLE = """
import json
from django.conf import settings
tasks = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
print(json.dumps({"tasks": tasks}))
"""

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed"
)


class Worker:
    """Saleor's worker as the tests see it: what it ran, for which shop, and how it went."""

    def __init__(self, notes: Path) -> None:
        self.notes = notes

    def lines(self) -> list[dict[str, Any]]:
        if not self.notes.exists():
            return []
        return [json.loads(line) for line in self.notes.read_text("utf-8").splitlines()]

    def wait_for(self, task: str, number: int) -> list[dict[str, Any]]:
        """Return all that was noted, once so many of these tasks have ended."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            lines = self.lines()
            if sum(line["task"] == task for line in lines) >= number:
                return lines
            time.sleep(0.2)
        raise AssertionError(self.lines())

    def wait_until_quiet(self) -> None:
        """Wait until nothing was noted for four seconds."""
        count = -1
        while count != len(self.lines()):
            count = len(self.lines())
            time.sleep(4)


@pytest.fixture
def worker(live: LiveSaleor) -> Iterator[Worker]:
    """Give the API with a worker whose pictures' task strays to a product of each of two shops."""
    notes = live.stack.folder / "task-notes.jsonl"
    notes.unlink(missing_ok=True)
    with running_with_broker(
        live,
        "--include=wandering_task",
        ALENCON_TASK_NOTES=str(notes),
        ALENCON_TASK_STRAYS=f"{OWN} {OTHER}",
    ):
        yield Worker(notes)


def add_picture(shops: Shops, product: str) -> str:
    """Give a product of the bookshop's a picture, and return its id."""
    assert upload(shops.a, product).data["productMediaCreate"]["errors"] == []
    newest = "SELECT max(id) FROM product_productmedia WHERE product_id = %s"
    return global_id("ProductMedia", shops.one(newest, shops.key(product)))


def last_of(lines: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what strayed last and the last end of the pictures' task; others run beside them."""
    stray, end = (
        [line for line in lines if line["task"] == task] for task in ("stray", DELETE_FILE)
    )
    return stray[-1], end[-1]


def test_a_task_of_a_merchants_command_cannot_touch_another_shop(
    shops: Shops, worker: Worker
) -> None:
    def names() -> list[str]:
        name = "SELECT name FROM product_product WHERE slug = %s"
        return [shops.one(name, slug) for slug in (OWN, OTHER)]

    product = shops.product(OWN)
    pictures = [add_picture(shops, product) for _ in range(2)]
    own, other = names()

    shops.a.do(DELETE_PICTURE, id=pictures[0])

    stray, end = last_of(worker.wait_for(DELETE_FILE, 1))
    assert stray == {"task": "stray", "outcomes": ["done", REFUSED_BY_DATABASE]}
    assert end == {"task": DELETE_FILE, "shop": BOOKSHOP, "state": "SUCCESS"}
    assert names() == [f"{own}{STRAYED}", other]

    # The Office's own command, in the same worker's process: nothing is held back.
    shops.live.town.staff.mutate(DELETE_PICTURE, id=pictures[1])

    stray, end = last_of(worker.wait_for(DELETE_FILE, 2))
    assert stray == {"task": "stray", "outcomes": ["done", "done"]}
    assert end == {"task": DELETE_FILE, "shop": None, "state": "SUCCESS"}
    assert names() == [f"{own}{STRAYED}{STRAYED}", f"{other}{STRAYED}"]


def test_all_tasks_that_a_merchants_commands_start_carry_the_shop_and_succeed(
    shops: Shops, worker: Worker
) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-1": 1})
    product = shops.product(OWN)
    worker.wait_for(CAPTURE, 1)
    worker.wait_until_quiet()
    seen = len(worker.lines())

    shops.a.do(RENAME, id=product, name="Le Livre de la tâche")
    shops.a.do(DELETE_PICTURE, id=add_picture(shops, product))
    kind = shops.one("SELECT product_type_id FROM product_product WHERE slug = %s", OWN)
    new = {"productType": global_id("ProductType", kind), "name": "Un livre de passage"}
    made = shops.a.do(CREATE_PRODUCT, input=new)["product"]["id"]
    shops.a.do(DELETE_PRODUCT, id=made)
    stocks = [{"warehouse": shops.warehouse(BOOKSHOP), "quantity": 1}]
    lines = [{"orderLineId": own_line(shops, order.id, f"{BOOKSHOP}-1"), "stocks": stocks}]
    shops.a.do(FULFIL, id=order.id, input={"lines": lines, "notifyCustomer": True})

    worker.wait_for(DELETE_FILE, 1)
    worker.wait_until_quiet()
    new_lines = worker.lines()[seen:]
    of_shop = [line for line in new_lines if line.get("shop")]
    assert DELETE_FILE in {line["task"] for line in of_shop}
    assert {(line["shop"], line["state"]) for line in of_shop} == {(BOOKSHOP, "SUCCESS")}, of_shop
    others = {line["task"] for line in new_lines if not line.get("shop")}
    assert others <= {"stray", CAPTURE, *run_inside(shops.live, TIMETABLE)["tasks"]}
