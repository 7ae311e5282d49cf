"""A member of staff with a browser in Saleor's own Dashboard, and what went wrong in it."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Route, expect

from tests.browser.visitor import HEIGHTS, PHONE, SIDEWAYS

TIMEOUT_MS = 30_000
STEP_MS, QUIET_STEPS = 200, 4
NOT_LOADED = "Failed to load resource"  # looked at as an answer
# Saleor advertises an app of its own on every page, by a video from its site.
CELL = "[role=gridcell]"  # below the canvas that draws a list
TEST_IDS = "all => all.map(element => element.dataset.testId)"
ADVERTISED = "saleor.io"


class Staff:
    """One person; ``faults`` is every failing answer and everything the browser complained about.

    ``answers`` has every answer's text, to look for what must not be in it.
    """

    def __init__(self, browser: Browser, url: str, width: int, pictures: Path) -> None:
        self.faults: list[str] = []
        self.answers: list[str] = []
        self.width = width
        self._url = url
        self._pictures = pictures
        self._waiting = 0  # for answers
        self._context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]}, locale="fr-FR"
        )
        self._context.set_default_timeout(TIMEOUT_MS)
        self._context.route("**/graphql/", self._ask)
        self._context.on("request", self._look_at_request)
        self._context.on("console", self._look_at_console)
        self._context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.page: Page = self._context.new_page()

    def close(self) -> None:
        """End the session."""
        self._context.unroute_all(behavior="ignoreErrors")
        self._context.close()

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the form, and come to the home page."""
        self.page.goto(self._url)
        self.page.get_by_test_id("email").fill(email)
        self.page.get_by_test_id("password").fill(password)
        self.page.get_by_test_id("submit").click()
        expect(self.page.get_by_test_id("email")).to_have_count(0)
        self.settle()
        # The advertisement lies over the pages.
        self.page.get_by_label("Dismiss Pulse announcement").click()

    def open(self, path: str) -> Page:
        """Open a page below the mount: it has all it asked for, nobody scrolls sideways."""
        self.page.goto(self._url + path)
        self.settle()
        needed, given = self.page.evaluate(SIDEWAYS)
        assert needed <= given, f"{path}: {needed} pixels wide on a screen of {given}"
        return self.page

    def settle(self) -> None:
        """Wait until the page has every answer, and asks for nothing more."""
        self.page.locator("#dashboard-app *").first.wait_for()
        quiet = 0
        while quiet < QUIET_STEPS:
            before = len(self.answers)
            self.page.wait_for_timeout(STEP_MS)
            is_quiet = before == len(self.answers) and not self._waiting
            quiet = quiet + 1 if is_quiet else 0

    def picture(self, name: str) -> None:
        """Keep what the screen shows."""
        self.page.screenshot(path=self._pictures / f"{name}-{self.width}.png")

    def text(self) -> str:
        """Return the words of the page, with plain spaces, and the words that it draws."""
        drawn = " ".join(self.cells())
        words = self.page.locator("#dashboard-app").inner_text() + " " + drawn
        return words.replace("\xa0", " ").replace("\u202f", " ")

    def see(self, words: str, place: str = "") -> None:
        """Wait until the page says some words.

        :raises AssertionError: it does not in half a minute; what it says then, and ``place``.
        """
        deadline = time.monotonic() + TIMEOUT_MS / 1000
        while words not in self.text():
            assert time.monotonic() < deadline, f"{place}: no {words!r} in {self.text()!r}"
            self.page.wait_for_timeout(STEP_MS)

    def cells(self) -> list[str]:
        """Return the cells of a list that is drawn, as a screen reader gets them."""
        return self.page.locator(CELL).all_text_contents()

    def menu(self) -> list[str]:
        """Open the menu where it is behind a button, and return its entries."""
        opener = self.page.get_by_test_id("sidebar-drawer-open")
        if self.width == PHONE:
            opener.click()
        entries = self.page.locator("[data-test-id^=menu-item-label]")
        expect(entries.last).to_be_visible()
        names = entries.locator("visible=true").evaluate_all(TEST_IDS)
        return [name.removeprefix("menu-item-label-") for name in names]

    def type(self, field: Locator, value: str) -> None:
        """Fill in a field that writes its amount in another way once it is clicked."""
        field.click()
        field.fill(value)
        field.press("Tab")

    def save(self, notice: str) -> None:
        """Press the page's button, and see what the Dashboard says then."""
        self.page.get_by_test_id("button-bar-confirm").click()
        self.expect_notice(notice)
        self.settle()

    def expect_notice(self, text: str) -> None:
        """See that a notice says a text."""
        notices = self.page.locator("[data-sonner-toast]")
        # Its frame has no size on a narrow screen, its words have.
        expect(notices.filter(has_text=text).get_by_text(text).first).to_be_visible()

    def notices(self) -> list[str]:
        """Return what the Dashboard's notices say."""
        return self.page.locator("[data-sonner-toast]").all_inner_texts()

    def asked_total(self) -> dict[str, int]:
        """Return the numbers of products by collection that the last answers have."""
        found: dict[str, int] = {}
        for answer in self.answers[-20:]:
            collections = (json.loads(answer).get("data") or {}).get("collections") or {}
            for edge in collections.get("edges", []):
                node = edge["node"]
                if "products" in node:
                    found[node["name"]] = node["products"]["totalCount"]
        return found

    def take_faults(self) -> list[str]:
        """Return what went wrong so far, and begin anew."""
        found, self.faults = self.faults, []
        return list(dict.fromkeys(found))

    def _ask(self, route: Route) -> None:
        """Hand a question on to Saleor, and look at its answer on the way back."""
        request = route.request
        if request.method != "POST" or "json" not in request.headers["content-type"]:
            route.continue_()  # a picture that is sent: the Dashboard says what became of it
            return
        self._waiting += 1
        try:
            response = route.fetch(max_retries=5)  # Saleor ends connections that are kept
        finally:
            self._waiting -= 1
        self.answers.append(response.text())
        for message in find_errors(response.json()):
            self.faults.append(f"{request.post_data_json['operationName']}: {message}")
        route.fulfill(response=response)

    def _look_at_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob") or address.hostname in ("127.0.0.1", ADVERTISED):
            return
        self.faults.append(f"request to another host: {request.url}")

    def _look_at_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(NOT_LOADED):
            self.faults.append(f"console: {message.text}")


def find_errors(value: Any) -> list[str]:
    """Return the messages of all errors in an answer, of the document and of its payloads."""
    if isinstance(value, list):
        return [message for one in value for message in find_errors(one)]
    if not isinstance(value, dict):
        return []
    found = []
    for key, inner in value.items():
        if key == "errors" and inner:
            found += [str(one.get("message")) for one in inner]
        else:
            found += find_errors(inner)
    return found
