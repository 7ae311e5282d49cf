"""What the script of the pages inside the Dashboard does, before a double of both its sides.

The pages themselves before a running Saleor: tests/live/test_office_page.py.
"""

from importlib.resources import files

import pytest
from playwright.sync_api import Route, expect

OFFICE, DASHBOARD = "https://office.alencon.example", "https://dashboard.alencon.example"
TICKET = f"{OFFICE}/encart/entree/1-2-3?vers=17"
# As the Dashboard's own frame: its sandbox, its messages.
DOUBLE = f"""<!doctype html><title>Dashboard</title>
<iframe name="page" src="{OFFICE}/encart/versements?theme=defaultDark"
  sandbox="allow-same-origin allow-forms allow-scripts allow-downloads allow-popups"></iframe>
<script>
window.said = [];
window.tell = (type, payload) => window.frames.page.postMessage({{ type, payload }}, "{OFFICE}");
addEventListener("message", (event) => {{
  if (event.origin !== "{OFFICE}") return;
  window.said.push(event.data);
  if (event.data.type === "notifyReady") window.tell("handshake", {{ token: "a-token" }});
}});
</script>"""
PAGE = f"""<!doctype html><html lang="fr" data-dashboard="{DASHBOARD}"><head>
<script src="/frame.js" defer></script></head><body>
<main data-entry="/encart/entree" data-source="/encart/versements/etat" data-offline="Pas de ligne">
</main></body></html>"""
SHOWN = """<h1>Versements</h1><button data-enter="17">Retrait</button>
<button data-enter="18">Refus</button><a href="/bureau/" data-open>Bureau</a>
<button data-file="/encart/releves/5.pdf" data-name="R-5.pdf">PDF</button>
<button data-file="/encart/releves/6.pdf" data-name="R-6.pdf">Autre PDF</button>"""


@pytest.fixture
def asked():
    return []


@pytest.fixture
def dashboard(asked, chromium):
    """Open the double of the Dashboard with the page in its frame."""
    answers = {
        "/encart/versements": (200, PAGE),
        "/encart/versements/etat": (200, SHOWN),
        "/encart/entree?vers=17": (200, f'{{"url": "{TICKET}"}}'),
        "/encart/entree?vers=18": (409, '{"error": "Pas de comptoir ici"}'),
        "/encart/releves/5.pdf": (200, "%PDF"),
        "/encart/releves/6.pdf": (401, "<p>Session <b>finie</b></p>"),
    }
    script = files("saleor_alencon").joinpath("counter/static/counter/frame.js").read_text()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(OFFICE)
        if path == "/frame.js":
            route.fulfill(body=script, content_type="text/javascript")
            return
        headers = route.request.headers
        asked.append((path, headers.get("authorization"), headers.get("accept-language")))
        status, body = answers[path.split("?theme")[0]]
        route.fulfill(status=status, body=body, content_type="text/html; charset=utf-8")

    context = chromium.new_context(locale="fr-FR")
    context.route(f"{OFFICE}/**", answer)
    context.route(
        f"{DASHBOARD}/**", lambda route: route.fulfill(body=DOUBLE, content_type="text/html")
    )
    page = context.new_page()
    page.goto(f"{DASHBOARD}/")
    yield page
    context.close()


def redirects(page):
    said = page.evaluate("said.filter(each => each.type === 'redirect').map(each => each.payload)")
    return [(each["to"], each["newContext"]) for each in said]


def test_the_page_asks_by_the_token_and_in_the_language_that_the_dashboard_told_once(
    dashboard, asked
):
    frame = dashboard.frames[1]
    frame.get_by_role("heading", name="Versements").wait_for()
    assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
    dashboard.evaluate("tell('localeChanged', { locale: 'en' })")
    frame.wait_for_function("document.documentElement.lang === 'en'")
    frame.goto(f"{OFFICE}/encart/versements?theme=defaultLight")
    frame.get_by_role("heading", name="Versements").wait_for()

    shown = [each for each in asked if each[0] == "/encart/versements/etat"]
    assert {token for _path, token, _language in shown} == {"Bearer a-token"}
    assert [language for _path, _token, language in shown] == ["fr", "en", "en"]
    assert frame.evaluate("document.documentElement.dataset.theme") == "light"


def test_the_counter_and_the_back_office_are_opened_by_the_dashboard_in_a_new_tab(dashboard, asked):
    frame = dashboard.frames[1]
    frame.get_by_role("button", name="Retrait").click()
    dashboard.wait_for_function("said.some(each => each.type === 'redirect')")
    frame.get_by_role("link", name="Bureau").click()
    dashboard.wait_for_function("said.filter(each => each.type === 'redirect').length === 2")

    assert redirects(dashboard) == [(TICKET, True), (f"{OFFICE}/bureau/", True)]
    assert ("/encart/entree?vers=17", "Bearer a-token", "fr") in asked
    assert len(dashboard.context.pages) == 1


def test_what_is_refused_is_said_on_the_page_and_opens_nothing(dashboard):
    frame = dashboard.frames[1]
    frame.get_by_role("button", name="Refus").click()
    expect(frame.get_by_role("alert")).to_have_text("Pas de comptoir ici")
    frame.get_by_role("button", name="Autre PDF").click()
    expect(frame.get_by_role("alert")).to_have_text("Session finie")

    assert redirects(dashboard) == []


def test_a_statement_is_saved_under_its_number_by_the_pages_token(dashboard, asked):
    with dashboard.expect_download() as started:
        dashboard.frames[1].get_by_role("button", name="PDF", exact=True).click()

    assert started.value.suggested_filename == "R-5.pdf"
    assert started.value.path().read_bytes() == b"%PDF"
    assert ("/encart/releves/5.pdf", "Bearer a-token", "fr") in asked
