"""Returns and refunds that a merchant gives in the Dashboard: its own lines, at most their value.

The documents ask and send what the stock Dashboard 3.23 does on its pages for refunds and returns.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Merchant, Shops, global_id
from tests.live.shopping import PlacedOrder

BOOK, OTHER_BOOK = f"{BOOKSHOP}-1", f"{BOOKSHOP}-2"  # 21.90
GOUDA = f"{CHEESE}-1"  # 5.45
REFUND_PAGE = """
query($id: ID!) { order(id: $id) {
  number shippingPrice { gross { amount } } total { gross { amount } } totalCharged { amount }
  totalRefunded { amount } totalRefundPending { amount } totalGrantedRefund { amount }
  totalRemainingGrant { amount }
  lines { id productSku quantity }
  grantedRefunds { id reason status shippingCostsIncluded amount { amount }
    user { email } app { id } transactionEvents { id } transaction { id }
    lines { id quantity orderLine { id productSku } } }
  transactions { id name pspReference message externalUrl actions events { id }
    chargedAmount { amount } refundedAmount { amount } authorizedAmount { amount }
    createdBy { __typename } paymentMethodDetails { __typename } metadata { key } }
} }"""
GRANT = """
mutation($id: ID!, $input: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $input) {
    grantedRefund { id amount { amount } reason status } errors { field code message } } }"""
EDIT = """
mutation($id: ID!, $input: OrderGrantRefundUpdateInput!) {
  orderGrantRefundUpdate(id: $id, input: $input) {
    grantedRefund { id amount { amount } reason lines { quantity } }
    errors { field code message } } }"""
SEND = """
mutation($id: ID!, $refund: ID!) {
  transactionRequestRefundForGrantedRefund(id: $id, grantedRefundId: $refund) {
    transaction { id refundedAmount { amount } } errors { field code message } } }"""
RETURN = """
mutation($id: ID!, $input: OrderReturnProductsInput!) {
  orderFulfillmentReturnProducts(order: $id, input: $input) {
    order { status lines { productSku quantityToFulfill } } replaceOrder { id }
    errors { field code message } } }"""
CANCEL_FULFILMENT = """
mutation($id: ID!, $warehouse: ID!) {
  orderFulfillmentCancel(id: $id, input: {warehouseId: $warehouse}) {
    order { status } errors { field code message } } }"""
NOT_YOURS = "Ceci ne fait pas partie de votre boutique."


class Page:
    """The Dashboard's page for an order's refunds, as a merchant."""

    def __init__(self, shops: Shops, merchant: Merchant, order: PlacedOrder) -> None:
        self.shops, self.merchant, self.order = shops, merchant, order
        self.tender = shops.live.town.order(order.id)["transactions"][0]["id"]

    def see(self) -> Any:
        return self.merchant.get(REFUND_PAGE, id=self.order.id)["order"]

    def line(self, sku: str) -> str:
        lines = self.shops.live.town.order(self.order.id)["lines"]
        return str(next(line["id"] for line in lines if line["productSku"] == sku))

    def input(self, pieces: dict[str, int], **more: Any) -> dict[str, Any]:
        lines = [{"id": self.line(sku), "quantity": number} for sku, number in pieces.items()]
        return {"lines": lines, "transactionId": self.tender, "reason": "Abîmé"} | more

    def grant(self, pieces: dict[str, int], **more: Any) -> Any:
        given = self.input(pieces, **more)
        return self.merchant.do(GRANT, id=self.order.id, input=given)["grantedRefund"]

    def refused(self, pieces: dict[str, int], **more: Any) -> str:
        given = self.input(pieces, **more)
        return self.merchant.refused(GRANT, id=self.order.id, input=given)

    def send(self, refund: str) -> Any:
        return self.merchant.do(SEND, id=self.tender, refund=refund)

    def moved(self) -> tuple[float, list[str]]:
        """Return what was given back of the whole order, and the refunds' statuses: the truth."""
        refunded = self.shops.one(
            "SELECT sum(refunded_value)::float FROM payment_transactionitem WHERE order_id = %s",
            self.shops.key(self.order.id),
        )
        refunds = self.shops.live.town.order(self.order.id)["grantedRefunds"]
        return refunded, [refund["status"] for refund in refunds]


@pytest.fixture
def page(shops: Shops) -> Page:
    """Give the bookshop's page of an order: two of its books, one of the other, three cheeses."""
    basket = {BOOK: 2, OTHER_BOOK: 1, GOUDA: 3}
    return Page(shops, shops.a, shops.live.town.buy(basket, delivery="Livraison à domicile"))


def test_the_refund_page_shows_the_shops_part_of_the_payment_only(page: Page) -> None:
    seen = page.see()

    own = sum_of(page, BOOK, OTHER_BOOK)
    assert seen["transactions"] == [
        {
            "id": page.tender, "name": "Paiement de la commande", "pspReference": "",
            "message": "", "externalUrl": "", "actions": ["REFUND"], "events": [],
            "chargedAmount": {"amount": own}, "refundedAmount": {"amount": 0},
            "authorizedAmount": {"amount": 0}, "createdBy": None, "paymentMethodDetails": None,
            "metadata": [],
        }
    ]  # fmt: skip
    assert seen["grantedRefunds"] == []
    assert seen["shippingPrice"]["gross"]["amount"] == 0


def sum_of(page: Page, *skus: str) -> float:
    return float(
        page.shops.one(
            "SELECT sum(total_price_gross_amount)::float FROM order_orderline"
            " WHERE order_id = %s AND product_sku = ANY(%s)",
            page.shops.key(page.order.id),
            list(skus),
        )
    )


def test_a_merchant_refunds_its_line_and_the_money_moves_once(page: Page) -> None:
    refund = page.grant({BOOK: 1})
    assert refund == {
        "id": refund["id"], "amount": {"amount": 21.9}, "reason": "Abîmé", "status": "NONE",
    }  # fmt: skip
    assert page.moved() == (0, ["NONE"])

    payload = page.send(refund["id"])

    assert payload["transaction"]["refundedAmount"]["amount"] == 0  # the order's, not the shop's
    assert page.moved() == (21.9, ["SUCCESS"])
    again = page.merchant.refused(SEND, id=page.tender, refund=refund["id"])
    assert again == "The granted refund is already processed."
    assert page.moved() == (21.9, ["SUCCESS"])
    seen = page.see()
    own = sum_of(page, BOOK, OTHER_BOOK)
    assert seen["totalRefunded"]["amount"] == seen["totalGrantedRefund"]["amount"] == 21.9
    assert seen["totalCharged"]["amount"] == round(own - 21.9, 2)
    assert seen["transactions"][0]["chargedAmount"]["amount"] == round(own - 21.9, 2)
    assert seen["grantedRefunds"][0]["user"] == {"email": page.merchant.email}
    # The other shop sees nothing of it, and its part is whole.
    other = page.shops.b.get(REFUND_PAGE, id=page.order.id)["order"]
    assert other["grantedRefunds"] == []
    assert other["totalRefunded"]["amount"] == 0
    assert other["totalCharged"]["amount"] == other["total"]["gross"]["amount"]
    mark = page.shops.one(
        "SELECT reason FROM order_ordergrantedrefund WHERE id = %s", page.shops.key(refund["id"])
    )
    assert mark.startswith(f"Abîmé [alencon:{BOOKSHOP}:tableau-")


def test_no_refund_without_own_lines_above_their_value_or_of_the_delivery(page: Page) -> None:
    assert page.refused({}, amount=5) == (
        "Indiquez pour chaque article, une seule fois, un nombre entier de pièces."
    )
    assert page.refused({BOOK: 0}) == page.refused({})
    assert page.refused({BOOK: 1}, amount=30) == (
        "Le montant dépasse la valeur de ces articles qui reste à rembourser : 21,90 €."
    )
    assert page.refused({BOOK: 1}, amount=0) == (
        "Indiquez un montant en euros et en centimes, supérieur à zéro."
    )
    assert page.refused({BOOK: 1}, grantRefundForShipping=True).startswith(
        "La livraison est commune aux boutiques de la commande"
    )
    assert page.refused({GOUDA: 1}) == NOT_YOURS
    assert page.refused({BOOK: 1, GOUDA: 1}) == NOT_YOURS
    assert page.refused({BOOK: 3}) == "Provided input for lines is invalid."
    assert page.moved() == (0, [])


def test_a_part_of_the_value_is_refunded_and_the_rest_stays(page: Page) -> None:
    refund = page.grant({BOOK: 2}, amount=10)
    page.send(refund["id"])

    assert page.moved() == (10, ["SUCCESS"])
    assert page.refused({BOOK: 1}) == "Ces articles sont déjà remboursés."


def test_a_line_of_ten_euros_in_three_pieces_gives_exactly_ten_euros(page: Page) -> None:
    line = page.shops.key(page.line(GOUDA))
    shops = page.shops
    before = shops.live.admin.execute(
        "SELECT total_price_gross_amount, unit_price_gross_amount FROM order_orderline"
        " WHERE id = %s", [line],
    ).fetchone()  # fmt: skip
    update = (
        "UPDATE order_orderline SET total_price_gross_amount = %s, unit_price_gross_amount = %s"
        " WHERE id = %s"
    )
    shops.live.admin.execute(update, [10, "3.34", line])
    cheese = Page(shops, shops.b, page.order)
    try:
        amounts = [cheese.grant({GOUDA: 1})["amount"]["amount"] for _ in range(3)]
        clamped = cheese.refused({GOUDA: 1})
    finally:
        shops.live.admin.execute(update, [*before, line])

    assert amounts == [3.33, 3.33, 3.34]
    assert clamped == "Ces articles sont déjà remboursés."


def test_a_draft_is_corrected_until_its_money_is_asked_for(page: Page) -> None:
    refund = page.grant({BOOK: 2})
    rows = page.see()["grantedRefunds"][0]["lines"]
    change = {
        "removeLines": [row["id"] for row in rows],
        "addLines": [{"id": page.line(OTHER_BOOK), "quantity": 1}],
        "reason": "Erreur [alencon:fromagerie-du-perche:refus-1]",
        "transactionId": page.tender,
        "grantRefundForShipping": False,
    }

    edited = page.merchant.do(EDIT, id=refund["id"], input=change)["grantedRefund"]

    assert edited["amount"]["amount"] == sum_of(page, OTHER_BOOK)
    assert edited["reason"] == "Erreur"
    assert edited["lines"] == [{"quantity": 1}]
    for wrong, why in (
        ({"amount": 90}, "Le montant dépasse la valeur"),
        ({"grantRefundForShipping": True}, "La livraison est commune"),
        ({"addLines": [{"id": page.line(GOUDA), "quantity": 1}]}, NOT_YOURS),
        ({"removeLines": [page.see()["grantedRefunds"][0]["lines"][0]["id"]]}, "Indiquez pour"),
    ):
        assert page.merchant.refused(EDIT, id=refund["id"], input=wrong).startswith(why)
    assert page.shops.b.refused(EDIT, id=refund["id"], input={"amount": 1}) == NOT_YOURS
    assert page.shops.b.refused(SEND, id=page.tender, refund=refund["id"]) == NOT_YOURS
    page.send(refund["id"])
    assert page.merchant.refused(EDIT, id=refund["id"], input={"reason": "Autre"}) == (
        "Ce remboursement est déjà parti : il ne se modifie plus."
    )


def test_a_refund_that_the_office_decided_is_seen_and_not_touched(page: Page) -> None:
    town = page.shops.live.town
    theirs, _amount = town.grant_refund(page.order.id, page.tender, skus={BOOK: 1})
    mixed, _amount = town.grant_refund(page.order.id, page.tender, skus={OTHER_BOOK: 1, GOUDA: 1})

    seen = [refund["id"] for refund in page.see()["grantedRefunds"]]

    assert seen == [theirs]  # the mixed one is of two shops
    why = "Ce remboursement n'a pas été préparé par votre boutique : voyez avec l'Office."
    assert page.merchant.refused(EDIT, id=theirs, input={"amount": 1}) == why
    assert page.merchant.refused(SEND, id=page.tender, refund=theirs) == why
    assert page.merchant.refused(SEND, id=page.tender, refund=mixed) == NOT_YOURS
    assert page.refused({OTHER_BOOK: 1}) == "Ces articles sont déjà remboursés."
    assert page.grant({BOOK: 1})["amount"]["amount"] == 21.9
    assert page.moved() == (0, ["NONE", "NONE", "NONE"])


def test_money_that_the_office_gave_back_for_no_lines_stops_refunds(page: Page) -> None:
    town = page.shops.live.town
    refund, _amount = town.grant_refund(page.order.id, page.tender, amount=30)
    town.request_refund(page.tender, refund)

    assert page.refused({BOOK: 1}).startswith("L'Office a déjà remboursé une partie")


def test_an_order_paid_by_two_means_is_the_offices_to_refund(shops: Shops) -> None:
    town = shops.live.town
    checkout = town.start_checkout({BOOK: 1, GOUDA: 1})
    total = town.total(checkout)
    town.pay(checkout, total - 10)
    town.pay(checkout, total - (total - 10))
    page = Page(shops, shops.a, town.complete(checkout))

    assert {tuple(one["actions"]) for one in page.see()["transactions"]} == {()}
    assert page.refused({BOOK: 1}).startswith("Cette commande a été payée par plusieurs moyens")


def test_an_order_paid_by_a_gift_card_is_refunded_to_the_card(shops: Shops) -> None:
    town = shops.live.town
    checkout = town.start_checkout({BOOK: 1, GOUDA: 1})
    total = town.total(checkout)
    code = town.make_gift_card(total)
    town.pay_by_gift_card(checkout, code, total)
    page = Page(shops, shops.a, town.complete(checkout))

    page.send(page.grant({BOOK: 1})["id"])

    assert page.moved() == (21.9, ["SUCCESS"])
    left = "SELECT current_balance_amount::float FROM giftcard_giftcard WHERE code = %s"
    assert shops.one(left, code) == 21.9


def test_two_tabs_refund_the_same_line_once(page: Page) -> None:
    given = page.input({BOOK: 2})

    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda _turn: page.merchant.ask(GRANT, id=page.order.id, input=given), range(2)
            )
        )
    payloads = [answer.data["orderGrantRefundCreate"] for answer in answers]
    refunds = [one["grantedRefund"]["id"] for one in payloads if not one["errors"]]
    assert len(refunds) == 1
    with ThreadPoolExecutor(3) as pool:
        sent = list(
            pool.map(
                lambda _turn: page.merchant.ask(SEND, id=page.tender, refund=refunds[0]), range(3)
            )
        )

    errors = [a.data["transactionRequestRefundForGrantedRefund"]["errors"] for a in sent]
    assert sorted(len(one) for one in errors) == [0, 1, 1]
    assert page.moved() == (43.8, ["SUCCESS"])


def test_returning_own_lines_frees_their_stock_and_leaves_the_others(page: Page) -> None:
    """What a shop cannot supply is returned before it is handed over, then refunded."""
    allocated = (
        "SELECT quantity_allocated FROM warehouse_stock s JOIN product_productvariant v"
        " ON v.id = s.product_variant_id WHERE v.sku = %s"
    )
    before = page.shops.one(allocated, BOOK), page.shops.one(allocated, GOUDA)
    rows = [{"orderLineId": page.line(BOOK), "quantity": 2, "reason": "Épuisé"}]
    given = {
        "orderLines": rows, "fulfillmentLines": [], "amountToRefund": 0, "refund": False,
        "includeShippingCosts": False, "reason": "Épuisé [alencon:x:refus-1]",
    }  # fmt: skip

    payload = page.merchant.do(RETURN, id=page.order.id, input=given)

    assert payload["order"]["status"] == "PARTIALLY_RETURNED"
    seen = {line["productSku"]: line["quantityToFulfill"] for line in payload["order"]["lines"]}
    assert seen == {BOOK: 0, OTHER_BOOK: 1}
    assert payload["replaceOrder"] is None
    after = page.shops.one(allocated, BOOK), page.shops.one(allocated, GOUDA)
    assert after == (before[0] - 2, before[1])
    found = page.shops.live.town.order(page.order.id)
    left = {line["productSku"]: line["quantityToFulfill"] for line in found["lines"]}
    assert left == {BOOK: 0, OTHER_BOOK: 1, GOUDA: 3}
    page.shops.live.town.fulfil(page.order.id, {GOUDA})
    assert page.shops.live.town.order(page.order.id)["status"] == "PARTIALLY_RETURNED"
    reason = "SELECT reason FROM order_fulfillment WHERE order_id = %s AND status = 'returned'"
    assert page.shops.one(reason, page.shops.key(page.order.id)) == "Épuisé"


def test_a_return_with_money_an_exchange_or_anothers_line_is_refused(page: Page) -> None:
    rows = [{"orderLineId": page.line(BOOK), "quantity": 1}]
    own_elsewhere = page.shops.live.town.buy({BOOK: 1})
    elsewhere = Page(page.shops, page.merchant, own_elsewhere).line(BOOK)
    before = page.shops.one("SELECT count(*) FROM order_fulfillment")

    for given, why in (
        ({"orderLines": rows, "refund": True}, "Un retour ne déplace pas d'argent"),
        ({"orderLines": rows, "amountToRefund": 5}, "Un retour ne déplace pas d'argent"),
        ({"orderLines": [rows[0] | {"replace": True}]}, "Un échange ouvrirait"),
        ({"orderLines": [{"orderLineId": page.line(GOUDA), "quantity": 1}]}, NOT_YOURS),
        ({"orderLines": [{"orderLineId": elsewhere, "quantity": 1}]}, NOT_YOURS),
    ):
        assert page.merchant.refused(RETURN, id=page.order.id, input=given).startswith(why)

    assert page.shops.one("SELECT count(*) FROM order_fulfillment") == before


def test_a_fulfilment_is_cancelled_into_the_own_warehouse(page: Page) -> None:
    town = page.shops.live.town
    stock = (
        "SELECT s.quantity FROM warehouse_stock s JOIN product_productvariant v"
        " ON v.id = s.product_variant_id WHERE v.sku = %s"
    )
    town.fulfil(page.order.id, {GOUDA})
    before = page.shops.one(stock, BOOK)
    town.fulfil(page.order.id, {BOOK})
    numbers = page.shops.live.admin.execute(
        "SELECT DISTINCT f.id FROM order_fulfillment f JOIN order_fulfillmentline fl"
        " ON fl.fulfillment_id = f.id JOIN order_orderline ol ON ol.id = fl.order_line_id"
        " WHERE f.order_id = %s AND ol.product_sku = %s",
        [page.shops.key(page.order.id), BOOK],
    ).fetchall()
    fulfilment = global_id("Fulfillment", numbers[0][0])
    own, other = page.shops.warehouse(BOOKSHOP), page.shops.warehouse(CHEESE)

    assert page.merchant.refused(CANCEL_FULFILMENT, id=fulfilment, warehouse=other) == NOT_YOURS
    payload = page.merchant.do(CANCEL_FULFILMENT, id=fulfilment, warehouse=own)

    assert payload["order"]["status"] == "PARTIALLY_FULFILLED"
    assert page.shops.one(stock, BOOK) == before
    assert page.merchant.refused(CANCEL_FULFILMENT, id=fulfilment, warehouse=own).startswith(
        "Seule une remise en cours ou faite"
    )


def test_what_the_dashboard_offers_besides_is_refused_and_says_what_to_do(page: Page) -> None:
    cancel = "mutation($id: ID!) { orderCancel(id: $id) { errors { field code message } } }"
    amount = """mutation($id: ID!) { transactionRequestAction(id: $id, actionType: REFUND,
      amount: 5) { errors { field code message } } }"""
    manual = """mutation($id: ID!) { transactionCreate(id: $id, transaction: {name: "x",
      amountRefunded: {amount: 1, currency: "EUR"}}) { errors { field code message } } }"""

    assert page.merchant.refused(cancel, id=page.order.id) == (
        "Une commande ne s'annule pas d'ici, elle peut être de plusieurs boutiques :"
        " retournez vos articles, puis remboursez-les."
    )
    by_lines = "Remboursez des articles : un montant libre n'est pas ouvert aux boutiques."
    assert page.merchant.refused(amount, id=page.tender) == by_lines
    assert page.merchant.refused(manual, id=page.order.id) == by_lines
    assert page.shops.live.town.order(page.order.id)["status"] == "UNFULFILLED"


def test_a_cancelled_order_is_left_alone(shops: Shops, live: LiveSaleor) -> None:
    page = Page(shops, shops.a, live.town.buy({BOOK: 1, GOUDA: 1}))
    live.town.cancel(page.order.id)

    why = "Cette commande est annulée : rien ne peut plus y être fait d'ici."
    assert page.refused({BOOK: 1}) == why
    rows = {"orderLines": [{"orderLineId": page.line(BOOK), "quantity": 1}]}
    assert shops.a.refused(RETURN, id=page.order.id, input=rows) == why
