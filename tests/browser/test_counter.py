"""The counter on a phone and at a desk: a basket, a camera, a bad line, two phones at once."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from saleor_alencon.local.embedded_postgres import url
from tests.browser import counter_town
from tests.browser.counter_town import PINS, SECOND, SHOPS
from tests.browser.visitor import MERCHANT, Visitor

BOOKS, CHEESE, TOYS = SHOPS
MOST_BYTES = 150_000
UNTIL_CONTROLLED = """() => new Promise((resolve) => {
  const worker = navigator.serviceWorker;
  if (worker.controller) resolve();
  else worker.addEventListener("controllerchange", () => resolve());
})"""


@pytest.fixture
def basket(office, embedded_socket) -> dict:
    """Give the pickups of a basket of three shops, by shop."""
    return counter_town.fill(url(embedded_socket, "alencon", "browser"))


def open_pickup(visitor: Visitor, pickup: dict, query: str = "") -> Page:
    return visitor.open(f"/boutique/comptoir/{pickup['pk']}{query}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def hand_over_by_code(visitor: Visitor, pickup: dict) -> Page:
    """Type the code, look at what is to be given, and hand it over."""
    page = visitor.open("/boutique/comptoir/code")
    page.get_by_label("Code du client").fill(f"{pickup['code'][:3]} {pickup['code'][3:].lower()}")
    press(page, "Chercher ce retrait")
    page.get_by_text("Le code du client est le bon.").wait_for()
    visitor.check_width()
    press(page, "Remettre")
    told(page, f"Retrait {pickup['code']} remis.")
    return page


def told(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("#notices").get_by_text(text)).to_be_visible()


def test_a_basket_of_three_shops_is_accepted_made_ready_and_handed_over(visit, basket) -> None:
    for shop, email in SHOPS.items():
        visitor, pickup = visit(email), basket[shop]
        page = visitor.page
        assert page.url == f"{visitor.url}/boutique/comptoir/"
        card = page.locator(f'[data-pickup="{pickup["pk"]}"]')
        expect(card).to_contain_text("nouvelle")
        card.get_by_role("button", name="Accepter").click()
        expect(card).to_contain_text("acceptée, à préparer")
        card.get_by_role("button", name="Prêt").click()
        expect(card.get_by_role("link", name="Remettre")).to_be_visible()
        visitor.check_width()

        page = hand_over_by_code(visitor, pickup)

        expect(page.locator(".state").first).to_have_text("remis")
        expect(page.locator(".events li")).to_have_count(3)


def test_one_shop_refuses_another_is_waited_for_in_vain_and_the_third_hands_over(
    visit, basket
) -> None:
    cheese = visit(SHOPS[CHEESE])
    page = open_pickup(cheese, basket[CHEESE])
    page.get_by_text("Je ne peux pas fournir").click()
    press(page, "Toute la commande")
    assert page.locator("input[type=number]").first.input_value() == "2"
    page.get_by_label("Motif, que le client lit").first.fill("Rupture de stock")
    press(page, "Refuser et rembourser")
    told(page, "Articles refusés : le client est remboursé.")
    expect(page.locator(".events li").first).to_contain_text("Articles refusés")

    toys = visit(SHOPS[TOYS])
    page = open_pickup(toys, basket[TOYS])
    press(page, "Prêt")
    told(page, "prêt.")
    press(page, "Non retiré")
    told(page, "noté comme non retiré.")
    expect(page.locator(".state").first).to_have_text("non retiré")

    hand_over_by_code(visit(MERCHANT), basket[BOOKS])


def test_two_phones_at_once_hand_over_once_and_the_other_is_told_by_whom_and_when(
    visit, basket
) -> None:
    one, two = visit(MERCHANT), visit(SECOND)
    pages = [
        open_pickup(each, basket[BOOKS], f"?code={basket[BOOKS]['code']}") for each in (one, two)
    ]

    for page in pages:
        page.evaluate("document.querySelector('section form').requestSubmit()")
    for page in pages:
        page.locator(".notice").first.wait_for()
        page.get_by_text("remis", exact=True).first.wait_for()

    code = basket[BOOKS]["code"]
    texts = [page.locator("#notices").inner_text() for page in pages]
    done = [number for number, text in enumerate(texts) if f"Retrait {code} remis." in text]
    assert len(done) == 1, texts
    winner = ("Commerçant", "librairie-bis")[done[0]]
    loser = pages[1 - done[0]]
    words = rf"Le retrait {code} est « remis » depuis le .+ \d\d:\d\d, par {winner}\."
    told(loser, re.compile(words))
    loser.reload()
    told(loser, re.compile(words))  # until somebody has seen it
    press(loser, "Vu")
    loser.reload()
    expect(loser.locator(".notice.error")).to_have_count(0)
    refused = (one, two)[1 - done[0]]
    assert [fault for fault in refused.faults if not fault.startswith("409: ")] == []
    refused.faults.clear()


def test_what_is_done_without_a_line_is_kept_and_sent_once_when_it_is_back(visit, basket) -> None:
    visitor, pickup = visit(MERCHANT), basket[BOOKS]
    page = visitor.page
    page.evaluate(UNTIL_CONTROLLED)
    page.reload()  # the worker keeps the list
    page.wait_for_load_state("networkidle")
    visitor.open("/boutique/comptoir/code")
    visitor.context.set_offline(True)
    page.reload()

    page.get_by_label("Code du client").fill(pickup["code"])
    press(page, "Chercher ce retrait")
    expect(page.get_by_text("Ce code est celui de")).to_be_visible()
    press(page, "Remettre maintenant, envoyer ensuite")
    told(page, re.compile(r"Gardé sur cet appareil à \d\d:\d\d"))
    told(page, "1 action attend d'être envoyée.")
    page.goto("/boutique/comptoir/")
    told(page, "1 action attend d'être envoyée.")
    visitor.check_width()

    visitor.context.set_offline(False)
    told(page, f"Retrait {pickup['code']} remis.")
    expect(page.get_by_text("1 action attend")).to_have_count(0)
    page = open_pickup(visitor, pickup)
    expect(page.locator(".events li")).to_have_count(1)
    assert [fault for fault in visitor.faults if "ERR_INTERNET_DISCONNECTED" not in fault] == []
    visitor.faults.clear()


def test_what_was_done_offline_after_somebody_else_did_it_is_told_so(visit, basket) -> None:
    away, here = visit(MERCHANT), visit(SECOND)
    page = open_pickup(away, basket[BOOKS], f"?code={basket[BOOKS]['code']}")
    away.context.set_offline(True)
    press(page, "Remettre")
    told(page, "1 action attend d'être envoyée.")
    hand_over_by_code(here, basket[BOOKS])

    away.context.set_offline(False)

    told(page, re.compile(r"est « remis » depuis le .+, par librairie-bis\."))
    assert [fault for fault in away.faults if not fault.startswith("409: ")] == []
    away.faults.clear()


def test_a_person_takes_a_shared_tablet_over_by_pin_and_is_named(visit, basket) -> None:
    visitor = visit(MERCHANT)
    page = visitor.open("/boutique/comptoir/qui")
    page.get_by_label("librairie-bis").check()
    page.get_by_label("Son code (4 à 6 chiffres)").fill("1111")
    press(page, "Prendre la main")
    told(page, "Ce code n'est pas le bon.")
    page.get_by_label("librairie-bis").check()
    page.get_by_label("Son code (4 à 6 chiffres)").fill(PINS[SECOND])
    press(page, "Prendre la main")
    told(page, "librairie-bis agit maintenant.")
    visitor.check_width()

    page = open_pickup(visitor, basket[BOOKS])
    press(page, "Accepter")

    expect(page.locator(".events li").first).to_contain_text("Accepté · librairie-bis")


def test_a_device_that_was_left_behind_is_signed_out_from_another(visit, basket) -> None:
    left, here = visit(MERCHANT), visit(MERCHANT)
    page = here.open("/boutique/equipe/appareils")
    assert page.locator("li.card").count() == 2
    press(page, "Déconnecter tous les autres")
    told(page, "Vos autres appareils sont déconnectés.")

    left.page.goto("/boutique/comptoir/")
    expect(left.page.get_by_role("heading", name="Connexion")).to_be_visible()
    here.page.goto("/boutique/comptoir/")
    expect(here.page.get_by_role("heading", level=1)).not_to_have_text("Connexion")


def test_a_new_order_is_announced_while_the_list_is_open(visit, basket, embedded_socket) -> None:
    page = visit(MERCHANT).page
    press(page, "Son coupé")
    expect(page.get_by_role("button", name="Son activé")).to_be_visible()
    unseen = f"7{uuid.uuid4().int % 10**8:08}"  # the other screen's orders are there already
    counter_town.fill(url(embedded_socket, "alencon", "browser"), unseen)

    page.evaluate("htmx.trigger('#today', 'refresh')")

    told(page, re.compile("Nouvelle commande · "))
    assert page.evaluate("document.body.dataset.rang") == "2"  # as it was tried, and now


def test_pickups_are_found_while_their_number_is_typed(visit, basket) -> None:
    page = visit(MERCHANT).page
    page.get_by_label("Chercher un nom, un code ou un numéro").fill("9001")
    expect(page.locator("#found .pickup")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("n° 9001")


def test_the_first_load_of_the_counter_is_light(visit, basket, say) -> None:
    visitor = visit()
    sizes: dict[str, int] = {}
    visitor.context.on(
        "response", lambda answer: sizes.update({answer.url: len(answer.body())})
        if answer.status == 200 else None,
    )  # fmt: skip
    visitor.sign_in(MERCHANT)
    visitor.page.wait_for_load_state("networkidle")
    loaded = {address: size for address, size in sizes.items() if "/connexion/" not in address}
    total = sum(loaded.values())
    say(f"first load of the counter: {total / 1000:.0f} kB, not compressed")
    assert any("htmx" in address for address in loaded)
    assert not any("vendor" in address for address in loaded)
    assert total < MOST_BYTES, loaded


@pytest.mark.parametrize("whose", ["own", "another"])
def test_a_qr_code_before_the_camera_leads_to_its_pickup(
    office, camera, width, basket, whose, demo_database, embedded_socket
) -> None:
    pickup = basket[BOOKS if whose == "own" else TOYS]
    visitor = Visitor(camera(pickup["qr"]), office, width)
    visitor.sign_in(MERCHANT)
    page = visitor.page
    page.get_by_role("link", name="Scanner le QR").click()

    if whose == "own":
        page.get_by_text("Le code du client est le bon.").wait_for()
        assert page.url.endswith(f"/boutique/comptoir/{pickup['pk']}?code={pickup['code']}")
    else:
        expect(page.get_by_text("Ce QR est celui d'une autre boutique.")).to_be_visible()
        press(page, "Fermer la caméra")
        expect(page.locator("video")).to_be_hidden()
    visitor.check_width()
    assert visitor.faults == []
    visitor.close()
