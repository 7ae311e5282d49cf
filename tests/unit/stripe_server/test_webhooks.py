"""Events reach the endpoints signed, in their version, and again when nobody took them."""

import json

import stripe

from tests.unit.stripe_server.shop import receiver, refused


def types_of(received) -> list[str]:
    return [json.loads(body)["type"] for body, _signature in received]


def test_an_event_is_delivered_with_a_signature_that_the_client_accepts(shop, server) -> None:
    with receiver() as (url, received):
        endpoint = shop.client.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
        intent = shop.paid()
        server.wait_for_deliveries()

    assert types_of(received) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    body, signature = received[2]
    event = stripe.Webhook.construct_event(body, signature, endpoint.secret)
    assert event.data.object.id == intent.id
    assert event.id == shop.client.events.list({"limit": 1}).data[0].id


def test_a_changed_body_or_another_secret_is_not_accepted(shop, server) -> None:
    with receiver() as (url, received):
        endpoint = server.register_webhook(url, "whsec_chosen")
        shop.intent()
        server.wait_for_deliveries()
    body, signature = received[0]
    assert endpoint["secret"] == "whsec_chosen"

    for wrong_body, wrong_secret in ((body + b" ", "whsec_chosen"), (body, "whsec_other")):
        error = refused(stripe.Webhook.construct_event, wrong_body, signature, wrong_secret)
        assert isinstance(error, stripe.SignatureVerificationError)


def test_an_endpoint_gets_what_it_asked_for_in_its_version(shop, server) -> None:
    with receiver() as (url, received):
        shop.client.webhook_endpoints.create(
            {"url": url, "enabled_events": ["charge.succeeded"], "api_version": "2022-08-01"}
        )
        shop.paid()
        server.wait_for_deliveries()

    [(body, _signature)] = received
    event = json.loads(body)
    assert (event["type"], event["api_version"]) == ("charge.succeeded", "2022-08-01")
    assert event["data"]["object"]["refunds"]["data"] == []


def test_a_failed_delivery_is_tried_again_when_the_clock_says_so(shop, server) -> None:
    with receiver(statuses=[500, 302]) as (url, received):
        server.register_webhook(url)
        shop.intent()
        server.wait_for_deliveries()
        assert len(received) == 1
        [event] = shop.client.events.list().data
        assert event.pending_webhooks == 1

        server.advance(seconds=60)
        server.wait_for_deliveries()
        assert len(received) == 2

        server.advance(seconds=299)
        server.wait_for_deliveries()
        assert len(received) == 2
        server.advance(seconds=1)
        server.wait_for_deliveries()

    assert types_of(received) == ["payment_intent.created"] * 3
    assert shop.client.events.retrieve(event.id).pending_webhooks == 0


def test_events_that_no_endpoint_took_can_be_listed(shop, server) -> None:
    with receiver(statuses=[500, 200]) as (url, _received):
        server.register_webhook(url)
        shop.intent()
        server.wait_for_deliveries()
        [failed] = shop.client.events.list({"delivery_success": False}).data
        shop.intent()
        server.wait_for_deliveries()

        assert [each.id for each in shop.client.events.list({"delivery_success": False})] == [
            failed.id
        ]
        [taken] = shop.client.events.list({"delivery_success": True}).data
    assert taken.id != failed.id


def test_deliveries_stop_after_the_last_retry(shop, server) -> None:
    with receiver(statuses=[500] * 20) as (url, received):
        server.register_webhook(url)
        shop.intent()
        for _ in range(15):
            server.wait_for_deliveries()
            server.advance(hours=12)
        server.wait_for_deliveries()

    assert len(received) == 11


def test_deliveries_can_be_held_back_and_an_event_sent_again(shop, server) -> None:
    with receiver() as (url, received):
        server.register_webhook(url)
        server.pause_deliveries()
        shop.intent()
        shop.intent()
        assert received == []

        assert server.deliver_due() == 2
        first = shop.client.events.list().data[-1]
        server.resend(first.id)
        assert server.deliver_due() == 1

    assert json.loads(received[2][0])["id"] == first.id


def test_an_event_can_be_handed_over_without_http(shop, server) -> None:
    endpoint = server.register_webhook("http://127.0.0.1:9/none", "whsec_chosen")
    server.pause_deliveries()
    shop.intent()
    [event] = shop.client.events.list().data

    body, signature = server.signed_event(event.id, endpoint["id"])

    parsed = stripe.Webhook.construct_event(body, signature, "whsec_chosen")
    assert parsed.id == event.id


def test_events_of_connected_accounts_go_to_connect_endpoints_only(shop, server) -> None:
    with receiver() as (url, received), receiver() as (other_url, own):
        server.register_webhook(url, connect=True)
        server.register_webhook(other_url)
        account = shop.client.accounts.create({"type": "express"})
        server.complete_onboarding(account.id)
        server.wait_for_deliveries()

    assert types_of(received) == ["account.updated"]
    event = json.loads(received[0][0])
    assert event["account"] == account.id
    assert event["data"]["previous_attributes"]["payouts_enabled"] is False
    assert own == []


def test_no_endpoint_outside_of_this_machine_is_accepted(shop) -> None:
    error = refused(
        shop.client.webhook_endpoints.create,
        {"url": "https://example.com/hook", "enabled_events": ["*"]},
    )

    assert (error.code, error.param) == ("url_invalid", "url")


def test_events_are_listed_by_type_and_keep_the_object_as_it_was(shop) -> None:
    intent = shop.paid(1_000)
    shop.refund(intent, 400)

    [event] = shop.client.events.list({"type": "charge.succeeded"}).data
    kinds = shop.client.events.list({"types": ["charge.refunded", "refund.created"]}).data

    assert event.data.object.amount_refunded == 0
    assert event.request.id.startswith("req_")
    assert [each.type for each in kinds] == ["charge.refunded", "refund.created"]
    assert kinds[0].data.previous_attributes.amount_refunded == 0


def test_an_endpoint_is_changed_and_removed(shop, server) -> None:
    with receiver() as (url, received):
        endpoint = shop.client.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
        shop.client.webhook_endpoints.update(endpoint.id, {"disabled": True})
        shop.intent()
        shop.client.webhook_endpoints.delete(endpoint.id)
        server.wait_for_deliveries()

    assert received == []
    assert shop.client.webhook_endpoints.list().data == []
