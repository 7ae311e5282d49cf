"""Gift cheques in the browser: pages fit their screen; sold, printed, taken at a counter."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from saleor_alencon.domain.cheques import qr_text
from tests.browser.test_settlement import confirm, press
from tests.browser.visitor import MERCHANT, OPERATOR, Visitor

CHEQUES = "/bureau/cheques"
PAGES = [
    f"{CHEQUES}/chequesale/",
    f"{CHEQUES}/chequesale/1/change/",
    f"{CHEQUES}/chequesale/vendre/",
    f"{CHEQUES}/cheque/",
    f"{CHEQUES}/cheque/1/change/",
    f"{CHEQUES}/cheque/2/bloquer/",
    f"{CHEQUES}/cheque/2/prolonger/",
    f"{CHEQUES}/chequemovement/",
    f"{CHEQUES}/chequemovement/1/change/",
    f"{CHEQUES}/chequeacceptance/",
    f"{CHEQUES}/chequeacceptance/inscrire/",
    f"{CHEQUES}/chequerules/",
    f"{CHEQUES}/chequerules/add/",
]


def test_each_page_of_cheques_fits_its_screen(visit) -> None:
    visitor = visit(OPERATOR)

    for path in PAGES:
        said = visitor.open(path).inner_text("body")
        assert "None" not in said
        assert "('" not in said


def test_cheques_are_sold_printed_and_taken_at_a_counter(visit) -> None:
    visitor = visit(OPERATOR)
    page = visitor.open(f"{CHEQUES}/chequesale/")
    press(visitor, "Vendre des chèques")
    page.get_by_label("Acheteur").fill("Lycée de la Dentelle")
    page.get_by_label("Valeur d'un chèque (€)").fill("15,00")
    page.get_by_label("Nombre de chèques").fill("9")
    confirm(visitor, "Vendre")
    with page.expect_download() as started:
        press(visitor, r"Feuille à imprimer \(PDF\)")
    sheet = started.value.path().read_bytes()
    pages = PdfReader(io.BytesIO(sheet)).pages
    assert len(pages) == 2
    words = pages[0].extract_text().split()
    code = next(word for word in words if len(word) == 19 and word.count("-") == 3)

    merchant = visit(MERCHANT)
    counter = merchant.open("/boutique/")
    counter.get_by_role("link", name="Vérifier ou encaisser un chèque cadeau").click()
    counter.wait_for_load_state()
    merchant.check_width()
    counter.get_by_label("Code du chèque, tapé ou lu par la douchette").fill(code.lower())
    counter.get_by_role("button", name="Vérifier").click()
    counter.wait_for_load_state()
    assert "15,00 €" in counter.get_by_role("status").inner_text().replace("\xa0", " ")
    merchant.check_width()
    counter.get_by_label("Montant à encaisser (€)").fill("6,40")
    counter.get_by_role("button", name="Encaisser").click()
    counter.wait_for_load_state()
    merchant.check_width()
    said = counter.get_by_role("status").inner_text().replace("\xa0", " ")
    assert "6,40 € encaissés." in said
    assert "Il reste 8,60 € sur le chèque." in said


def a_code_of(face: str, visitor) -> str:
    """Sell one cheque, and return its code as its sheet prints it."""
    page = visitor.open(f"{CHEQUES}/chequesale/")
    press(visitor, "Vendre des chèques")
    page.get_by_label("Acheteur").fill("Association des commerçants")
    page.get_by_label("Valeur d'un chèque (€)").fill(face)
    page.get_by_label("Nombre de chèques").fill("1")
    confirm(visitor, "Vendre")
    with page.expect_download() as started:
        press(visitor, r"Feuille à imprimer \(PDF\)")
    words = PdfReader(io.BytesIO(started.value.path().read_bytes())).pages[0].extract_text().split()
    return next(word for word in words if len(word) == 19 and word.count("-") == 3)


@pytest.mark.parametrize("what", ["cheque", "pickup"])
def test_the_qr_code_of_a_cheque_before_the_camera_is_checked(
    visit, office, camera, width, what
) -> None:
    seen = "ALENCON:librairie:ABC234"
    if what == "cheque":
        seen = qr_text(a_code_of("17,00", visit(OPERATOR)).replace("-", ""))
    visitor = Visitor(camera(seen), office, width)
    visitor.sign_in(MERCHANT)
    page = visitor.open("/boutique/cheques/")
    page.get_by_role("button", name="Scanner le QR").click()

    if what == "cheque":
        said = page.locator("form [role=status]")
        expect(said).to_contain_text("17,00")
        expect(said).to_contain_text("utilisable")
    else:
        expect(page.get_by_text("Ce QR n'est pas celui d'un chèque cadeau.")).to_be_visible()
        page.get_by_role("button", name="Fermer la caméra").click()
        expect(page.locator("video")).to_be_hidden()
    visitor.check_width()
    assert visitor.faults == []
    visitor.close()
