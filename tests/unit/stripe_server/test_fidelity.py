"""The double's objects and parameters are those that Stripe's own package describes."""

import http.client
import importlib
import json
import typing

import pytest

from saleor_alencon.local.stripe_server.routes import ROUTES
from tests.unit.stripe_server.test_payouts_and_transfers import express

# Fields that Stripe still answers and its package no longer describes.
UNDESCRIBED = {"charge": {"source"}, "payment_intent": {"source"}, "transfer": set()}
# What Stripe.js adds, or sends for a key of its own.
OF_STRIPE_JS = {
    *("key", "client_secret", "expected_payment_method_type", "client_attribution_metadata"),
    *("guid", "muid", "sid", "referrer", "payment_user_agent", "time_on_page", "is_stripe_sdk"),
}
# Versions before 2026-09-30 take it: docs.stripe.com/changelog/endive/2026-09-30.
OF_OLDER_VERSIONS = {"payment_method_types"}
PARAMS = {
    ("POST", "/v1/payment_intents"): "PaymentIntentCreateParams",
    ("GET", "/v1/payment_intents"): "PaymentIntentListParams",
    ("GET", "/v1/payment_intents/search"): "PaymentIntentSearchParams",
    ("GET", "/v1/payment_intents/{intent}"): "PaymentIntentRetrieveParams",
    ("POST", "/v1/payment_intents/{intent}"): "PaymentIntentModifyParams",
    ("POST", "/v1/payment_intents/{intent}/confirm"): "PaymentIntentConfirmParams",
    ("POST", "/v1/payment_intents/{intent}/capture"): "PaymentIntentCaptureParams",
    ("POST", "/v1/payment_intents/{intent}/cancel"): "PaymentIntentCancelParams",
    ("POST", "/v1/payment_methods"): "PaymentMethodCreateParams",
    ("GET", "/v1/charges"): "ChargeListParams",
    ("POST", "/v1/charges/{id}"): "ChargeModifyParams",
    ("POST", "/v1/refunds"): "RefundCreateParams",
    ("GET", "/v1/refunds"): "RefundListParams",
    ("POST", "/v1/refunds/{refund}"): "RefundModifyParams",
    ("GET", "/v1/disputes"): "DisputeListParams",
    ("POST", "/v1/disputes/{dispute}"): "DisputeModifyParams",
    ("POST", "/v1/disputes/{dispute}/close"): "DisputeCloseParams",
    ("GET", "/v1/balance_transactions"): "BalanceTransactionListParams",
    ("POST", "/v1/payouts"): "PayoutCreateParams",
    ("GET", "/v1/payouts"): "PayoutListParams",
    ("POST", "/v1/transfers"): "TransferCreateParams",
    ("GET", "/v1/transfers"): "TransferListParams",
    ("POST", "/v1/transfers/{id}"): "TransferModifyParams",
    ("POST", "/v1/transfers/{id}/reversals"): "TransferCreateReversalParams",
    ("GET", "/v1/transfers/{id}/reversals"): "TransferListReversalsParams",
    ("POST", "/v1/accounts"): "AccountCreateParams",
    ("GET", "/v1/accounts"): "AccountListParams",
    ("POST", "/v1/accounts/{account}"): "AccountUpdateParams",
    ("POST", "/v1/accounts/{account}/login_links"): "AccountCreateLoginLinkParams",
    ("POST", "/v1/account_links"): "AccountLinkCreateParams",
    ("GET", "/v1/events"): "EventListParams",
    ("POST", "/v1/webhook_endpoints"): "WebhookEndpointCreateParams",
    ("GET", "/v1/webhook_endpoints"): "WebhookEndpointListParams",
    ("POST", "/v1/webhook_endpoints/{webhook_endpoint}"): "WebhookEndpointModifyParams",
}


def names_of(class_name: str) -> set[str]:
    """Return the parameters that a class of stripe.params describes."""
    words = "".join(f"_{char.lower()}" if char.isupper() else char for char in class_name)
    module = importlib.import_module(f"stripe.params.{words}")
    return set(getattr(module, class_name).__annotations__) | {"expand"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_takes_only_parameters_that_stripe_has(route) -> None:
    if not route.spec:
        return
    described = names_of(PARAMS[route.method, route.path])

    assert set(route.spec) - OF_STRIPE_JS - OF_OLDER_VERSIONS - described == set()


@pytest.fixture
def everything(shop, server) -> dict[str, dict]:
    """One object of each kind, as JSON."""
    account = express(shop, server)
    intent = shop.paid(10_000, card="pm_card_bypassPending")
    shop.refund(intent, 100)
    transfer = shop.client.transfers.create(
        {"amount": 500, "currency": "eur", "destination": account.id}
    )
    shop.client.transfers.reversals.create(transfer.id, {"amount": 100})
    endpoint = server.register_webhook("http://127.0.0.1:9/none")
    server.pay_out()
    server.open_dispute(shop.paid(2_000).latest_charge)
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))

    def read(path: str) -> dict:
        headers = {"Authorization": f"Bearer {server.secret_key}"}
        connection.request("GET", path, headers=headers)
        return json.loads(connection.getresponse().read())

    found = {
        name: read(f"/v1/{path}")["data"][0]
        for name, path in {
            "payment_intent": "payment_intents",
            "charge": "charges",
            "refund": "refunds",
            "dispute": "disputes",
            "balance_transaction": "balance_transactions",
            "payout": "payouts",
            "transfer": "transfers",
            "transfer_reversal": f"transfers/{transfer.id}/reversals",
            "account": "accounts",
            "event": "events",
        }.items()
    }
    found["payment_method"] = read(f"/v1/payment_methods/{intent.payment_method}")
    found["balance"] = read("/v1/balance")
    found["webhook_endpoint"] = {k: v for k, v in endpoint.items() if k != "secret"}
    connection.close()
    return found


CLASSES = {
    "payment_intent": "PaymentIntent",
    "charge": "Charge",
    "refund": "Refund",
    "dispute": "Dispute",
    "balance_transaction": "BalanceTransaction",
    "payout": "Payout",
    "transfer": "Transfer",
    "transfer_reversal": "TransferReversal",
    "account": "Account",
    "event": "Event",
    "payment_method": "PaymentMethod",
    "balance": "Balance",
    "webhook_endpoint": "WebhookEndpoint",
}


def class_of(kind: str) -> type:
    return getattr(importlib.import_module(f"stripe._{kind}"), CLASSES[kind])


def is_optional(annotation: object) -> bool:
    return type(None) in typing.get_args(annotation)


def test_an_object_has_the_fields_that_stripe_describes_and_no_other(everything) -> None:
    assert set(everything) == set(CLASSES)
    for kind, body in everything.items():
        described = class_of(kind).__annotations__
        fields = {name for name in described if not name.startswith("_") and name.islower()}
        needed = {name for name in fields if not is_optional(described[name])}
        unknown = set(body) - fields - UNDESCRIBED.get(kind, set())

        assert body["object"] == kind
        assert (kind, unknown) == (kind, set())
        assert (kind, needed - set(body) - NOT_ALWAYS.get(kind, set())) == (kind, set())


# Fields that the package gives a type without None, though Stripe leaves them out at times.
NOT_ALWAYS: dict[str, set[str]] = {}
