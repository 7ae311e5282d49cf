"""What the Office asks of the merchants' scope in Saleor (plugins/permissions/endpoint.py)."""

from typing import Any
from urllib.parse import urljoin

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from saleor_alencon.saleor_api.client import SaleorError, SaleorUnreachable

TIMEOUT_SECONDS = 30.0
ADDRESS = "/plugins/alencon.merchants/"


class ScopeRefused(SaleorError):
    """Raised when the scope refuses; ``status`` is the answer's, ``code`` what it says beside it.

    The same call will be refused again.
    """

    def __init__(self, message: str, *, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ScopeAbsent(SaleorError):
    """Raised when the Saleor at SALEOR_API_URL does not run this project's settings."""


def who_speaks(token: str) -> dict[str, Any]:
    """Return for whom the token speaks that the Dashboard gave our page.

    ``{"email", "merchant", "shops": [{"slug", "read_only"}], "sees_orders", "look": None or
    {"shop", "until"}}``.

    :raises ScopeRefused: the token is not valid any more (401), or not for this page (403).
    :raises SaleorUnreachable, ScopeAbsent: nobody can be asked.
    """
    return _ask("GET", "who", token)


def town_app_keep(*, url: str, token: str, page_url: str) -> str:
    """Keep the App of the page in the Dashboard; return created, changed or unchanged.

    :param url: of Saleor's GraphQL API.
    :raises ScopeRefused: the token's app lacks MANAGE_STAFF, or the address is none.
    """
    answer = _ask("POST", "app", token, url=url, json={"url": page_url})
    return str(answer["outcome"])


def acts_fetch(**wanted: str) -> dict[str, Any]:
    """Return a page of the trail: ``{"acts": [...], "before": id or None}``, the newest first.

    ``wanted``: before, limit, shop, email, name, kind, outcome, since, until; empty ones are all.

    :raises ScopeRefused: naming what cannot be read.
    """
    return _ask("GET", "acts", _app_token(), params=wanted)


def look_open(*, email: str, shop: str, reason: str) -> dict[str, Any]:
    """Let a staff account of Saleor look through a shop's eyes; ``{"look", "until"}``.

    :raises ScopeRefused: with ``code`` reason, account, merchant or shop.
    """
    body = {"email": email, "shop": shop, "reason": reason}
    return _ask("POST", "looks", _app_token(), json=body)


def look_end(*, email: str) -> int:
    """End the account's running looks; return how many there were."""
    return int(_ask("POST", "looks/end", _app_token(), json={"email": email})["ended"])


def _app_token() -> str:
    if settings.SALEOR_APP_TOKEN is None:
        raise SaleorError(
            _("SALEOR_API_URL et SALEOR_APP_TOKEN doivent être définis : voir docs/settings.md.")
        )
    return str(settings.SALEOR_APP_TOKEN.get_secret_value())


def _ask(method: str, path: str, token: str, *, url: str | None = None, **more: Any) -> Any:
    base = url or settings.SALEOR_API_URL
    if base is None:
        raise SaleorError(
            _("SALEOR_API_URL et SALEOR_APP_TOKEN doivent être définis : voir docs/settings.md.")
        )
    address = urljoin(base, ADDRESS + path)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            response = http.request(method, address, headers=headers, **more)
    except (httpx.HTTPError, UnicodeEncodeError) as error:
        raise SaleorUnreachable(
            _("Saleor ne répond pas à %(url)s : %(error)s") % {"url": address, "error": error}
        ) from error
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise SaleorUnreachable(
            _("Saleor ne répond pas à %(url)s : %(error)s")
            % {"url": address, "error": response.status_code}
        )
    try:
        answer = response.json()
    except ValueError:
        raise ScopeAbsent(
            _(
                "%(url)s ne répond pas comme prévu : Saleor doit tourner avec les réglages "
                "saleor_alencon_settings.saleor de cette version."
            )
            % {"url": address}
        ) from None
    if response.status_code != httpx.codes.OK:
        raise ScopeRefused(
            str(answer.get("error")), status=response.status_code, code=answer.get("code", "")
        )
    return answer
