"""The Office's page inside the Dashboard: found by a merchant, and telling of its own shop only."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Frame, sync_playwright

from saleor_alencon.local.saleor_source import STAFF_EMAIL, make_signing_key
from tests.browser.conftest import find_chromium
from tests.browser.visitor import SIDEWAYS
from tests.live.live_saleor import LiveSaleor
from tests.live.merchants import BOOKSHOP, CHEESE, Merchant, Shops, admin
from tests.live.page_town import PageTown, running_page_town
from tests.live.test_plugin_in_process import run_inside

NAVIGATION = """
query($mounts: [String!]) { appExtensions(first: 9, filter: {mountName: $mounts}) { edges { node {
  id label url mountName targetName accessToken permissions { code } app { id name appUrl }
} } } }"""
APPS = "{ apps(first: 50) { edges { node { id identifier name isActive appUrl accessToken } } } }"
APP = "query($id: ID!) { app(id: $id) { id identifier accessToken permissions { code } } }"
SECRETS = """query($id: ID!) { app(id: $id) {
  identifier tokens { id name authToken } webhooks { id targetUrl } } }"""
WIDEN = "INSERT INTO app_app_permissions (app_id, permission_id) VALUES (%s, %s)"
MAKE_TOKENS = """
import datetime, graphene, json, os
from saleor.account.models import User
from saleor.app.models import App
from saleor.core import jwt
user = User.objects.get(email=os.environ["WHO"])
def make(identifier, minutes):
    app = App.objects.filter(identifier=identifier).first()
    claims = {"app": graphene.Node.to_global_id("App", app.pk), "permissions": []}
    length = datetime.timedelta(minutes=minutes)
    return jwt.jwt_encode(jwt.jwt_user_payload(user, "thirdparty", length, claims))
print(json.dumps({
    "good": make("alencon.town", 5), "expired": make("alencon.town", -1),
    "for another app": make("alencon.office", 5), "of the session": jwt.create_access_token(user),
}))
"""


@pytest.fixture(scope="module")
def town_of_pages(live: LiveSaleor, shops: Shops) -> Iterator[PageTown]:
    with running_page_town(live, shops) as town:
        yield town


def page_token(merchant: Merchant) -> str:
    """Return the token that the Dashboard gives the page of a signed-in merchant."""
    [edge] = merchant.get(APPS)["apps"]["edges"]
    return str(edge["node"]["accessToken"])


def test_a_merchant_finds_the_page_among_the_dashboards_entries(town_of_pages: PageTown) -> None:
    a = town_of_pages.shops.a
    found = a.get(NAVIGATION, mounts=["NAVIGATION_CATALOG", "NAVIGATION_ORDERS"])
    apps = a.get(APPS)["apps"]["edges"]

    entries = [edge["node"] for edge in found["appExtensions"]["edges"]]
    assert [(one["label"], one["url"]) for one in entries] == [
        ("Comptoir", "/"),
        ("Versements", "/versements"),
    ]
    for entry in entries:
        assert (entry["mountName"], entry["targetName"]) == ("NAVIGATION_ORDERS", "APP_PAGE")
        assert entry["permissions"] == []
    with admin(town_of_pages.shops.live) as staff:
        every = staff.execute(NAVIGATION, mounts=["NAVIGATION_ORDERS"])["appExtensions"]["edges"]
    labels = ["Comptoir", "Versements", "Reversements", "Lancement"]
    assert [edge["node"]["label"] for edge in every] == labels
    assert entry["app"]["appUrl"] == f"{town_of_pages.office}/encart"
    assert [(one["node"]["identifier"], one["node"]["name"]) for one in apps] == [
        ("alencon.town", "Acheter à Alençon")
    ]
    opened = a.get(APP, id=entry["app"]["id"])["app"]
    assert (opened["identifier"], opened["permissions"]) == ("alencon.town", [])
    assert opened["accessToken"].count(".") == 2


def test_a_merchant_sees_no_other_app_and_no_apps_token_or_webhook(
    town_of_pages: PageTown,
) -> None:
    shops = town_of_pages.shops
    with admin(shops.live) as staff:
        apps = [edge["node"] for edge in staff.execute(APPS)["apps"]["edges"]]
    others = [app["id"] for app in apps if app["identifier"] != "alencon.town"]
    assert len(others) >= 3

    for other in others:
        assert shops.a.get(APP, id=other)["app"] is None
    [own] = [app["id"] for app in apps if app["identifier"] == "alencon.town"]
    answer = shops.a.ask(SECRETS, id=own)
    assert answer.errors
    assert not answer.data or not answer.data["app"] or not answer.data["app"].get("tokens")


def test_the_pages_token_lets_nobody_do_anything_in_saleor(town_of_pages: PageTown) -> None:
    shops = town_of_pages.shops
    with admin(shops.live) as staff:
        apps = [edge["node"] for edge in staff.execute(APPS)["apps"]["edges"]]
    [of_admin] = [app["accessToken"] for app in apps if app["identifier"] == "alencon.town"]
    name = "mutation($id: ID!) { productUpdate(id: $id, input: {name: 'x'}) { errors { code } } }"
    for query in (
        "{ orders(first: 1) { totalCount } }",
        name.replace("'", '"'),
        "{ plugins(first: 1) { totalCount } }",
    ):
        variables = {"id": shops.product(f"{BOOKSHOP}-3")} if "mutation" in query else {}
        for token in (page_token(shops.a), of_admin):
            answer = shops.a.http.post(
                shops.a.url,
                json={"query": query, "variables": variables},
                headers={"Authorization": f"Bearer {token}"},
            ).json()
            assert answer["errors"], query
            assert not any((answer["data"] or {}).values())
    assert town_of_pages.today(of_admin).status_code == 200
    tried = "SELECT outcome, reason FROM alencon_permissions_act WHERE email = %s ORDER BY id DESC"
    assert shops.live.admin.execute(tried, [shops.a.email]).fetchone() == (
        "invalid",
        "PermissionDenied",
    )


def test_the_page_tells_a_merchant_of_its_own_shop_and_nothing_of_another(
    town_of_pages: PageTown,
) -> None:
    town, shops = town_of_pages, town_of_pages.shops

    own = town.today(page_token(shops.a))
    theirs = town.today(page_token(shops.b), "en")

    assert (own.status_code, theirs.status_code) == (200, 200)
    assert "Librairie des Halles" in own.text
    assert "Fromagerie" not in own.text
    assert f'<b>Cliente Démo 31</b></button><span class="soft">n° {town.order} ·' in own.text
    assert f"n° {town.theirs} ·" not in own.text
    assert "Cliente Démo 32" not in own.text
    assert "16:00 – 17:00" in own.text
    assert "Librairie" not in theirs.text
    assert "Cliente Démo 32" in theirs.text
    assert "Next payout" in theirs.text
    held = shops.one(
        "SELECT -sum(e.amount_cents) FROM alencon.ledger_entry e JOIN alencon.ledger_account a"
        " ON a.id = e.account_id JOIN alencon.shops_shop s ON s.id = a.shop_id"
        " WHERE a.kind = 'shop_hold' AND s.slug = %s",
        CHEESE,
    )
    assert f"€{held / 100:,.2f}" in theirs.text


def test_a_merchant_of_two_shops_gets_both_and_staff_of_the_office_the_counts(
    town_of_pages: PageTown,
) -> None:
    both = town_of_pages.today(page_token(town_of_pages.shops.both)).text
    tokens = run_inside(town_of_pages.shops.live, MAKE_TOKENS, WHO=STAFF_EMAIL)
    office = town_of_pages.today(tokens["good"]).text

    assert both.index("Fromagerie") < both.index("Librairie des Halles")
    assert "Retraits du jour par boutique" in office
    assert "€" not in office
    assert "Cliente Démo" not in office


def test_a_merchants_token_opens_no_page_of_the_office_and_no_other_shops_money(
    town_of_pages: PageTown,
) -> None:
    shops = town_of_pages.shops
    own, theirs = page_token(shops.a), page_token(shops.b)

    for page in ("reversements/etat", "lancement/etat"):
        answer = town_of_pages.ask(page, own)
        assert answer.status_code == 403
        assert "€" not in answer.text
    mine, others = (town_of_pages.ask("versements/etat", token).text for token in (own, theirs))
    assert "Librairie des Halles" in mine
    assert "Fromagerie" not in mine
    assert "Librairie" not in others


def test_forged_expired_revoked_and_other_tokens_are_refused(town_of_pages: PageTown) -> None:
    shops = town_of_pages.shops
    tokens = run_inside(shops.live, MAKE_TOKENS, WHO=shops.b.email)
    head, claims, signature = tokens["good"].split(".")
    stranger = run_inside(
        shops.live,
        MAKE_TOKENS,
        WHO=shops.b.email,
        RSA_PRIVATE_KEY=make_signing_key(shops.live.stack.source),
    )["good"]

    def status(token: str) -> int:
        answer = town_of_pages.today(token)
        assert (answer.status_code == 200) == ("<section" in answer.text)
        return answer.status_code

    assert status(tokens["good"]) == 200
    assert status(tokens["expired"]) == 401
    assert status(tokens["for another app"]) == 403
    assert status(tokens["of the session"]) == 403
    assert status(shops.live.office_token) == 401
    assert status(f"{head}.{claims}.{signature[::-1]}") == 401
    assert status(f"{head}.{claims[:-8]}AAAAAAAA.{signature}") == 401
    assert status(stranger) == 401
    assert status("") == 401
    number = shops.one("SELECT id FROM account_user WHERE email = %s", shops.b.email)
    change = "UPDATE account_user SET is_active = %s WHERE id = %s"
    shops.live.admin.execute(change, [False, number])
    try:
        assert status(tokens["good"]) == 401
    finally:
        shops.live.admin.execute(change, [True, number])
    key = shops.one("SELECT jwt_token_key FROM account_user WHERE id = %s", number)
    revoke = "UPDATE account_user SET jwt_token_key = %s WHERE id = %s"
    shops.live.admin.execute(revoke, ["another", number])
    try:
        assert status(tokens["good"]) == 401
    finally:
        shops.live.admin.execute(revoke, [key, number])


def test_the_app_is_kept_as_it_must_be_whatever_somebody_made_of_it(
    town_of_pages: PageTown,
) -> None:
    town, shops = town_of_pages, town_of_pages.shops
    assert town.keep() == "unchanged"
    app = shops.one("SELECT id FROM app_app WHERE identifier = 'alencon.town'")
    permission = shops.one("SELECT id FROM permission_permission WHERE codename = 'manage_orders'")
    shops.live.admin.execute(WIDEN, [app, permission])
    move = "UPDATE app_app SET app_url = 'https://x.example/' WHERE id = %s"
    shops.live.admin.execute(move, [app])

    assert town.keep() == "changed"
    assert town.keep() == "unchanged"
    assert shops.live.admin.execute(
        "SELECT p.codename FROM app_app_permissions a JOIN permission_permission p"
        " ON p.id = a.permission_id WHERE a.app_id = %s",
        [app],
    ).fetchall() == [("manage_observability",)]
    assert shops.one("SELECT app_url FROM app_app WHERE id = %s", app) == f"{town.office}/encart"
    assert shops.one("SELECT count(*) FROM app_app WHERE identifier = 'alencon.town'") == 1


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is missing")
@pytest.mark.parametrize("size", [(320, 480), (390, 844), (1280, 800)], ids=str)
def test_the_page_works_in_the_dashboards_frame_without_cookies_and_in_no_other(
    town_of_pages: PageTown, size: tuple[int, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    town = town_of_pages
    token = page_token(town.shops.a)
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="fr-FR"
        )
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{town.dashboard}/#{token}")
        frame = inner(page)
        frame.get_by_role("heading", name="Librairie des Halles").wait_for()
        folder = tmp_path_factory.mktemp("pages")
        page.screenshot(path=folder / f"{size[0]}.png")
        needed, given = frame.evaluate(SIDEWAYS)
        assert needed <= given
        assert frame.get_by_text(f"n° {town.order} ·").count() == 1
        frame.get_by_text("Quand les fonds détenus deviennent versables").click()
        assert frame.get_by_text("après la remise au client").is_visible()
        page.evaluate("tell({type: 'localeChanged', payload: {locale: 'en'}})")
        frame.get_by_role("heading", name="Next payout").wait_for()
        page.evaluate("tell({type: 'theme', payload: {theme: 'defaultDark'}})")
        frame.locator("html[data-theme=dark]").wait_for()
        page.screenshot(path=folder / f"{size[0]}-dark.png", full_page=True)
        assert page.evaluate("said") == ["notifyReady"]
        assert context.cookies() == []
        assert [text for text in faults if "favicon" not in text and "404" not in text] == []
        page.goto(f"{town.stranger}/#{token}")
        page.wait_for_timeout(1000)
        assert inner(page).url.startswith("chrome-error://")
        browser.close()


def inner(page: Any) -> Frame:
    """Return the frame of the Office's page."""
    page.wait_for_load_state("load")
    frame: Frame = page.frames[1]
    return frame
