"""The small town with the association's account at the Stripe test server."""

import datetime
from contextlib import contextmanager
from dataclasses import dataclass

import stripe
from django.test import override_settings
from pydantic import SecretStr

from saleor_alencon.local.stripe_server import running_stripe_server
from saleor_alencon.psp.accounts import account_ensure
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.reconciliation import psp_reconcile
from saleor_alencon.psp.services import news_take
from saleor_alencon.shops.models import Association, Shop
from tests.integration.small_town import NOW, PLACED, Basket, Line, Tender

FEE = 175
"""What Stripe takes of 100.01: 1.5 % and 25 cents."""


@dataclass
class Provider:
    """What happens at Stripe, and what Saleor is told of it, for the baskets of a test."""

    server: object

    @classmethod
    @contextmanager
    def open(cls, at: datetime.datetime = PLACED):
        """Run the test server with its clock stopped; it pays out to the bank when it is told."""
        with running_stripe_server() as server:
            server.change_rules(automatic_payouts=False)
            server.freeze(int(at.timestamp()))
            yield cls(server)

    @classmethod
    @contextmanager
    def in_settings(cls):
        """Run it, with its key where the service looks for one."""
        with (
            cls.open() as running,
            override_settings(
                STRIPE_SECRET_KEY=SecretStr(running.server.secret_key),
                STRIPE_API_BASE=running.server.url,
            ),
        ):
            yield running

    def gateway(self, retries: int = 0) -> Gateway:
        return Gateway(self.server.secret_key, self.server.url, retries=retries)

    @property
    def stripe(self):
        address = {"api": self.server.url}
        return stripe.StripeClient(
            self.server.secret_key, base_addresses=address, max_network_retries=0
        ).v1

    def pay(self, basket: Basket) -> None:
        """Let the shopper pay the basket's card tenders, which get their references."""
        for position, tender in enumerate(basket.tenders):
            if not tender.gift and not tender.reference:
                tender.reference = self.charge(
                    tender.charged_cents, f"tender-{basket.number}-{position}"
                )

    def charge(self, cents: int, saleor_transaction: str = "") -> str:
        metadata = {"saleor_transaction": saleor_transaction} if saleor_transaction else {}
        intent = self.stripe.payment_intents.create(
            {
                "amount": cents,
                "currency": "eur",
                "capture_method": "automatic",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "payment_method": "pm_card_visa",
                "confirm": True,
                "metadata": metadata,
            }
        )
        return str(intent.id)

    def charge_id(self, basket: Basket, tender: int = 0) -> str:
        intent = self.stripe.payment_intents.retrieve(basket.tenders[tender].reference)
        return str(intent.latest_charge)

    def refund(self, basket: Basket, cents: int, *, tender: int = 0, **meant_for) -> str:
        """Refund at Stripe, and let Saleor know."""
        paid = basket.tenders[tender]
        made = self.stripe.refunds.create({"payment_intent": paid.reference, "amount": cents})
        paid.returned[made.id] = cents
        basket.refund(cents, tender=tender, **meant_for)
        return str(made.id)

    def dispute(self, basket: Basket, cents: int | None = None) -> str:
        """Let the shopper's bank dispute the payment, and let Saleor know."""
        made = self.server.open_dispute(self.charge_id(basket), cents)
        basket.tenders[0].disputed[made["id"]] = (made["amount"], False)
        return str(made["id"])

    def end_dispute(self, basket: Basket, dispute: str, *, won: bool) -> None:
        self.server.end_dispute(dispute, won=won)
        cents, _ = basket.tenders[0].disputed[dispute]
        basket.tenders[0].disputed[dispute] = (cents, won)

    def connect(self, *shops: str) -> None:
        """Open and complete the shops' accounts, and pay by transfers from now on."""
        Association.objects.update(payout_rail="connect")
        for slug in shops or ("librairie", "fromagerie", "mercerie"):
            shop = Shop.objects.get(slug=slug)
            made = account_ensure(shop_id=shop.pk, gateway=self.gateway(), now=NOW)
            self.server.complete_onboarding(made.account_id)
            news_take(gateway=self.gateway(), now=NOW)

    def news(self, now: datetime.datetime = NOW):
        return news_take(gateway=self.gateway(), now=now)

    def balance(self) -> int:
        return self.gateway().balance_cents()

    def agrees(self) -> bool:
        """Say whether the books hold what Stripe holds, every movement matched."""
        found = psp_reconcile()
        return (
            found.residual_cents == 0
            and found.here_cents == self.balance()
            and {match.status.value for match in found.matches} <= {"matched"}
        )


def two_shops(number="1", **changes):
    """A basket of 50.00 at the bookshop and 50.01 at the cheese shop, paid by card."""
    lines = [Line("librairie", 5000), Line("fromagerie", 5001)]
    return Basket(number, lines, [Tender(10001 + changes.get("shipping_cents", 0))], **changes)
