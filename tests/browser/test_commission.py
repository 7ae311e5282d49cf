"""Commission plans in the browser: pages fit their screen; from a draft to a published plan."""

import re

from tests.browser.test_settlement import confirm, press
from tests.browser.visitor import OPERATOR

PLANS = "/bureau/commission/plan"
PUBLISHED, PROJECT = f"{PLANS}/1/change/", f"{PLANS}/2/change/"
SIMULATION = f"{PLANS}/simuler/?plan=2&month=2026-10"
PAGES = [
    f"{PLANS}/",
    PUBLISHED,
    PROJECT,
    f"{PLANS}/2/essayer/",
    f"{PLANS}/2/essayer/?shop=librairie-des-halles&category=&product_type=&delivery=home"
    "&tender=card&day=2026-10-01&amount=50&turnover=0",
    f"{PLANS}/simuler/",
    SIMULATION,
    "/bureau/commission/commissionrule/",
    "/bureau/commission/campaign/",
    "/bureau/commission/campaign/add/",
    "/bureau/commission/monthlyturnover/",
    "/bureau/shops/association/1/change/",
]


def test_each_page_of_commission_fits_its_screen(visit) -> None:
    visitor = visit(OPERATOR)

    for path in PAGES:
        assert "None" not in visitor.open(path).inner_text("body")


def test_a_draft_gets_a_rule_is_ordered_tried_simulated_and_published(visit) -> None:
    visitor = visit(OPERATOR)
    page = visitor.open(f"{PLANS}/")
    press(visitor, "Nouveau brouillon")
    page.get_by_label("Nom du barème").fill("Barème 2027")
    confirm(visitor, "Commencer")
    for name, rate in (("Tous", "800"), ("Livraison", "600")):
        page.get_by_role("link", name="Ajouter une règle").click()
        page.wait_for_load_state()
        visitor.check_width()
        page.locator("#id_name").fill(name)
        page.locator("#id_rate_bps").fill(rate)
        if name == "Livraison":
            page.get_by_label("livraison à domicile").check()
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.wait_for_load_state()

    page.get_by_role("button", name="Monter « Livraison »").click()
    page.wait_for_load_state()
    visitor.check_width()
    rules = page.locator("#rules > li")
    assert [re.search(r"Livraison|Tous", text)[0] for text in rules.all_inner_texts()] == [
        "Livraison", "Tous",
    ]  # fmt: skip

    page.get_by_role("link", name="Essayer sur une vente").click()
    page.get_by_label("Livraison", exact=True).select_option("home")
    page.get_by_role("button", name="Essayer").click()
    page.wait_for_load_state()
    visitor.check_width()
    assert "Livraison" in page.locator("li.office-applies").inner_text()
    assert page.locator("table tr", has_text="Net boutique").inner_text().endswith("46,40\u00a0€")

    page.get_by_role("link", name="Retour au barème").click()
    page.get_by_role("link", name="Simuler un mois").click()
    page.get_by_label("Mois des commandes").fill("2026-10")
    page.get_by_role("button", name="Simuler", exact=True).click()
    page.wait_for_load_state()
    visitor.check_width()
    file = visitor.download(page.get_by_role("link", name="Télécharger en CSV"))
    assert file.startswith(b"\xef\xbb\xbfBar\xc3\xa8me;Mois;Boutique;")
    assert b"Bar\xc3\xa8me 2027;2026-10;" in file

    visitor.open(f"{PLANS}/3/change/")
    press(visitor, "Publier")
    confirm(visitor, "Publier")
    assert "à venir" in page.inner_text("body")
    assert page.get_by_role("button", name="Monter").count() == 0
