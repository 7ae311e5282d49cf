"""Which request is answered by which function, with the parameters that it models.

A parameter that the test server does not model is refused as unknown: it never pretends.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import (
    accounts,
    balance,
    cards,
    charges,
    disputes,
    intent_ends,
    payment_intents,
    payouts,
    refunds,
    transfers,
    webhooks,
)
from .errors import Json, StripeError
from .parameters import CURSOR, PAGE, Spec
from .work import Work

NOTHING: Spec = {}


@dataclass(frozen=True)
class Route:
    """One endpoint; ``publishable``: a publishable key may use it, as Stripe.js does."""

    method: str
    path: str
    answer: Callable[[Work, Json], Json]
    spec: Spec
    publishable: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what paths it answers."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


INTENT = "/v1/payment_intents/{intent}"
ENDPOINT = "/v1/webhook_endpoints/{webhook_endpoint}"
ACCOUNT = "/v1/accounts/{account}"
ROUTES = (
    Route("POST", "/v1/payment_intents", payment_intents.create, payment_intents.CREATE),
    Route("GET", "/v1/payment_intents", intent_ends.list_all, intent_ends.LIST),
    Route("GET", "/v1/payment_intents/search", intent_ends.search, intent_ends.SEARCH),
    Route("GET", INTENT, payment_intents.retrieve, payment_intents.RETRIEVE, publishable=True),
    Route("POST", INTENT, payment_intents.update, payment_intents.UPDATE),
    Route(
        "POST",
        f"{INTENT}/confirm",
        payment_intents.confirm,
        payment_intents.CONFIRM,
        publishable=True,
    ),
    Route("POST", f"{INTENT}/capture", intent_ends.capture, payment_intents.CAPTURE),
    Route("POST", f"{INTENT}/cancel", intent_ends.cancel, payment_intents.CANCEL),
    Route("POST", "/v1/payment_methods", cards.create, cards.CREATE, publishable=True),
    Route("GET", "/v1/payment_methods/{payment_method}", cards.retrieve, NOTHING),
    Route("GET", "/v1/charges", charges.list_all, charges.LIST),
    Route("GET", "/v1/charges/{id}", charges.retrieve, NOTHING),
    Route("POST", "/v1/charges/{id}", charges.update, charges.UPDATE),
    Route("POST", "/v1/refunds", refunds.create, refunds.CREATE),
    Route("GET", "/v1/refunds", refunds.list_all, refunds.LIST),
    Route("GET", "/v1/refunds/{refund}", refunds.retrieve, NOTHING),
    Route("POST", "/v1/refunds/{refund}", refunds.update, refunds.UPDATE),
    Route("GET", "/v1/disputes", disputes.list_all, disputes.LIST),
    Route("GET", "/v1/disputes/{dispute}", disputes.retrieve, NOTHING),
    Route("POST", "/v1/disputes/{dispute}", disputes.update, disputes.UPDATE),
    Route("POST", "/v1/disputes/{dispute}/close", disputes.close, NOTHING),
    Route("GET", "/v1/balance", balance.retrieve_balance, NOTHING),
    Route("GET", "/v1/balance_transactions", balance.list_all, balance.LIST),
    Route("GET", "/v1/balance_transactions/{id}", balance.retrieve, NOTHING),
    Route("POST", "/v1/payouts", payouts.create, payouts.CREATE),
    Route("GET", "/v1/payouts", payouts.list_all, payouts.LIST),
    Route("GET", "/v1/payouts/{payout}", payouts.retrieve, NOTHING),
    Route("POST", "/v1/transfers", transfers.create, transfers.CREATE),
    Route("GET", "/v1/transfers", transfers.list_all, transfers.LIST),
    Route("GET", "/v1/transfers/{id}", transfers.retrieve, NOTHING),
    Route("POST", "/v1/transfers/{id}", transfers.update, transfers.UPDATE),
    Route("POST", "/v1/transfers/{id}/reversals", transfers.reverse, transfers.REVERSE),
    Route("GET", "/v1/transfers/{id}/reversals", transfers.list_reversals, CURSOR),
    Route("POST", "/v1/accounts", accounts.create, accounts.CREATE),
    Route("GET", "/v1/accounts", accounts.list_all, PAGE),
    Route("GET", ACCOUNT, accounts.retrieve, NOTHING),
    Route("POST", ACCOUNT, accounts.update, accounts.UPDATE),
    Route("POST", f"{ACCOUNT}/login_links", accounts.create_login_link, NOTHING),
    Route("POST", "/v1/account_links", accounts.create_link, accounts.LINK),
    Route("GET", "/v1/events", webhooks.list_events, webhooks.EVENTS),
    Route("GET", "/v1/events/{id}", webhooks.retrieve_event, NOTHING),
    Route("POST", "/v1/webhook_endpoints", webhooks.create, webhooks.CREATE),
    Route("GET", "/v1/webhook_endpoints", webhooks.list_all, CURSOR),
    Route("GET", ENDPOINT, webhooks.retrieve, NOTHING),
    Route("POST", ENDPOINT, webhooks.update, webhooks.UPDATE),
    Route("DELETE", ENDPOINT, webhooks.delete, NOTHING),
)
COMPILED = [(route, route.pattern) for route in ROUTES]


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the endpoint and the ids in its path.

    :raises StripeError: 404, as Stripe answers an URL that it does not have.
    """
    for route, pattern in COMPILED:
        found = pattern.fullmatch(path)
        if found and route.method == method:
            return route, found.groupdict()
    raise StripeError(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
        status=404,
    )
