"""One payment's whole life: paid with 3-D Secure, refunded twice, disputed, paid out, reconciled.

Saleor with our plugins, the Office's own process and the Stripe test server, on a database of
their own: what is asserted is the whole of the books.
"""

import datetime
from collections.abc import Iterator

import pytest

from saleor_alencon.local.processes import find_free_port
from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from saleor_alencon.local.saleor_stack import run_office, start_office
from saleor_alencon.provisioning.setup_app import log_in
from saleor_alencon.saleor_api.client import SaleorClient, SaleorRefused
from tests.live.card_shopper import CardShopper, Started
from tests.live.live_saleor import LiveSaleor, running_live_saleor
from tests.live.office_visitor import OfficeVisitor
from tests.live.shopping import GRANT_REFUND, REQUEST_REFUND, PlacedOrder
from tests.live.test_payments import BOOK, BREAD, CIDER, eventually

BASKET = {BOOK: 2, CIDER: 2, BREAD: 1}
BOOKSHOP, WINE, BAKERY = "librairie-des-halles", "cave-notre-dame", "boulangerie-lancrel"
REFUND_AMOUNT = """
mutation($id: ID!, $amount: PositiveDecimal!, $reason: String!) {
  transactionRequestAction(id: $id, actionType: REFUND, amount: $amount, refundReason: $reason) {
    errors { field code message }
  }
}"""
MOVEMENTS = """
SELECT posted.kind, account.kind, coalesce(shop.slug, ''), sum(entry.amount_cents)::int
FROM alencon.ledger_entry entry
JOIN alencon.ledger_transaction posted ON posted.id = entry.transaction_id
JOIN alencon.ledger_account account ON account.id = entry.account_id
LEFT JOIN alencon.shops_shop shop ON shop.id = account.shop_id
LEFT JOIN alencon.orders_order saleor ON saleor.id = posted.order_id
WHERE coalesce(saleor.number, '') = %s
GROUP BY 1, 2, 3"""


# Who pays (+) and who gets (-), in cents, as the ledger has it when all is over.
BOOKS = {
    # 43.80, 11.90 and 4.20, and the delivery of 4.90, which is the Office's.
    "charge": {
        "psp_clearing": 6480,
        f"shop_hold {BOOKSHOP}": -4380,
        f"shop_hold {WINE}": -1190,
        f"shop_hold {BAKERY}": -420,
        "delivery_revenue": -490,
    },
    # 1.5 % and 0.25; the shops' half by 47.38, 12.87 and 4.55: what each brought, with delivery.
    "psp_fee": {
        "psp_clearing": -122,
        "psp_fees": 61,
        f"shop_hold {BOOKSHOP}": 45,
        f"shop_hold {WINE}": 12,
        f"shop_hold {BAKERY}": 4,
    },
    # A book, and 5.00 of all that was kept then: 2.55, 1.39, 0.49, and 0.57 of the delivery.
    "refund": {
        "psp_clearing": -2690,
        f"shop_hold {BOOKSHOP}": 2190 + 255,
        f"shop_hold {WINE}": 139,
        f"shop_hold {BAKERY}": 49,
        "delivery_revenue": 57,
    },
    # The Office bears the fee of what was given back, by its rule for refunds.
    "psp_fee_moved": {"psp_fees": 25, f"shop_hold {BOOKSHOP}": -24, f"shop_hold {WINE}": -1},
    # 8 %, 8 % and 6 % of what the shops kept of their goods, and 20 % VAT on it.
    "commission": {
        "commission_revenue": -(155 + 84 + 22),
        "commission_vat": -(31 + 17 + 4),
        f"shop_hold {BOOKSHOP}": 155 + 31,
        f"shop_hold {WINE}": 84 + 17,
        f"shop_hold {BAKERY}": 22 + 4,
    },
    # All that was left; the shops' four fifths by 22.51, 11.37 and 4.02, which they still had.
    "dispute_opened": {
        "psp_clearing": -3790,
        "disputes_pending": 758,
        f"shop_hold {BOOKSHOP}": 1801,
        f"shop_hold {WINE}": 909,
        f"shop_hold {BAKERY}": 322,
    },
    "dispute_fee": {"psp_clearing": -2000, "psp_fees": 2000},
    "dispute_lost": {"dispute_losses": 758, "disputes_pending": -758},
}
NEIGHBOURS_BOOKS = {
    "charge": {"psp_clearing": 6570, f"shop_hold {BOOKSHOP}": -6570},
    "psp_fee": {"psp_clearing": -124, "psp_fees": 62, f"shop_hold {BOOKSHOP}": 62},
    "commission": {
        "commission_revenue": -526,
        "commission_vat": -105,
        f"shop_hold {BOOKSHOP}": 631,
    },
}
PAID_OUT = 6480 - 122 - 2690 - 3790 - 2000 + 6570 - 124


class Story:
    """Everybody who takes part."""

    def __init__(self, live: LiveSaleor, office: str) -> None:
        self.live = live
        self.shopper = CardShopper(live, live.stripe)
        self.operator = OfficeVisitor(office, "operateur@alencon.example")
        url = f"{live.stack.saleor_url}/graphql/"
        self.dashboard: SaleorClient = log_in(url, STAFF_EMAIL, STAFF_PASSWORD)

    def close(self) -> None:
        for each in (self.shopper, self.operator, self.dashboard):
            each.close()

    def buy_with_three_d_secure(self) -> tuple[PlacedOrder, Started]:
        """Pay the basket; until the bank knows the shopper it is not paid, and no order is made."""
        shopper = self.shopper
        checkout = shopper.town.start_checkout(BASKET, delivery="Livraison à domicile")
        started = shopper.start(checkout)
        asked = shopper.confirm(started, "pm_card_authenticationRequired")
        assert asked["status"] == "requires_action"
        assert shopper.process(started)["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
        with pytest.raises(SaleorRefused, match="CHECKOUT_NOT_FULLY_PAID"):
            shopper.town.complete(checkout)
        shopper.stripe.authenticate(started.intent)
        assert shopper.process(started)["transactionEvent"]["type"] == "CHARGE_SUCCESS"
        return shopper.town.complete(checkout), started

    def refund_book(self, order: PlacedOrder, started: Started) -> None:
        """Give one book's price back as the Dashboard does: granted by lines, then sent."""
        lines = self.shopper.town.order(order.id)["lines"]
        book = next(line["id"] for line in lines if line["productSku"] == BOOK)
        granted = self.dashboard.mutate(
            GRANT_REFUND,
            id=order.id,
            input={
                "transactionId": started.transaction,
                "lines": [{"id": book, "quantity": 1, "reason": "Page déchirée"}],
                "grantRefundForShipping": False,
                "reason": "Livre abîmé",
            },
        )["grantedRefund"]
        self.dashboard.mutate(REQUEST_REFUND, id=started.transaction, refund=granted["id"])

    def refund_amount(self, started: Started, amount: str) -> None:
        """Give an amount back as the Dashboard's manual refund does."""
        self.dashboard.mutate(
            REFUND_AMOUNT, id=started.transaction, amount=amount, reason="Geste commercial"
        )

    def reconcile(self) -> list[str]:
        """Hold the books against Stripe; the command's exit is 0. Return what it counts."""
        return run_office(self.live.stack, "reconcile").splitlines()[1:]

    def books(self, number: str = "") -> dict[str, dict[str, int]]:
        """Return an order's balances by kind of transaction and account; unnamed: of no order."""
        found: dict[str, dict[str, int]] = {}
        for kind, account, shop, cents in self.live.admin.execute(MOVEMENTS, [number]).fetchall():
            if cents:
                found.setdefault(kind, {})[f"{account} {shop}".strip()] = cents
        return found


def agreement(*, matched: int, cents: str) -> list[str]:
    """Return what ``alencon reconcile`` prints when both sides hold the same."""
    return [
        f"matched: {matched}",
        "missing here: 0",
        "missing there: 0",
        "amount differs: 0",
        f"PSP clearing in the ledger {cents}, at the provider {cents} (not read yet: 0.00)",
        "residual 0.00, unexplained 0.00",
    ]


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Give a town whose Stripe account is empty, on a Monday morning more than a week ago."""
    with running_live_saleor() as live:
        now = datetime.datetime.now(datetime.UTC)
        monday = now - datetime.timedelta(days=now.weekday() + 14)
        live.stripe.freeze(int(monday.replace(hour=10).timestamp()))
        run_office(live.stack, "seed")
        port = find_free_port()
        start_office(live.stack, live.processes, port, log=live.stack.folder / "office.log")
        story = Story(live, f"http://127.0.0.1:{port}")
        yield story
        story.close()


def test_a_payment_is_refunded_disputed_and_paid_out_and_every_cent_reconciles(
    story: Story,
) -> None:
    shopper, stripe = story.shopper, story.live.stripe

    # Shops share the fees of payments by halves with the Office, and bear disputes by four fifths.
    story.operator.submit(
        "/bureau/shops/association/1/change/",
        charge_fee_bearer="shared", charge_fee_shared_bps="5000",
        dispute_bearer="shared", dispute_shared_bps="8000",
    )  # fmt: skip

    # A basket of three shops is paid once, 64.80 with its delivery, and split.
    order, started = story.buy_with_three_d_secure()
    parts = story.operator.wait_for_shop_orders(order.number, "TO_PREPARE")
    assert {slug: part["netCents"] for slug, part in parts.items()} == {
        BOOKSHOP: 4380 - 350 - 70, WINE: 1190 - 95 - 19, BAKERY: 420 - 25 - 5
    }  # fmt: skip
    assert shopper.intent(started)["amount_received"] == 6480
    assert story.reconcile() == agreement(matched=1, cents="63.58")
    posted = story.books(order.number)
    assert {kind: posted[kind] for kind in ("charge", "psp_fee")} == {
        kind: BOOKS[kind] for kind in ("charge", "psp_fee")
    }

    # The Office gives back a book, and then five euros, in Saleor's Dashboard.
    story.refund_book(order, started)
    story.refund_amount(started, "5.00")
    assert shopper.refunds(started) == [2190, 500]
    eventually(lambda: story.books(order.number).get("refund"), BOOKS["refund"])
    assert story.reconcile() == agreement(matched=3, cents="36.68")

    # The shopper's bank takes back the rest, for good. What was sold and given back stays.
    stripe.advance(days=1)
    dispute = stripe.open_dispute(shopper.charge(started))
    assert dispute["amount"] == 6480 - 2690
    eventually(lambda: shopper.events(started)[-1], ("CHARGE_BACK", dispute["id"]))
    assert story.reconcile() == agreement(matched=4, cents="-21.22")
    assert story.books(order.number)["dispute_opened"] == BOOKS["dispute_opened"]
    stripe.end_dispute(dispute["id"], won=False)

    # A neighbour's basket brings the account above zero, and Stripe pays out by itself.
    checkout = shopper.town.start_checkout({BOOK: 3})
    shopper.pay(checkout)
    neighbours = shopper.town.complete(checkout)
    story.operator.wait_for_shop_orders(neighbours.number, "TO_PREPARE")
    stripe.advance(days=8)
    (payout,) = shopper.list_at_stripe("payouts")
    assert (payout["automatic"], payout["status"], payout["amount"]) == (True, "paid", PAID_OUT)

    # Every cent is in the books, by whom it is borne; Stripe holds nothing more, nor do they.
    assert story.reconcile() == agreement(matched=6, cents="0.00")
    assert story.books(order.number) == BOOKS
    assert story.books(neighbours.number) == NEIGHBOURS_BOOKS
    assert story.books() == {"psp_payout": {"bank": 4324, "psp_clearing": -4324}}
    assert "0 problem" in run_office(story.live.stack, "check")
