"""The recorded orders still look like what this Saleor answers today."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from saleor_alencon.inbox.snapshot import parse_snapshot
from saleor_alencon.local.saleor_stack import create_saleor_app
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused
from tests.live.live_saleor import LiveSaleor

PROJECT = Path(__file__).resolve().parents[2]
RECORDED = PROJECT / "fixtures/snapshots/v1"
DOCUMENT = (PROJECT / "plugins/capture/order_snapshot.graphql").read_text("utf-8")
BOOK = "librairie-des-halles-1"

Shape = dict[str, set[str]]


def collect_shape(value: Any, path: str, shape: Shape) -> None:
    """Note the type found at each path; list indexes do not count."""
    if isinstance(value, dict):
        name = value.get("__typename", "")
        shape[path].add(f"object {name} {' '.join(sorted(value))}")
        for key, item in value.items():
            collect_shape(item, f"{path}.{key}", shape)
    elif isinstance(value, list):
        shape[path].add("list")
        for item in value:
            collect_shape(item, f"{path}[]", shape)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        shape[path].add("number")
    else:
        shape[path].add(type(value).__name__)


def test_fresh_orders_have_the_shape_of_the_recorded_ones(live: LiveSaleor) -> None:
    recorded: Shape = defaultdict(set)
    for path in RECORDED.glob("*.json"):
        collect_shape(json.loads(path.read_text("utf-8")), "$", recorded)

    fresh: Shape = defaultdict(set)
    for order_id in place_varied_orders(live):
        for row in live.inbox(order_id):
            collect_shape(row.document, "$", fresh)
            parse_snapshot(row.payload)

    unknown = {path: types - recorded[path] for path, types in fresh.items()}
    assert {path: types for path, types in unknown.items() if types} == {}
    assert "$.order.fulfillments[].lines[].quantity" in fresh
    assert "$.order.grantedRefunds[].lines[].quantity" in fresh


def place_varied_orders(live: LiveSaleor) -> list[str]:
    """Place a few orders of different kinds and have their last state captured."""
    town = live.town
    collected = town.buy({BOOK: 1}, delivery="librairie-des-halles", voucher="MERCI10")
    town.fulfil(collected.id)
    checkout = town.start_checkout(
        {BOOK: 2, "cave-notre-dame-3": 1}, delivery="Livraison à domicile", voucher="FETE7"
    )
    gift = Decimal("10.00")
    town.pay_by_gift_card(checkout, town.make_gift_card(gift), gift)
    town.pay(checkout, town.total(checkout) - gift)
    mixed = town.complete(checkout)
    town.fulfil(mixed.id)
    card = town.order(mixed.id)["transactions"][-1]["id"]
    refund, _ = town.grant_refund(mixed.id, card, skus={BOOK: 1}, shipping=True)
    town.request_refund(card, refund)
    live.sweep()
    return [collected.id, mixed.id]


def test_the_public_api_gives_an_outside_app_the_same_order(live: LiveSaleor) -> None:
    order = live.town.buy({BOOK: 1})
    captured = live.wait_until_quiet(order.id)[-1].order
    token = create_saleor_app(
        live.stack, "alencon.test.reader", ("MANAGE_ORDERS", "MANAGE_PRODUCTS")
    )

    answer = SaleorClient(live.town.staff.url, token).execute(DOCUMENT, id=order.id)["order"]

    assert answer == captured


@pytest.mark.parametrize("permission", ["MANAGE_ORDERS", "MANAGE_PRODUCTS"])
def test_the_capture_app_holds_no_permission_it_could_do_without(
    live: LiveSaleor, permission: str
) -> None:
    order = live.town.buy({BOOK: 1})
    token = create_saleor_app(live.stack, f"alencon.test.{permission.lower()}", (permission,))

    with pytest.raises(SaleorRefused):
        SaleorClient(live.town.staff.url, token).execute(DOCUMENT, id=order.id)
