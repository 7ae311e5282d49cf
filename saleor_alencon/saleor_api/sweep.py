"""Asking the capture plugin to sweep (its contract is in docs/saleor-notes.md)."""

from urllib.parse import urljoin

import httpx
from django.conf import settings

from saleor_alencon.errors import AlenconError

MAXIMUM_CALLS = 100


class SweepFailed(AlenconError):
    """Raised when Saleor cannot be asked or refuses; retryable when Saleor was away or busy."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


def sweep_request() -> dict[str, int]:
    """Sweep until Saleor says that all is captured; return how many were captured and failed.

    :raises SweepFailed: naming the cure.
    """
    if settings.SALEOR_API_URL is None or settings.SALEOR_APP_TOKEN is None:
        raise SweepFailed(
            "SALEOR_API_URL and SALEOR_APP_TOKEN must be set to sweep Saleor", retryable=False
        )
    url = urljoin(settings.SALEOR_API_URL, "/plugins/alencon.capture/sweep")
    token = settings.SALEOR_APP_TOKEN.get_secret_value()
    totals = {"captured": 0, "failed": 0}
    with httpx.Client(timeout=300, headers={"Authorization": f"Bearer {token}"}) as client:
        for _ in range(MAXIMUM_CALLS):
            try:
                response = client.post(url)
            except httpx.HTTPError as error:
                raise SweepFailed(f"{url} does not answer: {error}", retryable=True) from error
            if response.status_code != httpx.codes.OK:
                raise SweepFailed(
                    f"{url} answered {response.status_code}: {response.text[:200]}",
                    retryable=response.status_code in (409, 503),
                )
            answer = response.json()
            totals["captured"] += answer["captured"]
            totals["failed"] += answer["failed"]
            if answer["complete"]:
                return totals
    raise SweepFailed(f"{url} did not finish in {MAXIMUM_CALLS} calls", retryable=True)
