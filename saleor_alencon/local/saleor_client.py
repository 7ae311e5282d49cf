"""A small client of Saleor's GraphQL API, for seeding and for tests."""

from typing import Any

import httpx

from saleor_alencon.errors import AlenconError

TIMEOUT_SECONDS = 120


class SaleorRefused(AlenconError):
    """Raised when Saleor answers with errors; the message has its codes and fields."""


class SaleorClient:
    """Sends documents to one API address, with or without an app's token."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url
        self._http = httpx.Client(
            timeout=TIMEOUT_SECONDS, headers=self.authorization, trust_env=False
        )

    def execute(self, document: str, **variables: Any) -> dict[str, Any]:
        """Return ``data``.

        :raises SaleorRefused: the answer has top-level errors, or is no GraphQL answer.
        """
        answer = self._http.post(self.url, json={"query": document, "variables": variables})
        try:
            body = answer.json()
        except ValueError:
            raise SaleorRefused(f"Saleor answered {answer.status_code} without JSON") from None
        if body.get("errors"):
            raise SaleorRefused("; ".join(error["message"] for error in body["errors"][:3]))
        return dict(body["data"])

    def mutate(self, document: str, **variables: Any) -> dict[str, Any]:
        """Execute a document with one mutation and return its payload.

        :raises SaleorRefused: the payload has errors.
        """
        data = self.execute(document, **variables)
        name, payload = next(iter(data.items()))
        if payload.get("errors"):
            raise SaleorRefused(f"{name}: {payload['errors']}")
        return dict(payload)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
