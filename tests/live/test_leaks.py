"""The leak test: every field, filter and mutation of Saleor's schema, asked with another shop's."""

import contextlib
import dataclasses
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from saleor_alencon.local.processes import find_free_port, started_processes
from saleor_alencon.local.saleor_stack import start_saleor_api
from tests.live.leak_documents import Probe, commands, lookups, read_schema, split, walks
from tests.live.leak_town import (
    MARK,
    OF_THE_OFFICE,
    OTHER,
    OWN,
    SECRET,
    LeakTown,
    open_leak_town,
    unmark_everything,
)
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import Answer, Merchant, global_id, open_shops

# These end the merchant's session, or change its password: asked by nobody here.
ENDS_SESSION = {"Mutation.tokensDeactivateAll"}
AT_COUNTER = (
    "L'adresse est tenue par l'Office ; vos horaires se changent à votre comptoir,"
    " page « Horaires »."
)
SHARED_PAYMENT = """
SELECT t.token FROM payment_transactionitem t JOIN order_orderline l ON l.order_id = t.order_id
 WHERE l.product_sku = %s"""
NOT_OPEN = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."


@pytest.fixture(scope="module")
def leak_town(live: LiveSaleor) -> Iterator[LeakTown]:
    """Give two filled shops."""
    shops = open_shops(live, OWN, OTHER)
    try:
        yield open_leak_town(shops)
    finally:
        unmark_everything(shops)


def run_probes(town: LeakTown, probes: Iterable[Probe]) -> tuple[Counter[str], list[str]]:
    """Ask everything as the merchant of A; return how it went, and each secret that came back.

    A document of several fields that got an error is asked again field by field.
    """
    counts: Counter[str] = Counter()
    leaks = []
    refused: set[str] = set()
    for probe in probes:
        root = re.split(r"[#(]", probe.place)[0]
        if root in refused:
            counts["below a refused field"] += 1
            continue
        answer = ask(town, probe, counts, leaks)
        if answer.errors and root.startswith("Query.") and is_refused(answer):
            refused.add(root)
            counts["refused root fields"] += 1
        elif answer.errors and "#" in probe.place:
            for part in split(probe):
                ask(town, part, counts, leaks)
    return counts, leaks


def is_refused(answer: Answer) -> bool:
    """Say whether a root field is one that merchants may not ask."""
    return bool(answer.errors) and answer.errors[0]["message"] == NOT_OPEN


def ask(town: LeakTown, probe: Probe, counts: Counter[str], leaks: list[str]) -> Answer:
    """Ask one document, count it, and note what it gave away."""
    answer = town.shops.a.ask(probe.text, **probe.variables)
    sent = json.dumps(probe.variables)
    came = [one for one in town.found_in(answer.text) if one not in sent]
    leaks += [f"{probe.place}: {one}: {probe.text[:300]}" for one in came]
    counts["asked"] += 1
    counts["without error" if not answer.errors else "with error"] += 1
    return answer


def test_no_query_within_two_steps_shows_anything_of_another_shop(leak_town: LeakTown) -> None:
    schema = read_schema(leak_town.shops.live.stack.source.folder)

    counts, leaks = run_probes(leak_town, walks(schema, leak_town.own, 2))

    print(f"walks: {dict(counts)}")
    assert leaks == []
    assert counts["without error"] > 300


def test_no_lookup_filter_search_or_sort_tells_anything_of_another_shop(
    leak_town: LeakTown,
) -> None:
    schema = read_schema(leak_town.shops.live.stack.source.folder)
    probes = list(lookups(schema, leak_town.other))
    strangers = list(lookups(schema, leak_town.nobody))

    counts, leaks = run_probes(leak_town, probes)
    refused: set[str] = set()
    told = [
        f"{probe.place}: {probe.variables}"
        for probe, stranger in zip(probes, strangers, strict=True)
        if tells_apart(leak_town, probe, stranger, refused)
    ]

    print(f"lookups: {dict(counts)}")
    assert leaks == []
    assert told == []
    assert counts["asked"] > 300


def tells_apart(town: LeakTown, probe: Probe, stranger: Probe, refused: set[str]) -> bool:
    """Say whether A's answers to B's value and to nobody's differ: then it tells that B's is."""
    root = probe.place.split("(")[0]
    sent = json.dumps(probe.variables)
    if root in refused or any(town.other.ids[kind] in sent for kind in OF_THE_OFFICE):
        return False  # a field nobody may ask; a row of the Office's, which everybody may see
    texts = []
    for one in (probe, stranger):
        answer = town.shops.a.ask(one.text, **one.variables)
        if is_refused(answer):
            refused.add(root)
            return False
        shown = json.dumps([answer.data, [error["message"] for error in answer.errors]])
        for values in (town.other, town.nobody):
            for value in (*values.ids.values(), values.text, values.email, values.uuid):
                shown = shown.replace(value, "*")
        texts.append(shown)
    return texts[0] != texts[1]


def ask_commands(town: LeakTown) -> tuple[Counter[str], list[str], list[str]]:
    """Run every mutation with B's ids, then nested below A's own; return counts, leaks, changes."""
    schema = read_schema(town.shops.live.stack.source.folder)
    before = town.fingerprint()
    probes = [*commands(schema, town.other), *commands(schema, town.other, town.own)]
    counts, leaks = run_probes(town, (one for one in probes if one.place not in ENDS_SESSION))
    after = town.fingerprint()
    return counts, leaks, [name for name in before if before[name] != after[name]]


def test_no_mutation_changes_or_shows_a_row_of_another_shop(leak_town: LeakTown) -> None:
    counts, leaks, changed = ask_commands(leak_town)

    print(f"commands: {dict(counts)}")
    assert leaks == []
    assert changed == []
    assert counts["asked"] > 339


@contextlib.contextmanager
def policy_open(live: LiveSaleor, table: str) -> Iterator[None]:
    """Let the merchants' role see every row of one table."""
    live.admin.execute(f"CREATE POLICY test_open ON {table} FOR SELECT USING (true)")
    try:
        yield
    finally:
        live.admin.execute(f"DROP POLICY test_open ON {table}")


@pytest.mark.parametrize(
    ("table", "place", "told"),
    [
        ("warehouse_warehouse", "Query.warehouses#", f": {MARK}:"),
        ("order_ordergrantedrefund", "Query.orders#", f": {SECRET}:"),
    ],
)
def test_the_leak_test_fails_when_one_policy_is_open(
    leak_town: LeakTown, table: str, place: str, told: str
) -> None:
    schema = read_schema(leak_town.shops.live.stack.source.folder)
    probes = [one for one in walks(schema, leak_town.own, 1) if one.place.startswith(place)]
    assert run_probes(leak_town, probes)[1] == []

    with policy_open(leak_town.shops.live, table):
        _counts, leaks = run_probes(leak_town, probes)

    assert any(told in leak for leak in leaks)


LEAKY_SETTINGS = """
from saleor_alencon_settings.saleor import *
from saleor_alencon_plugins.permissions import commands, ownership
for name in ("updateWarehouse", "transactionRequestAction"):
    commands.COMMANDS[name] = commands.Command("wrongly allowed")
ownership.check_arguments = lambda *arguments: None
"""
RENAME_WAREHOUSE = """mutation($id: ID!) { updateWarehouse(id: $id, input: {email: "a@b.example"}) {
  errors { message } } }"""


REFUND_AMOUNT = """mutation($id: ID!) { transactionRequestAction(id: $id, actionType: REFUND,
  amount: 1) { errors { message } } }"""


@contextlib.contextmanager
def leaky_api(town: LeakTown, folder: Path) -> Iterator[str]:
    """Run a second API, in which two mutations more are allowed and no argument is checked."""
    (folder / "leaky_settings.py").write_text(LEAKY_SETTINGS, "utf-8")
    stack = dataclasses.replace(town.shops.live.stack, saleor_port=find_free_port())
    environment = {
        "DJANGO_SETTINGS_MODULE": "leaky_settings",
        "PYTHONPATH": f"{stack.plugins}{os.pathsep}{folder}",
    }
    with started_processes() as processes:
        start_saleor_api(stack, processes, log=folder / "api.log", **environment)
        yield f"{stack.saleor_url}/graphql/"


def test_the_leak_test_fails_when_one_mutation_is_wrongly_allowed(
    leak_town: LeakTown, tmp_path: Path
) -> None:
    admin, merchant = leak_town.shops.live.admin, leak_town.shops.a
    email = admin.execute(
        "SELECT email FROM warehouse_warehouse WHERE private_metadata ->> 'alencon.shop' = %s",
        [OTHER],
    ).fetchone()
    before = leak_town.fingerprint()
    probe = Probe(
        "Mutation.updateWarehouse", RENAME_WAREHOUSE, {"id": leak_town.other.ids["Warehouse"]}
    )
    assert merchant.refused(probe.text, **probe.variables) == AT_COUNTER
    usual = merchant.url
    try:
        with leaky_api(leak_town, tmp_path) as merchant.url:
            guarded = merchant.refused(probe.text, **probe.variables)
            assert guarded == NOT_OPEN  # the triggers alone hold, as a second line
            assert leak_town.fingerprint() == before

            admin.execute("ALTER TABLE warehouse_warehouse DISABLE TRIGGER alencon_guard_update")
            merchant.ask(probe.text, **probe.variables)
            after = leak_town.fingerprint()
            changed = [name for name in before if before[name] != after[name]]

            # Money of an order that both have lines of: no trigger tells whose it is, the rules do.
            payment = leak_town.shops.one(SHARED_PAYMENT, f"{OWN}-1")
            merchant.ask(REFUND_AMOUNT, id=global_id("TransactionItem", payment))
            paid_back = leak_town.fingerprint()
            moved = {name for name in after if after[name] != paid_back[name]}
    finally:
        merchant.url = usual
        admin.execute(
            "UPDATE warehouse_warehouse SET email = %s"
            " WHERE private_metadata ->> 'alencon.shop' = %s",
            [*(email or [""]), OTHER],
        )
        admin.execute("ALTER TABLE warehouse_warehouse ENABLE TRIGGER alencon_guard_update")
    assert changed == ["warehouse_warehouse"]
    assert moved >= {"payment_transactionevent", "payment_transactionitem"}


class WithToken(Merchant):
    """Asks as a merchant does, with a token that does not expire."""

    def __init__(self, like: Merchant, authorization: dict[str, str]) -> None:
        self.url, self.http = like.url, like.http
        self.authorization = authorization

    @property
    def headers(self) -> dict[str, str]:
        return self.authorization


def test_an_admin_finds_the_marks_that_a_merchant_does_not(leak_town: LeakTown) -> None:
    schema = read_schema(leak_town.shops.live.stack.source.folder)
    shops = leak_town.shops
    admin = WithToken(shops.a, shops.live.town.staff.authorization)
    seen = set()
    for probe in walks(schema, leak_town.other, 1):
        if probe.place.split("#")[0] in ("Query.products", "Query.orders", "Query.warehouses"):
            answer = admin.ask(probe.text, **probe.variables)
            seen |= set(leak_town.found_in(answer.text))

    assert {"CanaryOfB", "CanaryOfOrder"} <= seen
