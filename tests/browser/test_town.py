"""The Office's pages on the way to the launch, and the merchant's own, on a phone and at a desk."""

import pytest

from tests.browser.visitor import AUDITOR, MERCHANT, OPERATOR
from tests.unit.catalogue.files import read_path, write

SHOPS = "/bureau/shops/shop"
OFFICE_PAGES = [
    f"{SHOPS}/lancement/",
    f"{SHOPS}/",
    f"{SHOPS}/add/",
    f"{SHOPS}/1/change/",
    f"{SHOPS}/1/horaires/",
    f"{SHOPS}/1/suspendre/",
    f"{SHOPS}/1/mettre-en-place/",
    "/bureau/provisioning/shopprovision/",
    "/bureau/catalogue/importjob/",
    "/bureau/catalogue/importjob/envoyer/",
]
MERCHANT_PAGES = ["/boutique/", "/boutique/horaires/", "/boutique/catalogue/"]


def test_each_page_of_the_way_to_the_launch_fits_its_screen(visit) -> None:
    visitor = visit(OPERATOR)

    for path in OFFICE_PAGES:
        page = visitor.open(path)
        assert "<br>" not in page.inner_text("body")


def test_the_launch_page_leads_to_what_a_shop_lacks(visit) -> None:
    page = visit(OPERATOR).open(f"{SHOPS}/lancement/")
    assert "35 boutiques engagées sur 40" in page.inner_text("h1#goal")

    page.get_by_role("link", name="Cotisation de l'année 20").click()
    shown = page.locator(".office-shops li")
    assert shown.count() == 20
    shown.first.get_by_role("link", name="Cotisation de l'année").click()
    page.locator("#dues-group").wait_for()
    assert page.url.endswith("#dues-group")


def test_each_page_of_a_merchant_fits_its_screen(visit) -> None:
    visitor = visit(MERCHANT)

    for path in MERCHANT_PAGES:
        visitor.open(path)


def test_a_merchant_closes_its_shop_for_a_day_and_reads_it_back(visit) -> None:
    visitor = visit(MERCHANT)
    page = visitor.open("/boutique/horaires/")
    empty = page.locator("input[type=date][name$='-first']").last
    day = page.evaluate("new Date(Date.now() + 40 * 864e5).toISOString().slice(0, 10)")

    empty.fill(day)
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_load_state()

    assert "Vos horaires sont enregistrés." in page.inner_text("main")
    kept = page.locator("input[type=date][name$='-first']")
    assert day in [kept.nth(place).input_value() for place in range(kept.count())]


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_the_template_is_a_catalogue_itself(visit, tmp_path, suffix: str) -> None:
    visitor = visit(MERCHANT)
    page = visitor.open("/boutique/catalogue/")

    content = visitor.download(page.get_by_role("link", name=suffix.upper()).first)

    catalogue = read_path(write(tmp_path, content))
    assert [row.reference for row in catalogue.rows] == ["LIV-001", "PULL-M", "PULL-L"]
    assert catalogue.refused == []


def test_a_file_without_its_columns_is_refused_on_the_page(visit, tmp_path) -> None:
    file = tmp_path / "articles.csv"
    file.write_text("nom;stock\nUn;1\n", "utf-8")
    visitor = visit(MERCHANT)
    page = visitor.open("/boutique/catalogue/")

    page.get_by_label("Fichier CSV ou XLSX").set_input_files(file)
    page.get_by_role("button", name="Vérifier le fichier").click()
    page.get_by_text("Fichier refusé").wait_for()

    visitor.check_width()
    assert "Colonnes manquantes : référence, prix TTC, TVA." in page.inner_text("main")


def test_an_auditor_sees_the_launch_and_is_offered_no_step(visit) -> None:
    visitor = visit(AUDITOR)
    visitor.open(f"{SHOPS}/lancement/")
    page = visitor.open(f"{SHOPS}/1/change/")

    assert page.get_by_role("link", name="Suspendre").count() == 0
    visitor.open(f"{SHOPS}/1/suspendre/", status=403)
