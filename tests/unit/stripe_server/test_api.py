"""Keys, parameters, errors, pages, versions and idempotency are Stripe's."""

import http.client
import json
import threading
import time
from urllib.parse import urlencode

import pytest
import stripe

from tests.unit.stripe_server.conftest import connect
from tests.unit.stripe_server.shop import refused

CREATE = {"amount": 1_000, "currency": "eur", "allowed_payment_method_types": ["card"]}


def call(server, method, path, fields=None, **headers):
    """Call without any client; return status, headers and JSON."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    sent = {"Authorization": f"Bearer {server.secret_key}", **headers}
    connection.request(method, path, urlencode(fields or {}), sent)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return answer.status, dict(answer.headers), found


def test_a_wrong_key_is_401_and_is_not_repeated_in_full(server) -> None:
    client = stripe.StripeClient("sk_test_wrong_key_0000abcd", base_addresses={"api": server.url})

    error = refused(client.v1.balance.retrieve)

    assert isinstance(error, stripe.AuthenticationError)
    assert error.http_status == 401
    assert error.user_message == "Invalid API Key provided: sk_test_**************abcd"


def test_no_key_is_401(server) -> None:
    status, _headers, found = call(server, "GET", "/v1/balance", Authorization="")

    assert status == 401
    assert found["error"]["type"] == "invalid_request_error"
    assert found["error"]["message"].startswith("You did not provide an API key.")


def test_the_publishable_key_does_not_open_the_account(server) -> None:
    client = stripe.StripeClient(server.publishable_key, base_addresses={"api": server.url})

    error = refused(client.v1.balance.retrieve)

    assert error.error.code == "secret_key_required"


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"amount": "abc"}, "parameter_invalid_integer", "amount"),
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": 49}, "amount_too_small", "amount"),
        ({"amount": ""}, "parameter_invalid_empty", "amount"),
        ({"amount": None}, "parameter_missing", "amount"),
        ({"currency": None}, "parameter_missing", "currency"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"payment_method": "pm_none"}, "resource_missing", "payment_method"),
        ({"capture_method": "later"}, None, "capture_method"),
        ({"confirm": "perhaps"}, None, "confirm"),
    ],
)
def test_wrong_parameters_are_named(server, changed, code, param) -> None:
    fields = {"amount": 1_000, "currency": "eur", **changed}
    sent = {name: value for name, value in fields.items() if value is not None}

    status, _headers, found = call(server, "POST", "/v1/payment_intents", sent)

    assert status == 400
    assert found["error"]["type"] == "invalid_request_error"
    assert (found["error"].get("code"), found["error"]["param"]) == (code, param)


def test_an_unknown_id_is_404_with_its_parameter(client) -> None:
    error = refused(client.v1.payment_intents.retrieve, "pi_none")

    assert (error.http_status, error.code, error.param) == (404, "resource_missing", "intent")
    assert error.user_message == "No such payment_intent: 'pi_none'"
    assert error.request_id.startswith("req_")


def test_an_unknown_url_is_404(server) -> None:
    status, _headers, found = call(server, "GET", "/v1/coupons")

    assert status == 404
    assert found["error"]["message"].startswith("Unrecognized request URL (GET: /v1/coupons).")


def test_metadata_is_merged_and_an_empty_value_removes_a_key(client) -> None:
    intent = client.v1.payment_intents.create({**CREATE, "metadata": {"a": "1", "b": "2"}})

    updated = client.v1.payment_intents.update(intent.id, {"metadata": {"a": "", "c": "3"}})

    assert updated.metadata.to_dict() == {"b": "2", "c": "3"}


def test_only_an_id_can_be_expanded(client) -> None:
    intent = client.v1.payment_intents.create(CREATE)

    error = refused(client.v1.payment_intents.retrieve, intent.id, {"expand": ["amount"]})

    assert error.user_message == "This property cannot be expanded (amount)."


def test_lists_are_read_page_by_page_in_both_directions(client) -> None:
    made = [client.v1.payment_intents.create(CREATE).id for _ in range(5)]
    newest_first = made[::-1]

    first = client.v1.payment_intents.list({"limit": 2})
    second = client.v1.payment_intents.list({"limit": 2, "starting_after": first.data[-1].id})
    back = client.v1.payment_intents.list({"limit": 2, "ending_before": second.data[0].id})

    assert [each.id for each in first.data] == newest_first[:2]
    assert [each.id for each in second.data] == newest_first[2:4]
    assert [each.id for each in back.data] == newest_first[:2]
    assert (first.has_more, second.has_more, back.has_more) == (True, True, False)
    everything = client.v1.payment_intents.list({"limit": 2}).auto_paging_iter()
    assert [each.id for each in everything] == newest_first


def test_lists_are_filtered_by_the_moment_of_creation(server, client) -> None:
    client.v1.payment_intents.create(CREATE)
    later = server.advance(hours=1)
    wanted = client.v1.payment_intents.create(CREATE)

    found = client.v1.payment_intents.list({"created": {"gte": later}})

    assert [each.id for each in found.data] == [wanted.id]
    assert refused(client.v1.payment_intents.list, {"limit": 101}).param == "limit"


def test_an_old_version_has_the_lists_that_a_new_one_has_not(server) -> None:
    fields = {"amount": 1_000, "currency": "eur", "payment_method": "pm_card_visa"}
    old = {"Stripe-Version": "2020-08-27"}

    _, _, intent = call(server, "POST", "/v1/payment_intents", {**fields, "confirm": "true"}, **old)
    _, _, newer = call(server, "GET", f"/v1/payment_intents/{intent['id']}")

    assert intent["capture_method"] == "automatic"
    assert intent["payment_method_types"] == ["card"]
    assert intent["charges"]["data"][0]["refunds"]["data"] == []
    assert "charges" not in newer


# Idempotency


def test_the_same_key_gives_the_same_answer_and_does_the_work_once(server) -> None:
    key = {"Idempotency-Key": "k1"}
    first = call(server, "POST", "/v1/payment_intents", {"amount": 900, "currency": "eur"}, **key)
    second = call(server, "POST", "/v1/payment_intents", {"amount": 900, "currency": "eur"}, **key)

    assert first[2] == second[2]
    assert "Idempotent-Replayed" not in first[1]
    assert second[1]["Idempotent-Replayed"] == "true"
    assert second[1]["Original-Request"] == first[1]["Request-Id"]
    assert len(call(server, "GET", "/v1/payment_intents")[2]["data"]) == 1


def test_the_same_key_with_other_parameters_is_an_error(client) -> None:
    options = {"idempotency_key": "k1"}
    client.v1.payment_intents.create(CREATE, options)

    error = refused(client.v1.payment_intents.create, {**CREATE, "amount": 1_001}, options)

    assert isinstance(error, stripe.IdempotencyError)
    assert error.http_status == 400
    assert error.user_message == (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        "used with. Try using a key other than 'k1' if you meant to execute a different request."
    )


def test_the_same_key_for_another_endpoint_is_an_error(shop) -> None:
    options = {"idempotency_key": "k1"}
    intent = shop.client.payment_intents.create(CREATE, options)

    error = refused(shop.client.payment_intents.cancel, intent.id, {}, options)

    assert isinstance(error, stripe.IdempotencyError)
    assert "same endpoint they were first used for" in error.user_message


def test_a_refusal_of_the_execution_is_replayed_too(shop) -> None:
    options = {"idempotency_key": "k1"}
    card = {"payment_method": "pm_card_chargeDeclined", "confirm": True}

    first = refused(shop.client.payment_intents.create, {**CREATE, **card}, options)
    second = refused(shop.client.payment_intents.create, {**CREATE, **card}, options)

    assert first.error.payment_intent.id == second.error.payment_intent.id
    assert second.http_status == 402
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(shop.client.charges.list().data) == 1


def test_refused_parameters_do_not_use_up_the_key(client) -> None:
    options = {"idempotency_key": "k1"}
    refused(client.v1.payment_intents.create, {**CREATE, "amount": 0}, options)

    assert client.v1.payment_intents.create(CREATE, options).amount == 1_000


def test_a_key_is_forgotten_after_a_day(server, client) -> None:
    options = {"idempotency_key": "k1"}
    first = client.v1.payment_intents.create(CREATE, options)

    server.advance(hours=25)

    assert client.v1.payment_intents.create(CREATE, options).id != first.id


def test_a_key_in_use_is_409(server, client) -> None:
    server.fault("delay", "/v1/payment_intents", seconds=0.6)
    options = {"idempotency_key": "k1"}
    slow = threading.Thread(target=client.v1.payment_intents.create, args=(CREATE, options))
    slow.start()
    time.sleep(0.2)

    error = refused(connect(server).v1.payment_intents.create, CREATE, options)
    slow.join()

    assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
    assert len(client.v1.payment_intents.list().data) == 1


# Faults


def test_an_answer_that_is_lost_can_be_asked_for_again(server, shop) -> None:
    intent = shop.paid(1_000)
    server.fault("drop_answer", "/v1/refunds")
    options = {"idempotency_key": "refund-1"}
    given = {"payment_intent": intent.id, "amount": 400}

    lost = refused(shop.client.refunds.create, given, options)
    again = shop.client.refunds.create(given, options)

    assert isinstance(lost, stripe.APIConnectionError)
    assert again.amount == 400
    assert len(shop.client.refunds.list().data) == 1


def test_a_request_that_is_lost_did_nothing(server, shop) -> None:
    intent = shop.paid(1_000)
    server.fault("drop_request", "/v1/refunds")

    assert isinstance(refused(shop.refund, intent), stripe.APIConnectionError)
    assert shop.client.refunds.list().data == []


def test_an_error_of_stripe_is_kept_for_the_key(server, shop) -> None:
    intent = shop.paid(1_000)
    server.fault("error", "/v1/refunds")
    options = {"idempotency_key": "refund-1"}
    given = {"payment_intent": intent.id}

    statuses = [refused(shop.client.refunds.create, given, options).http_status for _ in range(2)]

    assert statuses == [500, 500]
    assert shop.refund(intent).amount == 1_000


def test_too_many_requests_are_429_and_leave_the_key_free(server, shop) -> None:
    server.fault("rate_limit", "/v1/payment_intents", times=2)
    options = {"idempotency_key": "k1"}

    errors = [refused(shop.client.payment_intents.create, CREATE, options) for _ in range(2)]

    assert [error.http_status for error in errors] == [429, 429]
    assert isinstance(errors[0], stripe.RateLimitError)
    assert shop.client.payment_intents.create(CREATE, options).amount == 1_000


def test_many_at_once_leave_one_refund_of_the_whole(server, shop) -> None:
    intent = shop.paid(1_000)
    outcomes = []

    def try_refund() -> None:
        try:
            connect(server).v1.refunds.create({"payment_intent": intent.id})
            outcomes.append("refunded")
        except stripe.InvalidRequestError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=try_refund) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["charge_already_refunded"] * 11 + ["refunded"]
    assert shop.balance() == (0, -40)
