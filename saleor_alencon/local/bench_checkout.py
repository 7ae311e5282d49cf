"""How much longer a whole checkout takes with our plugins than without.

Two of Saleor's API servers work on one database: one is Saleor alone, with a payment app that makes
the same calls to Stripe; the other has our plugins. Checkouts are made at both in turns, so that a
moment in which the machine is busy decides nothing. Counted is the time of Saleor's answers, from
the basket to the order; the shopper's own step at Stripe is not Saleor's.
"""

import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from saleor_alencon.local.bench_payment_app import IDENTIFIER, running_payment_app
from saleor_alencon.local.processes import Processes, find_free_port, started_processes
from saleor_alencon.local.saleor_payments import stripe_variables
from saleor_alencon.local.saleor_seed import ADDRESS, CHANNEL, COLLECT_METHOD, seed_saleor
from saleor_alencon.local.saleor_source import run_saleor
from saleor_alencon.local.saleor_stack import (
    SEED_APP_PERMISSIONS,
    Stack,
    create_saleor_app,
    start_saleor_api,
    temporary_stack,
)
from saleor_alencon.local.stripe_server import StripeServer, running_stripe_server
from saleor_alencon.saleor_api.client import SaleorClient

Tell = Callable[[str], None]
OUR_GATEWAY = "saleor.app.payment.stripe"
ROUNDS = 60
WARMING_UP = 8
PAUSE_SECONDS = 0.3  # the captures of one checkout end before the next one begins
MOST_RATIO = 1.05
BASKET = ("librairie-des-halles-1", "cave-notre-dame-1", "boulangerie-lancrel-1")
FIND_VARIANTS = """
query($channel: String!) {
  products(first: 100, channel: $channel) { edges { node { variants { id sku } } } }
}"""
CREATE_CHECKOUT = """
mutation($input: CheckoutCreateInput!) {
  checkoutCreate(input: $input) { checkout { id } errors { field code message } }
}"""
FIND_DELIVERIES = "query($id: ID!) { checkout(id: $id) { shippingMethods { id name } } }"
CHOOSE_DELIVERY = """
mutation($id: ID!, $method: ID!) {
  checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {
    checkout { totalPrice { gross { amount } } } errors { field code message }
  }
}"""
GATEWAY = """
mutation($id: ID!, $gateways: [PaymentGatewayToInitialize!]) {
  paymentGatewayInitialize(id: $id, paymentGateways: $gateways) {
    gatewayConfigs { id data errors { message } } errors { field code message }
  }
}"""
INITIALIZE = """
mutation($id: ID!, $amount: PositiveDecimal!, $gateway: PaymentGatewayToInitialize!) {
  transactionInitialize(id: $id, amount: $amount, paymentGateway: $gateway) {
    transaction { id actions } transactionEvent { type message pspReference } data
    errors { field code message }
  }
}"""
PROCESS = """
mutation($id: ID!) {
  transactionProcess(id: $id) {
    transaction { id actions } transactionEvent { type message } data
    errors { field code message }
  }
}"""
COMPLETE = """
mutation($id: ID!) {
  checkoutComplete(id: $id) { order { id number } errors { field code message } }
}"""


@dataclass
class Side:
    """One of the two shops, and how long each step of its checkouts took, in seconds."""

    name: str
    client: SaleorClient
    gateway: str
    variants: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)
    totals: list[float] = field(default_factory=list)

    def forget(self) -> None:
        """Drop what was measured while the caches filled."""
        self.steps.clear()
        self.totals.clear()


class Clocked:
    """Runs documents at one side and adds up the time of the answers."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.seconds = 0.0

    def run(self, step: str, document: str, **variables: Any) -> dict[str, Any]:
        """Return the one field of the answer."""
        started = time.perf_counter()
        answer = self.side.client.execute(document, **variables)
        taken = time.perf_counter() - started
        self.side.steps.setdefault(step, []).append(taken)
        self.seconds += taken
        return dict(next(iter(answer.values())))


def run(tell: Tell) -> bool:
    """Start both shops, measure, and compare with the goal."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-bench-"))
    try:
        with running_stripe_server() as stripe, both_sides(folder, stripe, tell) as sides:
            tell(f"{ROUNDS} checkouts of {len(BASKET)} shops at each, in turns.")
            measure_sides(sides, stripe)
            return report(sides, tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def both_sides(folder: Path, stripe: StripeServer, tell: Tell) -> Iterator[list[Side]]:
    """Give Saleor alone and Saleor with our plugins, on one database."""
    variables = stripe_variables(stripe)
    with (
        temporary_stack(folder, find_free_port(), variables=variables) as stack,
        started_processes() as processes,
        contextlib.ExitStack() as closing,
    ):
        start_saleor_api(stack, processes, log=folder / "api.log")
        url = f"{stack.saleor_url}/graphql/"
        seed_saleor(url, create_saleor_app(stack, "alencon.bench", SEED_APP_PERMISSIONS), tell)
        run_saleor(stack.source, stack.saleor_environment(), "alencon_payments", "app")
        app = closing.enter_context(running_payment_app(stripe))
        owner = SaleorClient(url, create_saleor_app(stack, IDENTIFIER, ("HANDLE_PAYMENTS",)))
        app.subscribe(owner)
        owner.close()
        plain = start_plain_saleor(stack, processes, folder / "plain.log")
        sides = [
            Side("Saleor alone, payment app", SaleorClient(plain), IDENTIFIER),
            Side("Saleor with our plugins", SaleorClient(url), OUR_GATEWAY),
        ]
        for side in sides:
            closing.callback(side.client.close)
            side.variants = find_variants(side.client)
        yield sides


def start_plain_saleor(stack: Stack, processes: Processes, log: Path) -> str:
    """Start Saleor without anything of ours on the same database; return its GraphQL URL."""
    plain = replace(stack, saleor_port=find_free_port(), variables={})
    first = processes.running.pop("Saleor's API")
    start_saleor_api(
        plain, processes, log=log, DJANGO_SETTINGS_MODULE="saleor.settings", PYTHONPATH=""
    )
    processes.running["Saleor's first API"] = first
    return f"{plain.saleor_url}/graphql/"


def find_variants(client: SaleorClient) -> dict[str, str]:
    """Return the articles' ids by article number."""
    edges = client.execute(FIND_VARIANTS, channel=CHANNEL)["products"]["edges"]
    return {item["sku"]: item["id"] for edge in edges for item in edge["node"]["variants"]}


def measure_sides(sides: list[Side], stripe: StripeServer) -> None:
    """Make checkouts at both sides, the first side changing from round to round."""
    with httpx.Client(base_url=stripe.url, trust_env=False) as browser:
        for number in range(WARMING_UP + ROUNDS):
            if number == WARMING_UP:
                for side in sides:
                    side.forget()
            for side in sides if number % 2 else reversed(sides):
                side.totals.append(check_out(side, browser, stripe.publishable_key))
                time.sleep(PAUSE_SECONDS)


def check_out(side: Side, browser: httpx.Client, publishable_key: str) -> float:
    """Buy one of each article as the storefront does; return the seconds that Saleor took."""
    clocked = Clocked(side)
    checkout = clocked.run(
        "checkoutCreate",
        CREATE_CHECKOUT,
        input={
            "channel": CHANNEL,
            "email": "cliente-demo-1@client.example",
            "lines": [{"variantId": side.variants[sku], "quantity": 1} for sku in BASKET],
            "billingAddress": ADDRESS,
            "shippingAddress": ADDRESS,
        },
    )["checkout"]["id"]
    methods = clocked.run("checkout", FIND_DELIVERIES, id=checkout)["shippingMethods"]
    method = next(item["id"] for item in methods if item["name"] == COLLECT_METHOD)
    chosen = clocked.run("deliveryMethodUpdate", CHOOSE_DELIVERY, id=checkout, method=method)
    gateway = {"id": side.gateway, "data": {"paymentIntent": {"paymentMethod": "card"}}}
    clocked.run("paymentGatewayInitialize", GATEWAY, id=checkout, gateways=[{"id": side.gateway}])
    started = clocked.run(
        "transactionInitialize",
        INITIALIZE,
        id=checkout,
        amount=str(chosen["checkout"]["totalPrice"]["gross"]["amount"]),
        gateway=gateway,
    )
    paid = browser.post(
        f"/v1/payment_intents/{started['transactionEvent']['pspReference']}/confirm",
        auth=(publishable_key, ""),
        data={
            "client_secret": started["data"]["paymentIntent"]["stripeClientSecret"],
            "payment_method": "pm_card_visa",
        },
    ).json()
    assert paid["status"] == "succeeded", paid
    transaction = started["transaction"]["id"]
    processed = clocked.run("transactionProcess", PROCESS, id=transaction)
    assert processed["transactionEvent"]["type"] == "CHARGE_SUCCESS", processed
    completed = clocked.run("checkoutComplete", COMPLETE, id=checkout)
    assert completed["order"], completed
    return clocked.seconds


def report(sides: list[Side], tell: Tell) -> bool:
    """Print the medians of both sides, step by step, and judge the ratio of the whole."""
    tell(f"{'':30}{'alone':>9}{'ours':>9}   (medians, ms)")
    for step in sides[0].steps:
        pair = [1000 * statistics.median(side.steps[step]) for side in sides]
        tell(f"{step:30}{pair[0]:9.1f}{pair[1]:9.1f}")
    medians = [1000 * statistics.median(side.totals) for side in sides]
    tell(f"{'the whole checkout':30}{medians[0]:9.1f}{medians[1]:9.1f}")
    ratio = medians[1] / medians[0]
    reached = ratio <= MOST_RATIO
    verdict = "reached" if reached else "MISSED"
    tell(f"ratio of the medians {ratio:.3f}, goal <= {MOST_RATIO}: {verdict}")
    return reached
