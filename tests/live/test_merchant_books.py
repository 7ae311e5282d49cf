"""What a merchant gives back in the Dashboard is in the Office's books, as its own shop's.

Paid at the Stripe test server, captured by the plugin, read by the Office on the same database.
"""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from saleor_alencon.audit.invariants import find_problems
from saleor_alencon.domain.shop_orders import ShopOrderState
from saleor_alencon.local.saleor_stack import run_office
from saleor_alencon.orders.models import Order, ShopOrder
from saleor_alencon.orders.services import inbox_ingest
from tests.conftest import connected_to
from tests.live.card_shopper import CardShopper
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Shops
from tests.live.test_merchant_refunds import RETURN, Page

BOOK, GOUDA = f"{BOOKSHOP}-1", f"{CHEESE}-1"  # 21.90, 5.45


@pytest.fixture(autouse=True)
def office(live: LiveSaleor, django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """Let this process be the Office service on Saleor's database."""
    run_office(live.stack, "seed")
    with django_db_blocker.unblock(), connected_to(live.stack.cluster.url("alencon")):
        yield


def catch_up(live: LiveSaleor, order_id: str) -> dict[str, ShopOrder]:
    """Bring the Office to what Saleor says of the order; return its parts by shop."""
    live.wait_until_quiet(order_id, seconds=1)
    live.sweep()
    inbox_ingest(now=timezone.now())
    order = Order.objects.get(saleor_id=order_id)
    return {part.shop.slug: part for part in order.shop_orders.select_related("shop")}


def give_back(page: Page, pieces: int) -> None:
    """Return books that were not handed over, and refund them: the Dashboard's page for returns."""
    rows = [{"orderLineId": page.line(BOOK), "quantity": pieces}]
    page.merchant.do(RETURN, id=page.order.id, input={"orderLines": rows, "refund": False})
    page.send(page.grant({BOOK: pieces})["id"])


def test_the_books_follow_a_return_and_its_refund_to_stripe(
    live: LiveSaleor, shops: Shops, shopper: CardShopper
) -> None:
    basket = live.town.start_checkout({BOOK: 2, GOUDA: 2})
    started = shopper.pay(basket)
    page = Page(shops, shops.a, live.town.complete(basket))
    paid = {slug: part.paid_cents for slug, part in catch_up(live, page.order.id).items()}

    give_back(page, 1)

    assert shopper.refunds(started) == [2190]
    parts = catch_up(live, page.order.id)
    line = parts[BOOKSHOP].lines.get()
    assert (line.quantity_returned, line.refunded_cents) == (1, 2190)
    assert parts[BOOKSHOP].refunded_cents == 2190
    assert parts[CHEESE].refunded_cents == 0
    assert {part.state for part in parts.values()} == {ShopOrderState.TO_PREPARE}
    assert find_problems() == []

    give_back(page, 1)

    assert shopper.refunds(started) == [2190, 2190]
    parts = catch_up(live, page.order.id)
    assert parts[BOOKSHOP].refunded_cents == 4380
    assert {slug: part.paid_cents for slug, part in parts.items()} == paid
    assert parts[BOOKSHOP].state == ShopOrderState.CANCELLED
    assert (parts[CHEESE].refunded_cents, parts[CHEESE].state) == (0, ShopOrderState.TO_PREPARE)
    live.town.fulfil(page.order.id, {GOUDA})
    assert catch_up(live, page.order.id)[CHEESE].state == ShopOrderState.HANDED_OVER
    assert find_problems() == []


def test_the_share_of_the_delivery_stays_until_the_office_gives_it_back(
    live: LiveSaleor, shops: Shops, shopper: CardShopper
) -> None:
    basket = live.town.start_checkout({BOOK: 1, GOUDA: 1}, delivery="Livraison à domicile")
    started = shopper.pay(basket)
    page = Page(shops, shops.a, live.town.complete(basket))
    before = catch_up(live, page.order.id)[BOOKSHOP]

    give_back(page, 1)

    assert shopper.refunds(started) == [2190]
    parts = catch_up(live, page.order.id)
    assert parts[BOOKSHOP].paid_cents == before.paid_cents > 2190
    assert parts[BOOKSHOP].refunded_cents == 2190
    assert parts[CHEESE].refunded_cents == 0
    assert find_problems() == []


def test_a_refund_that_waits_at_stripe_is_not_asked_for_again(
    live: LiveSaleor, shops: Shops, shopper: CardShopper
) -> None:
    basket = live.town.start_checkout({BOOK: 1, GOUDA: 1})
    started = shopper.pay(basket, "pm_card_pendingRefund")
    page = Page(shops, shops.a, live.town.complete(basket))
    refund = page.grant({BOOK: 1})["id"]

    page.send(refund)

    seen = page.see()
    assert (seen["grantedRefunds"][0]["status"], seen["totalRefundPending"]["amount"]) == (
        "PENDING",
        21.9,
    )
    again = page.merchant.refused(
        "mutation($t: ID!, $r: ID!) { transactionRequestRefundForGrantedRefund(id: $t,"
        " grantedRefundId: $r) { errors { field code message } } }",
        t=page.tender,
        r=refund,
    )
    assert again == "The refund request is already in progress."
    assert shopper.refunds(started) == [2190]
