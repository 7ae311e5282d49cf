"""Merchants' requests of every kind in the real Saleor: uploads, home, bulk, lost connections."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.live.leak_documents import mutations, read_schema
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Answer, Merchant, Shops, global_id, read_answer
from tests.live.test_merchant_scope import (
    CREATE_PRODUCT,
    NOT_OPEN,
    NOT_YOURS,
    PRODUCTS,
    RENAME,
    admin_count,
)
from tests.live.test_plugin_in_process import run_inside

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ADD_PICTURE = """
mutation($product: ID!, $image: Upload) {
  productMediaCreate(input: {product: $product, image: $image, alt: "Couverture"}) {
    product { media { alt type } } errors { field code message } } }"""
HOME = """
query($channel: String!) {
  salesToday: ordersTotal(period: TODAY, channel: $channel) { gross { amount currency } }
  salesOfMonth: ordersTotal(period: THIS_MONTH, channel: $channel) { gross { amount } }
  activities: homepageEvents(last: 10) { edges { node { id message } } }
  out: products(filter: {stockAvailability: OUT_OF_STOCK}, channel: $channel) { totalCount }
}"""
BULK_DELETE = """
mutation($ids: [ID!]!) { productBulkDelete(ids: $ids) {
  count errors { field code message } } }"""
BULK_VARIANTS = """
mutation($product: ID!, $variants: [ProductVariantBulkCreateInput!]!) {
  productVariantBulkCreate(product: $product, variants: $variants) {
    count results { errors { field message } } errors { field code message } } }"""
SET_STATE = (
    "UPDATE warehouse_warehouse SET private_metadata = private_metadata"
    " || jsonb_build_object('alencon.state', %s::text) WHERE slug = %s"
)


def upload(merchant: Merchant, product: str) -> Answer:
    """Add a picture as the Dashboard sends it: in several parts."""
    variables = {"product": product, "image": None}
    response = merchant.http.post(
        merchant.url,
        data={
            "operations": json.dumps({"query": ADD_PICTURE, "variables": variables}),
            "map": json.dumps({"1": ["variables.image"]}),
        },
        files={"1": ("couverture.png", PICTURE, "image/png")},
        headers=merchant.headers,
    )
    return read_answer(response)


def test_a_merchant_adds_a_picture_to_its_product_and_to_no_other(shops: Shops) -> None:
    own, other = shops.product(f"{BOOKSHOP}-4"), shops.product(f"{CHEESE}-4")
    count = "SELECT count(*) FROM product_productmedia WHERE product_id = %s"
    before = shops.one(count, shops.key(own)), shops.one(count, shops.key(other))

    done = upload(shops.a, own).data["productMediaCreate"]
    refused = upload(shops.a, other).data["productMediaCreate"]

    assert done["errors"] == []
    assert done["product"]["media"][-1] == {"alt": "Couverture", "type": "IMAGE"}
    assert refused["errors"][0]["message"] == NOT_YOURS
    after = shops.one(count, shops.key(own)), shops.one(count, shops.key(other))
    assert after == (before[0] + 1, before[1])


def test_home_shows_the_shops_own_sales(shops: Shops) -> None:
    def sales(merchant: Merchant) -> tuple[float, float]:
        home = merchant.get(HOME, channel="alencon")
        assert home["activities"]["edges"] == []
        assert home["out"]["totalCount"] == 0
        assert home["salesToday"]["gross"]["currency"] == "EUR"
        today, month = (home[key]["gross"]["amount"] for key in ("salesToday", "salesOfMonth"))
        return today, month

    before = [sales(merchant) for merchant in (shops.a, shops.b)]

    order = shops.live.town.buy(
        {f"{BOOKSHOP}-1": 2, f"{CHEESE}-1": 1}, delivery="Livraison à domicile"
    )
    cancelled = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-1": 1})
    shops.live.town.cancel(cancelled.id)

    after = [sales(merchant) for merchant in (shops.a, shops.b)]
    grown = [
        tuple(round(late - early, 2) for early, late in zip(*pair, strict=True))
        for pair in zip(before, after, strict=True)
    ]
    assert grown == [(43.8, 43.8), (5.45, 5.45)], order


def test_the_header_decides_for_which_of_two_shops_a_command_is(shops: Shops) -> None:
    cheese = shops.product(f"{CHEESE}-3")
    name = shops.one("SELECT name FROM product_product WHERE slug = %s", f"{CHEESE}-3")

    def rename(shop: str) -> Any:
        answer = shops.both.ask(RENAME, shop=shop, id=cheese, name=name)
        assert not answer.errors, answer.text
        return answer.data["productUpdate"]["errors"]

    assert rename(BOOKSHOP)[0]["message"] == NOT_YOURS
    assert rename(CHEESE) == []
    unknown = shops.both.ask(PRODUCTS, shop="aucune-boutique")
    assert (unknown.data, unknown.errors[0]["message"]) == (
        None,
        "Cette boutique n'est pas la vôtre.",
    )


def test_a_closed_shop_reads_its_past_and_changes_nothing(shops: Shops) -> None:
    shops.live.admin.execute(SET_STATE, ["closed", BOOKSHOP])
    try:
        assert shops.a.get(PRODUCTS)["products"]["totalCount"] >= 5
        assert shops.a.get("{ orders(first: 1) { totalCount } }")["orders"]["totalCount"] > 0
        refusal = shops.a.refused(RENAME, id=shops.product(f"{BOOKSHOP}-3"), name="Non")
    finally:
        shops.live.admin.execute(SET_STATE, ["live", BOOKSHOP])
    assert refusal == "Votre boutique est fermée : vous pouvez tout consulter et ne rien changer."


def create(merchant: Merchant, shops: Shops, name: str, **more: Any) -> str:
    """Make a product, and return its id."""
    kind = shops.one("SELECT id FROM product_producttype LIMIT 1")
    made = {"name": name, "productType": global_id("ProductType", kind)} | more
    return str(merchant.do(CREATE_PRODUCT, input=made)["product"]["id"])


def test_a_selection_with_anothers_product_is_refused_whole(shops: Shops) -> None:
    own = [create(shops.a, shops, f"À supprimer {number}") for number in (1, 2)]
    other = shops.product(f"{CHEESE}-4")
    everything = shops.one("SELECT count(*) FROM product_product")

    assert shops.a.refused(BULK_DELETE, ids=[*own, other]) == NOT_YOURS
    assert shops.one("SELECT count(*) FROM product_product") == everything
    assert shops.a.do(BULK_DELETE, ids=own)["count"] == 2

    assert shops.one("SELECT count(*) FROM product_product") == everything - 2


def test_products_made_in_any_way_are_the_shops(shops: Shops) -> None:
    """The Dashboard's copy of a product is a creation, and its variants come as a list."""
    theirs = {"privateMetadata": [{"key": "alencon.shop", "value": CHEESE}]}
    kind = global_id("ProductType", shops.one("SELECT id FROM product_producttype LIMIT 1"))
    refusal = shops.a.refused(CREATE_PRODUCT, input={"name": "x", "productType": kind, **theirs})
    product = create(shops.a, shops, "Copie", metadata=[{"key": "origine", "value": "copie"}])
    stocks = [{"warehouse": shops.warehouse(BOOKSHOP), "quantity": 3}]
    elsewhere = [{"warehouse": shops.warehouse(CHEESE), "quantity": 3}]
    variants = [{"sku": f"copie-{number}", "attributes": [], "stocks": stocks} for number in (1, 2)]

    made = shops.a.do(BULK_VARIANTS, product=product, variants=variants)
    wrong = [{"sku": "copie-3", "attributes": [], "stocks": elsewhere}]

    assert refusal == "Les métadonnées « alencon. » sont tenues par l'Office."
    assert made["count"] == 2, made
    assert shops.a.refused(BULK_VARIANTS, product=product, variants=wrong) == NOT_YOURS
    marks = "SELECT private_metadata ->> 'alencon.shop' FROM product_product WHERE id = %s"
    assert shops.one(marks, shops.key(product)) == BOOKSHOP
    shops.a.do(BULK_DELETE, ids=[product])


def test_bulk_commands_and_exports_that_are_not_listed_are_refused(shops: Shops) -> None:
    """Of each the name is in the schema: a new one of Saleor's is refused as well."""
    schema = read_schema(shops.live.stack.source.folder)
    names = [name for name in mutations(schema) if "Bulk" in name or name.startswith("export")]
    allowed = {
        "productBulkDelete", "productMediaBulkDelete", "productVariantBulkCreate",
        "productVariantBulkDelete", "productVariantBulkUpdate",
    }  # fmt: skip
    assert len(names) > 25
    exports = "SELECT count(*) FROM csv_exportfile"
    before = shops.one(exports)
    for name in set(names) - allowed:
        needed = [
            f"{key}: {literal(argument.type)}"
            for key, argument in mutations(schema)[name].args.items()
            if str(argument.type).endswith("!")
        ]
        given = f"({', '.join(needed)})" if needed else ""

        answer = shops.a.ask(f"mutation {{ {name}{given} {{ errors {{ message }} }} }}")

        shown = [error["message"] for error in answer.errors]
        shown += [e["message"] for e in ((answer.data or {}).get(name) or {}).get("errors", [])]
        instead = "Ouvrez chaque commande, retournez vos articles, puis remboursez-les."
        assert shown == [instead if name == "orderBulkCancel" else NOT_OPEN], (name, shown)
    assert shops.one(exports) == before


REFUSE_EACH = """
import json
from types import SimpleNamespace
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.api import schema
from saleor_alencon_plugins.permissions.scoped_schema import refuse
otherwise = []
for name, field in schema.get_mutation_type().fields.items():
    try:
        payload = refuse(SimpleNamespace(return_type=field.type, field_name=name), "non")
        assert [error.message for error in payload.errors] == ["non"], name
    except PermissionDenied:
        otherwise.append(name)
print(json.dumps({"otherwise": sorted(otherwise)}))
"""


def test_each_mutation_is_refused_in_the_shape_of_its_own_errors(shops: Shops) -> None:
    """But for some that no page of the Dashboard sends for a merchant, whose errors need more."""
    assert run_inside(shops.live, REFUSE_EACH)["otherwise"] == [
        "attributeBulkCreate", "attributeBulkTranslate", "attributeBulkUpdate",
        "attributeValueBulkTranslate", "customerBulkUpdate", "orderBulkCreate",
        "productBulkCreate", "productBulkTranslate", "productVariantBulkTranslate",
        "voucherCodeBulkDelete",
    ]  # fmt: skip


def literal(kind: Any) -> str:
    """Return a literal of an input type: an empty list, or what is required."""
    text = str(kind).rstrip("!")
    if text.startswith("["):
        return "[]"
    named = getattr(kind, "of_type", kind)
    if hasattr(named, "fields"):
        needed = [
            f"{key}: {literal(one.type)}"
            for key, one in named.fields.items()
            if str(one.type).endswith("!")
        ]
        return f"{{{', '.join(needed)}}}"
    if hasattr(named, "values"):
        return str(next(iter(named.values)))
    return {"Boolean": "true", "Int": "1"}.get(text, '"x"' if text in ("ID", "String") else "1")


@contextmanager
def waiting_request(live: LiveSaleor, lock: str, ask: Any) -> Iterator[None]:
    """Run a request that waits for a lock, and end its connection's server process meanwhile."""
    with live.stack.cluster.connect() as holder:
        holder.execute("BEGIN")
        holder.execute(lock)
        thread = threading.Thread(target=ask)
        thread.start()
        deadline = time.monotonic() + 60
        ended: list[Any] = []
        while not ended:
            assert time.monotonic() < deadline, "no request waits for the lock"
            time.sleep(0.1)
            ended = live.admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'saleor' AND wait_event_type = 'Lock'"
                " AND datname = current_database()"
            ).fetchall()
        holder.execute("ROLLBACK")
        thread.join(60)
        assert not thread.is_alive()
        yield


def test_a_connection_lost_within_a_query_leaves_nothing_behind(shops: Shops) -> None:
    own, everything = shops.a.get(PRODUCTS)["products"]["totalCount"], admin_count(shops)
    answers: list[Answer] = []
    for _turn in range(2):
        with waiting_request(
            shops.live,
            "LOCK TABLE product_product IN ACCESS EXCLUSIVE MODE",
            lambda: answers.append(shops.a.ask(PRODUCTS)),
        ):
            check_scopes(shops, own, everything)
    assert all(answer.data is None or answer.data["products"] is None for answer in answers)


def test_a_connection_lost_within_a_command_leaves_nothing_behind(shops: Shops) -> None:
    own, everything = shops.a.get(PRODUCTS)["products"]["totalCount"], admin_count(shops)
    product = shops.product(f"{BOOKSHOP}-4")
    name = "SELECT name FROM product_product WHERE id = %s"
    before = shops.one(name, shops.key(product))

    answers: list[Answer] = []

    with waiting_request(
        shops.live,
        f"SELECT 1 FROM product_product WHERE id = {shops.key(product)} FOR UPDATE",
        lambda: answers.append(shops.a.ask(RENAME, id=product, name="Perdu")),
    ):
        check_scopes(shops, own, everything)

    assert answers[0].errors or answers[0].data["productUpdate"]["errors"]
    assert shops.one(name, shops.key(product)) == before
    assert shops.a.do(RENAME, id=product, name=before)["product"]["name"] == before


def check_scopes(shops: Shops, own: int, everything: int) -> None:
    """See, on every thread, that a merchant gets its own and the Office all."""

    def ask(turn: int) -> tuple[str, int]:
        if turn % 2:
            return "all", admin_count(shops)
        return "own", shops.a.get(PRODUCTS)["products"]["totalCount"]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(16))) == {("own", own), ("all", everything)}
