"""Explanations, messages and papers as people meet them, on a phone and at a desk."""

import os

import psycopg
import pytest
from django.urls import reverse

from saleor_alencon.local.embedded_postgres import url
from tests.browser.visitor import MERCHANT, OPERATOR

SHOTS = os.environ.get("ALENCON_SHOTS", "")


def look(page, name, width):
    """Keep a picture of the page when a folder for them is named."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}-{name}-{width}.png", full_page=True)


FIND = """
SELECT l.statement_id, l.id, l.shop_order_id,
       (SELECT min(so.id) FROM alencon.orders_shoporder so
          JOIN alencon.shops_shop s ON s.id = so.shop_id AND s.slug = 'librairie-des-halles')
  FROM alencon.settlement_statementline l
 WHERE l.kind = 'sale' AND l.commission_cents > 0 ORDER BY l.id LIMIT 1
"""


@pytest.fixture
def found(demo_database, embedded_socket):
    """Ids of the demo: a statement with lines, one of them, its order, an order of the merchant."""
    with psycopg.connect(url(embedded_socket, "postgres", demo_database)) as connection:
        row = connection.execute(FIND).fetchone()
    return dict(zip(("statement", "line", "order", "own_order"), row, strict=True))


def test_an_employee_asks_why_and_reads_the_rules_formula(visit, found, width):
    visitor = visit(OPERATOR)
    page = visitor.open(reverse("admin:settlement_statement_why", args=[found["statement"]]))
    look(page, "statement", width)
    assert page.get_by_text("De l'ouverture à la clôture").is_visible()
    page = visitor.open(reverse("admin:settlement_statementline_why", args=[found["line"]]))
    look(page, "line", width)
    assert page.locator(".why-formula").first.is_visible()
    page = visitor.open(reverse("admin:orders_shoporder_why", args=[found["order"]]))
    look(page, "order", width)
    assert page.get_by_text("Écritures du grand livre").is_visible()


def test_an_employee_reads_the_journal_and_previews_a_message(visit, width):
    visitor = visit(OPERATOR)
    page = visitor.open(reverse("admin:messaging_message_changelist"))
    look(page, "journal", width)
    page = visitor.open(reverse("admin:messaging_message_preview") + "?nature=ready&langue=en")
    frame = page.frame_locator("iframe.office-letter")
    assert frame.get_by_text("Show this code at the counter.").is_visible()
    look(page, "preview", width)


def test_a_merchant_finds_its_papers_and_why(visit, found, width):
    visitor = visit(MERCHANT)
    page = visitor.open(reverse("counter:documents"))
    look(page, "documents", width)
    page = visitor.open(reverse("counter:why-balance"))
    look(page, "balance", width)
    assert page.get_by_role("heading", name="Le solde", exact=True).is_visible()
    page = visitor.open(reverse("counter:why-order", args=[found["own_order"]]))
    look(page, "own-order", width)
