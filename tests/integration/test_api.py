"""The read API: what each role gets, and that a merchant gets its own shop only."""

import datetime
import json
import re
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from graphene.relay import Node
from graphql import get_introspection_query

from saleor_alencon.accounts.models import User
from saleor_alencon.accounts.roles import OFFICE_ROLES, Role
from saleor_alencon.api import limits
from saleor_alencon.api.queries import balances as balance_queries
from saleor_alencon.api.schema import schema
from saleor_alencon.api.types import balances as balance_types
from saleor_alencon.domain.accounts import AccountKind
from saleor_alencon.orders.models import Order, Pickup, ShopOrder, ShopOrderLine
from saleor_alencon.settlement.models import Payout, SettlementRun, Statement, StatementLine
from saleor_alencon.shops.models import Shop, ShopMember

pytestmark = [pytest.mark.django_db, pytest.mark.urls("saleor_alencon.api.urls")]

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
LARGE_CENTS = 3_000_000_000  # more than a 32-bit integer holds
CONNECTIONS = ("shops", "shopOrders", "pickups", "settlementRuns", "statements", "payouts")


def make_user(role, **fields):
    return User.objects.create_user(f"{role}@example.test", role=role, **fields)


def make_part(order, shop, *, paid_cents, run):
    """Create one shop's part of ``order``, handed over and settled in ``run``."""
    net_cents = paid_cents - 120
    shop_order = ShopOrder.objects.create(
        order=order,
        shop=shop,
        state="handed_over",
        goods_gross_cents=paid_cents,
        shipping_share_cents=0,
        paid_cents=paid_cents,
        refunded_cents=0,
        commission_cents=100,
        commission_vat_cents=20,
        net_cents=net_cents,
    )
    ShopOrderLine.objects.create(
        shop_order=shop_order,
        saleor_id=f"line-{shop.slug}",
        position=0,
        name=f"Article {shop.slug}",
        quantity=1,
        quantity_handed_over=1,
        gross_cents=paid_cents,
        net_cents=paid_cents,
        vat_rate_bps=0,
        paid_cents=paid_cents,
        refunded_cents=0,
        commission_cents=100,
        commission_vat_cents=20,
    )
    pickup = Pickup.objects.create(
        shop_order=shop_order, shop=shop, code="K7P4", state="handed_over"
    )
    statement = Statement.objects.create(
        run=run,
        shop=shop,
        number=f"{run.number}-{shop.slug}",
        opening_cents=0,
        net_cents=net_cents,
        payable_cents=net_cents,
        carried_cents=0,
    )
    StatementLine.objects.create(
        statement=statement,
        kind="sale",
        shop_order=shop_order,
        gross_cents=paid_cents,
        commission_cents=100,
        commission_vat_cents=20,
        net_cents=net_cents,
    )
    payout = Payout.objects.create(
        statement=statement,
        run=run,
        shop=shop,
        amount_cents=net_cents,
        payee_name=shop.name,
        iban="FR7630006000011234567890189",
        bic="AGRIFRPP",
        end_to_end_id=f"E2E-{shop.slug}",
    )
    return {"Shop": shop, "ShopOrder": shop_order, "Pickup": pickup} | {
        "Statement": statement,
        "Payout": payout,
    }


@pytest.fixture
def town():
    """One order over two shops, settled in one draft run; a merchant for each shop."""
    run = SettlementRun.objects.create(
        number="R-1", cutoff=NOON, created_by=make_user(Role.OPERATOR), created_at=NOON
    )
    order = Order.objects.create(
        saleor_id="order-1",
        number="41",
        created_at=NOON,
        saleor_status="fulfilled",
        channel="town",
        currency="EUR",
        delivery_choice="collect",
        total_gross_cents=LARGE_CENTS + 5000,
        shipping_gross_cents=0,
        captured_at=NOON,
        digest="d",
    )
    books = Shop.objects.create(slug="books", name="Books", state="live")
    cheese = Shop.objects.create(slug="cheese", name="Cheese", state="live")
    merchant = make_user(Role.MERCHANT)
    ShopMember.objects.create(shop=books, user=merchant)
    return SimpleNamespace(
        run=run,
        order=order,
        merchant=merchant,
        books=make_part(order, books, paid_cents=LARGE_CENTS, run=run),
        cheese=make_part(order, cheese, paid_cents=5000, run=run),
    )


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


def user_of(role, town):
    known = {Role.MERCHANT: town.merchant, Role.OPERATOR: town.run.created_by}
    return known.get(role) or make_user(role)


def post(client, query, **variables):
    return client.post(
        "/graphql/",
        json.dumps({"query": query, "variables": variables}),
        content_type="application/json",
    )


def ask(user, query, **variables):
    answer = post(sign_in(user), query, **variables).json()
    assert "errors" not in answer, answer
    return answer["data"]


def counts(user):
    selection = " ".join(f"{name} {{ totalCount }}" for name in CONNECTIONS)
    data = ask(user, f"{{ {selection} }}")
    return {name: data[name]["totalCount"] for name in CONNECTIONS}


def look_up(user, type_name, pk):
    query = "query($id: ID!) { node(id: $id) { __typename id } }"
    return ask(user, query, id=Node.to_global_id(type_name, pk))["node"]


@pytest.mark.parametrize("role", sorted(OFFICE_ROLES))
def test_each_role_of_the_office_reads_every_shop(town, role):
    assert counts(user_of(role, town)) == {
        "shops": 2,
        "shopOrders": 2,
        "pickups": 2,
        "settlementRuns": 1,
        "statements": 2,
        "payouts": 2,
    }


def test_a_merchant_reads_its_own_shop_and_no_run(town):
    assert counts(town.merchant) == {
        "shops": 1,
        "shopOrders": 1,
        "pickups": 1,
        "settlementRuns": 0,
        "statements": 1,
        "payouts": 1,
    }


def test_a_merchant_without_a_shop_reads_nothing(town):
    ShopMember.objects.all().delete()
    assert counts(town.merchant) == dict.fromkeys(CONNECTIONS, 0)


def test_a_merchant_looks_up_its_own_rows_by_id_and_no_other_shop_s(town):
    for type_name, row in town.books.items():
        found = look_up(town.merchant, type_name, row.pk)
        assert found == {"__typename": type_name, "id": Node.to_global_id(type_name, row.pk)}
    for type_name, row in town.cheese.items():
        assert look_up(town.merchant, type_name, row.pk) is None
        assert look_up(town.run.created_by, type_name, row.pk) is not None
    assert look_up(town.merchant, "SettlementRun", town.run.pk) is None
    assert look_up(town.run.created_by, "SettlementRun", town.run.pk) is not None
    assert look_up(town.run.created_by, "Shop", "not-a-number") is None


def test_a_merchant_does_not_look_up_an_order_of_other_shops_only(town):
    ShopMember.objects.update(shop=Shop.objects.create(slug="tea", name="Tea"))
    assert look_up(town.merchant, "Order", town.order.pk) is None


@pytest.mark.parametrize("field", ["shopOrders", "pickups", "statements", "payouts", "balances"])
def test_a_merchant_finds_nothing_by_another_shop_s_slug(town, field):
    query = f'{{ {field}(shop: "cheese") {{ totalCount }} }}'
    assert ask(town.merchant, query)[field]["totalCount"] == 0
    assert ask(town.run.created_by, query)[field]["totalCount"] == 1


ORDER_QUERY = """{ shopOrders(shop: "books", state: HANDED_OVER, orderNumber: "41") {
  edges { node { state paidCents netCents lines { name grossCents } pickup { state code }
    order { number deliveryChoice saleorStatus totalGrossCents shippingGrossCents
            shopperCreditCents
            shopOrders { shop { slug } paidCents order { shopOrders { shop { slug } } } } } } }
} }"""


def test_a_merchant_reads_its_own_part_of_an_order_and_no_totals(town):
    own = {"shop": {"slug": "books"}}
    assert ask(town.merchant, ORDER_QUERY)["shopOrders"]["edges"][0]["node"] == {
        "state": "HANDED_OVER",
        "paidCents": 3_000_000_000,
        "netCents": 2_999_999_880,
        "lines": [{"name": "Article books", "grossCents": 3_000_000_000}],
        "pickup": {"state": "HANDED_OVER", "code": None},
        "order": {
            "number": "41",
            "deliveryChoice": "COLLECT",
            "saleorStatus": None,
            "totalGrossCents": None,
            "shippingGrossCents": None,
            "shopperCreditCents": None,
            "shopOrders": [own | {"paidCents": 3_000_000_000, "order": {"shopOrders": [own]}}],
        },
    }


def test_the_part_of_another_shop_stays_hidden_when_the_order_is_looked_up(town):
    query = "query($id: ID!) { node(id: $id) { ... on Order { shopOrders { shop { slug } } } } }"
    order_id = Node.to_global_id("Order", town.order.pk)
    own = ask(town.merchant, query, id=order_id)["node"]["shopOrders"]
    every = ask(town.run.created_by, query, id=order_id)["node"]["shopOrders"]
    assert own == [{"shop": {"slug": "books"}}]
    assert sorted(part["shop"]["slug"] for part in every) == ["books", "cheese"]


def test_the_office_reads_the_whole_order(town):
    node = ask(town.run.created_by, ORDER_QUERY)["shopOrders"]["edges"][0]["node"]
    assert node["order"]["totalGrossCents"] == 3_000_005_000
    assert node["order"]["saleorStatus"] == "fulfilled"
    assert len(node["order"]["shopOrders"]) == 2
    assert node["pickup"]["code"] == "K7P4"


def test_a_merchant_reads_of_a_run_what_its_statement_says(town):
    query = """{ statements { edges { node { number payableCents carriedReason
      run { number cutoff state } payout { amountCents state statement { number } }
      lines { kind orderNumber shopOrderId netCents } } } } }"""
    edges = ask(town.merchant, query)["statements"]["edges"]
    assert [edge["node"] for edge in edges] == [
        {
            "number": "R-1-books",
            "payableCents": 2_999_999_880,
            "carriedReason": "",
            "run": {"number": "R-1", "cutoff": "2026-03-02T12:00:00+00:00", "state": "DRAFT"},
            "payout": {
                "amountCents": 2_999_999_880,
                "state": "DRAFT",
                "statement": {"number": "R-1-books"},
            },
            "lines": [
                {
                    "kind": "SALE",
                    "orderNumber": "41",
                    "shopOrderId": Node.to_global_id("ShopOrder", town.books["ShopOrder"].pk),
                    "netCents": 2_999_999_880,
                }
            ],
        }
    ]


def test_balances_show_what_is_owed_as_positive(town, monkeypatch):
    books, cheese = town.books["Shop"].pk, town.cheese["Shop"].pk
    ledger = {
        books: {AccountKind.SHOP_HOLD: -LARGE_CENTS, AccountKind.SHOP_AVAILABLE: -250},
        cheese: {AccountKind.SHOP_AVAILABLE: 90, AccountKind.SHOP_RECEIVABLE: 40},
    }
    monkeypatch.setattr(balance_types, "shop_balances", lambda: ledger)
    query = """{ balances { totalCount edges { node {
      shop { slug } heldCents availableCents receivableCents } } } }"""
    of_books = {
        "shop": {"slug": "books"},
        "heldCents": 3_000_000_000,
        "availableCents": 250,
        "receivableCents": 0,
    }
    of_cheese = {
        "shop": {"slug": "cheese"},
        "heldCents": 0,
        "availableCents": -90,
        "receivableCents": 40,
    }
    of_office = ask(town.run.created_by, query)["balances"]
    of_merchant = ask(town.merchant, query)["balances"]
    assert of_office == {"totalCount": 2, "edges": [{"node": of_books}, {"node": of_cheese}]}
    assert of_merchant == {"totalCount": 1, "edges": [{"node": of_books}]}


def test_the_association_s_totals_are_for_the_office(town, monkeypatch):
    signed = {
        AccountKind.PSP_CLEARING: LARGE_CENTS + 100,
        AccountKind.SHOP_HOLD: -LARGE_CENTS,
        AccountKind.COMMISSION_REVENUE: -100,
    }
    monkeypatch.setattr(balance_queries, "balances_by_kind", lambda: signed)
    query = """{ associationTotals { heldCents availableCents commissionCents
      accounts { kind number amountCents } } }"""
    totals = ask(town.run.created_by, query)["associationTotals"]
    accounts = {row["kind"]: row["amountCents"] for row in totals["accounts"]}
    assert (totals["heldCents"], totals["availableCents"]) == (3_000_000_000, 0)
    assert totals["commissionCents"] == 100
    assert accounts["PSP_CLEARING"] == 3_000_000_100
    assert len(accounts) == len(AccountKind)
    assert ask(town.merchant, query)["associationTotals"] is None


def test_pages_hold_at_most_100_rows_and_follow_each_other(town):
    Shop.objects.bulk_create([Shop(slug=f"s-{n:03}", name=f"S {n:03}") for n in range(120)])
    query = """query($first: Int, $after: String) { shops(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { node { slug } } } }"""
    office = town.run.created_by
    page = ask(office, query)["shops"]
    rest = ask(office, query, after=page["pageInfo"]["endCursor"])["shops"]
    slugs = [edge["node"]["slug"] for edge in page["edges"] + rest["edges"]]
    assert (page["totalCount"], len(page["edges"]), len(rest["edges"])) == (122, 100, 22)
    assert len(set(slugs)) == 122


def test_a_page_of_orders_costs_the_same_number_of_queries_for_one_and_for_many(
    town, django_assert_num_queries
):
    client = sign_in(town.run.created_by)
    with django_assert_num_queries(7):  # session, user, count, page, lines, parts, their lines
        assert post(client, ORDER_QUERY).json()["data"]
    with django_assert_num_queries(7):
        both = post(client, ORDER_QUERY.replace('shop: "books", ', "")).json()["data"]
    assert len(both["shopOrders"]["edges"]) == 2


def test_strangers_and_inactive_users_get_401_as_json(town):
    inactive = make_user(Role.AUDITOR, is_active=False)
    signed_out = sign_in(town.merchant)
    User.objects.filter(pk=town.merchant.pk).update(is_active=False)
    for client in (Client(enforce_csrf_checks=True), signed_out, sign_in(inactive)):
        answer = post(client, "{ shops { totalCount } }")
        assert answer.status_code == 401
        assert answer.json() == {"errors": [{"message": "Connectez-vous pour utiliser l'API."}]}
    english = Client().get("/graphql/", headers={"Accept-Language": "en"})
    assert english.json() == {"errors": [{"message": "Sign in to use the API."}]}
    assert Client().get("/graphql/", headers={"accept": "text/html"}).status_code == 401


def test_a_post_needs_a_csrf_token(town):
    client = Client(enforce_csrf_checks=True)
    client.force_login(town.merchant)
    assert post(client, "{ shops { totalCount } }").status_code == 403


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_opening_the_address_shows_no_page_and_says_what_is_missing(town, accept):
    answer = sign_in(town.merchant).get("/graphql/", headers={"accept": accept})
    assert answer.status_code == 400
    message = "Il manque une requête GraphQL : ?query=…, ou POST en JSON."
    assert answer.json() == {"errors": [{"message": message}]}
    asked = {"query": "{ shops { totalCount } }"}
    page = sign_in(town.merchant).get("/graphql/", asked, headers={"accept": "text/html"})
    assert page.json() == {"data": {"shops": {"totalCount": 1}}}


def broken(town, **settings_changed):
    """Ask for what the database cannot give, and return the answer's error."""
    secret = RuntimeError("password of the database")
    with (
        override_settings(**settings_changed),
        mock.patch("saleor_alencon.api.queries.balances.balances_by_kind", side_effect=secret),
    ):
        client = sign_in(town.run.created_by)
        answer = post(client, "{ shops { totalCount } associationTotals { commissionCents } }")
    assert answer.json()["data"] == {"shops": {"totalCount": 2}, "associationTotals": None}
    return answer.json()["errors"][0]


def test_what_breaks_inside_is_logged_and_not_told(town, caplog):
    error = broken(town, DEBUG=False)
    reference = re.fullmatch(
        r"Erreur interne, référence ([0-9a-f]{8}) : signalez-la à l'Office\.", error["message"]
    )[1]
    assert error["path"] == ["associationTotals"]
    (record,) = [record for record in caplog.records if record.name == "saleor_alencon.api.views"]
    assert reference in record.getMessage()
    assert str(record.exc_info[1]) == "password of the database"


def test_a_developer_is_told_what_breaks(town):
    assert broken(town, DEBUG=True)["message"] == "password of the database"


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("first: 101", "« first » va de 0 à 100."),
        ("last: -1", "« last » va de 0 à 100."),
        ("offset: -1", "« offset » est positif et va sans « before »."),
        ('offset: 1, before: "x"', "« offset » est positif et va sans « before »."),
    ],
)
def test_a_page_that_cannot_be_is_told(town, page, message):
    query = f"{{ shops({page}) {{ totalCount }} }}"
    assert post(sign_in(town.merchant), query).json()["errors"][0]["message"] == message


@pytest.mark.parametrize("global_id", ["", "x", "U2hvcA==", "U2hvcFR5cGU6MQ==", "UXVlcnk6MQ=="])
def test_an_id_that_names_nothing_finds_nothing(town, global_id):
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert ask(town.run.created_by, query, id=global_id) == {"node": None}


NESTED = "order { shopOrders { " * 4 + "id" + " } }" * 4
LOOP = "{ ...A } fragment A on Query { ...A }"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (f"{{ shopOrders {{ edges {{ node {{ {NESTED} }} }} }} }}", "exceeds maximum operation"),
        (
            "{ " + " ".join(f"a{n}: shops {{ totalCount }}" for n in range(19)) + " }",
            "La requête coûte 209 ; la limite est 200.",
        ),
        (LOOP, "Cannot spread fragment 'A' within itself."),
        ("{ " + "node " * 2001 + "}", "dépasse 10000 caractères"),
        ("{ " + "a { " * 2000, "Syntax Error"),
    ],
)
def test_a_query_that_asks_too_much_is_refused(town, query, message):
    answer = post(sign_in(town.merchant), query)
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


def test_introspection_is_within_the_limits():
    assert limits.query_errors(get_introspection_query()) == []


def test_there_is_nothing_to_write(town):
    answer = post(sign_in(town.run.created_by), "mutation { anything }")
    assert answer.status_code == 400


ORDER_PARTS = "order { number shopOrders { shop { slug } pickup { id } lines { name } } }"
STATEMENT_PARTS = """run { number } shop { slug } lines { orderNumber shopOrderId }
  payout { shop { slug } statement { number } }"""
NODE_PARTS = {
    "shopOrders": f"shop {{ slug }} pickup {{ shop {{ slug }} }} lines {{ name }} {ORDER_PARTS}",
    "pickups": f"shop {{ slug }} shopOrder {{ shop {{ slug }} lines {{ name }} {ORDER_PARTS} }}",
    "statements": STATEMENT_PARTS,
    "payouts": f"shop {{ slug }} statement {{ {STATEMENT_PARTS} }}",
}


@pytest.mark.parametrize("field", sorted(NODE_PARTS))
def test_a_longer_page_costs_no_more_queries(town, field):
    client = sign_in(town.run.created_by)
    spent = {}
    for first in (1, 2):
        query = f"{{ {field}(first: {first}) {{ edges {{ node {{ {NODE_PARTS[field]} }} }} }} }}"
        with CaptureQueriesContext(connection) as captured:
            answer = post(client, query).json()
        assert len(answer["data"][field]["edges"]) == first
        assert not any("payment_file" in query["sql"] for query in captured)
        spent[first] = len(captured)
    assert spent[1] == spent[2] <= 9


def test_a_run_reads_its_statements_at_once(town):
    parts = f"createdBy statements {{ {STATEMENT_PARTS} }}"
    query = f"{{ settlementRuns {{ edges {{ node {{ {parts} }} }} }} }}"
    with CaptureQueriesContext(connection) as captured:
        node = ask(town.run.created_by, query)["settlementRuns"]["edges"][0]["node"]
    assert node["createdBy"] == "operator@example.test"
    assert len(node["statements"]) == 2
    assert not any("payment_file" in query["sql"] for query in captured)


def test_every_root_field_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    fields = schema.graphql_schema.query_type.fields
    assert [name for name in fields if f"| `{name}`" not in text] == []
