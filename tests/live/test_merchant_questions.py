"""What the Dashboard asks for a merchant, and Saleor alone would answer with a refusal."""

from typing import Any

from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, PASSWORD, Shops, admin

LOG_IN = """
mutation($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) {
    token errors { message }
    user { userPermissions { code } accessibleChannels { warehouses { slug } } }
  }
}"""
WAREHOUSES = "{ channels { warehouses { slug } } }"
FIND = """
query($where: OrderWhereInput, $search: String) {
  orders(first: 50, where: $where, search: $search) { edges { node { number } } }
}"""


def warehouses(channels: list[dict[str, Any]]) -> set[str]:
    """Return the slugs of the channels' warehouses."""
    return {warehouse["slug"] for channel in channels for warehouse in channel["warehouses"]}


def test_a_login_answers_in_the_merchants_scope_already(shops: Shops) -> None:
    # The Dashboard sends away who has no permission in this very answer.
    who = {"email": shops.a.email, "password": PASSWORD}

    for _attempt in range(20):  # Saleor makes logins that follow each other closely wait
        body = {"query": LOG_IN, "variables": who}
        answer = shops.a.http.post(shops.a.url, json=body).json()["data"]["tokenCreate"]
        if answer["token"]:
            break
        shops.a.log_in()

    codes = {permission["code"] for permission in answer["user"]["userPermissions"]}
    assert {"MANAGE_PRODUCTS", "MANAGE_ORDERS"} <= codes
    assert not {"MANAGE_USERS", "MANAGE_STAFF", "MANAGE_SETTINGS"} & codes
    assert warehouses(answer["user"]["accessibleChannels"]) == {BOOKSHOP}


def test_after_a_merchants_login_everybody_else_sees_what_is_theirs(
    live: LiveSaleor, shops: Shops
) -> None:
    shops.a.log_in()

    with admin(live) as staff:
        seen = warehouses(staff.execute(WAREHOUSES)["channels"])

    assert {BOOKSHOP, CHEESE} <= seen


def test_orders_are_found_by_filters_that_are_combined_and_a_number(shops: Shops) -> None:
    order = shops.live.town.buy({f"{BOOKSHOP}-1": 1, f"{CHEESE}-1": 1})
    others = shops.live.town.buy({f"{CHEESE}-1": 1})

    def found(search: str, *conditions: dict[str, Any]) -> list[str]:
        where = {"AND": list(conditions)} if conditions else {}
        edges = shops.a.get(FIND, where=where, search=search)["orders"]["edges"]
        return [edge["node"]["number"] for edge in edges]

    paid = {"chargeStatus": {"eq": "FULL"}}
    assert found(order.number) == [order.number]
    assert found(order.number, paid, {"status": {"eq": "UNFULFILLED"}}) == [order.number]
    assert found(order.number, {"status": {"eq": "FULFILLED"}}) == []
    assert found(others.number, paid) == []
    for hidden in ({"userEmail": {"eq": "x"}}, {"OR": [{"voucherCode": {"eq": "x"}}]}):
        answer = shops.a.ask(FIND, where={"AND": [hidden]})
        name = "userEmail" if "userEmail" in hidden else "voucherCode"
        assert name in answer.errors[0]["message"]
        assert answer.data["orders"] is None


def test_lists_that_are_the_offices_are_empty(shops: Shops) -> None:
    lists = """{
      customers(first: 9, filter: {search: "demo"}) { totalCount edges { node { email } } }
      draftOrders(first: 9) { totalCount edges { node { number } } }
    }"""

    nothing = {"totalCount": 0, "edges": []}
    assert shops.a.get(lists) == {"customers": nothing, "draftOrders": nothing}


def test_what_a_page_of_the_dashboard_needs_of_the_towns_settings_is_answered(
    shops: Shops,
) -> None:
    settings = """{
      shop { limitQuantityPerCheckout fulfillmentAutoApprove reserveStockDurationAnonymousUser }
      channels { slug }
      shippingZones(first: 9) { edges { node { warehouses { slug } channels { slug } } } }
    }"""

    found = shops.a.get(settings)

    assert found["shop"] == {
        "limitQuantityPerCheckout": 50,
        "fulfillmentAutoApprove": True,
        "reserveStockDurationAnonymousUser": None,
    }
    # Saleor's own first channel is none that the shop's group reaches.
    assert found["channels"] == [{"slug": "alencon"}]
    zones = [edge["node"] for edge in found["shippingZones"]["edges"]]
    assert "alencon" in {channel["slug"] for zone in zones for channel in zone["channels"]}
    assert warehouses(zones) == {BOOKSHOP}
