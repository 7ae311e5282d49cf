"""Who did what in the real Saleor: merchants' commands, and the Office's looks."""

import datetime
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from saleor_alencon.local.saleor_source import STAFF_EMAIL
from saleor_alencon.local.saleor_stack import create_saleor_app
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import (
    BOOKSHOP,
    CHEESE,
    CREATE_GROUP,
    PASSWORD,
    Merchant,
    Shops,
    admin,
    make_merchant,
)
from tests.live.test_merchant_scope import (
    NOT_OPEN,
    NOT_YOURS,
    ORDERS,
    PRODUCTS,
    RENAME,
    order_seen,
)

CREATE_VARIANT = """
mutation($input: ProductVariantCreateInput!) {
  productVariantCreate(input: $input) { productVariant { id } errors { field code message } } }"""
CHANGE_PASSWORD = """
mutation($old: String, $new: String!) {
  passwordChange(oldPassword: $old, newPassword: $new) { errors { field code message } } }"""
DELETE_CUSTOMER = """
mutation($id: ID!) { customerDelete(id: $id) { errors { field code message } } }"""


class Trail:
    """The Office's app, which reads the trail and opens looks."""

    def __init__(self, live: LiveSaleor) -> None:
        self.url = f"{live.stack.saleor_url}/plugins/alencon.merchants/"
        self.live = live
        self.token = create_saleor_app(live.stack, "alencon.test.trail", ("MANAGE_STAFF",))
        self.http = httpx.Client(timeout=60, trust_env=False)

    def send(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """Send any request, with the app's token unless another is given."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return self.http.request(method, self.url + path, headers=headers, **more)

    def acts(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the newest acts."""
        answer = self.send("GET", "acts", params=wanted)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["acts"])

    def last(self, merchant: Merchant) -> dict[str, Any]:
        """Return the newest command of a merchant, without its times."""
        act = self.acts(email=merchant.email, kind="command", limit=1)[0]
        assert datetime.datetime.fromisoformat(act["at"]).tzinfo is not None
        return {name: act[name] for name in ("shop", "name", "ids", "outcome", "reason", "look")}

    def look(self, email: str, shop: str = BOOKSHOP, reason: str = "Le prix affiché") -> Any:
        """Open a look that must be granted, and return what came back."""
        body = {"email": email, "shop": shop, "reason": reason}
        answer = self.send("POST", "looks", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def end(self, email: str) -> int:
        """End the account's looks."""
        return int(self.send("POST", "looks/end", json={"email": email}).json()["ended"])


@pytest.fixture(scope="module")
def trail(live: LiveSaleor) -> Trail:
    return Trail(live)


@pytest.fixture(scope="module")
def operator(live: LiveSaleor, shops: Shops) -> Merchant:
    """Give a member of the Office's staff, who may see every order and product."""
    mark = uuid.uuid4().hex[:6]
    permissions = ["MANAGE_ORDERS", "MANAGE_PRODUCTS", "MANAGE_USERS"]
    with admin(live) as staff:
        group = staff.mutate(
            CREATE_GROUP,
            input={
                "name": f"Office {mark}",
                "addPermissions": permissions,
                "restrictedAccessToChannels": False,
            },
        )["group"]["id"]
    return make_merchant(live, f"operatrice-{mark}@alencon.example", [group])


def test_a_command_that_passed_is_in_the_trail_with_its_ids_and_no_value(
    shops: Shops, trail: Trail
) -> None:
    product = shops.product(f"{BOOKSHOP}-3")
    number = shops.key(product)

    shops.a.do(RENAME, id=product, name="Un nom que personne ne garde")

    assert trail.last(shops.a) == {
        "shop": BOOKSHOP,
        "name": "productUpdate",
        "ids": [f"Product:{number}"],
        "outcome": "done",
        "reason": "",
        "look": None,
    }
    kept = "SELECT count(*) FROM alencon_permissions_act a WHERE a::text LIKE '%%que personne%%'"
    assert shops.one(kept) == 0
    rows = shops.live.admin.execute(
        "SELECT outcome, begun_id IS NULL FROM alencon_permissions_act WHERE email = %s"
        " ORDER BY id DESC LIMIT 2",
        [shops.a.email],
    ).fetchall()
    assert rows == [("done", False), ("begun", True)]


def test_a_command_on_anothers_row_and_one_that_is_not_open_are_in_the_trail(
    shops: Shops, trail: Trail
) -> None:
    other = shops.product(f"{CHEESE}-3")

    assert shops.a.refused(RENAME, id=other, name="Volé") == NOT_YOURS
    refused = trail.last(shops.a)
    assert shops.a.refused(DELETE_CUSTOMER, id="un texte de n'importe qui") == NOT_OPEN
    closed = trail.last(shops.a)

    assert (refused["outcome"], refused["reason"]) == ("refused", NOT_YOURS)
    assert (refused["name"], refused["ids"]) == ("productUpdate", [f"Product:{shops.key(other)}"])
    assert (closed["name"], closed["ids"], closed["outcome"], closed["reason"]) == (
        "customerDelete",
        ["?"],
        "refused",
        NOT_OPEN,
    )


def test_what_saleor_refuses_is_in_the_trail_with_its_codes_only(
    shops: Shops, trail: Trail
) -> None:
    taken = {"product": shops.product(f"{BOOKSHOP}-2"), "sku": f"{BOOKSHOP}-1", "attributes": []}

    shops.a.refused(CREATE_VARIANT, input=taken)

    act = trail.last(shops.a)
    assert (act["name"], act["outcome"]) == ("productVariantCreate", "invalid")
    assert "UNIQUE" in act["reason"].upper()
    assert BOOKSHOP not in act["reason"]


def test_a_password_is_not_in_the_trail(shops: Shops, trail: Trail) -> None:
    shops.b.refused(CHANGE_PASSWORD, old="pas-le-bon-secret", new="le-nouveau-secret-1")

    act = trail.last(shops.b)
    assert (act["name"], act["ids"], act["outcome"]) == ("passwordChange", [], "invalid")
    kept = "SELECT count(*) FROM alencon_permissions_act a WHERE a::text LIKE '%%secret%%'"
    assert shops.one(kept) == 0


def test_a_session_that_is_kept_open_leaves_no_trace(shops: Shops, trail: Trail) -> None:
    before = trail.acts(email=shops.b.email, limit=1)

    shops.b.get(
        "mutation($t: String!) { tokenVerify(token: $t) { isValid errors { code } } }",
        t=shops.b.token,
    )

    assert trail.acts(email=shops.b.email, limit=1) == before


def test_what_an_admin_or_a_shopper_does_is_not_in_the_trail(shops: Shops, trail: Trail) -> None:
    newest = trail.acts(limit=1)

    shops.live.town.buy({f"{BOOKSHOP}-1": 1})
    shops.live.town.staff.execute(RENAME, id=shops.product(f"{BOOKSHOP}-3"), name="Album")

    assert trail.acts(limit=1) == newest


def test_without_its_row_in_the_trail_a_command_does_not_run(shops: Shops, trail: Trail) -> None:
    product = shops.product(f"{BOOKSHOP}-3")
    shops.live.admin.execute("REVOKE INSERT ON alencon_permissions_act FROM saleor")
    try:
        answer = shops.a.ask(RENAME, id=product, name="Sans trace")
    finally:
        shops.live.admin.execute("GRANT INSERT ON alencon_permissions_act TO saleor")

    assert answer.errors or answer.data["productUpdate"]["errors"]
    assert shops.one("SELECT count(*) FROM product_product WHERE name = 'Sans trace'") == 0


def test_a_command_that_is_cut_off_has_a_begin_and_no_end(shops: Shops, trail: Trail) -> None:
    product = shops.product(f"{BOOKSHOP}-3")
    number = int(shops.key(product))
    begun = "SELECT count(*) FROM alencon_permissions_act WHERE email = %s AND begun_id IS NULL"
    before = shops.one(begun, shops.a.email)
    assert shops.a.token
    with (
        psycopg.connect(shops.live.stack.cluster.url("saleor")) as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("SELECT 1 FROM product_product WHERE id = %s FOR UPDATE", [number])
        pool.submit(shops.a.ask, RENAME, id=product, name="Coupé")
        deadline = time.monotonic() + 60
        while shops.one(begun, shops.a.email) == before and time.monotonic() < deadline:
            time.sleep(0.1)
        shops.live.kill_api()
        shops.live.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'saleor'"
            " AND pid <> %s",
            [holder.info.backend_pid],
        )
    shops.live.start_api()

    act = trail.last(shops.a)
    assert (act["name"], act["ids"], act["outcome"]) == (
        "productUpdate",
        [f"Product:{number}"],
        "begun",
    )
    assert shops.one("SELECT count(*) FROM product_product WHERE name = 'Coupé'") == 0


def test_the_trail_cannot_be_changed_and_only_an_old_row_can_be_deleted(
    shops: Shops, trail: Trail
) -> None:
    shops.a.do(RENAME, id=shops.product(f"{BOOKSHOP}-3"), name="Album")
    add = (
        "INSERT INTO alencon_permissions_act"
        " (at, kind, user_id, email, shop, name, ids, outcome, reason)"
        " VALUES (now() - interval '13 months', 'command', 1, 'old', '', 'x', '[]', 'done', '')"
    )
    with psycopg.connect(shops.live.stack.cluster.url("saleor"), autocommit=True) as owner:
        for statement in (
            "UPDATE alencon_permissions_act SET outcome = 'refused'",
            "DELETE FROM alencon_permissions_act",
            "TRUNCATE alencon_permissions_act",
        ):
            with pytest.raises(psycopg.errors.RaiseException, match="is only added to"):
                owner.execute(statement)
        owner.execute(add)
        deleted = owner.execute("DELETE FROM alencon_permissions_act WHERE email = 'old'")
        assert deleted.rowcount == 1


def test_the_trail_is_read_page_by_page_and_by_shop_person_mutation_outcome_and_date(
    shops: Shops, trail: Trail
) -> None:
    for name in ("Un", "Deux", "Trois"):
        shops.a.do(RENAME, id=shops.product(f"{BOOKSHOP}-3"), name=name)
    shops.b.do(RENAME, id=shops.product(f"{CHEESE}-3"), name="Quatre")
    wanted = {"shop": BOOKSHOP, "email": shops.a.email[:8], "name": "productUpdate"}

    first = trail.send("GET", "acts", params=wanted | {"outcome": "done", "limit": 2}).json()
    second = trail.send(
        "GET", "acts", params=wanted | {"outcome": "done", "limit": 1, "before": first["before"]}
    ).json()

    ids = [act["id"] for act in first["acts"] + second["acts"]]
    assert len(ids) == 3
    assert ids == sorted(set(ids), reverse=True)
    assert {act["shop"] for act in first["acts"]} == {BOOKSHOP}
    assert trail.acts(since=first["acts"][0]["at"], shop=BOOKSHOP, limit=1) == first["acts"][:1]
    assert trail.acts(until="2026-01-01T00:00:00+01:00") == []


def test_the_trail_is_for_an_app_that_manages_staff(shops: Shops, trail: Trail) -> None:
    assert trail.send("GET", "acts", token="wrong").status_code == 401
    assert trail.send("GET", "acts", token=shops.a.token).status_code == 401
    assert trail.send("GET", "acts", token=shops.live.office_token).status_code == 403
    assert trail.send("POST", "acts").status_code == 405
    for wrong in ({"limit": "0"}, {"limit": "x"}, {"kind": "x"}, {"since": "hier"}, {"x": "y"}):
        assert trail.send("GET", "acts", params=wrong).status_code == 400


def test_a_look_shows_the_operator_what_the_merchant_sees_and_ends(
    shops: Shops, trail: Trail, operator: Merchant
) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 2, f"{CHEESE}-1": 1}, customer="Cliente Démo 5")
    everything = operator.get(PRODUCTS)["products"]["totalCount"]
    own = shops.a.get(PRODUCTS)["products"]["totalCount"]

    trail.look(operator.email)
    seen = operator.get(PRODUCTS)["products"]["totalCount"]
    order_in_look = order_seen(operator, order.number)
    plugins = operator.ask("{ plugins(first: 1) { totalCount } }")
    customers = operator.get("{ customers(first: 1) { totalCount } }")
    mine = operator.get("{ me { email userPermissions { code } } }")["me"]

    assert (seen, everything > own) == (own, True)
    assert order_in_look == order_seen(shops.a, order.number)
    assert (plugins.data, customers) == ({"plugins": None}, {"customers": {"totalCount": 0}})
    assert (plugins.errors[0]["message"], mine["email"]) == (NOT_OPEN, operator.email)
    assert sorted(one["code"] for one in mine["userPermissions"]) == [
        "HANDLE_PAYMENTS",
        "MANAGE_ORDERS",
        "MANAGE_PRODUCTS",
    ]
    assert trail.end(operator.email) == 1
    assert operator.get(PRODUCTS)["products"]["totalCount"] == everything
    assert trail.end(operator.email) == 0


def test_a_look_changes_nothing_and_says_so(shops: Shops, trail: Trail, operator: Merchant) -> None:
    product = shops.product(f"{BOOKSHOP}-3")
    name = shops.one("SELECT name FROM product_product WHERE slug = %s", f"{BOOKSHOP}-3")
    look = trail.look(operator.email)
    try:
        refusals = [
            operator.refused(RENAME, id=product, name="Vu et changé"),
            operator.refused(CHANGE_PASSWORD, old=PASSWORD, new="un-autre-mot-1"),
            operator.refused(DELETE_CUSTOMER, id="VXNlcjox"),
        ]
    finally:
        trail.end(operator.email)

    assert [text.split(" jusqu'à ")[0] for text in refusals] == [
        f"Vous regardez la boutique « {BOOKSHOP} » en lecture seule"
    ] * 3
    assert shops.one("SELECT name FROM product_product WHERE slug = %s", f"{BOOKSHOP}-3") == name
    act = trail.last(operator)
    assert (act["name"], act["outcome"], act["look"]) == ("customerDelete", "refused", look["look"])


def test_a_look_and_each_of_its_requests_are_in_the_trail_with_the_reason(
    shops: Shops, trail: Trail, operator: Merchant
) -> None:
    look = trail.look(operator.email, reason="La boutique ne voit pas sa commande")
    operator.get(PRODUCTS)
    operator.ask(ORDERS)
    operator.ask("{ broken")
    trail.end(operator.email)
    operator.get(PRODUCTS)

    reads = trail.acts(email=operator.email, kind="read", limit=3)
    assert [(act["name"], act["look"]) for act in reads] == [
        ("?", look["look"]),
        ("orders", look["look"]),
        ("products", look["look"]),
    ]
    [opened] = trail.acts(email=operator.email, kind="look", limit=1)
    assert (opened["id"], opened["shop"], opened["reason"], opened["outcome"]) == (
        look["look"],
        BOOKSHOP,
        "La boutique ne voit pas sa commande",
        "done",
    )
    begins, ends = (datetime.datetime.fromisoformat(opened[name]) for name in ("at", "until"))
    assert ends - begins == datetime.timedelta(minutes=30)
    assert ends.isoformat() == look["until"]


def test_a_look_ends_by_itself_after_half_an_hour(
    shops: Shops, trail: Trail, operator: Merchant
) -> None:
    everything = operator.get(PRODUCTS)["products"]["totalCount"]
    number = shops.one("SELECT id FROM account_user WHERE email = %s", operator.email)
    add = (
        "INSERT INTO alencon_permissions_act"
        " (at, kind, user_id, email, shop, name, ids, outcome, reason)"
        " VALUES (now() - %s * interval '1 minute', 'look', %s, %s, %s, 'look', '[]', 'begun', 'x')"
    )
    shops.live.admin.execute(add, [31, number, operator.email, BOOKSHOP])
    assert operator.get(PRODUCTS)["products"]["totalCount"] == everything

    shops.live.admin.execute(add, [29, number, operator.email, BOOKSHOP])
    seen = operator.get(PRODUCTS)["products"]["totalCount"]
    trail.end(operator.email)

    assert seen == shops.a.get(PRODUCTS)["products"]["totalCount"]


def test_a_superuser_who_looks_sees_no_more_than_a_merchant(shops: Shops, trail: Trail) -> None:
    own = shops.a.get(PRODUCTS)["products"]["totalCount"]
    trail.look(STAFF_EMAIL)
    try:
        with admin(shops.live) as staff:
            seen = staff.execute(PRODUCTS)["products"]["totalCount"]
            plugins = httpx.post(
                staff.url,
                json={"query": "{ plugins(first: 1) { totalCount } shop { name } }"},
                headers=staff.authorization,
                timeout=60,
                trust_env=False,
            ).json()
    finally:
        trail.end(STAFF_EMAIL)

    assert seen == own
    assert plugins["data"]["plugins"] is None
    assert plugins["errors"][0]["message"] == NOT_OPEN


def test_another_member_of_staff_goes_on_as_before_during_a_look(
    shops: Shops, trail: Trail, operator: Merchant
) -> None:
    with admin(shops.live) as staff:
        everything = staff.execute(PRODUCTS)["products"]["totalCount"]
        trail.look(operator.email)
        during = staff.execute(PRODUCTS)["products"]["totalCount"]
        trail.end(operator.email)

    assert during == everything


def test_a_second_look_ends_the_first(shops: Shops, trail: Trail, operator: Merchant) -> None:
    trail.look(operator.email, BOOKSHOP)
    trail.look(operator.email, CHEESE)
    seen = operator.get(PRODUCTS)["products"]["totalCount"]

    assert trail.end(operator.email) == 1
    assert seen == shops.b.get(PRODUCTS)["products"]["totalCount"]


def test_a_look_is_refused_without_reason_account_or_shop_and_to_a_merchant(
    shops: Shops, trail: Trail, operator: Merchant
) -> None:
    def refusal(**more: str) -> tuple[int, str]:
        body = {"email": operator.email, "shop": BOOKSHOP, "reason": "x"} | more
        answer = trail.send("POST", "looks", json=body)
        return answer.status_code, answer.json()["code"]

    assert refusal(reason=" ") == (409, "reason")
    assert refusal(email="personne@alencon.example") == (409, "account")
    assert refusal(email="demo-1@client.example") == (409, "account")
    assert refusal(email=shops.a.email) == (409, "merchant")
    assert refusal(shop="nulle-part") == (409, "shop")
    assert trail.end(operator.email) == 0
    assert trail.send("POST", "looks", json={"email": "x"}).status_code == 400
    assert trail.send("POST", "looks", json=[]).status_code == 400
    assert trail.send("POST", "looks", token=shops.live.office_token, json={}).status_code == 403
