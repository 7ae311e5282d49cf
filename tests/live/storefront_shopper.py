"""A shopper with a browser in Saleor's own storefront: does what its pages in French offer.

Only Stripe's own script is not the real one: it loads from Stripe's servers, and takes real cards.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect

from saleor_alencon.provisioning.names import CHANNEL
from tests.browser.visitor import HEIGHTS, SIDEWAYS

TIMEOUT_MS = 30_000
SCRIPT = Path(__file__).with_name("stripe_in_the_browser.js")
VISA = "4242424242424242"
expect.set_options(timeout=TIMEOUT_MS)
BROKEN = "images => images.filter(i => i.complete && !i.naturalWidth).map(i => i.currentSrc)"
ADDRESS = {
    "firstName": "Cliente",
    "lastName": "Démo",
    "streetAddress1": "1 rue de Démonstration",
    "city": "Alençon",
}


class Shopper:
    """One shopper, with a basket of their own; pictures of what they see go into a folder."""

    def __init__(
        self, browser: Browser, url: str, width: int, pictures: Path, stripe_url: str
    ) -> None:
        self._width = width
        self._pictures = pictures
        self._pieces = 0  # in the basket
        self._context = browser.new_context(
            base_url=url, viewport={"width": width, "height": HEIGHTS[width]}, locale="fr-FR"
        )
        self._context.set_default_timeout(TIMEOUT_MS)
        script = f'const API_URL = "{stripe_url}";\n{SCRIPT.read_text("utf-8")}'
        self._context.route(
            re.compile("^https://js\\.stripe\\.com/"),
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        self.page: Page = self._context.new_page()

    def close(self) -> None:
        """End the session."""
        self._context.close()

    def open(self, path: str) -> Page:
        """Open a page of the town's channel: its pictures load, nobody scrolls sideways."""
        answer = self.page.goto(f"/fr/{CHANNEL}{path}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        expect(self.page.get_by_role("heading", level=1).first).to_be_visible()
        self.page.wait_for_timeout(1000)  # pictures
        assert self.page.locator("main img").evaluate_all(BROKEN) == []
        needed, given = self.page.evaluate(SIDEWAYS)
        assert needed <= given, f"{path}: {needed} pixels wide on a screen of {given}"
        return self.page

    def picture(self, name: str) -> None:
        """Keep what the screen shows; of a name the first."""
        file = self._pictures / f"{name}-{self._width}.png"
        if not file.exists():
            self.page.screenshot(path=file)

    def text(self) -> str:
        """Return the words of the page, with plain spaces."""
        return (
            self.page.locator("main").last.inner_text().replace("\xa0", " ").replace("\u202f", " ")
        )

    def put_into_basket(self, product_slug: str) -> None:
        """Add one piece of a product that has no choice of variants."""
        self.open(f"/products/{product_slug}")
        self.page.get_by_role("button", name="Ajouter au panier").first.click()
        self._pieces += 1
        count = re.compile(rf"^{self._pieces} articles? dans le panier")
        # The open basket hides the header from roles, but not its words.
        expect(self.page.get_by_text(count).first).to_be_attached()

    def go_to_delivery(self, postal_code: str) -> str:
        """Give name and address, come to the choice of delivery; return the checkout's id."""
        self.open("/cart")
        self.picture("basket")
        self.page.get_by_role("link", name="Commander").first.click()
        # The page shows the form twice until its script has taken over.
        expect(self.page.locator("[name=email]")).to_have_count(1)
        self.page.locator("[name=email]").fill("cliente-demo-1@client.example")
        for name, value in {**ADDRESS, "postalCode": postal_code}.items():
            self.page.locator(f"[name={name}]").first.fill(value)
        self.page.get_by_role("button", name="Continuer vers la livraison").first.click()
        expect(self.page.get_by_role("radio").first).to_be_attached()
        return parse_qs(urlsplit(self.page.url).query)["checkout"][0]

    def deliveries(self) -> dict[str, str]:
        """Return the price of each delivery that is offered, as the page writes it."""
        self.picture("delivery")
        labels = self.page.locator("label:has([type=radio])").all_inner_texts()
        lines = [[line for line in label.splitlines() if line.strip()] for label in labels]
        return {each[0]: each[-1] for each in lines}

    def go_to_payment(self, delivery: str) -> None:
        """Choose a delivery, and come to the card's form."""
        self.page.get_by_text(delivery, exact=True).first.click()
        self.page.get_by_role("button", name="Continuer vers le paiement").first.click()
        expect(self.page.get_by_label("Numéro de carte")).to_be_visible()
        self.picture("payment")

    def enter_card(self, number: str) -> None:
        """Give a card's number, and press the button that pays."""
        self.page.get_by_label("Numéro de carte").fill(number)
        pay = self.page.get_by_role("button", name="Payer").locator("visible=true").last
        expect(pay).to_be_enabled()
        pay.click()

    def answer_the_bank(self, answer: str) -> None:
        """Press a button of the bank's window."""
        self.page.frame_locator("iframe[title='3-D Secure']").get_by_text(answer).click()

    def ordered(self) -> str:
        """Wait for the thanks, and return the order's number."""
        done: Any = self.page.get_by_text("Merci pour votre commande")
        expect(done).to_be_visible(timeout=2 * TIMEOUT_MS)
        self.picture("order")
        return self.text().split("Commande #", 1)[1].split()[0]

    def pay(self, delivery: str) -> str:
        """Choose a delivery, pay, and return the order's number."""
        self.go_to_payment(delivery)
        self.enter_card(VISA)
        return self.ordered()
