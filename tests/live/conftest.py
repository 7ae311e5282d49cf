"""One throw-away Saleor with the plugin for all live tests, or one reason to skip them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.saleor_source import find_saleor
from saleor_alencon.local.system_postgres import find_binaries
from tests.browser.conftest import find_reason_to_skip as find_reason_without_browser
from tests.live.card_shopper import CardShopper

# Its fixtures are found by pytest here.
from tests.live.dashboard_fixtures import (  # noqa: F401
    admin,
    chromium,
    market,
    merchant,
    pictures,
)
from tests.live.dashboard_town import BUILD_VARIABLE
from tests.live.killable_saleor import KillableSaleor
from tests.live.live_saleor import LiveSaleor, running_live_saleor
from tests.live.merchants import Shops, open_shops
from tests.live.office_town import OfficeTown, running_office_town
from tests.not_run import leave_out, tests_below

HERE = Path(__file__).parent
STOREFRONT_VARIABLES = ("STOREFRONT_URL", "STOREFRONT_SALEOR_PORT")


def find_reason_to_skip() -> str | None:
    """Return why live tests cannot run on this machine, or None."""
    try:
        find_saleor()
        find_binaries()
    except AlenconError as error:
        return str(error)
    return None


def find_reason_without_storefront() -> str | None:
    """Return why Saleor's storefront cannot be visited, or None."""
    missing = [name for name in STOREFRONT_VARIABLES if not os.environ.get(name)]
    if missing:
        return f"{' and '.join(missing)} not set, see docs/storefront.md"
    return find_reason_without_browser()


def find_reason_without_dashboard() -> str | None:
    """Return why Saleor's Dashboard cannot be visited, or None."""
    build = os.environ.get(BUILD_VARIABLE)
    if not build:
        return f"{BUILD_VARIABLE} not set, see docs/merchant-scope.md"
    if not (Path(build) / "index.html").is_file():
        return f"{BUILD_VARIABLE} names no built Dashboard: {build} has no index.html"
    return find_reason_without_browser()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip every test of this folder, with the same reason, when Saleor cannot be started."""
    live = tests_below(HERE, items, "live")
    # The whole path reads shops' whole balances: it goes before the tests that leave sales behind.
    places = [place for place, item in enumerate(items) if item in live]
    live.sort(key=lambda item: item.path.name != "test_whole_path.py")
    for place, item in zip(places, live, strict=True):
        items[place] = item
    reason = find_reason_to_skip() if live else None
    leave_out(live, "live", reason)
    if live and reason is None:
        storefront = [item for item in live if item.path.name == "test_storefront.py"]
        leave_out(storefront, "storefront", find_reason_without_storefront())
        dashboard = [item for item in live if item.path.name.startswith("test_dashboard")]
        leave_out(dashboard, "dashboard", find_reason_without_dashboard())


@pytest.fixture(scope="session")
def live() -> Iterator[LiveSaleor]:
    """Give a running Saleor with the demo shops, and everything needed to disturb it."""
    with running_live_saleor() as saleor:
        yield saleor


@pytest.fixture(scope="session")
def shops(live: LiveSaleor) -> Shops:
    """Give two shops' merchants, as provisioning would make them."""
    return open_shops(live)


@pytest.fixture(scope="session")
def town() -> Iterator[OfficeTown]:
    """Give a second Saleor: empty, but for what the Office's own commands put into it."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-town-"))
    try:
        with running_office_town(folder) as office_town:
            yield office_town
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def undisturbed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave the plugin active and the inbox writable, whatever the test before did."""
    yield
    if "live" in request.fixturenames:
        request.getfixturevalue("live").repair()


@pytest.fixture(scope="session")
def saleor(live: LiveSaleor) -> Iterator[KillableSaleor]:
    """Give a process of Saleor's in which the tests act and kill."""
    process = KillableSaleor(live)
    yield process
    process.close()


@pytest.fixture
def shopper(live: LiveSaleor, saleor: KillableSaleor) -> Iterator[CardShopper]:
    """Give a shopper with a card; Stripe's messages are kept back until the test lets them go."""
    live.stripe.pause_deliveries()
    shopper = CardShopper(live, live.stripe, saleor)
    yield shopper
    live.stripe.order("DELETE", "faults")
    live.stripe.pause_deliveries(False)
    live.stripe.deliver_due()
    shopper.close()
