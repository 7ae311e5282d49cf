"""The waiting run, from its approval by a second person to a payout that the bank returns."""

import io
import os
import re
import subprocess
import sys
from decimal import Decimal

from playwright.sync_api import expect
from pypdf import PdfReader

from saleor_alencon.local.embedded_postgres import url
from saleor_alencon.outputs.sepa import read_control_sum
from tests.browser.visitor import APPROVER, OPERATOR, Visitor

RUN = "/bureau/settlement/settlementrun/1/change/"


def press(visitor: Visitor, name: str) -> None:
    """Press an action of the page's head, which a phone keeps behind a link that unfolds them."""
    action = visitor.page.locator("li > a", has_text=re.compile(rf"\s{name}\s*$"))
    if not action.is_visible():
        visitor.page.locator("a", has_text="more_horiz").click()
    action.click()
    visitor.page.wait_for_load_state()


def confirm(visitor: Visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.wait_for_load_state()
    visitor.check_width()


def cents(text: str) -> int:
    """Read an amount of a page: "10 990,45 €"."""
    number = re.sub(r"[^\d,]", "", text).replace(",", ".")
    return int(Decimal(number) * 100)


def test_a_run_is_approved_paid_and_one_payout_is_returned(visit, embedded_socket) -> None:
    approver = visit(APPROVER)
    approver.open(RUN)
    total_cents = cents(approver.page.locator("strong", has_text="€").first.inner_text())
    press(approver, "Approuver")
    # The page's head has a heading of its own.
    expect(approver.page.locator("h1.office-title")).to_contain_text("Approuver le reversement")
    confirm(approver, "Approuver")
    expect(approver.page.get_by_text("Le reversement est approuvé.")).to_be_visible()

    operator = visit(OPERATOR)
    operator.open(RUN)
    with operator.page.expect_download() as started:
        press(operator, "Télécharger le fichier SEPA")
    data = started.value.path().read_bytes()
    paid_cents, count = read_control_sum(data)
    assert (paid_cents, count > 3) == (total_cents, True)

    links = operator.page.get_by_role("link", name=re.compile(r"^R\d{4}-0001-"))
    paths = [link.get_attribute("href") for link in links.all()][:3]
    for path in paths:
        operator.open(path)
        number = operator.page.title().split(" | ")[0]
        with operator.page.expect_download() as started:
            press(operator, "Relevé PDF")
        reader = PdfReader(io.BytesIO(started.value.path().read_bytes()))
        assert number in "".join(page.extract_text() for page in reader.pages)

    operator.open(RUN)
    press(operator, "Déclarer exécuté")
    confirm(operator, "Déclarer exécuté")
    expect(operator.page.get_by_text("Le reversement est déclaré exécuté.")).to_be_visible()

    operator.open("/bureau/settlement/payout/1/change/")
    press(operator, "Déclarer retourné")
    operator.page.get_by_label("Motif donné par la banque").fill("AC04 compte clos")
    confirm(operator, "Déclarer retourné")
    expect(operator.page.get_by_text("retourné").first).to_be_visible()

    checked = subprocess.run(
        [sys.executable, "-m", "saleor_alencon", "check"],
        check=False, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": url(embedded_socket, "alencon", "browser")},
    )  # fmt: skip
    assert (checked.returncode, "0 problems" in checked.stdout) == (0, True), checked.stdout
