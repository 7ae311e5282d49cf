"""The Office service with the demo's data, and Chromium to visit it; or one reason for neither."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import segno
from PIL import Image

from saleor_alencon.local.bench_line import find_chromium
from saleor_alencon.local.embedded_postgres import url
from saleor_alencon.local.office_process import HOST, start_web_server
from saleor_alencon.local.processes import find_free_port, started_processes
from tests.browser.visitor import DESKTOP, PHONE, Visitor
from tests.conftest import connected_to
from tests.not_run import leave_out, tests_below

HERE = Path(__file__).parent
UNKNOWN_VERSION = '{"version": 9}'


def find_reason_to_skip() -> str | None:
    """Return why no page can be visited on this machine, or None."""
    return None if find_chromium() else "Chromium is missing; on Debian: apt-get install chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip every test of this folder, with the same reason, when there is no Chromium."""
    browser = tests_below(HERE, items, "browser")
    leave_out(browser, "browser", find_reason_to_skip() if browser else None)


@pytest.fixture(scope="session")
def demo_database(django_db_setup, embedded_socket, django_db_blocker) -> str:
    """Give the name of a database with the whole demo and one document set aside."""
    from django.db import connection
    from django.utils import timezone

    from saleor_alencon.local.demo import demo_fill, demo_seed
    from saleor_alencon.orders.services import document_ingest, document_store

    name = "demo"
    with django_db_blocker.unblock():
        connection.close()
        with connect(embedded_socket) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE test")
        with connected_to(url(embedded_socket, "postgres", name)):
            count_from_one()
        with connected_to(url(embedded_socket, "alencon", name)):
            now = timezone.now()
            demo_seed()
            demo_fill(now)
            broken = document_store(UNKNOWN_VERSION, source="hook")
            document_ingest(document_id=broken.pk, now=now)
    return name


def count_from_one() -> None:
    """Give the next rows the first free ids: tests that were rolled back have used others up."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


def connect(socket: str, name: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(url(socket, "postgres", name), autocommit=True)


def renew(socket: str, template: str) -> None:
    """Make the visited database what the template is; the server opens its connections again."""
    with connect(socket) as admin:
        admin.execute("DROP DATABASE IF EXISTS browser WITH (FORCE)")
        admin.execute(f"CREATE DATABASE browser TEMPLATE {template}")


@pytest.fixture(scope="session")
def office(demo_database, embedded_socket, tmp_path_factory) -> Iterator[str]:
    """Run the web server that ``alencon up`` runs, and give its address."""
    renew(embedded_socket, demo_database)
    port = find_free_port()
    log = tmp_path_factory.mktemp("office") / "office.log"
    environment = {**os.environ, "DATABASE_URL": url(embedded_socket, "alencon", "browser")}
    with started_processes() as processes:
        start_web_server(processes, port=port, environment=environment, log=log)
        yield f"http://{HOST}:{port}"


@pytest.fixture(scope="package")
def chromium(demo_database) -> Iterator:
    """Run one Chromium that knows no other host than this machine.

    It begins after the database is filled and ends with this folder's tests: while it runs, Django
    takes this thread for an asynchronous one and refuses it the database.
    """
    from playwright.sync_api import sync_playwright

    arguments = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def width(request) -> int:
    return request.param


@pytest.fixture
def visit(
    office, chromium, width, demo_database, embedded_socket
) -> Iterator[Callable[[str], Visitor]]:
    """Give a function that signs a person in; whatever goes wrong in their browser is a fault.

    What visitors changed is undone behind them.
    """
    visitors: list[Visitor] = []

    def come_in(email: str = "") -> Visitor:
        visitor = Visitor(chromium, office, width)
        visitors.append(visitor)
        if email:
            visitor.sign_in(email)
        return visitor

    yield come_in
    for visitor in visitors:
        visitor.close()
    if any(visitor.changed_something for visitor in visitors):
        renew(embedded_socket, demo_database)
    assert [fault for visitor in visitors for fault in visitor.faults] == []


@pytest.fixture
def camera(chromium, tmp_path) -> Iterator[Callable[[str], object]]:
    """Give a function that runs a Chromium whose camera sees a QR code."""
    running = []

    def see(text: str):
        film = tmp_path / "camera.y4m"
        write_film(film, text)
        browser = chromium.browser_type.launch(
            executable_path=find_chromium(),
            args=[
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        running.append(browser)
        return browser

    yield see
    for browser in running:
        browser.close()


def write_film(path: Path, text: str) -> None:
    """Write a film of a QR code, held a little askew before a grey ground (YUV4MPEG2)."""
    width, height = 640, 480
    matrix = list(segno.make(text, error="m", micro=False).matrix_iter(scale=8, border=4))
    code = Image.new("L", (len(matrix[0]), len(matrix)))
    code.putdata([0 if dark else 255 for row in matrix for dark in row])
    picture = Image.new("L", (width, height), 120)
    turned = code.rotate(7, expand=True, fillcolor=120, resample=Image.Resampling.BICUBIC)
    picture.paste(turned, ((width - turned.width) // 2, (height - turned.height) // 2))
    chroma = bytes([128]) * (width * height // 2)
    frame = b"FRAME\n" + picture.tobytes() + chroma
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420\n".encode() + frame * 10)
