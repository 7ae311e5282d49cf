"""A member of staff with a browser in Saleor's own Dashboard, and what went wrong in it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.visitor import HEIGHTS

TIMEOUT_MS = 30_000
IGNORED = ("Failed to load resource",)


class Staff:
    """One person; ``faults`` is every failing answer, broken picture and error of the console."""

    def __init__(self, browser: Browser, url: str, width: int, pictures: Path) -> None:
        self.faults: list[str] = []
        self.refusals: list[str] = []
        self.asked: set[str] = set()
        self.elsewhere: set[str] = set()
        self._url = url
        self._width = width
        self._pictures = pictures
        self._context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]}, locale="fr-FR"
        )
        self._context.set_default_timeout(TIMEOUT_MS)
        self._context.on("requestfinished", self._look_at_answer)
        self._context.on("request", self._look_at_request)
        self._context.on("console", self._look_at_console)
        self._context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.page: Page = self._context.new_page()

    def close(self) -> None:
        """End the session."""
        self._context.close()

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the form, and come to the home page."""
        self.page.goto(self._url)
        self.page.get_by_test_id("email").fill(email)
        self.page.get_by_test_id("password").fill(password)
        self.page.get_by_test_id("submit").click()
        expect(self.page.get_by_test_id("email")).to_have_count(0, timeout=TIMEOUT_MS)
        self.settle()
        # What Saleor advertises lies over the pages of a phone.
        self.page.get_by_label("Dismiss Pulse announcement").click()

    def open(self, path: str) -> Page:
        """Open a page below the mount, and wait until it asks nothing more."""
        self.page.goto(self._url + path.lstrip("/"))
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page has what it asked for."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(700)

    def picture(self, name: str, full: bool = False) -> None:
        """Keep what the screen shows."""
        self.page.screenshot(path=self._pictures / f"{name}-{self._width}.png", full_page=full)

    def _look_at_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            self.elsewhere.add(f"{address.scheme}://{address.hostname}{address.path}")

    def _look_at_answer(self, request: Request) -> None:
        response = request.response()
        if response is None or request.method != "POST" or "/graphql/" not in request.url:
            if response is not None and response.status >= 400:
                self.faults.append(f"{response.status}: {request.url}")
            return
        try:
            asked = json.loads(request.post_data or "{}")
        except ValueError:
            asked = {}
        name = asked.get("operationName") if isinstance(asked, dict) else "batch"
        self.asked.add(str(name))
        body: Any = response.json()
        for message in find_errors(body):
            self.faults.append(f"{name}: {message}")

    def _look_at_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(IGNORED):
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
            found += [str(one.get("message")) for one in inner if isinstance(one, dict)]
        else:
            found += find_errors(inner)
    return found
