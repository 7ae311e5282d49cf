"""What this plugin needs of a payment provider, in its own words; amounts are integer cents."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class PaymentIntent:
    """A payment as the provider has it now."""

    id: str
    status: str  # Stripe's: succeeded, processing, requires_..., canceled
    amount_cents: int
    received_cents: int
    currency: str  # upper case
    client_secret: str = ""
    refusal: str = ""  # the provider's words about the last attempt
    refusal_code: str = ""
    method: str = ""  # card, sepa_debit, ...; empty before the payment
    card_brand: str = ""
    card_last_digits: str = ""
    card_exp_month: int | None = None
    card_exp_year: int | None = None
    transaction_token: str = ""  # Saleor's, from the metadata

    def __repr__(self) -> str:
        return f"<PaymentIntent {self.id} {self.status}>"  # never the client secret


@dataclass(frozen=True)
class ProviderRefund:
    """A refund as the provider has it now."""

    id: str
    status: str  # pending, requires_action, succeeded, failed, canceled
    amount_cents: int
    request: str = ""  # Saleor's request, from the metadata; empty for one made in the dashboard
    reason: str = ""


@dataclass(frozen=True)
class ProviderDispute:
    """A dispute as the provider has it now; ``warning_...`` are inquiries that take no money."""

    id: str
    status: str
    amount_cents: int
    reason: str = ""

    @property
    def takes_money(self) -> bool:
        """Whether the amount was, at some time, taken back from the account."""
        return not self.status.startswith("warning_")


class PaymentProvider(Protocol):
    """Every call raises ProviderUnreachable (ask again) or ProviderRefused (final).

    A creating call raises ProviderBroken where its key is of no more use.
    """

    publishable_key: str

    def create_intent(
        self, *, key: str, amount_cents: int, currency: str, metadata: dict[str, str]
    ) -> PaymentIntent:
        """Open a payment; the same key is the same payment."""

    def retrieve_intent(self, intent_id: str) -> PaymentIntent:
        """Return the payment as it is now."""

    def cancel_intent(self, intent_id: str) -> PaymentIntent:
        """Give a payment up that is not made yet."""

    def create_refund(
        self, *, key: str, request: str, intent_id: str, amount_cents: int
    ) -> ProviderRefund:
        """Give money back; the same key is the same refund, which bears ``request``."""

    def list_refunds(self, intent_id: str) -> list[ProviderRefund]:
        """Return every refund of a payment, oldest first."""

    def list_disputes(self, intent_id: str) -> list[ProviderDispute]:
        """Return every dispute about a payment, oldest first."""

    def list_undelivered(
        self, types: Iterable[str], *, since: datetime.datetime, until: datetime.datetime
    ) -> list[dict[str, Any]]:
        """Return the messages of these types and times that no webhook has taken, as sent."""
