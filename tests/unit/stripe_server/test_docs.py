"""The page on the test server names every test card and every control endpoint, and no other."""

import re
from pathlib import Path

from saleor_alencon.local.stripe_server.cards import IBANS, METHODS
from saleor_alencon.local.stripe_server.control import Control
from saleor_alencon.local.stripe_server.webhooks import RETRY_SECONDS

PAGE = (Path(__file__).resolve().parents[3] / "docs/stripe-test-server.md").read_text("utf-8")


def test_every_card_is_described() -> None:
    described = re.findall(r"^\| `(\d{16})` \| `pm_card_(\w+)` \|", PAGE, flags=re.MULTILINE)

    assert described == [(method.number, method.name) for method in METHODS]


def test_every_test_account_is_described() -> None:
    described = re.findall(r"^\| `(FR\w{25})` \|", PAGE, flags=re.MULTILINE)

    assert described == [method.number for method in IBANS]


def test_every_control_endpoint_is_described(server) -> None:
    described = set(re.findall(r"^\| `(\w+) /_test/(\w+)", PAGE, flags=re.MULTILINE))

    assert described == set(Control(server.engine).orders)


def test_the_retries_are_those_of_the_page(server) -> None:
    minutes = [seconds // 60 for seconds in RETRY_SECONDS]

    assert minutes == [1, 5, 30, 120, 300, 600, 720, 720, 720, 720]
    assert 2 * 86_400 < sum(RETRY_SECONDS) <= 3 * 86_400


def test_the_figure_of_the_page_is_what_the_server_books(shop) -> None:
    shop.paid(10_000)

    assert "100.00 €\n  paid by card leave 98.25 €" in PAGE
    assert shop.balance() == (0, 9_825)
