"""Gift cheques in the browser: pages fit their screen; sold, printed, taken at a counter."""

import io

from pypdf import PdfReader

from tests.browser.test_settlement import confirm, press
from tests.browser.visitor import MERCHANT, OPERATOR

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
