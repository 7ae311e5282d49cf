"""A person who visits the Office with a browser, and what a browser complains about."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from saleor_alencon.local.demo import PASSWORD

OPERATOR = "operateur@alencon.example"
APPROVER = "approbateur@alencon.example"
TREASURER = "tresorier@alencon.example"
AUDITOR = "auditeur@alencon.example"
MERCHANT = "librairie@alencon.example"

PHONE, DESKTOP = 390, 1280
HEIGHTS = {PHONE: 844, DESKTOP: 800}
SIDEWAYS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


class Visitor:
    """One person with a browser of their own; ``faults`` is what went wrong in it."""

    def __init__(self, browser: Browser, url: str, width: int) -> None:
        self.url = url
        self.width = width
        self.faults: list[str] = []
        self.refusals: set[int] = set()
        self.changed_something = False
        self.context = browser.new_context(
            base_url=url, viewport={"width": width, "height": HEIGHTS[width]}, locale="fr-FR"
        )
        self.context.on("request", self._look_at_request)
        self.context.on("response", self._look_at_response)
        self.context.on("console", self._look_at_console)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.page: Page = self.context.new_page()

    def close(self) -> None:
        self.context.close()

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Fill in the form; the page that follows is open."""
        self.page.goto("/connexion/")
        self.page.get_by_label("Adresse électronique").fill(email)
        self.page.get_by_label("Mot de passe").fill(password)
        self.page.get_by_role("button", name="Se connecter").click()
        self.page.wait_for_load_state()

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a page that answers with ``status``, and does not scroll sideways."""
        if status >= 400:
            self.refusals.add(status)
        response = self.page.goto(path, wait_until="networkidle")
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        self.check_width()
        return self.page

    def check_width(self) -> None:
        """Nobody has to scroll sideways, except inside a part that is made for it."""
        needed, given = self.page.evaluate(SIDEWAYS)
        assert needed <= given, f"{self.page.url}: {needed} pixels wide on a screen of {given}"

    def download(self, link: Any) -> bytes:
        """Click what starts a download, and return the file."""
        with self.page.expect_download() as started:
            link.click()
        return started.value.path().read_bytes()

    def _look_at_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            self.faults.append(f"request to another host: {request.url}")
        if request.method == "POST" and address.path not in ("/connexion/", "/deconnexion/"):
            self.changed_something = True

    def _look_at_response(self, response: Response) -> None:
        expected = response.request.is_navigation_request() and response.status in self.refusals
        if response.status >= 400 and not expected:
            self.faults.append(f"{response.status}: {response.url}")
        elif "/static/" in response.url and response.status not in (200, 304):
            self.faults.append(f"static file, {response.status}: {response.url}")

    def _look_at_console(self, message: ConsoleMessage) -> None:
        # What did not load is looked at above, where its status is known.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")
