"""A person in the Office's web pages: fills in the forms that the pages show."""

from typing import Any
from urllib.parse import urljoin

import httpx
from lxml import html

from saleor_alencon.local.demo import PASSWORD


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
