"""The plugin inside Saleor's own process: which hooks it hears, and that none can hurt."""

import json
import time
from typing import Any

from saleor_alencon.local.processes import find_free_port
from saleor_alencon.local.saleor_source import run_saleor
from tests.live.live_saleor import LiveSaleor

LIST_HOOKS = """
import json
from saleor.plugins.base_plugin import BasePlugin
from saleor_alencon_plugins.capture.plugin import CapturePlugin
words = ("order", "fulfillment", "tracking", "transaction_item")
hooks = [n for n in BasePlugin.__annotations__ if any(word in n for word in words)]
print(json.dumps({n: hasattr(CapturePlugin, n) for n in hooks}))
"""
# Hooks that ask for a price or about drafts, or that run before the order exists.
UNHEARD = {
    "calculate_order_line_total",
    "calculate_order_line_unit",
    "calculate_order_shipping",
    "calculate_order_total",
    "draft_order_created",
    "draft_order_deleted",
    "draft_order_updated",
    "get_order_line_tax_rate",
    "get_order_shipping_tax_rate",
    "preprocess_order_creation",
}

FIRE_HOOKS = """
import json, time
from saleor_alencon_plugins.capture.plugin import CapturePlugin
plugin = CapturePlugin(configuration=[], active=True)
class Unreadable:
    def __getattr__(self, name):
        raise RuntimeError(name)
class Order:
    pk = order_id = "00000000-0000-0000-0000-000000000000"
answers, slowest = [], 0.0
for subject in (Unreadable(), None, Order(), Order()):
    for name in ("order_created", "order_refunded", "fulfillment_created", "order_bulk_created"):
        argument = [subject] if name == "order_bulk_created" and subject else subject
        started = time.monotonic()
        answers.append(getattr(plugin, name)(argument, 1, webhooks=None, previous_value="kept"))
        slowest = max(slowest, time.monotonic() - started)
print(json.dumps({"answers": sorted(set(answers)), "slowest_seconds": slowest}))
"""


def run_inside(live: LiveSaleor, code: str, **environment: str) -> dict[str, Any]:
    """Run code in a new Saleor process and return the JSON it prints last."""
    printed = run_saleor(
        live.stack.source, live.stack.saleor_environment(**environment), "shell", "-c", code
    )
    return dict(json.loads(printed.strip().splitlines()[-1]))


def test_the_plugin_hears_every_hook_about_an_order(live: LiveSaleor) -> None:
    hooks = run_inside(live, LIST_HOOKS)

    assert {name for name, heard in hooks.items() if not heard} == UNHEARD


def test_no_hook_raises_or_waits_for_a_broker_that_is_away(live: LiveSaleor) -> None:
    broker = f"redis://127.0.0.1:{find_free_port()}/0"

    result = run_inside(live, FIRE_HOOKS, CELERY_BROKER_URL=broker)

    assert result["answers"] == ["kept"]
    assert result["slowest_seconds"] < 0.5


def test_the_command_sweeps_since_a_given_time(live: LiveSaleor) -> None:
    order = live.town.buy({"librairie-des-halles-1": 1})
    live.wait_until_quiet(order.id)
    time.sleep(0.1)

    printed = run_saleor(
        live.stack.source,
        live.stack.saleor_environment(),
        "alencon_sweep",
        "--since",
        "2026-01-01",
    )

    assert ", 0 failed, watermark " in printed


REFUSE_ALL = """
import json
from types import SimpleNamespace
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.api import schema
from saleor_alencon_plugins.permissions.scoped_schema import refuse
def bare(kind):
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind
wrong, answered = [], 0
for name, field in schema.get_mutation_type().fields.items():
    try:
        payload = refuse(SimpleNamespace(return_type=field.type, field_name=name), "non")
    except PermissionDenied:
        continue
    (error,) = payload.errors
    code = bare(bare(bare(field.type).fields["errors"].type).fields["code"].type)
    if code.serialize(error.code) is None or error.message != "non":
        wrong.append(name)
    answered += 1
print(json.dumps({"wrong": wrong, "answered": answered}))
"""


def test_a_refusal_is_written_in_each_mutations_own_codes(live: LiveSaleor) -> None:
    """A code that a mutation does not know is an error of the document, without the reason."""
    found = run_inside(live, REFUSE_ALL)
    assert found["wrong"] == []
    assert found["answered"] > 200
