"""A treasurer narrows the reports and takes the year's files home, on a phone as at a desk."""

from tests.browser.visitor import TREASURER
from tests.fec_control import control

BOOKS = "/bureau/books/closedyear/"


def test_a_treasurer_takes_the_provisional_fec_and_the_pack(visit) -> None:
    visitor = visit(TREASURER)
    page = visitor.open(BOOKS)
    # The demo's orders are of 2026, whenever the tests run; nobody has closed that year.
    year = page.get_by_role("region", name="Exercice 2026")
    fec = visitor.download(year.get_by_role("link", name="FEC provisoire"))
    assert control("999000615FEC20261231.txt", fec) == []
    pack = visitor.download(year.get_by_role("link", name="Rapport du trésorier"))
    assert pack.startswith(b"%PDF-")


def test_sales_are_narrowed_by_hand_and_saved_as_a_sheet(visit) -> None:
    visitor = visit(TREASURER)
    page = visitor.open(f"{BOOKS}ventes/")
    page.get_by_label("Par", exact=True).select_option(label="Heure")
    page.get_by_label("Du", exact=True).fill("2026-09-01")
    page.get_by_label("Au", exact=True).fill("2026-11-30")
    page.get_by_role("button", name="Afficher").click()
    page.wait_for_load_state()
    visitor.check_width()
    assert page.get_by_role("rowheader").first.inner_text().strip() == "08 h"
    sheet = visitor.download(page.get_by_role("button", name="XLSX"))
    assert sheet.startswith(b"PK")
