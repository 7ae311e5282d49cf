"""A merchant in the real Saleor: what it sees, what it may do, and what it is refused."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from saleor_alencon.local.saleor_source import run_saleor
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import (
    BOOKSHOP,
    CHEESE,
    PASSWORD,
    Merchant,
    Shops,
    global_id,
    make_merchant,
)
from tests.live.test_plugin_in_process import run_inside

PRODUCTS = """{ products(first: 100) {
  totalCount edges { node { id slug variants { id sku stocks { id quantity } } } } } }"""
ORDERS = """{ orders(first: 50) { totalCount edges { node {
  id number status userEmail customerNote user { email }
  total { gross { amount } } subtotal { gross { amount } } shippingPrice { gross { amount } }
  totalCharged { amount } totalBalance { amount } isPaid paymentStatus
  lines { productSku totalPrice { gross { amount } } }
  fulfillments { id lines { orderLine { productSku } } }
  transactions { id } payments { id } events { id } invoices { id }
  billingAddress { firstName lastName phone streetAddress1 postalCode city }
  shippingAddress { firstName lastName phone streetAddress1 postalCode city }
} } } }"""
FULFIL = """
mutation($id: ID!, $input: OrderFulfillInput!) {
  orderFulfill(order: $id, input: $input) {
    order { status total { gross { amount } } lines { productSku quantityFulfilled } }
    fulfillments { id } errors { field code message } } }"""
RENAME = """
mutation($id: ID!, $name: String!) {
  productUpdate(id: $id, input: {name: $name}) {
    product { name } errors { field code message } } }"""
SET_STOCK = """
mutation($id: ID!, $warehouse: ID!, $quantity: Int!) {
  productVariantStocksUpdate(
    variantId: $id, stocks: [{warehouse: $warehouse, quantity: $quantity}]
  ) { productVariant { stocks { quantity } } errors { field code message } } }"""
CREATE_PRODUCT = """
mutation($input: ProductCreateInput!) {
  productCreate(input: $input) { product { id slug } errors { field code message } } }"""
NOT_YOURS = "Ceci ne fait pas partie de votre boutique."
NOT_OPEN = "Cette action n'est pas ouverte aux boutiques : adressez-vous à l'Office."


def test_the_rules_cover_every_table_of_this_saleor(live: LiveSaleor) -> None:
    printed = run_saleor(
        live.stack.source, live.stack.saleor_environment(), "alencon_scope", "check"
    )

    assert "In order: " in printed


COMPARE_WITH_SCHEMA = """
import json
from saleor.graphql.api import schema
from saleor_alencon_plugins.permissions.commands import COMMANDS, INSTEAD
from saleor_alencon_plugins.permissions.fields import QUERIES
from saleor_alencon_plugins.permissions.order_rules import RULES
from saleor_alencon_plugins.permissions.scoped_schema import MASKS, PLAIN
fields = {(kind, name) for kind in PLAIN for name in schema.get_type(kind).fields}
plain = {(kind, name) for kind, names in PLAIN.items() for name in names}
masked = {(kind, name) for kind, name in MASKS if kind in PLAIN}
mutations = set(schema.get_mutation_type().fields)
print(json.dumps({
    "mutations": sorted((set(COMMANDS) | set(INSTEAD)) - mutations),
    "allowed and not": sorted(set(COMMANDS) & set(INSTEAD)),
    "rules": sorted(set(RULES) - set(COMMANDS)),
    "queries": sorted(set(QUERIES) - set(schema.get_query_type().fields)),
    "fields": sorted(fields ^ (plain | masked)),
    "twice": sorted(plain & masked),
}))
"""


def test_the_lists_of_fields_and_mutations_are_those_of_this_saleor(live: LiveSaleor) -> None:
    assert run_inside(live, COMPARE_WITH_SCHEMA) == {
        "mutations": [],
        "allowed and not": [],
        "rules": [],
        "queries": [],
        "fields": [],
        "twice": [],
    }


def test_a_merchant_sees_its_own_products_only(shops: Shops) -> None:
    found = shops.a.get(PRODUCTS)["products"]

    slugs = {edge["node"]["slug"] for edge in found["edges"]}
    assert len(slugs) == found["totalCount"] >= 5
    own = shops.live.admin.execute(
        "SELECT slug FROM product_product WHERE private_metadata ->> 'alencon.shop' = %s",
        [BOOKSHOP],
    ).fetchall()
    assert slugs == {slug for (slug,) in own}
    assert all(len(v["stocks"]) == 1 for e in found["edges"] for v in e["node"]["variants"])


def test_an_order_of_two_shops_shows_each_its_share_and_nothing_else(shops: Shops) -> None:
    order = shops.live.town.buy(
        {f"{BOOKSHOP}-1": 2, f"{CHEESE}-1": 1, f"{CHEESE}-2": 1},
        delivery="Livraison à domicile",
        customer="Cliente Démo 77",
    )

    seen = order_seen(shops.a, order.number)
    other = order_seen(shops.b, order.number)

    assert [line["productSku"] for line in seen["lines"]] == [f"{BOOKSHOP}-1"]
    assert seen["total"]["gross"]["amount"] == 43.8
    assert seen["subtotal"]["gross"]["amount"] == 43.8
    assert seen["shippingPrice"]["gross"]["amount"] == 0
    assert (seen["totalCharged"]["amount"], seen["totalBalance"]["amount"]) == (43.8, 0)
    assert (seen["isPaid"], seen["paymentStatus"]) == (True, "FULLY_CHARGED")
    assert (seen["user"], seen["userEmail"], seen["customerNote"]) == (None, None, "")
    for hidden in ("payments", "events", "invoices"):
        assert seen[hidden] == []
    assert len(seen["transactions"]) == 1  # that it was paid, and what of it may be refunded
    assert seen["shippingAddress"]["streetAddress1"] == "1 rue de Démonstration"
    assert (seen["billingAddress"]["lastName"], seen["billingAddress"]["phone"]) == (
        "77",
        "+33261910000",
    )
    assert seen["billingAddress"]["streetAddress1"] == ""
    assert other["total"]["gross"]["amount"] == 12.35
    assert {line["productSku"] for line in other["lines"]} == {f"{CHEESE}-1", f"{CHEESE}-2"}


def test_a_shop_that_waits_for_the_shopper_sees_a_name_and_a_number(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1}, delivery="Retrait en boutique")

    address = order_seen(shops.a, order.number)["shippingAddress"]

    assert (address["firstName"], address["lastName"], address["phone"]) == (
        "Cliente Démo",
        "1",
        "+33261910000",
    )
    assert (address["streetAddress1"], address["postalCode"], address["city"]) == ("", "", "")


def order_seen(merchant: Merchant, number: str) -> dict[str, Any]:
    """Return an order as the Dashboard's list shows it to a merchant."""
    edges = merchant.get(ORDERS)["orders"]["edges"]
    return next(edge["node"] for edge in edges if edge["node"]["number"] == number)


def test_a_merchant_of_another_shop_does_not_find_the_order(shops: Shops) -> None:
    order = shops.live.town.buy({f"{CHEESE}-1": 1})

    answer = shops.a.ask("query($id: ID!) { order(id: $id) { number } }", id=order.id)

    assert answer.data["order"] is None
    listed = shops.a.get(ORDERS)["orders"]["edges"]
    assert order.number not in [edge["node"]["number"] for edge in listed]


def test_fulfilling_own_lines_leaves_the_order_partially_fulfilled(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-1": 1})
    line = own_line(shops, order.id, f"{BOOKSHOP}-1")
    stocks = [{"warehouse": shops.warehouse(BOOKSHOP), "quantity": 1}]
    lines = {"lines": [{"orderLineId": line, "stocks": stocks}]}

    payload = shops.a.do(FULFIL, id=order.id, input=lines)

    assert payload["order"] == {
        "status": "PARTIALLY_FULFILLED",
        "total": {"gross": {"amount": 21.9}},
        "lines": [{"productSku": f"{BOOKSHOP}-1", "quantityFulfilled": 1}],
    }
    assert shops.live.town.order(order.id)["status"] == "PARTIALLY_FULFILLED"


def own_line(shops: Shops, order_id: str, sku: str) -> str:
    """Return the id of an order's line."""
    lines = shops.live.town.order(order_id)["lines"]
    return str(next(line["id"] for line in lines if line["productSku"] == sku))


def test_scenario_12_own_order_with_anothers_line_or_warehouse_is_refused(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-1": 1})
    own, other = (own_line(shops, order.id, f"{slug}-1") for slug in (BOOKSHOP, CHEESE))
    before = shops.one("SELECT count(*) FROM order_fulfillment")
    for line, warehouse in ((other, CHEESE), (other, BOOKSHOP), (own, CHEESE)):
        stocks = [{"warehouse": shops.warehouse(warehouse), "quantity": 1}]
        lines = {"lines": [{"orderLineId": line, "stocks": stocks}]}

        assert shops.a.refused(FULFIL, id=order.id, input=lines) == NOT_YOURS

    assert shops.one("SELECT count(*) FROM order_fulfillment") == before
    shops.live.town.fulfil(order.id, {f"{CHEESE}-1"})
    theirs = shops.live.town.order(order.id)["fulfillments"][0]["id"]
    cancel = """mutation($id: ID!, $w: ID!) { orderFulfillmentCancel(id: $id,
      input: {warehouseId: $w}) { errors { field code message } } }"""
    assert shops.a.refused(cancel, id=theirs, w=shops.warehouse(BOOKSHOP)) == NOT_YOURS


def test_scenario_14_a_shop_gets_its_line_and_not_the_whole_order(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-2": 1, f"{CHEESE}-2": 3})
    shops.live.town.fulfil(order.id)

    seen = order_seen(shops.a, order.number)

    assert [line["productSku"] for line in seen["lines"]] == [f"{BOOKSHOP}-2"]
    assert [
        [line["orderLine"]["productSku"] for line in fulfilment["lines"]]
        for fulfilment in seen["fulfillments"]
    ] == [[f"{BOOKSHOP}-2"]]


def test_scenario_16_a_shops_staff_exports_nothing(shops: Shops) -> None:
    export = """mutation { exportProducts(input: {scope: ALL, fileType: CSV}) {
      exportFile { id } errors { field code message } } }"""

    assert shops.a.refused(export) == NOT_OPEN
    answer = shops.a.ask("{ customers(first: 10) { edges { node { email } } } }")
    assert answer.data == {"customers": {"edges": []}}


def test_a_merchant_edits_its_product_and_not_anothers(shops: Shops) -> None:
    own, other = shops.product(f"{BOOKSHOP}-3"), shops.product(f"{CHEESE}-3")

    assert shops.a.do(RENAME, id=own, name="Grand album")["product"]["name"] == "Grand album"
    assert shops.a.refused(RENAME, id=other, name="Volé") == NOT_YOURS

    assert shops.one("SELECT count(*) FROM product_product WHERE name = 'Volé'") == 0


def test_a_merchant_sets_its_stock_and_not_anothers(shops: Shops) -> None:
    own, other = shops.variant(f"{BOOKSHOP}-4"), shops.variant(f"{CHEESE}-4")
    here, there = shops.warehouse(BOOKSHOP), shops.warehouse(CHEESE)

    for quantity in (7, 100_000):
        done = shops.a.do(SET_STOCK, id=own, warehouse=here, quantity=quantity)
        assert done["productVariant"]["stocks"] == [{"quantity": quantity}]
    for variant, warehouse in ((other, there), (own, there), (other, here)):
        refusal = shops.a.refused(SET_STOCK, id=variant, warehouse=warehouse, quantity=1)
        assert refusal == NOT_YOURS


def test_a_new_product_gets_the_shop_by_itself_and_a_free_slug(shops: Shops) -> None:
    kind = shops.one("SELECT id FROM product_producttype LIMIT 1")
    name = shops.one("SELECT name FROM product_product WHERE slug = %s", f"{CHEESE}-1")
    made = {"name": name, "productType": global_id("ProductType", kind)}

    product = shops.a.do(CREATE_PRODUCT, input=made)["product"]
    again = shops.b.do(CREATE_PRODUCT, input=made)["product"]

    assert product["slug"] != again["slug"]
    find = "SELECT private_metadata ->> 'alencon.shop' FROM product_product WHERE slug = %s"
    assert shops.one(find, product["slug"]) == BOOKSHOP
    assert shops.one(find, again["slug"]) == CHEESE
    assert product["id"] not in json.dumps(shops.b.get(PRODUCTS))


def test_a_lookup_by_external_reference_and_the_offices_keys_are_refused(shops: Shops) -> None:
    by_reference = """mutation { productUpdate(externalReference: "x", input: {name: "y"}) {
      errors { field code message } } }"""
    mark = """mutation($id: ID!) { updateMetadata(id: $id,
      input: [{key: "alencon.shop", value: "x"}]) { errors { field code message } } }"""

    assert shops.a.refused(by_reference) == "Désignez l'objet par son identifiant (id)."
    assert shops.a.refused(mark, id=shops.product(f"{BOOKSHOP}-1")) == (
        "Les métadonnées « alencon. » sont tenues par l'Office."
    )


def test_a_user_of_two_shops_chooses_by_a_header(shops: Shops) -> None:
    def seen(shop: str | None) -> set[str]:
        edges = shops.both.get(PRODUCTS, shop=shop)["products"]["edges"]
        return {edge["node"]["slug"].rsplit("-", 1)[0] for edge in edges}

    assert BOOKSHOP in seen(BOOKSHOP)
    assert CHEESE not in seen(BOOKSHOP)
    assert seen(None) == seen(CHEESE)  # the first in the alphabet
    answer = shops.a.ask(PRODUCTS, shop=CHEESE)
    assert answer.errors[0]["message"] == "Cette boutique n'est pas la vôtre."
    assert answer.data is None


def test_a_suspended_shop_reads_and_changes_nothing(shops: Shops) -> None:
    state = (
        "UPDATE warehouse_warehouse SET private_metadata = private_metadata"
        " || jsonb_build_object('alencon.state', %s::text) WHERE slug = %s"
    )
    shops.live.admin.execute(state, ["suspended", BOOKSHOP])
    try:
        assert shops.a.get(PRODUCTS)["products"]["totalCount"] >= 5
        refusal = shops.a.refused(RENAME, id=shops.product(f"{BOOKSHOP}-3"), name="Non")
    finally:
        shops.live.admin.execute(state, ["live", BOOKSHOP])
    assert (
        refusal == "Votre boutique est suspendue : vous pouvez tout consulter et ne rien changer."
    )


def test_staff_without_shop_and_without_permission_sees_nothing(shops: Shops) -> None:
    stranger = make_merchant(shops.live, f"s-{uuid.uuid4().hex[:6]}@alencon.example", [])

    answer = stranger.ask('{ products(first: 9, channel: "alencon") { totalCount } }')

    assert answer.data["products"]["totalCount"] == 0
    assert stranger.ask(ORDERS).data is None or stranger.ask(ORDERS).data["orders"] is None


def test_a_batch_runs_in_the_scope_from_its_first_document(shops: Shops) -> None:
    body = [{"query": PRODUCTS}, {"query": "{ broken"}, {"query": PRODUCTS}]

    answers = shops.a.http.post(shops.a.url, json=body, headers=shops.a.headers).json()

    counts = [answer["data"]["products"]["totalCount"] for answer in (answers[0], answers[2])]
    assert counts[0] == counts[1] == shops.a.get(PRODUCTS)["products"]["totalCount"]


def test_a_login_within_a_batch_begins_the_scope(shops: Shops) -> None:
    login = """mutation($email: String!, $password: String!) {
      tokenCreate(email: $email, password: $password) { token errors { message } } }"""
    who = {"email": shops.a.email, "password": PASSWORD}
    body = [{"query": login, "variables": who}, {"query": PRODUCTS}]

    answers = shops.a.http.post(shops.a.url, json=body).json()

    assert (
        answers[1]["data"]["products"]["totalCount"]
        == (shops.a.get(PRODUCTS)["products"]["totalCount"])
    )


def test_a_new_password_begins_the_scope_in_the_same_answer(shops: Shops) -> None:
    merchant = make_merchant(shops.live, "nouveau@alencon.example", [shops.group_a])
    code = (
        "import json; from saleor.account.models import User;"
        "from saleor.core.tokens import password_reset_token_generator as generator;"
        f"user = User.objects.get(email='{merchant.email}');"
        "print(json.dumps({'token': generator.make_token(user)}))"
    )
    token = run_inside(shops.live, code)["token"]
    document = """mutation($email: String!, $password: String!, $token: String!) {
      setPassword(email: $email, password: $password, token: $token) { token
        user { email accessibleChannels { slug } editableGroups { id } }
        errors { field code message } } }"""
    who = {"email": merchant.email, "password": "un-autre-mot-de-passe-1", "token": token}
    body = [{"query": document, "variables": who}, {"query": PRODUCTS}]

    answers = shops.a.http.post(shops.a.url, json=body).json()

    payload = answers[0]["data"]["setPassword"]
    assert (payload["errors"], payload["user"]["email"]) == ([], merchant.email)
    assert payload["token"]
    own = shops.a.get(PRODUCTS)["products"]["totalCount"]
    assert answers[1]["data"]["products"]["totalCount"] == own


def test_nothing_leaks_to_the_next_request_on_the_same_threads(shops: Shops) -> None:
    admin = shops.live.town.staff
    everything = admin.execute(PRODUCTS)["products"]["totalCount"]
    own = shops.a.get(PRODUCTS)["products"]["totalCount"]
    failing = """mutation { productUpdate(id: "x", input: {}) { errors { message } } }"""

    def ask(turn: int) -> tuple[str, int]:
        if turn % 3 == 0:
            shops.a.ask(failing)
            shops.a.ask("{ products(first: 1000) { edges { node { nothing } } } }")
            return "own", shops.a.get(PRODUCTS)["products"]["totalCount"]
        if turn % 3 == 1:
            return "all", admin_count(shops)
        return "own", shops.a.get(PRODUCTS)["products"]["totalCount"]

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(48)))

    assert answers == {("own", own), ("all", everything)}


def admin_count(shops: Shops) -> int:
    """Ask as the Office's app, on a connection of its own."""
    import httpx

    response = httpx.post(
        shops.a.url,
        json={"query": PRODUCTS},
        headers=shops.live.town.staff.authorization,
        timeout=120,
        trust_env=False,
    )
    return int(response.json()["data"]["products"]["totalCount"])


def test_a_connection_lost_between_requests_comes_back_in_the_role(shops: Shops) -> None:
    own = shops.a.get(PRODUCTS)["products"]["totalCount"]
    for _turn in range(3):
        shops.live.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = 'saleor' AND pid <> pg_backend_pid()"
        )
        answers = [shops.a.ask(PRODUCTS) for _ in range(6)]
        counts = {a.data["products"]["totalCount"] for a in answers if a.data and not a.errors}
        assert counts <= {own}
    assert shops.a.get(PRODUCTS)["products"]["totalCount"] == own


def test_a_search_among_orders_finds_by_number_and_by_nothing_else(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-2": 1})
    search = """query($s: String!) {
      orders(first: 5, filter: {search: $s}) { edges { node { number } } } }"""

    def numbers(text: str) -> list[str]:
        edges = shops.a.get(search, s=text)["orders"]["edges"]
        return [edge["node"]["number"] for edge in edges]

    assert numbers(order.number) == [order.number]
    assert numbers(f"{CHEESE}-2") == []
    assert numbers("demo-1@client.example") == []
    answer = shops.a.ask(
        'query { orders(first: 5, filter: {customer: "x"}) { edges { node { id } } } }'
    )
    assert "customer" in answer.errors[0]["message"]
