"""One throw-away Saleor with the plugin for all live tests, or one reason to skip them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from saleor_alencon.errors import AlenconError
from saleor_alencon.local.processes import find_free_port, started_processes
from saleor_alencon.local.saleor_source import find_saleor
from saleor_alencon.local.saleor_stack import start_saleor_api, temporary_stack
from saleor_alencon.local.system_postgres import find_binaries
from tests.live.live_saleor import API_ENVIRONMENT, LiveSaleor
from tests.live.merchants import Shops, open_shops
from tests.live.office_town import OfficeTown, running_office_town
from tests.live.town import open_town
from tests.not_run import leave_out, tests_below

HERE = Path(__file__).parent


def find_reason_to_skip() -> str | None:
    """Return why live tests cannot run on this machine, or None."""
    try:
        find_saleor()
        find_binaries()
    except AlenconError as error:
        return str(error)
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip every test of this folder, with the same reason, when Saleor cannot be started."""
    live = tests_below(HERE, items, "live")
    leave_out(live, "live", find_reason_to_skip() if live else None)


@pytest.fixture(scope="session")
def live() -> Iterator[LiveSaleor]:
    """Give a running Saleor with the demo shops, and everything needed to disturb it."""
    folder = Path(tempfile.mkdtemp(prefix="alencon-live-"))
    try:
        with (
            temporary_stack(folder, find_free_port()) as stack,
            started_processes() as processes,
        ):
            start_saleor_api(stack, processes, log=folder / "api.log", **API_ENVIRONMENT)
            with open_town(stack) as (town, payment_app):
                saleor = LiveSaleor(stack, processes, town, payment_app)
                yield saleor
                saleor.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
