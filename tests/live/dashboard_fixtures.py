"""The town, the Dashboard for it, and the people who sign in to it, for ``test_dashboard*.py``."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from saleor_alencon.local.saleor_source import STAFF_EMAIL, STAFF_PASSWORD
from tests.browser.conftest import find_chromium
from tests.browser.visitor import DESKTOP, PHONE
from tests.live.dashboard_town import (
    BUILD_VARIABLE,
    MERCHANT,
    PASSWORD,
    DashboardTown,
    running_dashboard_town,
)
from tests.live.dashboard_visitor import TIMEOUT_MS, Staff


@pytest.fixture(scope="session")
def market() -> Iterator[DashboardTown]:
    """Run the town, and the Dashboard for it."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-dashboard-"))
    try:
        with running_dashboard_town(folder, Path(os.environ[BUILD_VARIABLE])) as market:
            yield market
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium(market: DashboardTown) -> Iterator[Browser]:
    """Run one Chromium that knows no other host than this machine.

    It ends with its file's tests: while it runs, Django takes this thread for an asynchronous one
    and refuses it the database.
    """
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_playwright() as playwright:
        expect.set_options(timeout=TIMEOUT_MS)
        playwright.selectors.set_test_id_attribute("data-test-id")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dashboard")


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def merchant(
    request: pytest.FixtureRequest, market: DashboardTown, chromium: Browser, pictures: Path
) -> Iterator[Staff]:
    """Give the bookshop's merchant, signed in; nothing may go wrong that a test does not take."""
    staff = Staff(chromium, market.dashboard, request.param, pictures)
    staff.sign_in(MERCHANT, PASSWORD)
    yield staff
    staff.close()
    assert staff.take_faults() == []


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def admin(
    request: pytest.FixtureRequest, market: DashboardTown, chromium: Browser, pictures: Path
) -> Iterator[Staff]:
    """Give the Office's superuser, signed in."""
    staff = Staff(chromium, market.dashboard, request.param, pictures)
    staff.sign_in(STAFF_EMAIL, STAFF_PASSWORD)
    yield staff
    staff.close()
    assert staff.take_faults() == []
