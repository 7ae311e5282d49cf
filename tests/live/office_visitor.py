"""A person in the Office's web pages: fills in the forms that the pages show."""

import time
from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import html

from saleor_alencon.local.demo import PASSWORD

SHOP_ORDERS = """
query($number: String) {
  shopOrders(orderNumber: $number, first: 10) {
    edges { node { state netCents shop { slug } pickup { code place } } }
  }
}"""


class OfficeVisitor:
    """One signed-in person, with a session of its own."""

    def __init__(self, url: str, email: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=120, trust_env=False, follow_redirects=True)
        page = self.submit("/connexion/", username=email, password=PASSWORD)
        assert "/connexion/" not in str(page.url), f"{email} could not sign in"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self._http.get(path)

    def submit(self, path: str, **fields: str) -> httpx.Response:
        """Open a page, fill in its last POST form, send it, and return the page that follows."""
        page = self._http.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        form = [form for form in html.fromstring(page.text).forms if form.method.upper() == "POST"][
            -1
        ]
        # A field that is not there yet is one that the page's script adds with a new row.
        return self._http.post(
            urljoin(str(page.url), form.action or ""),
            data=dict(form.form_values()) | fields,
            headers={"Referer": str(page.url)},
        )

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the Office's GraphQL API, as its pages may."""
        answer = self._http.post(
            "/graphql/",
            json={"query": query, "variables": variables},
            headers={"X-CSRFToken": self._http.cookies["csrftoken"]},
        )
        body = answer.json()
        assert not body.get("errors"), body["errors"]
        return dict(body["data"])

    def wait_for_shop_orders(self, number: str, state: str) -> dict[str, dict[str, Any]]:
        """Return the order's shop orders that this person sees, by shop, once all are so far."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            edges = self.ask(SHOP_ORDERS, number=number)["shopOrders"]["edges"]
            found = {edge["node"]["shop"]["slug"]: edge["node"] for edge in edges}
            if found and {node["state"] for node in found.values()} == {state}:
                return found
            time.sleep(0.5)
        raise AssertionError(f"Order {number} is not {state} after 60 s: {found}")
