"""A basket paid by Stripe, by the mutations of the stock storefront, in the real Saleor."""

import json
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from saleor_alencon.local.saleor_payments import WEBHOOK_SECRET
from saleor_alencon.local.saleor_stack import create_saleor_app
from saleor_alencon.saleor_api.client import SaleorClient
from tests.live.card_shopper import GATEWAY, CardShopper
from tests.live.live_saleor import LiveSaleor

BOOK = "librairie-des-halles-1"
CIDER = "cave-notre-dame-1"
BREAD = "boulangerie-lancrel-1"
FIND_GATEWAYS = """
query($id: ID!) { checkout(id: $id) { availablePaymentGateways { id currencies } } }"""
BASKET = {BOOK: 1, CIDER: 2, BREAD: 1}
UPDATE_LINES = """
mutation($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {
  checkoutLinesUpdate(id: $id, lines: $lines) { errors { field code message } }
}"""


def eventually(look: Callable[[], Any], expected: Any, seconds: float = 20) -> None:
    """Wait until something is as expected."""
    deadline = time.monotonic() + seconds
    while (found := look()) != expected:
        assert time.monotonic() < deadline, f"{found} is not {expected} after {seconds} s"
        time.sleep(0.2)


def set_quantity(shopper: CardShopper, checkout: str, sku: str, quantity: int) -> None:
    lines = [{"variantId": shopper.town.variant(sku), "quantity": quantity}]
    shopper.town.public.mutate(UPDATE_LINES, id=checkout, lines=lines)


def test_a_checkout_offers_stripe_beside_the_gateways_of_other_apps(
    live: LiveSaleor, shopper: CardShopper
) -> None:
    token = create_saleor_app(live.stack, "alencon.test.gateway", ("HANDLE_PAYMENTS",))
    with SaleorClient(f"{live.stack.saleor_url}/graphql/", token) as client:
        live.payment_app.take_payments(client)
    checkout = shopper.town.start_checkout({BOOK: 1})

    found = shopper.town.public.execute(FIND_GATEWAYS, id=checkout)["checkout"]

    gateways = {each["id"]: each["currencies"] for each in found["availablePaymentGateways"]}
    assert gateways[GATEWAY] == ["EUR"]
    assert gateways["alencon.test.gateway"] == ["EUR"]


def test_the_storefront_gets_the_publishable_key_and_the_app_is_made(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout(BASKET)

    config = shopper.gateway(checkout)

    assert config == {
        "id": GATEWAY,
        "data": {"stripePublishableKey": shopper.stripe.publishable_key},
        "errors": [],
    }
    apps = shopper.live.admin.execute(
        "SELECT count(*) FROM app_app WHERE identifier = %s AND is_active", [GATEWAY]
    ).fetchone()
    assert apps == (1,)


def test_a_basket_of_three_shops_is_paid_once_and_becomes_an_order(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout(BASKET)
    total = shopper.town.total(checkout)

    started = shopper.pay(checkout)
    order = shopper.town.complete(checkout)

    found = shopper.transaction(started)
    assert Decimal(str(found["chargedAmount"]["amount"])) == total
    assert found["pspReference"] == started.intent
    assert found["actions"] == ["REFUND"]
    assert found["order"] == {"id": order.id}
    assert found["paymentMethodDetails"]["brand"] == "visa"
    assert found["paymentMethodDetails"]["lastDigits"] == "4242"
    intent = shopper.intent(started)
    assert intent["amount_received"] == int(total * 100)
    row = shopper.live.wait_for(order.id, lambda row: row.order["isPaid"])
    assert row.order["transactions"][0]["pspReference"] == started.intent
    assert set(intent["metadata"]) == {"saleor_transaction", "alencon_checkout"}


def test_three_d_secure_is_asked_for_and_then_the_basket_is_paid(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)

    assert shopper.confirm(started, "pm_card_authenticationRequired")["status"] == "requires_action"
    before = shopper.process(started)
    shopper.stripe.authenticate(started.intent)
    after = shopper.process(started)

    assert before["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert after["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    shopper.town.complete(checkout)


def test_a_failed_three_d_secure_pays_nothing_and_the_same_payment_can_be_tried_again(
    shopper: CardShopper,
) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    shopper.confirm(started, "pm_card_authenticationRequired")

    shopper.stripe.authenticate(started.intent, "fail")

    refused = shopper.process(started)
    assert refused["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert refused["transactionEvent"]["message"].startswith("Le paiement a été refusé : ")
    assert shopper.checkout(checkout) == {"authorizeStatus": "NONE", "chargeStatus": "NONE"}
    assert shopper.confirm(started)["status"] == "succeeded"
    assert shopper.process(started)["transactionEvent"]["type"] == "CHARGE_SUCCESS"


def test_a_refused_card_pays_nothing_and_another_one_pays(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    first = shopper.start(checkout)
    refusal = shopper.confirm(first, "pm_card_chargeDeclinedInsufficientFunds")
    assert refusal["error"]["decline_code"] == "insufficient_funds"

    answer = shopper.process(first)
    second = shopper.pay(checkout)

    assert answer["data"]["paymentIntent"]["errors"][0]["code"] == "insufficient_funds"
    assert shopper.intent(first)["status"] == "canceled"
    assert shopper.intent(second)["status"] == "succeeded"
    shopper.town.complete(checkout)


def test_a_second_tab_takes_the_payment_over_and_the_first_cannot_pay(
    shopper: CardShopper,
) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    first = shopper.start(checkout)
    second = shopper.start(checkout)

    refusal = shopper.confirm(first)
    assert refusal["error"]["code"] == "payment_intent_unexpected_state"
    assert shopper.process(first)["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert shopper.confirm(second)["status"] == "succeeded"
    assert shopper.process(second)["transactionEvent"]["type"] == "CHARGE_SUCCESS"


def test_a_second_tab_is_refused_when_the_first_has_paid_and_nobody_told_saleor(
    shopper: CardShopper,
) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    total = shopper.town.total(checkout)
    first = shopper.start(checkout)
    shopper.confirm(first)

    answer = shopper.initialize(checkout, total)

    assert answer["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert answer["transactionEvent"]["message"] == (
        "Ce panier est déjà payé : validez la commande, ne payez pas une seconde fois."
    )
    assert shopper.events(first)[-1] == ("CHARGE_SUCCESS", first.intent)
    order = shopper.town.complete(checkout)
    assert shopper.transaction(first)["order"] == {"id": order.id}


def test_more_than_is_left_to_pay_is_refused(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    total = shopper.town.total(checkout)

    answer = shopper.initialize(checkout, total + Decimal("0.01"))

    assert answer["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert answer["transactionEvent"]["message"] == (
        f"Il reste {total:.2f} € à payer pour ce panier, et non {total + Decimal('0.01'):.2f} € :"
        " rechargez la page."
    )


@pytest.mark.parametrize(
    "data", [["card"], {"paymentIntent": 1}, {"paymentIntent": {"paymentMethod": 4}}]
)
def test_data_of_another_shape_is_refused(shopper: CardShopper, data: Any) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})

    answer = shopper.initialize(checkout, data=data)

    assert answer["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert answer["transactionEvent"]["message"].startswith("Les données du paiement")


def test_a_repeated_initialize_is_the_same_payment(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    answers = [shopper.initialize(checkout, key="one-and-the-same") for _time in range(2)]

    assert answers[0]["data"] == answers[1]["data"]
    assert answers[0]["transaction"]["id"] == answers[1]["transaction"]["id"]


def test_a_basket_that_grew_after_the_payment_is_paid_the_rest(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    before = shopper.town.total(checkout)
    shopper.pay(checkout)
    set_quantity(shopper, checkout, BOOK, 2)
    rest = shopper.town.total(checkout) - before

    second = shopper.start(checkout, rest)
    shopper.confirm(second)
    shopper.process(second)

    order = shopper.town.complete(checkout)
    assert shopper.intent(second)["amount_received"] == int(rest * 100)
    assert len(shopper.town.order(order.id)["transactions"]) == 2


def test_a_basket_that_shrank_after_the_payment_gets_the_excess_back(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 2})
    started = shopper.pay(checkout)
    set_quantity(shopper, checkout, BOOK, 1)
    order = shopper.town.complete(checkout)

    shopper.watch()
    shopper.watch()

    assert shopper.refunds(started) == [2190]
    assert shopper.events(started)[-1][0] == "REFUND_SUCCESS"
    assert shopper.town.order(order.id)["transactions"][0]["chargedAmount"]["amount"] == 21.9


def test_a_direct_debit_is_an_order_while_it_is_under_way_and_is_paid_when_it_comes(
    shopper: CardShopper,
) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    method = shopper.debit_method("FR3020041010050500013M02609")
    assert shopper.confirm(started, method)["status"] == "processing"

    assert shopper.process(started)["transactionEvent"]["type"] == "CHARGE_REQUEST"
    order = shopper.town.complete(checkout)
    assert shopper.transaction(started)["chargePendingAmount"]["amount"] == 21.9
    shopper.stripe.settle(shopper.charge(started))
    shopper.stripe.pause_deliveries(False)

    eventually(lambda: shopper.transaction(started)["chargedAmount"]["amount"], 21.9)
    shopper.live.wait_for(order.id, lambda row: row.order["isPaid"])
    assert shopper.transaction(started)["paymentMethodDetails"]["name"] == "sepa_debit"


def test_a_direct_debit_that_the_bank_refuses_leaves_an_unpaid_order(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    shopper.confirm(started, shopper.debit_method("FR7920041010050500013M02600"))
    shopper.process(started)
    shopper.town.complete(checkout)

    shopper.stripe.settle(shopper.charge(started), "fail")
    shopper.stripe.pause_deliveries(False)

    eventually(lambda: shopper.events(started)[-1], ("CHARGE_FAILURE", started.intent))
    found = shopper.transaction(started)
    assert found["chargedAmount"]["amount"] == found["chargePendingAmount"]["amount"] == 0


def test_stripe_away_refuses_a_payment_and_the_shopper_tries_again(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    shopper.stripe.fault("drop_request", "/v1/payment_intents", times=2)

    answer = shopper.initialize(checkout)

    assert answer["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert answer["transactionEvent"]["message"] == (
        "Le paiement n'est pas disponible en ce moment : réessayez dans un instant."
    )
    shopper.pay(checkout)


@pytest.mark.parametrize("fault", ["drop_answer", "error", "rate_limit"])
def test_one_fault_while_a_payment_begins_is_not_seen(shopper: CardShopper, fault: str) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    shopper.stripe.fault(fault, "/v1/payment_intents")

    shopper.pay(checkout)

    shopper.town.complete(checkout)


def test_stripe_away_at_the_end_of_a_payment_fails_nothing(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.start(checkout)
    shopper.confirm(started)
    path = f"/v1/payment_intents/{started.intent}"
    shopper.stripe.fault("drop_request", path, method="GET")

    first = shopper.process(started)
    second = shopper.process(started)

    assert first["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert second["transactionEvent"]["type"] == "CHARGE_SUCCESS"


def test_an_order_made_without_payment_can_be_paid(shopper: CardShopper) -> None:
    shopper.town.allow_unpaid_orders(True)
    order = shopper.town.complete(shopper.town.start_checkout({BOOK: 1}))
    shopper.town.allow_unpaid_orders(False)

    started = shopper.start(order.id, Decimal("21.90"))
    shopper.confirm(started)

    assert shopper.process(started)["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    shopper.live.wait_for(order.id, lambda row: row.order["isPaid"])


def test_the_status_shows_no_secret(shopper: CardShopper) -> None:
    shopper.pay(shopper.town.start_checkout({BOOK: 1}))

    printed = shopper.run("status")

    assert json.loads(printed)["payments"]["charged"] >= 1
    assert "secret" not in printed


def test_saleor_writes_no_secret_into_its_log_or_database(shopper: CardShopper) -> None:
    checkout = shopper.town.start_checkout({BOOK: 1})
    started = shopper.pay(checkout)
    shopper.stripe.fault("error", "/v1/payment_intents", times=2)
    shopper.initialize(shopper.town.start_checkout({BOOK: 1}))
    secrets = [shopper.stripe.secret_key, WEBHOOK_SECRET, started.secret.split("_secret_")[1]]

    log = (shopper.live.stack.folder / "api.log").read_text("utf-8")
    rows = shopper.live.admin.execute(
        "SELECT json_agg(item)::text, json_agg(event)::text FROM payment_transactionitem item"
        " JOIN payment_transactionevent event ON event.transaction_id = item.id"
        " WHERE item.psp_reference = %s",
        [started.intent],
    ).fetchone()

    assert rows is not None
    assert started.intent in rows[0]
    for secret in secrets:
        assert secret not in log
        assert secret not in rows[0] + rows[1]
