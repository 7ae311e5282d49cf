"""One unit of work on the account's data: a request, a due job or a control call."""

from dataclasses import dataclass, replace
from typing import Any

from .errors import Json, no_such
from .rules import Rules
from .store import Store

PLATFORM = "acct_1AlenconOfficeTest"
"""The association's own account."""


@dataclass(frozen=True)
class Work:
    """What a handler may use; ``now`` is one moment (seconds since 1970) for all that it does."""

    store: Store
    rules: Rules
    now: int
    account: str = PLATFORM
    version: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None
    publishable: bool = False
    base_url: str = ""

    def for_account(self, account: str) -> "Work":
        """Return the same work on another account's data."""
        return replace(self, account=account)

    def require(self, kind: str, name: str, *, param: str, status: int = 404) -> Json:
        """Return an object of this account.

        :raises StripeError: there is none, as Stripe says it.
        """
        found = self.store.get(name, kind=kind, account=self.account)
        if found is None:
            raise no_such(kind, name, param=param, status=status)
        return found

    def add(self, body: Json) -> Json:
        """Store a new object of this account."""
        return self.store.add(body, account=self.account)

    def plan(self, seconds: int, kind: str, **body: Any) -> None:
        """Plan a job for later, on this account's data."""
        self.store.add_job(self.now + seconds, kind, {"account": self.account, **body})
