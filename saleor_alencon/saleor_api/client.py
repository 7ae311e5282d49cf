"""The client of Saleor's GraphQL API: one ``.graphql`` file per operation, in ``operations/``."""

import io
from functools import cache
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import httpx
from django.conf import settings
from django.utils.translation import gettext as _
from gql import Client, FileVar, GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportQueryError,
)
from gql.transport.httpx import HTTPXTransport

from saleor_alencon.errors import AlenconError

TIMEOUT_SECONDS = 120.0


class SaleorError(AlenconError):
    """Root of what can go wrong with a call to Saleor."""


class SaleorUnreachable(SaleorError):
    """Raised when Saleor does not answer, or not with GraphQL; the same call may succeed later.

    Whether a mutation was done before the answer was lost is not known: ask before repeating it.
    """

    retryable = True


class SaleorRefused(SaleorError):
    """Raised when Saleor answers with errors; the same call will be refused again.

    ``errors`` holds them as Saleor gave them: dictionaries with ``message`` and, from a mutation,
    ``field`` (or ``path``) and ``code``.
    """

    def __init__(self, message: str, errors: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.errors = errors


class SaleorClient:
    """Sends operations to one API address, with or without a token."""

    def __init__(
        self, url: str, token: str | None = None, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.url = url
        self.authorization = {"Authorization": f"Bearer {token}"} if token else {}
        transport = HTTPXTransport(
            url, headers=self.authorization, timeout=timeout, trust_env=False
        )
        self._session = Client(transport=transport).connect_sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.client.close_sync()

    def run(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Run ``operations/<operation>.graphql`` and return ``data``.

        :raises SaleorRefused: Saleor answers with errors, of the request or of a mutation.
        :raises SaleorUnreachable: Saleor does not answer; to be tried again.
        """
        return self._send(_operation(operation), operation, variables)

    def upload(
        self, operation: str, *, name: str, content: bytes, content_type: str, **variables: Any
    ) -> dict[str, Any]:
        """Run ``operations/<operation>.graphql`` with one file as its variable ``$file``.

        :raises SaleorRefused, SaleorUnreachable: as ``run``.
        """
        file = FileVar(io.BytesIO(content), filename=name, content_type=content_type)
        return self._send(_operation(operation), operation, {**variables, "file": file}, True)

    def execute(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run a document that is given as text; otherwise as ``run``."""
        return self._send(GraphQLRequest(document), "", variables)

    def mutate(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run a document with one mutation and return the payload of that mutation."""
        return dict(next(iter(self.execute(document, **variables).values())))

    def _send(
        self,
        request: GraphQLRequest,
        operation: str,
        variables: dict[str, Any],
        with_file: bool = False,
    ) -> dict[str, Any]:
        request = GraphQLRequest(request, variable_values=variables)
        try:
            data: dict[str, Any] = self._session.execute(request, upload_files=with_file)
        except TransportQueryError as error:
            errors = list(error.errors or [])
            messages = "; ".join(str(each.get("message")) for each in errors[:3])
            raise SaleorRefused(messages or str(error), errors) from None
        except (TransportConnectionFailed, TransportError, httpx.HTTPError) as error:
            raise SaleorUnreachable(
                _("Saleor ne répond pas à %(url)s : %(error)s")
                % {"url": self.url, "error": error or type(error).__name__}
            ) from error
        _refuse_errors(data, operation)
        return data


def _refuse_errors(data: dict[str, Any], operation: str) -> None:
    """Raise for the first mutation of the answer that has errors."""
    for name, payload in data.items():
        errors = payload.get("errors") if isinstance(payload, dict) else None
        if errors:
            words = "; ".join(_error_text(error) for error in errors[:3])
            raise SaleorRefused(f"{operation or name}: {words}", errors)


def _error_text(error: dict[str, Any]) -> str:
    place = error.get("field") or error.get("path")
    parts = (place, error.get("code"), error.get("message"))
    return " ".join(str(part) for part in parts if part)


@cache
def _operation(name: str) -> GraphQLRequest:
    path = files("saleor_alencon.saleor_api").joinpath("operations", f"{name}.graphql")
    return GraphQLRequest(path.read_text("utf-8"))


def office_client() -> SaleorClient:
    """Return a client of the Office's app, as the settings name it.

    :raises SaleorError: the settings do not name a Saleor.
    """
    if settings.SALEOR_API_URL is None or settings.SALEOR_APP_TOKEN is None:
        raise SaleorError(
            _("SALEOR_API_URL et SALEOR_APP_TOKEN doivent être définis : voir docs/settings.md.")
        )
    return SaleorClient(str(settings.SALEOR_API_URL), settings.SALEOR_APP_TOKEN.get_secret_value())
