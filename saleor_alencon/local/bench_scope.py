"""What keeping merchants apart costs, in a town of 100 shops, 200,000 products and 100,000 orders.

Two comparisons, each query asked in turns at both sides, so that a moment in which the machine is
busy decides nothing: Saleor's Dashboard as a merchant against the same as an admin; and what
shoppers ask, at a Saleor with our settings against one with its own, on the same database. A
query's ratio is the median of its pairs' ratios; that of all of them, the median of all pairs.
"""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from saleor_alencon.local import bench_scope_documents as documents
from saleor_alencon.local.bench_town import PASSWORD, build_town, find_bench_ids
from saleor_alencon.local.processes import Processes, find_free_port, started_processes
from saleor_alencon.local.saleor_seed import ADDRESS, CHANNEL, HOME_METHOD, seed_saleor
from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from saleor_alencon.local.saleor_stack import (
    LOG_IN,
    SEED_APP_PERMISSIONS,
    Stack,
    create_saleor_app,
    start_saleor_api,
    temporary_stack,
)
from saleor_alencon.saleor_api.client import SaleorClient

Tell = Callable[[str], None]
DASHBOARD_MOST = 1.0
STOREFRONT_MOST = 1.03
# A comparison of a query ends after so many rounds, or after so many seconds and enough rounds.
DASHBOARD_ROUNDS = 40
STOREFRONT_ROUNDS = 150
ENOUGH_ROUNDS = 9
MOST_SECONDS = 25
WARMING_UP = 4
SHOPS = ("bench-003", "bench-050", "bench-097")
LASTING_TOKENS = {"JWT_TTL_ACCESS": "10 hours"}
BY_NAME = {"field": "NAME", "direction": "ASC"}
NEWEST = {"field": "NUMBER", "direction": "DESC"}


class Side:
    """One way to ask: an address and a login."""

    def __init__(self, name: str, url: str, login: tuple[str, str] | None = None) -> None:
        self.name = name
        self.url = url
        self.http = httpx.Client(timeout=300, trust_env=False)
        if login:
            answer, _seconds = self.ask(LOG_IN, {"email": login[0], "password": login[1]})
            token = answer["tokenCreate"]["token"]
            assert token, answer
            self.http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, document: str, variables: dict[str, Any]) -> tuple[Any, float]:
        """Return the data, and the seconds until it was there."""
        started = time.perf_counter()
        response = self.http.post(self.url, json={"query": document, "variables": variables})
        seconds = time.perf_counter() - started
        body = response.json()
        assert "errors" not in body, (self.name, document, variables, body["errors"])
        return body["data"], seconds


@dataclass(frozen=True)
class Query:
    """One query: the variables of a round; ``paged`` asks for the page after each side's first."""

    name: str
    document: str
    variables: Callable[[int], dict[str, Any]]
    paged: str = ""


@dataclass
class Pairs:
    """The seconds of one query at both sides, round by round."""

    name: str
    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """How many times longer the second side took than the first, in each round."""
        return [second / first for first, second in zip(self.first, self.second, strict=True)]


def run(tell: Tell) -> bool:
    """Start both, measure, and compare with the goals."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-bench-"))
    try:
        with running_town(folder, tell) as (ours, plain, ids):
            return measure(ours, plain, ids, tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_town(folder: Path, tell: Tell) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give the addresses of Saleor with our settings and of Saleor alone, and ids of the town."""
    with (
        temporary_stack(folder, find_free_port(), variables=LASTING_TOKENS) as stack,
        started_processes() as processes,
    ):
        start_saleor_api(stack, processes, log=folder / "api.log")
        url = f"{stack.saleor_url}/graphql/"
        token = create_saleor_app(stack, "alencon.bench", SEED_APP_PERMISSIONS)
        seed_saleor(url, token, tell)
        started = time.perf_counter()
        with stack.cluster.connect() as connection, SaleorClient(url, token) as client:
            rows = build_town(connection, client)
            ids = find_bench_ids(connection, SHOPS)
        counts = ", ".join(f"{count:,} {table}" for table, count in rows.items())
        tell(f"The town is there after {time.perf_counter() - started:.0f} s: {counts}.")
        yield url, start_plain_saleor(stack, processes, folder / "plain.log"), ids


def start_plain_saleor(stack: Stack, processes: Processes, log: Path) -> str:
    """Start Saleor without anything of ours on the same database; return its GraphQL URL."""
    plain = replace(stack, saleor_port=find_free_port())
    first = processes.running.pop("Saleor's API")
    start_saleor_api(
        plain, processes, log=log, DJANGO_SETTINGS_MODULE="saleor.settings", PYTHONPATH=""
    )
    processes.running["Saleor's first API"] = first
    return f"{plain.saleor_url}/graphql/"


def measure(ours: str, plain: str, ids: dict[str, Any], tell: Tell) -> bool:
    """Measure both comparisons, and say whether all goals are reached."""
    admin = Side("admin", ours, (STAFF_EMAIL, STAFF_PASSWORD))
    merchants = [Side(shop, ours, (f"{shop}@alencon.example", PASSWORD)) for shop in SHOPS]
    dashboard = [
        measure_query(query, lambda _round: admin, lambda number: merchants[number % len(SHOPS)])
        for query in dashboard_queries(ids)
    ]
    names = ("admin", "merchant")
    reached = report("The Dashboard", names, dashboard, DASHBOARD_MOST, tell)
    alone, with_ours = Side("Saleor alone", plain), Side("with ours", ours)
    storefront = [
        measure_query(query, lambda _round: alone, lambda _round: with_ours, STOREFRONT_ROUNDS)
        for query in storefront_queries(ids)
    ]
    storefront += measure_checkouts(alone, with_ours, ids)
    names = (alone.name, with_ours.name)
    return report("The storefront", names, storefront, STOREFRONT_MOST, tell) and reached


def dashboard_queries(ids: dict[str, Any]) -> list[Query]:
    """Return the Dashboard's lists and details; a round asks for the rows of one shop."""

    def products(**more: Any) -> Callable[[int], dict[str, Any]]:
        asked = {"first": 20, "sort": BY_NAME, "priced": "channel" in more, **more}
        return lambda _round: dict(asked)

    def orders(**more: Any) -> Callable[[int], dict[str, Any]]:
        return lambda _round: {"first": 20, "sort": NEWEST, **more}

    def own(kind: str) -> Callable[[int], str]:
        return lambda number: ids[SHOPS[number % len(SHOPS)]][kind][number % 12]

    product, order, number = own("products"), own("orders"), own("order_numbers")
    in_channel: dict[str, Any] = {"channel": CHANNEL}
    empty = {"filter": {"stockAvailability": "OUT_OF_STOCK"}, **in_channel}
    by_price = {"sort": {"field": "PRICE", "direction": "ASC"}, **in_channel}
    last_changed = {"sort": {"field": "LAST_MODIFIED_AT", "direction": "DESC"}}
    of_kind = {"where": {"category": {"eq": ids["category"]}}}
    open_ones = {"where": {"status": {"oneOf": ["UNFULFILLED", "PARTIALLY_FULFILLED"]}}}
    listing, ordering = documents.PRODUCT_LIST, documents.ORDER_LIST
    return [
        Query("products", listing, products()),
        Query("products, next page", listing, products(), paged="products"),
        Query("products, in a channel", listing, products(**in_channel)),
        Query("products, out of stock", listing, products(**empty)),
        Query("products of a category", listing, products(**of_kind)),
        Query("products, search", listing, products(search="lampe", sort=None)),
        Query("products by price", listing, products(**by_price)),
        Query("products by change", listing, products(**last_changed)),
        Query("product", documents.PRODUCT_DETAILS, lambda n: {"id": product(n), **in_channel}),
        Query("product's variants", documents.PRODUCT_VARIANTS, lambda n: {"id": product(n)}),
        Query("orders", ordering, orders()),
        Query("orders, next page", ordering, orders(), paged="orders"),
        Query("orders to fulfil", ordering, orders(**open_ones)),
        Query("orders, search", ordering, lambda n: {"first": 20, "search": str(number(n))}),
        Query("order", documents.ORDER_DETAILS, lambda n: {"id": order(n)}),
        Query("warehouses", documents.WAREHOUSE_LIST, lambda _round: {}),
        Query("home", documents.HOME, lambda _round: in_channel),
    ]


def storefront_queries(ids: dict[str, Any]) -> list[Query]:
    """Return what shoppers read."""
    in_channel: dict[str, Any] = {"channel": CHANNEL}
    listing = {**in_channel, "sort": BY_NAME}
    search = {**in_channel, "filter": {"search": "lampe"}}

    def slugs(kind: str) -> Callable[[int], dict[str, Any]]:
        return lambda number: {**in_channel, "slug": ids[kind][number % len(ids[kind])]}

    return [
        Query("product list", documents.STORE_LIST, lambda _round: listing),
        Query("product", documents.STORE_PRODUCT, slugs("slugs")),
        Query("search", documents.STORE_LIST, lambda _round: search),
        Query("collection", documents.STORE_COLLECTION, slugs("collections")),
    ]


def rounds_of(most: int) -> Iterator[int]:
    """Yield the rounds' numbers; those below zero fill the caches and do not count."""
    started = time.monotonic()
    for number in range(-WARMING_UP, most):
        if number >= ENOUGH_ROUNDS and time.monotonic() - started > MOST_SECONDS:
            return
        yield number


def measure_query(
    query: Query,
    first: Callable[[int], Side],
    second: Callable[[int], Side],
    rounds: int = DASHBOARD_ROUNDS,
) -> Pairs:
    """Ask one query at both sides in turns; which goes first changes from round to round."""
    pairs = Pairs(query.name)
    cursors: dict[str, str] = {}
    for number in rounds_of(rounds):
        sides = [first(number), second(number)]
        seconds = {}
        for side in sides if number % 2 else reversed(sides):
            variables = query.variables(number)
            if query.paged and side.name not in cursors:
                answer, _seconds = side.ask(query.document, variables)
                cursors[side.name] = answer[query.paged]["pageInfo"]["endCursor"]
            if query.paged:
                variables["after"] = cursors[side.name]
            seconds[side.name] = side.ask(query.document, variables)[1]
        if number >= 0:
            pairs.first.append(seconds[sides[0].name])
            pairs.second.append(seconds[sides[1].name])
    return pairs


def measure_checkouts(alone: Side, ours: Side, ids: dict[str, Any]) -> list[Pairs]:
    """Fill baskets at both sides in turns; return the steps' pairs."""
    steps: dict[str, Pairs] = {}
    for number in rounds_of(STOREFRONT_ROUNDS):
        sides = [alone, ours]
        taken = {}
        for side in sides if number % 2 else reversed(sides):
            taken[side.name] = fill_basket(side, ids["variants"], number)
        if number < 0:
            continue
        for step in taken[alone.name]:
            pairs = steps.setdefault(step, Pairs(step))
            pairs.first.append(taken[alone.name][step])
            pairs.second.append(taken[ours.name][step])
    return list(steps.values())


def fill_basket(side: Side, variants: list[str], number: int) -> dict[str, float]:
    """Put articles of three shops and one more into a basket, choose the delivery, look at it."""
    chosen = [variants[(number * 4 + place) % len(variants)] for place in range(4)]
    lines = [{"variantId": one, "quantity": 1} for one in chosen]
    start = {
        "channel": CHANNEL,
        "email": "bench@client.example",
        "lines": lines[:3],
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
    }
    answer, created = side.ask(documents.CHECKOUT_CREATE, {"input": start})
    checkout = answer["checkoutCreate"]["checkout"]
    key = checkout["id"]
    method = next(one["id"] for one in checkout["shippingMethods"] if one["name"] == HOME_METHOD)
    _answer, added = side.ask(documents.CHECKOUT_LINES, {"id": key, "lines": lines[3:]})
    delivery = {"id": key, "method": method}
    answer, delivered = side.ask(documents.CHECKOUT_DELIVERY, delivery)
    assert answer["checkoutDeliveryMethodUpdate"]["errors"] == [], answer
    answer, shown = side.ask(documents.CHECKOUT_SHOW, {"id": key})
    assert len(answer["checkout"]["lines"]) == len(chosen), answer
    return {
        "checkout, create": created,
        "checkout, add": added,
        "checkout, delivery": delivered,
        "checkout, show": shown,
    }


def report(
    title: str, names: tuple[str, str], measured: list[Pairs], most: float, tell: Tell
) -> bool:
    """Print each query's medians and ratio beside the goal; say whether all reach it."""
    tell(f"\n{title:26}{names[0]:>13}{names[1]:>13}{'ratio':>8}   goal <= {most} (medians, ms)")
    reached = True
    every = [ratio for pairs in measured for ratio in pairs.ratios]
    for pairs in measured:
        ratio = statistics.median(pairs.ratios)
        medians = [1000 * statistics.median(one) for one in (pairs.first, pairs.second)]
        reached &= ratio <= most
        tell(
            f"{pairs.name:26}{medians[0]:13.1f}{medians[1]:13.1f}{ratio:8.3f}"
            f"   {verdict(ratio, most)}"
        )
    ratio = statistics.median(every)
    tell(f"{'all of them':52}{ratio:8.3f}   {verdict(ratio, most)}")
    return reached and ratio <= most


def verdict(ratio: float, most: float) -> str:
    """Say what became of a goal."""
    return "reached" if ratio <= most else "MISSED"
