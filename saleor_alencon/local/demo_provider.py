"""The demo's money at the Stripe test server: what the recorded orders say was paid by card."""

import datetime
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import stripe
from tqdm import tqdm

from saleor_alencon.domain.order_books import TenderKind
from saleor_alencon.local.stripe_server import StripeServer, running_stripe_server
from saleor_alencon.orders.models import Tender
from saleor_alencon.psp.accounts import account_ensure
from saleor_alencon.psp.gateway import Gateway
from saleor_alencon.psp.mirror import SALEOR_METADATA
from saleor_alencon.psp.models import FetchState
from saleor_alencon.psp.services import news_take
from saleor_alencon.shops.models import Shop, ShopState

SETTLED_AFTER = datetime.timedelta(days=10)
REFUNDED_AFTER = datetime.timedelta(hours=2)
REFUND_METADATA = "recorded_refund"
TO_THE_BANK_CENTS = 10_000
"""The Office's own share that the demo had paid out; the shops' money stays for transfers."""


def provider_fill(*, data: Path, port: int, now: datetime.datetime) -> None:
    """Repeat the recorded payments at the test server, and let the Office read them.

    Does nothing once they were read to the end. A call that was cut off is completed by the next,
    which finds what was made by its metadata.
    """
    if FetchState.objects.filter(complete_at__isnull=False).exists():
        return
    with running_stripe_server(data, port=port) as server:
        server.change_rules(automatic_payouts=False)
        client = stripe.StripeClient(server.secret_key, base_addresses={"api": server.url})
        payments = list(_payments())
        last = 0
        intents = _made(client.v1.payment_intents.list, SALEOR_METADATA)
        refunds = _made(client.v1.refunds.list, REFUND_METADATA)
        for at, tender, reference, cents in tqdm(payments, desc="card payments", unit="payment"):
            last = max(last, int(at.timestamp()))
            server.freeze(last)
            if reference is None and tender.saleor_id not in intents:
                intents[tender.saleor_id] = _pay(client, tender, cents)
            elif reference is not None and f"{tender.saleor_id} {reference}" not in refunds:
                _refund(client, intents[tender.saleor_id], tender, reference, cents)
        _accounts(server, now)
        _dispute(server, client, intents)
        _run_clock(server, last)
        _pay_to_bank(client)
        news_take(gateway=Gateway(server.secret_key, server.url), now=now)


Payment = tuple[datetime.datetime, Tender, str | None, int]


def _payments() -> Iterator[Payment]:
    """Give every charge and refund of a card, in time: a refund has its reference, or none."""
    cards = Tender.objects.filter(kind=TenderKind.CARD).order_by("created_at", "id")
    found: list[Payment] = [
        (tender.created_at, tender, None, tender.charged_cents) for tender in cards
    ]
    for tender in cards.prefetch_related("refunds"):
        found += [
            (tender.created_at + REFUNDED_AFTER, tender, each.reference, each.amount_cents)
            for each in tender.refunds.all()
        ]
    return (each for each in sorted(found, key=lambda each: each[0]) if each[3] > 0)


def _made(list_all: Callable[..., Any], name: str) -> dict[str, str]:
    """Return the ids of what is there already, by what it was made for."""
    found = list_all({"limit": 100}).auto_paging_iter()
    return {each.metadata[name]: each.id for each in found}


def _pay(client: stripe.StripeClient, tender: Tender, cents: int) -> str:
    intent = client.v1.payment_intents.create(
        {
            "amount": cents,
            "currency": "eur",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "capture_method": "automatic",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "metadata": {SALEOR_METADATA: tender.saleor_id},
        }
    )
    return str(intent.id)


def _refund(
    client: stripe.StripeClient, intent: str, tender: Tender, reference: str, cents: int
) -> None:
    client.v1.refunds.create(
        {
            "payment_intent": intent,
            "amount": cents,
            "metadata": {REFUND_METADATA: f"{tender.saleor_id} {reference}"},
        }
    )


def _accounts(server: StripeServer, now: datetime.datetime) -> None:
    """Give every shop that sells a complete account; the one without a bank account has begun."""
    gateway = Gateway(server.secret_key, server.url)
    for shop in Shop.objects.filter(state=ShopState.LIVE).order_by("id"):
        account = account_ensure(shop_id=shop.pk, gateway=gateway, now=now)
        if shop.iban:
            server.complete_onboarding(account.account_id)


def _dispute(server: StripeServer, client: stripe.StripeClient, intents: dict[str, str]) -> None:
    """Let one shopper dispute a payment, so that there is one to see."""
    whole = Tender.objects.filter(saleor_id__in=intents, refunded_cents=0).order_by(
        "created_at", "id"
    )
    tender = whole.first()
    if tender is None or client.v1.disputes.list({"limit": 1}).data:
        return
    intent = client.v1.payment_intents.retrieve(intents[tender.saleor_id])
    server.open_dispute(str(intent.latest_charge))


def _run_clock(server: StripeServer, last: int) -> None:
    """Let the clock go as the machine's does, at least as late as the last payment is settled."""
    settled = last + int(SETTLED_AFTER.total_seconds())
    with server.engine.store.transaction():
        offset = max(0, settled - int(time.time()))
        server.engine.store.write_setting("clock", {"frozen_at": None, "offset": offset})
    server.engine.tick()


def _pay_to_bank(client: stripe.StripeClient) -> None:
    if not client.v1.payouts.list({"limit": 1}).data:
        client.v1.payouts.create({"amount": TO_THE_BANK_CENTS, "currency": "eur"})
