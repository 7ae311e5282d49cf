"""What a shop does at its counter reaches the real Saleor, exactly once."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_alencon.accounts.models import User
from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.shop_orders import PickupState, ShopOrderState
from saleor_alencon.local.saleor_stack import create_saleor_app, run_office
from saleor_alencon.orders.models import Order, Pickup, ShopOrder
from saleor_alencon.orders.services import inbox_ingest
from saleor_alencon.pickups.models import CommandState, SaleorCommand
from saleor_alencon.pickups.sending import commands_send
from saleor_alencon.pickups.services import command_give_up, lines_refuse, pickup_hand_over
from saleor_alencon.saleor_api.client import SaleorClient
from tests.conftest import connected_to
from tests.live.live_saleor import LiveSaleor

PUZZLE = "jouets-de-la-grande-rue-1"  # 17.99
CHEESE = "fromagerie-du-perche-1"  # 5.45
PERMISSIONS = ("MANAGE_ORDERS", "HANDLE_PAYMENTS", "MANAGE_PRODUCTS")
FIND_STOCK = """
query($warehouse: String!) {
  warehouses(first: 1, filter: {slugs: [$warehouse]}) { edges { node {
    stocks(first: 50) { edges { node { quantity quantityAllocated productVariant { sku } } } }
  } } }
}"""


@pytest.fixture(scope="module")
def token(live: LiveSaleor) -> str:
    return create_saleor_app(live.stack, "alencon.test.pickups", PERMISSIONS)


@pytest.fixture
def client(live: LiveSaleor, token: str) -> Iterator[SaleorClient]:
    with SaleorClient(f"{live.stack.saleor_url}/graphql/", token) as client:
        yield client


@pytest.fixture(autouse=True)
def office(live: LiveSaleor, django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Let this process be the Office service on Saleor's database."""
    run_office(live.stack, "seed")
    with (
        django_db_blocker.unblock(),
        connected_to(live.stack.cluster.url("alencon")),
    ):
        yield


@pytest.fixture
def operator(office: None) -> User:
    return User.objects.get(email="operateur@alencon.example")


def catch_up(live: LiveSaleor, order_id: str) -> Order:
    """Bring the Office to what Saleor says of the order now."""
    live.wait_until_quiet(order_id, seconds=1)
    live.sweep()
    inbox_ingest(now=timezone.now())
    return Order.objects.get(saleor_id=order_id)


def part(order: Order, slug: str) -> ShopOrder:
    return order.shop_orders.get(shop__slug=slug)


def send(client: SaleorClient) -> dict[str, int]:
    return commands_send(client=client, clock=timezone.now)


def stock(live: LiveSaleor, sku: str) -> tuple[int, int]:
    """Return (quantity, allocated) of an article at its own shop."""
    edges = live.town.staff.execute(FIND_STOCK, warehouse=sku.rsplit("-", 1)[0])
    nodes = edges["warehouses"]["edges"][0]["node"]["stocks"]["edges"]
    found = {edge["node"]["productVariant"]["sku"]: edge["node"] for edge in nodes}
    return found[sku]["quantity"], found[sku]["quantityAllocated"]


def test_a_hand_over_is_fulfilled_from_the_shops_own_warehouse_once(
    live: LiveSaleor, client: SaleorClient, operator: User
) -> None:
    placed = live.town.buy({PUZZLE: 2, CHEESE: 1})
    order = catch_up(live, placed.id)
    before = stock(live, PUZZLE)
    pickup = part(order, "jouets-de-la-grande-rue").pickup
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=timezone.now())

    assert send(client) == {"done": 1, "failed": 0}
    # The answer was lost, as far as the Office knows: it is sent again, and changes nothing.
    SaleorCommand.objects.update(state=CommandState.PENDING)
    assert send(client) == {"done": SaleorCommand.objects.count(), "failed": 0}

    found = live.town.order(placed.id)
    assert found["status"] == "PARTIALLY_FULFILLED"
    assert [item["status"] for item in found["fulfillments"]] == ["FULFILLED"]
    assert stock(live, PUZZLE) == (before[0] - 2, before[1] - 2)
    order = catch_up(live, placed.id)
    shop_order = part(order, "jouets-de-la-grande-rue")
    assert shop_order.state == ShopOrderState.HANDED_OVER
    assert shop_order.pickup.handing_over_since is None
    assert part(order, "fromagerie-du-perche").state == ShopOrderState.TO_PREPARE


def test_a_refused_line_is_refunded_to_each_tender_and_the_rest_is_handed_over(
    live: LiveSaleor, client: SaleorClient, operator: User
) -> None:
    # Given a basket of two shops, 40.98 + 5.45, paid with a cheque of 30 and the rest by card
    checkout = live.town.start_checkout({PUZZLE: 1, "jouets-de-la-grande-rue-2": 1, CHEESE: 1})
    total = live.town.total(checkout)
    code = live.town.make_gift_card(Decimal(30))
    live.town.pay_by_gift_card(checkout, code, Decimal(30))
    live.town.pay(checkout, total - 30)
    placed = live.town.complete(checkout)
    order = catch_up(live, placed.id)
    shop_order = part(order, "jouets-de-la-grande-rue")
    line = shop_order.lines.get(sku=PUZZLE)
    before = stock(live, PUZZLE)

    # When the toy shop has no puzzle left, and hands over the rest
    now = timezone.now()
    command = lines_refuse(
        shop_order_id=shop_order.pk, quantities={line.pk: 1}, restock=False,
        done_by=operator, now=now,
    )  # fmt: skip
    pickup_hand_over(pickup_id=shop_order.pickup.pk, done_by=operator, now=now)
    assert send(client) == {"done": 2, "failed": 0}, SaleorCommand.objects.last().reason

    # Then 17.99 went back, each tender its part, and only the puzzle's
    found = live.town.order(placed.id)
    assert {item["status"] for item in found["grantedRefunds"]} == {"SUCCESS"}
    assert len(found["grantedRefunds"]) == len(command.payload["refunds"]) == 2
    order = catch_up(live, placed.id)
    shop_order = part(order, "jouets-de-la-grande-rue")
    assert shop_order.refunded_cents == 1799
    assert part(order, "fromagerie-du-perche").refunded_cents == 0
    line.refresh_from_db()
    assert (line.quantity_returned, line.refunded_cents) == (1, 1799)
    assert shop_order.state == ShopOrderState.HANDED_OVER
    tenders = dict(order.tenders.values_list("saleor_id", "refunded_cents"))
    assert tenders == {item["transaction"]: item["cents"] for item in command.payload["refunds"]}
    # ... and the puzzle is out of stock, but for what others have reserved.
    assert stock(live, PUZZLE) == (before[1] - 1, before[1] - 1)
    assert find_problems() == []


def test_a_refused_basket_is_cancelled_and_can_be_sold_again(
    live: LiveSaleor, client: SaleorClient, operator: User
) -> None:
    placed = live.town.buy({CHEESE: 2}, delivery="Livraison à domicile")
    order = catch_up(live, placed.id)
    shop_order = part(order, "fromagerie-du-perche")
    before = stock(live, CHEESE)
    lines_refuse(
        shop_order_id=shop_order.pk,
        quantities={line.pk: line.quantity for line in shop_order.lines.all()},
        restock=True,
        done_by=operator,
        now=timezone.now(),
    )
    assert send(client) == {"done": 1, "failed": 0}, SaleorCommand.objects.last().reason

    order = catch_up(live, placed.id)
    shop_order = part(order, "fromagerie-du-perche")
    assert shop_order.state == ShopOrderState.CANCELLED
    assert shop_order.refunded_cents == shop_order.paid_cents == 1090 + 490
    assert stock(live, CHEESE) == (before[0], before[1] - 2)
    assert find_problems() == []


def test_a_saleor_that_is_away_delays_and_loses_nothing(
    live: LiveSaleor, client: SaleorClient, operator: User
) -> None:
    placed = live.town.buy({PUZZLE.replace("-1", "-3"): 1})
    order = catch_up(live, placed.id)
    pickup = part(order, "jouets-de-la-grande-rue").pickup
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=timezone.now())
    live.kill_api()

    assert send(client) == {"done": 0, "failed": 1}

    command = SaleorCommand.objects.get(shop_order__order=order)
    assert (command.state, command.failed_attempts) == (CommandState.PENDING, 1)
    assert "ne répond pas" in command.reason
    assert send(client) == {"done": 0, "failed": 0}  # not before its delay
    live.start_api()
    SaleorCommand.objects.update(not_before=timezone.now())
    assert send(client) == {"done": 1, "failed": 0}
    assert catch_up(live, placed.id).shop_orders.get().state == ShopOrderState.HANDED_OVER


KILLED = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from saleor_alencon.pickups.sending import commands_send
from saleor_alencon.saleor_api.client import SaleorClient

class Mortal(SaleorClient):
    calls = 0
    def run(self, operation, **variables):
        point, moment = int(sys.argv[3]), sys.argv[4]
        Mortal.calls += 1
        if Mortal.calls == point and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = super().run(operation, **variables)
        if Mortal.calls == point and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

print(commands_send(client=Mortal(sys.argv[1], sys.argv[2]), clock=timezone.now))
"""


def test_a_refusal_killed_around_any_call_is_done_once(
    live: LiveSaleor, client: SaleorClient, token: str, operator: User
) -> None:
    placed = live.town.buy({PUZZLE.replace("-1", "-4"): 20, CHEESE: 1})
    order = catch_up(live, placed.id)
    shop_order = part(order, "jouets-de-la-grande-rue")
    line = shop_order.lines.get()
    point, moment, kills, refusals = 1, "before", 0, 0
    while True:
        if not SaleorCommand.objects.filter(state=CommandState.PENDING).exists():
            lines_refuse(
                shop_order_id=shop_order.pk, quantities={line.pk: 1}, restock=False,
                done_by=operator, now=timezone.now(),
            )  # fmt: skip
            refusals += 1
        done = subprocess.run(
            [sys.executable, "-c", KILLED, client.url, token, str(point), moment],
            env=live.stack.office_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:  # there is no such call any more
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        kills += 1
        SaleorCommand.objects.update(leased_until=None)  # ten minutes later
        assert send(client) == {"done": 1, "failed": 0}, SaleorCommand.objects.last().reason
        point, moment = (point, "after") if moment == "before" else (point + 1, "before")

    print(f"{kills} kills around {point - 1} calls, {refusals} refusals")
    assert kills == 2 * (point - 1) >= 14
    order = catch_up(live, placed.id)
    line.refresh_from_db()
    assert line.quantity_returned == refusals
    unit = line.gross_cents // 20
    assert line.refunded_cents == part(order, "jouets-de-la-grande-rue").refunded_cents
    assert line.refunded_cents == refusals * unit
    assert find_problems() == []


def test_what_saleor_refuses_is_shown_and_can_be_given_up(
    live: LiveSaleor, client: SaleorClient, operator: User
) -> None:
    placed = live.town.buy({CHEESE: 1})
    order = catch_up(live, placed.id)
    pickup = part(order, "fromagerie-du-perche").pickup
    live.town.cancel(placed.id)  # in the Dashboard, while the shop hands over
    pickup_hand_over(pickup_id=pickup.pk, done_by=operator, now=timezone.now())

    assert send(client) == {"done": 0, "failed": 1}

    assert live.town.order(placed.id)["fulfillments"] == []  # Saleor itself would fulfil it
    command = SaleorCommand.objects.get(shop_order__order=order)
    assert "annulée dans Saleor" in command.reason
    catch_up(live, placed.id)
    assert Pickup.objects.get(pk=pickup.pk).state == PickupState.CANCELLED
    command_give_up(
        command_id=command.pk, done_by=operator, reason="article rendu", now=timezone.now()
    )
    assert Pickup.objects.get(pk=pickup.pk).state == PickupState.CANCELLED
    assert find_problems() == []
