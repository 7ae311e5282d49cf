"""The port to the payment provider: the few calls the Office makes, and what can go wrong.

Answers are plain dictionaries, as Stripe documents its objects. No secret is in any message.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

import requests
import stripe
from django.conf import settings
from django.utils.translation import gettext as _

from saleor_alencon.errors import AlenconError

TIMEOUT_SECONDS = 30.0
PAGE = 100
CONFLICT = 409  # Another request with the same idempotency key is being answered.
Json = dict[str, Any]

LATER = frozenset({"balance_insufficient", "lock_timeout", "idempotency_key_in_use", "rate_limit"})
"""Refusals that the same request may not meet later."""


class ProviderError(AlenconError):
    """Root of what can go wrong with the payment provider."""


class ProviderNotConfigured(ProviderError):
    """Raised when no secret key is set: nothing can be asked of the provider."""


class ProviderUnreachable(ProviderError):
    """Raised when no answer came, or a fault of the provider: ask what became of the request."""

    retryable = True


class ProviderRefused(ProviderError):
    """Raised when the provider refused: nothing was done. ``code`` is the provider's own."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = code in LATER


class Gateway:
    """The association's account at Stripe."""

    def __init__(self, secret_key: str, api_base: str | None = None, *, retries: int = 1) -> None:
        # Without the environment's proxies: the test server is on this machine.
        session = requests.Session()
        session.trust_env = False
        client = stripe.RequestsClient(timeout=TIMEOUT_SECONDS, session=session)
        self._stripe = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base.rstrip("/")} if api_base else {},
            http_client=client,
            max_network_retries=retries,
        )

    @classmethod
    def from_settings(cls) -> Self:
        """Return the gateway that the settings name.

        :raises ProviderNotConfigured: without STRIPE_SECRET_KEY.
        """
        if settings.STRIPE_SECRET_KEY is None:
            raise ProviderNotConfigured(
                _("Stripe n'est pas configuré : voir STRIPE_SECRET_KEY dans docs/settings.md.")
            )
        return cls(settings.STRIPE_SECRET_KEY.get_secret_value(), settings.STRIPE_API_BASE)

    def balance_cents(self, currency: str = "eur") -> int:
        """Return what the account holds, available or not yet."""
        found = self._call(self._stripe.v1.balance.retrieve)
        parts = [*found.get("available", ()), *found.get("pending", ())]
        return sum(int(part["amount"]) for part in parts if part["currency"] == currency)

    def balance_transactions(
        self, *, since: int | None = None, after: str = "", payout: str = ""
    ) -> tuple[list[Json], bool]:
        """Return a page of movements, newest first, with their sources; and whether more follow.

        ``since`` is a moment in seconds, ``after`` the id that ended the page before.
        """
        wanted: Json = {"limit": PAGE, "expand": ["data.source"]}
        wanted |= {"created": {"gte": since}} if since is not None else {}
        wanted |= {"starting_after": after} if after else {}
        wanted |= {"payout": payout} if payout else {}
        return self._page(self._stripe.v1.balance_transactions.list, wanted)

    def dispute(self, dispute_id: str) -> Json:
        return self._call(lambda: self._stripe.v1.disputes.retrieve(dispute_id))

    def payout(self, payout_id: str) -> Json:
        return self._call(lambda: self._stripe.v1.payouts.retrieve(payout_id))

    def account_create(self, details: Json, *, key: str) -> Json:
        return self._call(
            lambda: self._stripe.v1.accounts.create(details, {"idempotency_key": key})  # type: ignore[arg-type]
        )

    def account(self, account_id: str) -> Json:
        return self._call(lambda: self._stripe.v1.accounts.retrieve(account_id))

    def accounts(self, after: str = "") -> tuple[list[Json], bool]:
        wanted: Json = {"limit": PAGE} | ({"starting_after": after} if after else {})
        return self._page(self._stripe.v1.accounts.list, wanted)

    def onboarding_url(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """Return the address where the merchant gives the provider its details; good once."""
        link = self._call(
            lambda: self._stripe.v1.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                }
            )
        )
        return str(link["url"])

    def transfer_create(self, details: Json, *, key: str) -> Json:
        return self._call(
            lambda: self._stripe.v1.transfers.create(details, {"idempotency_key": key})  # type: ignore[arg-type]
        )

    def transfers(self, group: str, after: str = "") -> tuple[list[Json], bool]:
        wanted: Json = {"limit": PAGE, "transfer_group": group}
        wanted |= {"starting_after": after} if after else {}
        return self._page(self._stripe.v1.transfers.list, wanted)

    def transfer_reverse(self, transfer_id: str, *, key: str) -> Json:
        """Take a transfer back, whole."""
        return self._call(
            lambda: self._stripe.v1.transfers.reversals.create(
                transfer_id, {}, {"idempotency_key": key}
            )
        )

    def transfer(self, transfer_id: str) -> Json:
        return self._call(lambda: self._stripe.v1.transfers.retrieve(transfer_id))

    def _page(self, method: Callable[..., Any], wanted: Json) -> tuple[list[Json], bool]:
        page = self._call(lambda: method(wanted))
        return list(page["data"]), bool(page["has_more"])

    def _call(self, method: Callable[[], Any]) -> Json:
        """Call, and turn Stripe's errors into this project's."""
        try:
            answer = method()
        except (
            stripe.APIConnectionError, stripe.RateLimitError, stripe.IdempotencyError,
        ) as error:  # fmt: skip
            raise ProviderUnreachable(_("Stripe n'a pas répondu : réessayez.")) from error
        except stripe.AuthenticationError as error:
            raise ProviderRefused(
                _("Stripe refuse la clé : vérifiez STRIPE_SECRET_KEY."), "authentication"
            ) from error
        except stripe.StripeError as error:
            if error.http_status is None or error.http_status >= 500 or error.http_status == 409:
                raise ProviderUnreachable(
                    _("Stripe a rencontré une erreur : réessayez.")
                ) from error
            raise ProviderRefused(
                _("Stripe refuse : %(reason)s") % {"reason": error.user_message or error},
                error.code or "",
            ) from error
        return dict(answer.to_dict() if hasattr(answer, "to_dict") else answer)


def every(fetch: Callable[[str], tuple[list[Json], bool]]) -> list[Json]:
    """Return all objects of a list: ``fetch(after)`` gives one page and whether more follow."""
    found: list[Json] = []
    more = True
    while more:
        page, more = fetch(found[-1]["id"] if found else "")
        found += page
        more = more and bool(page)
    return found


def reference(value: str | Mapping[str, Any] | None) -> str:
    """Return the id of an object that Stripe gave whole or as its id; empty for none."""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value["id"])
