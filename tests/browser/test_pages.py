"""Every page of the back-office and of the merchant opens, without faults, at both widths."""

import re

import pytest

from tests.browser.visitor import AUDITOR, MERCHANT, OPERATOR, TREASURER, Visitor

LINKS = "links => links.map(link => link.pathname)"


def addresses(visitor: Visitor, selector: str) -> list[str]:
    """Return where the page's links lead within the site, each once."""
    found = visitor.page.eval_on_selector_all(selector, LINKS)
    return list(dict.fromkeys(path for path in found if not path.startswith("/static/")))


@pytest.mark.parametrize("email", [OPERATOR, TREASURER, AUDITOR])
def test_every_page_of_the_menu_opens_and_so_does_its_first_record(visit, email: str) -> None:
    visitor = visit(email)
    menu = addresses(visitor, "#nav-sidebar-apps a")
    assert len(menu) >= 14, menu
    for path in menu:
        visitor.open(path)
        assert visitor.page.title(), path
        record = re.compile(re.escape(path) + r"\d+/change/$")
        records = [
            each
            for each in addresses(visitor, "#main a, #content a, table a")
            if record.match(each)
        ]
        for each in records[:1]:
            visitor.open(each)
            visitor.page.go_back()


def test_a_merchant_opens_each_page_that_its_shop_leads_to(visit) -> None:
    visitor = visit(MERCHANT)
    visitor.open("/boutique/")
    paths = [path for path in addresses(visitor, "main a") if path.startswith("/boutique/")]
    paths = [path for path in paths if "." not in path]  # files are downloaded, not opened
    assert {"/boutique/catalogue/", "/boutique/horaires/"} <= set(paths)
    for path in paths:
        visitor.open(path)
        assert visitor.page.get_by_role("heading", level=1).count() == 1, path
