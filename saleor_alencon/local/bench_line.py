"""How long the counter takes on a phone with a bad line: Chromium, slowed down by its own tools."""

import shutil

from django.conf import settings

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.bench_import import Tell
from saleor_alencon.local.office_process import HOST

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
KILOBITS_DOWN, KILOBITS_UP, LATENCY_MS = 1_600, 768, 300
"""3G as WebPageTest has it: 1.6 Mbit/s down, 768 kbit/s up, 300 ms for each answer."""
GOAL_SECONDS = 1.5
USABLE = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
"""Milliseconds until the page is there and its scripts, which wait for it, have run."""


class BrowserMissing(AlenconError):
    """Raised when there is no Chromium, or no Playwright to lead it."""


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def line_measure(port: int, path: str, session: str, tell: Tell) -> bool:
    """Open a page on a slow line, first with nothing kept, then again; say if the goal is reached.

    :raises BrowserMissing: with the cure.
    """
    chromium = find_chromium()
    if chromium is None:
        raise BrowserMissing("Chromium is missing; on Debian: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BrowserMissing("Playwright is missing: make install-dev") from error
    address = f"http://{HOST}:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        context.new_cdp_session(page).send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": KILOBITS_DOWN * 1000 / 8,
                "uploadThroughput": KILOBITS_UP * 1000 / 8,
            },
        )
        times = []
        for _visit in ("first", "again"):
            page.goto(address + path)
            times.append(float(page.evaluate(USABLE)) / 1000)
        browser.close()
    first, again = times
    reached = first <= GOAL_SECONDS
    tell(
        f"{'3G':12}{first:8.2f} s until the first load is usable, goal <= {GOAL_SECONDS:g}: "
        f"{'reached' if reached else 'MISSED'}; again {again:.2f} s"
    )
    return reached
