"""Payments end as at Stripe: paid, refused, authenticated, captured later, cancelled."""

import http.client
import json
from urllib.parse import urlencode

from tests.unit.stripe_server.shop import refused


def confirm_in_the_page(server, intent, **fields) -> tuple[int, dict]:
    """Confirm as Stripe.js does: publishable key and client secret."""
    host = server.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    body = {"key": server.publishable_key, "client_secret": intent.client_secret, **fields}
    connection.request("POST", f"/v1/payment_intents/{intent.id}/confirm", urlencode(body))
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return answer.status, found


def test_a_paid_card_leaves_the_amount_less_the_fee_in_the_balance(shop) -> None:
    intent = shop.paid(10_000, expand=["latest_charge.balance_transaction"])

    booked = intent.latest_charge.balance_transaction
    assert intent.status == "succeeded"
    assert intent.amount_received == 10_000
    assert (booked.amount, booked.fee, booked.net) == (10_000, 175, 9_825)
    assert (booked.type, booked.reporting_category) == ("charge", "charge")
    assert booked.source == intent.latest_charge.id
    assert shop.balance() == (0, 9_825)
    assert shop.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_the_fee_is_rounded_half_up_to_the_cent(shop) -> None:
    fees = [
        shop.paid(
            amount, expand=["latest_charge.balance_transaction"]
        ).latest_charge.balance_transaction.fee
        for amount in (50, 99, 100, 166, 167, 1_033)
    ]

    assert fees == [26, 26, 27, 27, 28, 40]


def test_an_intent_waits_for_a_payment_method_then_for_its_confirmation(shop) -> None:
    intent = shop.intent()
    assert intent.status == "requires_payment_method"

    updated = shop.client.payment_intents.update(intent.id, {"payment_method": "pm_card_visa"})
    assert updated.status == "requires_confirmation"

    assert shop.client.payment_intents.confirm(intent.id).status == "succeeded"


def test_a_refused_card_is_an_error_and_leaves_a_failed_charge(shop) -> None:
    intent = shop.intent()
    error = refused(
        shop.client.payment_intents.confirm,
        intent.id,
        {"payment_method": "pm_card_chargeDeclinedInsufficientFunds"},
    )

    after = shop.client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert type(error).__name__ == "CardError"
    assert error.http_status == 402
    assert error.code == "card_declined"
    assert error.error.decline_code == "insufficient_funds"
    assert error.error.payment_intent.id == intent.id
    assert error.error.charge == after.latest_charge.id
    assert after.status == "requires_payment_method"
    assert after.payment_method is None
    assert after.last_payment_error.decline_code == "insufficient_funds"
    assert after.latest_charge.status == "failed"
    assert after.latest_charge.balance_transaction is None
    assert shop.events()[1:] == ["charge.failed", "payment_intent.payment_failed"]
    assert shop.balance() == (0, 0)


def test_after_a_refusal_another_card_pays(shop) -> None:
    intent = shop.intent()
    refused(
        shop.client.payment_intents.confirm, intent.id, {"payment_method": "pm_card_chargeDeclined"}
    )

    paid = shop.client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert paid.status == "succeeded"
    assert paid.last_payment_error is None
    charges = shop.client.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_the_page_confirms_with_the_publishable_key_and_sees_no_metadata(shop, server) -> None:
    intent = shop.intent(metadata={"saleor_transaction": "T1"})

    status, found = confirm_in_the_page(
        server,
        intent,
        **{
            "payment_method_data[type]": "card",
            "payment_method_data[card][number]": "4242 4242 4242 4242",
            "payment_method_data[card][exp_month]": "12",
        },
    )

    assert (status, found["status"]) == (200, "succeeded")
    assert "metadata" not in found
    assert "latest_charge" not in found


def test_the_page_is_refused_with_another_client_secret(shop, server) -> None:
    intent = shop.intent()

    status, found = confirm_in_the_page(server, intent, client_secret="pi_x_secret_y")

    assert status == 400
    assert found["error"]["param"] == "client_secret"


def test_3d_secure_is_asked_for_and_then_the_card_is_charged(shop, server) -> None:
    intent = shop.intent()
    _status, waiting = confirm_in_the_page(
        server, intent, payment_method="pm_card_authenticationRequired"
    )
    assert waiting["status"] == "requires_action"
    assert waiting["next_action"]["type"] == "use_stripe_sdk"
    assert shop.balance() == (0, 0)

    server.authenticate(intent.id)

    after = shop.client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    details = after.latest_charge.payment_method_details
    assert after.status == "succeeded"
    assert details.card.three_d_secure.result == "authenticated"
    assert "payment_intent.requires_action" in shop.events()


def test_3d_secure_that_fails_charges_nothing(shop, server) -> None:
    intent = shop.paid(card="pm_card_authenticationRequired", return_url="http://127.0.0.1/back")
    assert intent.next_action.redirect_to_url.return_url == "http://127.0.0.1/back"

    server.authenticate(intent.id, "fail")

    after = shop.client.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "payment_intent_authentication_failure"
    assert after.latest_charge is None
    assert shop.client.charges.list().data == []


def test_a_card_may_be_refused_after_its_authentication(shop, server) -> None:
    card = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    intent = shop.paid(card=card)

    server.authenticate(intent.id)

    after = shop.client.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.decline_code == "insufficient_funds"


def test_a_changed_amount_is_charged_and_a_paid_one_cannot_change(shop) -> None:
    intent = shop.intent(1_000)
    shop.client.payment_intents.update(intent.id, {"amount": 1_500})
    paid = shop.client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert paid.amount_received == 1_500

    error = refused(shop.client.payment_intents.update, intent.id, {"amount": 2_000})

    assert error.code == "payment_intent_unexpected_state"
    assert str(error.user_message).startswith(
        "This PaymentIntent's amount could not be updated because it has a status of succeeded."
    )


def test_a_changed_amount_needs_a_new_confirmation_during_3d_secure(shop) -> None:
    intent = shop.paid(card="pm_card_authenticationRequired")

    updated = shop.client.payment_intents.update(intent.id, {"amount": 2_000})

    assert (updated.status, updated.next_action) == ("requires_confirmation", None)


def test_a_paid_intent_is_not_confirmed_twice(shop) -> None:
    intent = shop.paid()

    error = refused(shop.client.payment_intents.confirm, intent.id)

    assert error.http_status == 400
    assert error.code == "payment_intent_unexpected_state"
    assert shop.balance() == (0, 960)


def test_manual_capture_books_when_it_is_captured(shop) -> None:
    intent = shop.paid(1_000, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 1_000)
    assert shop.transactions() == []

    captured = shop.client.payment_intents.capture(intent.id)

    assert (captured.status, captured.amount_received) == ("succeeded", 1_000)
    assert shop.transactions() == [("charge", 1_000, 40)]


def test_a_partial_capture_books_what_is_captured_and_no_refund(shop) -> None:
    intent = shop.paid(1_000, capture_method="manual")

    shop.client.payment_intents.capture(intent.id, {"amount_to_capture": 700})

    charge = shop.client.charges.retrieve(intent.latest_charge)
    assert (charge.amount, charge.amount_captured, charge.amount_refunded) == (1_000, 700, 0)
    assert shop.transactions() == [("charge", 700, 36)]
    assert shop.client.refunds.list().data == []
    assert shop.refund(intent).amount == 700


def test_an_open_intent_is_cancelled_and_a_paid_one_is_not(shop) -> None:
    intent = shop.intent()
    cancelled = shop.client.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")

    error = refused(shop.client.payment_intents.cancel, shop.paid().id)

    assert error.code == "payment_intent_unexpected_state"


def test_cancelling_an_authorised_charge_releases_it(shop) -> None:
    intent = shop.paid(1_000, capture_method="manual")

    shop.client.payment_intents.cancel(intent.id)

    charge = shop.client.charges.retrieve(intent.latest_charge)
    assert (charge.refunded, charge.captured, charge.amount_captured) == (False, False, 0)
    assert shop.transactions() == []
    assert shop.client.refunds.list().data == []
    assert shop.events()[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_a_direct_debit_is_processing_until_the_bank_answers(shop, server) -> None:
    intent = shop.client.payment_intents.create(
        {
            "amount": 1_000,
            "currency": "eur",
            "allowed_payment_method_types": ["sepa_debit"],
            "payment_method_data": {
                "type": "sepa_debit",
                "sepa_debit": {"iban": "FR1420041010050500013M02606"},
            },
            "confirm": True,
        }
    )
    assert intent.status == "processing"

    server.advance(seconds=60)

    assert shop.client.payment_intents.retrieve(intent.id).status == "succeeded"
    assert shop.transactions() == [("payment", 1_000, 35)]


def test_a_direct_debit_that_fails_takes_its_booking_back(shop, server) -> None:
    intent = shop.client.payment_intents.create(
        {
            "amount": 1_000,
            "currency": "eur",
            "allowed_payment_method_types": ["sepa_debit"],
            "payment_method_data": {
                "type": "sepa_debit",
                "sepa_debit": {"iban": "FR8420041010050500013M02607"},
            },
            "confirm": True,
        }
    )

    server.advance(seconds=60)

    after = shop.client.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert after.status == "requires_payment_method"
    assert after.latest_charge.status == "failed"
    assert shop.transactions() == [
        ("payment", 1_000, 35),
        ("payment_failure_refund", -1_000, -35),
    ]
    assert shop.balance() == (0, 0)


def test_of_the_newest_version_a_charge_is_booked_a_little_later(shop, server) -> None:
    intent = shop.client.payment_intents.create(
        {
            "amount": 1_000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": "http://127.0.0.1/back",
        }
    )
    assert intent.capture_method == "automatic_async"
    assert shop.transactions() == []

    server.advance(seconds=3)

    assert shop.transactions() == [("charge", 1_000, 40)]
    assert shop.events()[-1] == "charge.updated"


def test_an_intent_is_found_by_its_metadata(shop) -> None:
    shop.paid(metadata={"saleor_transaction": "T1"})
    wanted = shop.paid(metadata={"saleor_transaction": "T'2"})

    query = 'metadata["saleor_transaction"]:"T\'2" AND status:"succeeded"'
    found = shop.client.payment_intents.search({"query": query})

    assert [intent.id for intent in found.data] == [wanted.id]
    assert found.object == "search_result"


def test_the_newest_version_takes_no_explicit_types(shop, server) -> None:
    error = refused(
        shop.client.payment_intents.create,
        {"amount": 1_000, "currency": "eur", "payment_method_types": ["card"]},
    )
    older = shop.client.payment_intents.create(
        {"amount": 1_000, "currency": "eur", "payment_method_types": ["card"]},
        {"stripe_version": "2020-08-27"},
    )
    limited = shop.client.payment_intents.create(
        {"amount": 1_000, "currency": "eur", "excluded_payment_method_types": ["sepa_debit"]}
    )

    assert error.code == "payment_method_types_no_longer_supported"
    assert older.payment_method_types == ["card"]
    assert older.automatic_payment_methods is None
    assert limited.payment_method_types == ["card"]
    assert limited.automatic_payment_methods.enabled is True


def test_dynamic_methods_need_a_return_url(shop) -> None:
    error = refused(
        shop.client.payment_intents.create,
        {"amount": 1_000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True},
    )

    assert "you must provide a `return_url`" in error.user_message
    assert shop.client.payment_intents.list().data == []
